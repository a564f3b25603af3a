//! What PostgreSQL's refusals mean, and what to do about them.

use std::error::Error as _;
use std::io;

use rustls::CertificateError as Bad;
use tokio_postgres::error::{DbError, SqlState};

/// What went wrong, in one line; the client library's own words leave out the
/// server's.
pub(super) fn of(error: &tokio_postgres::Error) -> String {
    if let Some(server) = error.as_db_error() {
        let said = format!("{} ({})", server.message(), server.code().code());
        return match advice(server) {
            Some(advice) => format!("{said}; {advice}"),
            None => said,
        };
    }
    let mut cause = error.source();
    while let Some(here) = cause {
        if let Some(problem) = of_certificate(here) {
            return problem;
        }
        cause = here.source();
    }
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Whether the way there could not be encrypted as asked: that doesn't pass by itself.
pub(super) fn is_about_encryption(error: &tokio_postgres::Error) -> bool {
    let mut cause = error.source();
    while let Some(here) = cause {
        if of_certificate(here).is_some() {
            return true;
        }
        cause = here.source();
    }
    false
}

/// What to do about an answer of the server, where it isn't plain from its words.
fn advice(server: &DbError) -> Option<&'static str> {
    let (code, message) = (server.code(), server.message());
    Some(match code {
        &SqlState::DUPLICATE_PSTATEMENT | &SqlState::INVALID_SQL_STATEMENT_NAME => {
            "is pgbouncer in between, with pool_mode = transaction or statement? Tradepost keeps prepared statements, and listens: set pool_mode = session for its database, or leave pgbouncer out"
        }
        &SqlState::TOO_MANY_CONNECTIONS => {
            "raise max_connections (or the role's or the database's connection limit), or stop what else is connected: a node uses 3 to 10 connections, a command 2"
        }
        &SqlState::INSUFFICIENT_PRIVILEGE if message.contains("extension") => {
            "grant it: grant create on database NAME to ROLE; or let an administrator make it once: create extension pg_trgm"
        }
        &SqlState::INSUFFICIENT_PRIVILEGE if message.contains("schema") => {
            "since PostgreSQL 15 only the owner of the database may make tables in the schema public: alter database NAME owner to ROLE; or grant usage, create on schema public to ROLE (docs/operating.md)"
        }
        &SqlState::INSUFFICIENT_PRIVILEGE => {
            "the tables belong to another role than the one in database.url: use that one, or hand them over: reassign owned by OLD to NEW"
        }
        &SqlState::FEATURE_NOT_SUPPORTED | &SqlState::UNDEFINED_FILE if message.contains("pg_trgm") => {
            "pg_trgm comes with PostgreSQL: install its package of extensions (postgresql-contrib)"
        }
        &SqlState::INVALID_CATALOG_NAME => {
            "make it: createdb --encoding=UTF8 --template=template0 --owner=ROLE NAME; or mend the name in database.url"
        }
        &SqlState::INVALID_SCHEMA_NAME => {
            "make it: create schema NAME authorization ROLE; or mend schema= in database.url"
        }
        &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "are user and password in database.url right, and does the server's pg_hba.conf let this machine in?"
        }
        &SqlState::UNTRANSLATABLE_CHARACTER | &SqlState::CHARACTER_NOT_IN_REPERTOIRE => {
            "is the database's encoding UTF8? See docs/operating.md"
        }
        _ if message.contains("unsupported startup parameter") => {
            "pgbouncer does not pass it on: leave it out of database.url, or name it in ignore_startup_parameters"
        }
        _ if message.contains("query_wait_timeout") => {
            "all connections of pgbouncer's pool are in use: raise default_pool_size; a node uses 3 to 10, a command 2"
        }
        _ => return None,
    })
}

/// What is wrong with the server's certificate, if that is what is wrong.
fn of_certificate(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut here = Some(error);
    while let Some(error) = here {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(of_tls(tls));
        }
        here = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).map(|inner| inner as _);
    }
    None
}

fn of_tls(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return format!("the connection could not be encrypted: {error}");
    };
    match certificate {
        Bad::UnknownIssuer | Bad::BadSignature => {
            "the server's certificate is not vouched for by an authority that is trusted (it may be self-signed): name the file of that authority's certificate, or of the server's own, as sslrootcert=FILE in database.url; sslmode=require encrypts without proof of who answers"
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "the server's certificate is for another name than the host in database.url: write the name it is for; sslmode=verify-ca proves the authority alone"
        }
        Bad::Expired | Bad::ExpiredContext { .. } => "the server's certificate has expired",
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; is this machine's clock right?"
        }
        other => return format!("the server's certificate was not accepted: {other}"),
    }
    .to_owned()
}
