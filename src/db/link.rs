//! One connection to PostgreSQL, on which nothing is waited for without end.
//!
//! A server that hangs keeps its sockets open, and its kernel goes on answering
//! keep-alives: only asking tells. So when a statement gives nothing for a while,
//! another connection is tried; when nobody greets it, this one is given up. The
//! server's own limits (`statement_timeout`) end what is only slow.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout};
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Error;
use super::server::Server;

/// How long a statement may give nothing before it is asked whether anybody is there.
const SILENCE: Duration = Duration::from_secs(8);
/// How long an answer to that may take.
const GREETING: Duration = Duration::from_secs(5);
/// How long one statement is waited for at most: longer than the server's own limit.
const LONGEST: Duration = Duration::from_secs(90);

/// What a new connection is told: all that is waited for ends.
const SETTINGS: &str = "set statement_timeout = '60s'; set lock_timeout = '20s';
     set idle_in_transaction_session_timeout = '20s'; set client_min_messages = 'warning'";

/// A connection, driven by a runtime of its own while something is waited for.
pub(super) struct Link {
    runtime: Option<Runtime>,
    client: Client,
    /// Where it leads.
    host: Config,
    tls: MakeRustlsConnect,
    /// A word of other nodes.
    words: UnboundedReceiver<()>,
    /// Whether it was given up.
    given_up: bool,
}

impl Link {
    /// Opens one to a host, with what every session needs.
    pub(super) fn open(
        server: &Server,
        host: Config,
        tls: MakeRustlsConnect,
        patience: Duration,
    ) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let greeting = Self::greet(&host, tls.clone(), server.schema.as_deref());
        let opened = runtime.block_on(async { timeout(patience, greeting).await });
        match opened {
            Ok(Ok((client, words))) => {
                Ok(Self { runtime: Some(runtime), client, host, tls, words, given_up: false })
            }
            failed => {
                // Looking a name up can't be stopped, and is not waited for.
                runtime.shutdown_background();
                match failed {
                    Ok(Err(error)) => Err(error),
                    _ => Err(Error::NoConnection { seconds: patience.as_secs() }),
                }
            }
        }
    }

    async fn greet(
        host: &Config,
        tls: MakeRustlsConnect,
        schema: Option<&str>,
    ) -> Result<(Client, UnboundedReceiver<()>), Error> {
        let (client, mut connection) = host.connect(tls).await?;
        let (tell, words) = unbounded_channel();
        tokio::spawn(async move {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                if matches!(message, AsyncMessage::Notification(_)) && tell.send(()).is_err() {
                    return;
                }
            }
        });
        client.batch_execute(SETTINGS).await?;
        if let Some(schema) = schema {
            // Without it PostgreSQL would silently take the next one.
            let there = client.query_opt("select 1 from pg_namespace where nspname = $1", &[&schema]).await?;
            if there.is_none() {
                return Err(Error::NoSchema(schema.to_owned()));
            }
            // Extensions are mostly in the schema public.
            let path = "select set_config('search_path', quote_ident($1) || ', public', false)";
            client.execute(path, &[&schema]).await?;
        }
        Ok((client, words))
    }

    /// Whether it can't be used any more.
    pub(super) fn is_closed(&self) -> bool {
        self.given_up || self.client.is_closed()
    }

    /// Does something on it.
    pub(super) fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Error> {
        let Some(runtime) = self.runtime.as_ref().filter(|_| !self.given_up) else {
            return Err(Error::Lost);
        };
        let asking = || greets(&self.host, &self.tls);
        let outcome = runtime.block_on(patiently(work(&self.client), asking));
        self.given_up = matches!(outcome, Err(Error::Silent));
        outcome
    }

    /// Waits for a word of other nodes; says whether there was one.
    pub(super) fn hear(&mut self, within: Duration) -> Result<bool, Error> {
        let Some(runtime) = self.runtime.as_ref() else { return Err(Error::Lost) };
        match runtime.block_on(async { timeout(within, self.words.recv()).await }) {
            Ok(Some(())) => Ok(true),
            Ok(None) => Err(Error::Lost),
            // Whether anybody is still there to say one.
            Err(_) => self.run(async |client| client.batch_execute("").await).map(|()| false),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Waits for `work` as long as somebody is there.
async fn patiently<T, A: Future<Output = bool>>(
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    somebody: impl Fn() -> A,
) -> Result<T, Error> {
    let mut work = std::pin::pin!(work);
    let end = Instant::now() + LONGEST;
    while Instant::now() < end {
        match timeout(SILENCE, &mut work).await {
            Ok(done) => return Ok(done?),
            Err(_) if somebody().await => {}
            Err(_) => break,
        }
    }
    Err(Error::Silent)
}

/// Whether anybody greets a new connection: what they say doesn't count.
async fn greets(host: &Config, tls: &MakeRustlsConnect) -> bool {
    match timeout(GREETING, host.connect(tls.clone())).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => error.as_db_error().is_some(),
        Err(_) => false,
    }
}
