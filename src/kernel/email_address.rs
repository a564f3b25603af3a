//! Where mail goes.

use std::fmt;
use std::str::FromStr;

use super::invisible;

/// The longest address, in bytes (RFC 5321, 4.5.3.1.3 less the brackets).
const MAX_BYTES: usize = 254;

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// Something is missing.
    #[error("is not a complete e-mail address, such as orders@shop.example")]
    Incomplete,
    /// There are several.
    #[error("holds more than one e-mail address; keep one, others can be contacts of their own")]
    Several,
    /// White space within.
    #[error("has a space in it, which no e-mail address has")]
    Space,
    /// Quotation marks before the `@` (RFC 5321, 4.1.2).
    #[error("has quotation marks before the @, which many mail servers refuse; ask for a plain address")]
    Quoted,
    /// A dot at a place where RFC 5321 knows none; some providers gave such addresses out.
    #[error(
        "has a dot at the beginning, before the @ or beside another dot, which mail servers refuse; ask for another address"
    )]
    Dots,
    /// Letters that only mail servers with SMTPUTF8 (RFC 6531) take before the `@`.
    #[error(
        "has letters other than a to z before the @, which few mail servers deliver to; ask for a plain address"
    )]
    Letters,
    /// Signs that have a meaning of their own.
    #[error("has a sign before the @ that no e-mail address has")]
    Signs,
    /// What stands after the `@`.
    #[error("has no domain after the @ to which mail could go, such as shop.example")]
    Domain,
    /// More than fits into an envelope.
    #[error("is longer than {MAX_BYTES} characters, the most that an e-mail address may have")]
    TooLong,
}

/// An e-mail address: the local part as typed, the domain in lower-case ASCII
/// (IDNA, RFC 5891).
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address; white space around it is forgiven.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(typed: &str) -> Result<Self, EmailAddressError> {
        use EmailAddressError::{Domain, Incomplete, Signs, TooLong};
        let typed = typed.trim();
        let (local, domain) = typed.rsplit_once('@').ok_or(Incomplete)?;
        if let Some(error) = odd(local, domain) {
            return Err(error);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| Domain)?;
        let address = format!("{local}@{domain}");
        if address.len() > MAX_BYTES {
            return Err(TooLong);
        }
        if !domain.contains('.') {
            return Err(Domain);
        }
        lettre::Address::from_str(&address).map_err(|_| Signs)?;
        Ok(Self(address))
    }

    /// Reads an address as people write it into lists: with its owner before it, as a
    /// link, with characters that came along unseen. `None` where they say that there
    /// is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(written: &str) -> Result<Option<Self>, EmailAddressError> {
        let shown = invisible::without(written).replace('\u{FF20}', "@");
        let written = shown.trim().trim_end_matches([';', ',']).trim_end();
        if says_none(written) {
            return Ok(None);
        }
        let mut each = written.split([';', ',', '|', '/', '\n']).filter(|piece| piece.contains('@'));
        let (first, rest) = (each.next().map(bare), each.map(bare).collect::<Vec<_>>());
        match first {
            Some(first) if !rest.is_empty() && !written.starts_with('"') => {
                let read = Self::parse(first)?;
                let same = |other: &&str| Self::parse(other).is_ok_and(|other| other.key() == read.key());
                if rest.iter().all(same) { Ok(Some(read)) } else { Err(EmailAddressError::Several) }
            }
            _ => Self::parse(bare(written)).map(Some),
        }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain mail goes to, in one spelling.
    pub fn domain(&self) -> String {
        self.key().rsplit_once('@').map(|(_, domain)| domain.to_owned()).unwrap_or_default()
    }

    /// The form in which addresses are compared: lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Enough to recognise it by, not enough to learn it: `a…d@harbour.example`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let mut characters = local.chars();
        let first = characters.next().map(String::from).unwrap_or_default();
        let last = characters.next_back().map(String::from).unwrap_or_default();
        format!("{first}…{last}@{domain}")
    }
}

/// What is odd about the two parts of what was typed, if something is.
fn odd(local: &str, domain: &str) -> Option<EmailAddressError> {
    use EmailAddressError::{Domain, Dots, Incomplete, Letters, Quoted, Several, Signs, Space};
    let has = |signs: &str| local.contains(|sign| signs.contains(sign));
    let is_list = local.contains('@') && (has(";,|/ ") || domain.contains(char::is_whitespace));
    Some(match () {
        () if is_list => Several,
        () if local.is_empty() || domain.is_empty() || local.contains('@') => Incomplete,
        () if local.starts_with('"') && local.ends_with('"') => Quoted,
        () if local.contains(char::is_whitespace) || domain.contains(char::is_whitespace) => Space,
        () if local.chars().any(char::is_control) || has("\"(),:;<>[]\\") => Signs,
        () if !local.is_ascii() => Letters,
        () if local.starts_with('.') || local.ends_with('.') || local.contains("..") => Dots,
        () if domain.starts_with('.') || domain.contains("..") => Domain,
        () => return None,
    })
}

