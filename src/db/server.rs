//! The address of a PostgreSQL server, with its parameters as libpq understands
//! them (PostgreSQL's manual, 34.1).

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Host, SslMode};

use super::DatabaseUrlError;
use super::connecting::Found;
use super::tls::Connectors;

/// Parameters that the client library understands by itself.
const PASSED_ON: [&str; 16] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];
/// Parameters that are understood here.
const OURS: [&str; 3] = ["schema", "sslmode", "sslrootcert"];
/// Parameters whose value is nobody's business.
const HIDDEN: [&str; 3] = ["options", "password", "user"];
/// How long one host may take to answer, unless the address says otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server and how to talk to it.
#[derive(Clone)]
pub struct Server {
    pub(super) config: tokio_postgres::Config,
    /// How it must prove who it is.
    pub(super) proof: Proof,
    /// Whose word is taken for that.
    pub(super) roots: Roots,
    /// The schema Tradepost's tables are in, if it isn't the user's first one.
    pub(super) schema: Option<String>,
    /// The address without user and password.
    pub(super) shown: String,
    /// What is known of its hosts.
    pub(super) found: Found,
    /// How to encrypt the way to it.
    pub(super) tls: Connectors,
}

/// How a server must prove who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Not at all: `prefer` and `require`.
    None,
    /// By a certificate of an authority that is trusted: `verify-ca`.
    Issuer,
    /// By such a certificate for its name: `verify-full`.
    IssuerAndName,
}

/// Whose word is taken for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// The authorities this machine trusts.
    System,
    /// The certificates in a file.
    File(PathBuf),
}

