//! Opening connections to PostgreSQL, with patience that ends.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use postgres::Client;
use postgres::config::TargetSessionAttrs;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::server::Server;
use super::{Error, tls};

/// The client library's pause before a silent connection is asked for life.
const USUAL_IDLE: Duration = Duration::from_hours(2);

/// Connects to the first host that can be written to. A server that falls
/// silent is noticed: connecting, statements and idle transactions all end.
///
/// A pool in between takes a connection and keeps it waiting while all of its
/// own are in use, for minutes; who waits here gives up sooner and says so.
pub(super) fn connect(server: &Server) -> Result<Client, Error> {
    let (answer, answered) = mpsc::sync_channel(1);
    let (asked, patience) = (server.clone(), server.patience());
    thread::Builder::new().name("db-connect".into()).spawn(move || {
        // When nobody waits any more the connection is closed again.
        drop(answer.send(connect_now(&asked)));
    })?;
    let nobody = |_| Err(Error::NoConnection { seconds: patience.as_secs() });
    answered.recv_timeout(patience).unwrap_or_else(nobody)
}

fn connect_now(server: &Server) -> Result<Client, Error> {
    let mut config = server.config.clone();
    config
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .connect_timeout(server.patience_of_each())
        .tcp_user_timeout(Duration::from_secs(20));
    if config.get_keepalives_idle() == USUAL_IDLE {
        config.keepalives_idle(Duration::from_secs(30));
    }
    if config.get_application_name().is_none() {
        config.application_name("tradepost");
    }
    let mut client = config.connect(MakeRustlsConnect::new(tls::config(server)?))?;
    client.batch_execute(
        "set statement_timeout = '60s'; set lock_timeout = '20s';
         set idle_in_transaction_session_timeout = '20s'; set client_min_messages = 'warning'",
    )?;
    if let Some(schema) = &server.schema {
        // Without it PostgreSQL would silently take the next one.
        if client.query_opt("select 1 from pg_namespace where nspname = $1", &[schema])?.is_none() {
            return Err(Error::NoSchema(schema.clone()));
        }
        // Extensions are mostly in the schema public.
        client
            .execute("select set_config('search_path', quote_ident($1) || ', public', false)", &[schema])?;
    }
    Ok(client)
}