/// Whether somebody wrote that there is no address.
fn says_none(written: &str) -> bool {
    const NONE: [&str; 18] = [
        "n/a",
        "na",
        "n.a.",
        "none",
        "no",
        "null",
        "nil",
        "nothing",
        "unknown",
        "no email",
        "no e-mail",
        "keine",
        "keiner",
        "kein",
        "ohne",
        "k.a.",
        "unbekannt",
        "nicht vorhanden",
    ];
    let marks = |c: char| matches!(c, '-' | '–' | '—' | '.' | '/' | '?' | '*' | '0' | '_');
    written.is_empty() || written.chars().all(marks) || NONE.contains(&written.to_lowercase().as_str())
}

/// An address without what stands around it: `mailto:`, its owner's name, brackets.
fn bare(written: &str) -> &str {
    let mut address = written.trim();
    if let Some((_, rest)) = address.split_once('<')
        && let Some(within) = rest.strip_suffix('>')
    {
        address = within.trim();
    }
    if let Some(link) = address.get(..7).filter(|begin| begin.eq_ignore_ascii_case("mailto:")) {
        address = address[link.len()..].split('?').next().unwrap_or_default().trim();
    }
    let unquoted = address.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
    unquoted.filter(|within| within.contains('@')).unwrap_or(address)
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_masked() {
        let address =
            EmailAddress::parse(" annard@Harbour.EXAMPLE ").map(|a| (a.as_str().to_owned(), a.masked()));
        assert_eq!(address, Ok(("annard@harbour.example".into(), "a…d@harbour.example".into())));
        let international = EmailAddress::parse("a@b\u{fc}cher.example").map(|a| a.as_str().to_owned());
        assert_eq!(international, Ok("a@xn--bcher-kva.example".into()));
    }

    #[test]
    fn what_is_no_address_or_could_forge_one_is_refused_with_its_own_reason() {
        use EmailAddressError::{Domain, Dots, Incomplete, Letters, Quoted, Several, Signs, Space, TooLong};
        for (typed, reason) in [
            ("", Incomplete),
            ("anna", Incomplete),
            ("anna@", Incomplete),
            ("@shop.example", Incomplete),
            ("a@b@shop.example", Incomplete),
            ("a b@shop.example", Space),
            ("a@shop example", Space),
            ("a@shop", Domain),
            ("a@shop..example", Domain),
            ("a@sh_op!.example", Domain),
            ("a\r\nBcc:x@shop.example", Space),
            ("a\0b@shop.example", Signs),
            ("a,b@shop.example", Signs),
            ("<a@shop.example>", Signs),
            ("aaa..bbb@docomo.example", Dots),
            ("abc.@docomo.example", Dots),
            ("\"john smith\"@x.example", Quoted),
            ("m\u{fc}ller@x.example", Letters),
            ("ann@x.example; bob@x.example", Several),
            ("ann@x.example bob@x.example", Several),
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(reason), "{typed:?}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@shop.example", "x".repeat(260))), Err(TooLong));
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for written in [
            "ann@x.example",
            "mailto:ann@x.example",
            "MAILTO:ann@x.example?subject=Hello",
            "Ann Sample <ann@x.example>",
            "\"Sample, Ann\" <ann@x.example>",
            "<ann@x.example>",
            "'ann@x.example'",
            "\u{200E}ann@x.example\u{feff}",
            "ann@x.example;",
            "ann@x.example; Ann@X.example",
            "ann\u{FF20}x.example",
        ] {
            let read = EmailAddress::read(written);
            assert_eq!(
                read.map(|address| address.map(|a| a.key())),
                Ok(Some("ann@x.example".into())),
                "{written:?}"
            );
        }
        for none in ["", " ", "n/a", "-", "—", "None", "keine", "???", "\u{3164}"] {
            assert_eq!(EmailAddress::read(none), Ok(None), "{none:?}");
        }
        for (written, reason) in [
            ("ann@x.example; bob@x.example", EmailAddressError::Several),
            ("Ann <ann@x.example>, Bob <bob@x.example>", EmailAddressError::Several),
            ("ann@x.example / bob@x.example", EmailAddressError::Several),
            ("see notes", EmailAddressError::Incomplete),
            ("\"john smith\"@x.example", EmailAddressError::Quoted),
            ("mia(at)garage.example", EmailAddressError::Incomplete),
        ] {
            assert_eq!(EmailAddress::read(written), Err(reason), "{written:?}");
        }
    }
}
