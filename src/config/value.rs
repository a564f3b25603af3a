//! Reading single values: each function says what would be right.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;
use zeroize::Zeroizing;

use crate::kernel::names;
use crate::kernel::network::NetworkError;
use crate::kernel::{Accent, Colour, Digest, Language, Network, text};

names! {
    /// Whether the current password works beside a temporary one (promise 10).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ResetMode {
        /// It works until a new one has been chosen.
        Parallel = "parallel",
        /// A reset stops it at once and signs the contact out everywhere.
        Replace = "replace",
    }
}

names! {
    /// How who is invited learns their username.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum InvitationUsername {
        /// In a mail of its own, once the invitation was taken.
        OwnMail = "own-mail",
        /// In the invitation.
        SameMail = "same-mail",
        /// From elsewhere.
        Never = "never",
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// `smtp://`: TLS if the server offers it.
    Opportunistic,
    /// `smtp+starttls://`: TLS or no mail.
    StartTls,
    /// `smtps://`: TLS from the first byte.
    Tls,
}

/// The mail server.
#[derive(Clone)]
pub struct SmtpUrl {
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// The server's name.
    pub host: String,
    /// Its port: 25, 587 or 465 unless given.
    pub port: u16,
    /// User and password, if it asks for them.
    pub credentials: Option<(String, Zeroizing<String>)>,
}

impl SmtpUrl {
    /// Whether the server is on this machine.
    pub fn is_local(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}:{}", self.security, self.host, self.port)
    }
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let address =
        text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    address.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080 or 0.0.0.0:80".into())
}

pub(super) fn public_url(text: &str) -> Result<String, String> {
    let right = "must be where people reach the website, without a path: https://shop.harbour.example";
    let url = url::Url::parse(text).map_err(|_| right.to_owned())?;
    let plain =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !plain {
        return Err(right.into());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) fn networks(text: &str) -> Result<Vec<Network>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::parse).collect::<Result<_, _>>().map_err(|error: NetworkError| {
        format!("must be IP addresses and networks separated by commas; {error}")
    })
}

pub(super) fn smtp_url(text: &str) -> Result<SmtpUrl, String> {
    let right =
        "must be smtp://host:25, smtp+starttls://user:password@host:587 or smtps://user:password@host:465";
    let url = url::Url::parse(text).map_err(|_| right.to_owned())?;
    let (security, port) = match url.scheme() {
        "smtp" => (SmtpSecurity::Opportunistic, 25),
        "smtp+starttls" => (SmtpSecurity::StartTls, 587),
        "smtps" => (SmtpSecurity::Tls, 465),
        _ => return Err(right.into()),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(right)?;
    if url.query().is_some() || url.fragment().is_some() || !matches!(url.path(), "" | "/") {
        return Err(format!(
            "ends after the port and takes no parameters: it {right}, with special characters percent-encoded (@ is %40, / is %2F, ? is %3F, # is %23)"
        ));
    }
    let credentials = match (decoded(url.username()), url.password().and_then(decoded)) {
        (Some(user), Some(password)) if !user.is_empty() => Some((user, Zeroizing::new(password))),
        (Some(user), None) if user.is_empty() => None,
        _ => return Err("names a user without a password, or a password without a user; give both, with special characters percent-encoded".into()),
    };
    Ok(SmtpUrl {
        security,
        host: host.trim_matches(['[', ']']).to_owned(),
        port: url.port().unwrap_or(port),
        credentials,
    })
}

fn decoded(text: &str) -> Option<String> {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
}

pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    Mailbox::from_str(text).map_err(|_| "must be an address, with a name before it if you like: Harbour Wholesale <orders@harbour.example>".into())
}

/// The most characters before the @ of a bounce address: a + and the mark of
/// the mail follow, and 64 are allowed (RFC 5321, 4.5.3.1.1).
const BOUNCE_LOCAL_PART: usize = 21;

pub(super) fn bounce_address(text: &str) -> Result<lettre::Address, String> {
    let address: lettre::Address =
        text.parse().map_err(|_| "must be an address such as bounces@harbour.example".to_owned())?;
    let local = address.user();
    if local.len() > BOUNCE_LOCAL_PART || local.contains('+') || !local.is_ascii() {
        return Err(format!("must have at most {BOUNCE_LOCAL_PART} plain characters before the @, and no +"));
    }
    let domain = idna::domain_to_ascii(address.domain()).map_err(|error| error.to_string())?;
    lettre::Address::new(local, domain).map_err(|error| error.to_string())
}

pub(super) fn shared_secret(text: &str) -> Result<Option<Digest>, String> {
    match text.chars().count() {
        0 => Ok(None),
        1..16 => Err("must have 16 characters or more".into()),
        _ => Ok(Some(Digest::of(text.as_bytes()))),
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".into())
}

pub(super) fn folder(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "" => Ok(None),
        path if PathBuf::from(path).is_dir() => Ok(Some(path.into())),
        _ => Err("must be a folder that exists".into()),
    }
}

pub(super) fn file(text: &str) -> Result<Option<PathBuf>, String> {
    match text {
        "" => Ok(None),
        path if PathBuf::from(path).is_file() => Ok(Some(path.into())),
        _ => Err("must be a file that exists".into()),
    }
}