impl Server {
    pub(super) fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (scheme, rest) = base.split_once("://").unwrap_or(("", base));
        if rest.matches('@').count() > 1 || rest.contains('#') {
            return Err(unreadable());
        }
        let mut asked = Asked::default();
        let (mut passed_on, mut shown) = (Vec::new(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, raw) = known(pair)?;
            if PASSED_ON.contains(&name) {
                passed_on.push(pair);
            } else {
                asked.take(name, raw)?;
            }
            shown.push(format!("{name}={}", if HIDDEN.contains(&name) { "…" } else { raw }));
        }
        let address = format!("{scheme}://{rest}?{}", passed_on.join("&"));
        let mut config: tokio_postgres::Config =
            address.trim_end_matches('?').parse().map_err(|error| wrong_value(&error))?;
        let (mode, proof, roots) = asked.protection()?;
        let by_socket = |host: &Host| matches!(host, Host::Unix(_));
        let all_by_socket = !config.get_hosts().is_empty() && config.get_hosts().iter().all(by_socket);
        // A socket on this machine is not encrypted, whatever is asked (libpq's words).
        config.ssl_mode(if all_by_socket { SslMode::Disable } else { mode });
        let place = rest.rsplit_once('@').map_or_else(|| rest.to_owned(), |(_, place)| format!("…@{place}"));
        let mark = if shown.is_empty() { "" } else { "?" };
        let shown = format!("{scheme}://{place}{mark}{}", shown.join("&"));
        let (found, tls) = (Found::default(), Connectors::default());
        Ok(Self { config, proof, roots, schema: asked.schema, shown, found, tls })
    }

    /// How long connecting may take in all, from the first host to the last, with
    /// what a busy server takes to begin a session.
    pub(super) fn patience(&self) -> Duration {
        let hosts = self.config.get_hosts().len().max(self.config.get_hostaddrs().len()).max(1);
        let grace = if self.config.get_connect_timeout().is_some() { PATIENCE } else { 4 * PATIENCE };
        self.patience_of_each().saturating_mul(u32::try_from(hosts).unwrap_or(1)).saturating_add(grace)
    }

    /// How long one host may take.
    pub(super) fn patience_of_each(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(PATIENCE)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What the parameters ask of us.
#[derive(Default)]
struct Asked {
    mode: Option<String>,
    root: Option<String>,
    schema: Option<String>,
}

impl Asked {
    fn take(&mut self, name: &str, raw: &str) -> Result<(), DatabaseUrlError> {
        let value = percent_decode_str(raw).decode_utf8().map_err(|_| unreadable())?.into_owned();
        let place = match name {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.root,
            _ => &mut self.schema,
        };
        *place = Some(value).filter(|value| !value.is_empty());
        Ok(())
    }

    fn protection(&self) -> Result<(SslMode, Proof, Roots), DatabaseUrlError> {
        let roots = match self.root.as_deref() {
            None | Some("system") => Roots::System,
            Some(file) => Roots::File(file.into()),
        };
        let by_system = self.root.as_deref() == Some("system");
        let default = if by_system { "verify-full" } else { "prefer" };
        // Who names a file wants it to count: libpq, too, takes `require` for `verify-ca` then.
        let with_file = if self.root.is_some() { Proof::Issuer } else { Proof::None };
        let (mode, proof) = match self.mode.as_deref().unwrap_or(default) {
            "disable" => (SslMode::Disable, Proof::None),
            "allow" | "prefer" => (SslMode::Prefer, with_file),
            "require" => (SslMode::Require, with_file),
            "verify-ca" => (SslMode::Require, Proof::Issuer),
            "verify-full" => (SslMode::Require, Proof::IssuerAndName),
            _ => {
                let words = "sslmode must be disable, prefer, require, verify-ca or verify-full";
                return Err(DatabaseUrlError(words.into()));
            }
        };
        if by_system && proof != Proof::IssuerAndName {
            let words = "sslrootcert=system goes with sslmode=verify-full only: anyone can have a certificate of a public authority";
            return Err(DatabaseUrlError(words.into()));
        }
        Ok((mode, proof, roots))
    }
}

/// A parameter's name, if it is known, and its value as written.
fn known(pair: &str) -> Result<(&str, &str), DatabaseUrlError> {
    let (name, raw) = pair.split_once('=').ok_or_else(unreadable)?;
    if PASSED_ON.contains(&name) || OURS.contains(&name) {
        return Ok((name, raw));
    }
    // What looks like no name may be the rest of a password.
    let is_name = name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    if !is_name {
        return Err(unreadable());
    }
    let mut all = [PASSED_ON.as_slice(), &OURS].concat();
    all.sort_unstable();
    Err(DatabaseUrlError(format!("has the unknown parameter {name}; known are {}", all.join(", "))))
}

fn unreadable() -> DatabaseUrlError {
    DatabaseUrlError(
        "must be postgres://user:password@host/name?parameter=value, with special characters percent-encoded (@ is %40, / is %2F, ? is %3F, # is %23)"
            .into(),
    )
}

/// What the client library refused, if it says so without what was written.
fn wrong_value(error: &tokio_postgres::Error) -> DatabaseUrlError {
    let told = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let told = told.replace('`', "");
    match told.strip_prefix("invalid value for option ") {
        Some(name) => DatabaseUrlError(format!("has a value of {name} that can't be used")),
        None => unreadable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Server {
        Server::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        Server::parse(text).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn parameters_mean_what_they_mean_to_libpq() {
        let plain = read("postgres://shop@h/x");
        assert_eq!((plain.config.get_ssl_mode(), plain.proof), (SslMode::Prefer, Proof::None));
        let mode = |text: &str| {
            let server = read(&format!("postgres://shop@h/x?{text}"));
            (server.config.get_ssl_mode(), server.proof, server.roots)
        };
        let file = || Roots::File("/etc/ca.pem".into());
        assert_eq!(mode("sslmode=disable"), (SslMode::Disable, Proof::None, Roots::System));
        assert_eq!(mode("sslmode=require"), (SslMode::Require, Proof::None, Roots::System));
        assert_eq!(mode("sslmode=verify-ca"), (SslMode::Require, Proof::Issuer, Roots::System));
        assert_eq!(mode("sslmode=verify-full"), (SslMode::Require, Proof::IssuerAndName, Roots::System));
        assert_eq!(
            mode("sslmode=require&sslrootcert=/etc/ca.pem"),
            (SslMode::Require, Proof::Issuer, file())
        );
        assert_eq!(mode("sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem").2, file());
        assert_eq!(mode("sslrootcert=system"), (SslMode::Require, Proof::IssuerAndName, Roots::System));
        let named = read("postgres://shop@h/x?schema=wholesale&application_name=till&connect_timeout=3");
        assert_eq!(named.schema.as_deref(), Some("wholesale"));
        assert_eq!(named.config.get_application_name(), Some("till"));
        assert_eq!(named.config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        let socket = read("postgres:///x?host=/run/postgresql&user=shop&password=hunter2");
        assert_eq!(socket.config.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        assert_eq!(socket.config.get_user(), Some("shop"));
        assert_eq!(socket.config.get_dbname(), Some("x"));
        let two = read("postgres://shop@one.example,two.example/x");
        assert_eq!(two.config.get_hosts().len(), 2);
    }

    #[test]
    fn what_is_not_understood_is_named_without_what_may_be_a_password() {
        assert!(
            refused("postgres://h/x?pgbouncer=true")
                .contains("unknown parameter pgbouncer; known are application_name")
        );
        assert!(refused("postgres://h/x?sslmode=strict").contains("sslmode must be disable, prefer"));
        assert!(refused("postgres://h/x?connect_timeout=soon").contains("connect_timeout"));
        assert!(refused("postgres://h/x?sslrootcert=system&sslmode=require").contains("verify-full only"));
        for with_password in [
            "postgres://shop:hun?ter2@h/x",
            "postgres://shop:hun@ter2@h/x",
            "postgres://shop:hun#ter2@h/x",
            "postgres://h/x?hunter2",
            "postgres://shop:hun?ter2=1@h/x",
            "postgres://shop@h:hunter2/x",
        ] {
            let told = refused(with_password);
            assert!(!told.is_empty() && !told.contains("ter2"), "{with_password}: {told}");
        }
    }
}
