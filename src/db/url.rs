//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::server::Server;

/// A database address: `sqlite:PATH` or `postgres://…`.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// The file of an embedded SQLite database.
    Sqlite(PathBuf),
    /// A server, as libpq reads its address (several hosts allowed).
    Postgres(Box<Server>),
}

/// Why a database address was refused. Says nothing of what stands in it, which
/// may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DatabaseUrlError(pub(super) String);

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Box::new(Server::parse(text)?)));
        }
        Err(DatabaseUrlError("must be sqlite:PATH or postgres://user:password@host/name".into()))
    }
}

/// Shows where it is, without user and password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(server) => f.write_str(&server.shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn addresses_are_read_and_never_show_a_password() {
        let sqlite: DatabaseUrl = "sqlite:data/tradepost.db".parse().unwrap();
        assert!(matches!(sqlite, DatabaseUrl::Sqlite(path) if path == Path::new("data/tradepost.db")));
        let postgres: DatabaseUrl = "postgres://shop:hunter2@db.internal/shop".parse().unwrap();
        assert_eq!(postgres.to_string(), "postgres://…@db.internal/shop");
        for wrong in ["", "sqlite:", "mysql://x", "postgres:x", "/tmp/x.db"] {
            assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
        }
    }
}