pub(super) fn reset_mode(text: &str) -> Result<ResetMode, String> {
    match text {
        "parallel" => Ok(ResetMode::Parallel),
        "replace" => Ok(ResetMode::Replace),
        _ => Err("must be parallel or replace".into()),
    }
}

pub(super) fn invitation_username(text: &str) -> Result<InvitationUsername, String> {
    let known = InvitationUsername::ALL.into_iter().find(|known| known.as_str() == text);
    known.ok_or_else(|| "must be own-mail, same-mail or never".into())
}

pub(super) fn number<T: FromStr + PartialOrd + fmt::Display + Copy>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    match text.parse::<T>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("must be a whole number from {least} to {most}")),
    }
}

pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    const MOST: NonZeroUsize = NonZeroUsize::new(64).unwrap();
    number(text, NonZeroUsize::MIN, MOST)
}

/// As many hashing threads as cores, 4 at most: more would only take memory.
pub(super) fn hashing_threads() -> NonZeroUsize {
    const MOST: NonZeroUsize = NonZeroUsize::new(4).unwrap();
    std::thread::available_parallelism().map_or(NonZeroUsize::MIN, |cores| cores.min(MOST))
}

pub(super) fn name(text: &str) -> Result<String, String> {
    text::one_line(text, 120).map_err(|error| error.to_string())
}

/// A telephone number as people write it, or none.
pub(super) fn telephone(text: &str) -> Result<String, String> {
    let right = "must be a telephone number such as +44 20 7946 0018, of at most 40 characters";
    let number = text::perhaps_one_line(text, 40).map_err(|_| right.to_owned())?;
    let allowed = |c: char| c.is_ascii_digit() || " +()-/.".contains(c);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    if number.is_empty() || (digits >= 3 && number.chars().all(allowed)) {
        Ok(number)
    } else {
        Err(right.into())
    }
}

/// The address of a page on the web, or none.
pub(super) fn link(text: &str) -> Result<String, String> {
    const LONGEST: usize = 300;
    let right = "must be the address of a page, such as https://harbour.example/imprint";
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let url = url::Url::parse(text.trim()).map_err(|_| right.to_owned())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    if !matches!(url.scheme(), "http" | "https") || !plain {
        return Err(right.into());
    }
    if url.as_str().len() > LONGEST {
        return Err(format!("{right}, of at most {LONGEST} characters"));
    }
    Ok(url.into())
}

pub(super) fn language(text: &str) -> Result<Language, String> {
    Language::from_tag(text).ok_or_else(|| "must be en or de".into())
}

pub(super) fn languages(text: &str) -> Result<Vec<Language>, String> {
    let named: Result<Vec<Language>, String> =
        text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(language).collect();
    let named = named.map_err(|_| "must be languages separated by commas; there are en and de".to_owned())?;
    let offered: Vec<Language> =
        Language::ALL.into_iter().filter(|language| named.contains(language)).collect();
    if offered.is_empty() {
        Err("must name one language at least; there are en and de".into())
    } else {
        Ok(offered)
    }
}

pub(super) fn accent(text: &str) -> Result<Option<Accent>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let colour = Colour::parse(text).ok_or("must be a colour such as #1f3a93")?;
    Ok(Some(Accent::of(colour)))
}

pub(super) fn time_zone(text: &str) -> Result<jiff::tz::TimeZone, String> {
    jiff::tz::TimeZone::get(text)
        .map_err(|_| "must be a zone of the IANA database, such as Europe/Berlin".into())
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    let right = "must be error, warn, info, debug or trace, or a filter such as tradepost=debug";
    // A single word is taken for the name of a module otherwise: "loud" would
    // log nothing at all.
    let is_level = |word: &str| word.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let known = |part: &str| match part.rsplit_once('=') {
        Some((target, level)) => !target.trim().is_empty() && is_level(level),
        None => is_level(part),
    };
    if let Some(unknown) = text.split(',').find(|part| !known(part)) {
        return Err(format!("{right}; {:?} is none", unknown.trim()));
    }
    tracing_subscriber::EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|_| right.into())
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_digits_and_what_people_write_between_them() {
        for number in ["", "+44 20 7946 0018", "(01632) 960-001", "01632/960.001"] {
            assert_eq!(telephone(number).as_deref(), Ok(number));
        }
        for other in ["call us", "12", "+44 20 ext 5", "<script>", "020 7946\n0018", &"1".repeat(41)] {
            assert!(telephone(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_link_leads_to_a_page_on_the_web_and_nowhere_else() {
        assert_eq!(
            link(" https://harbour.example/imprint ").as_deref(),
            Ok("https://harbour.example/imprint")
        );
        assert_eq!(link("").as_deref(), Ok(""));
        let long = format!("https://harbour.example/{}", "a".repeat(300));
        for other in [
            "javascript:alert(1)",
            "data:text/html,x",
            "harbour.example",
            "https://u:p@harbour.example/",
            &long,
        ] {
            assert!(link(other).is_err(), "{other}");
        }
    }
}
