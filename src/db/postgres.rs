//! PostgreSQL: statements, the word across nodes.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::Statement;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::connecting::connect;
use super::link::Link;
use super::server::Server;
use super::value::{Row, ToValue, Value};
use super::{DatabaseUrl, Error};

/// The channel on which nodes tell each other that there is work.
const CHANNEL: &str = "tradepost_work";
/// Pause between two attempts to listen again, at first and at last.
const LISTEN_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_LISTEN_PAUSE: Duration = Duration::from_mins(1);
/// Key of the advisory lock that every node shares while it serves.
const SERVING: i64 = 0x7472_6164_6573_6572;

/// One connection with its prepared statements.
pub(super) struct Session {
    link: Link,
    statements: HashMap<String, Statement>,
}

impl Session {
    pub(super) fn open(server: &Server) -> Result<Self, Error> {
        Ok(Self { link: connect(server)?, statements: HashMap::new() })
    }

    /// Whether no node serves the database; none begins to before this transaction
    /// has ended.
    pub(super) fn is_served_by_nobody(&mut self) -> Result<bool, Error> {
        self.link.run(async |client| {
            let row = client.query_one("select pg_try_advisory_xact_lock($1)", &[&SERVING]).await?;
            row.try_get(0)
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.link.is_closed()
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.link.run(async |client| client.batch_execute(sql).await)
    }

    pub(super) fn query(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<Vec<Row>, Error> {
        let statement = self.statement(sql)?;
        let columns: Arc<[String]> =
            statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let values: Vec<Value> = parameters.iter().map(super::value::ToValue::to_value).collect();
        let rows = self.link.run(async |client| client.query(&statement, &as_sql(&values)).await)?;
        rows.iter()
            .map(|row| {
                let values = (0..columns.len()).map(|index| row.try_get::<_, Read>(index).map(|read| read.0));
                Ok(Row::new(Arc::clone(&columns), values.collect::<Result<_, _>>()?))
            })
            .collect()
    }

    pub(super) fn execute(&mut self, sql: &str, parameters: &[&dyn ToValue]) -> Result<u64, Error> {
        let statement = self.statement(sql)?;
        let values: Vec<Value> = parameters.iter().map(super::value::ToValue::to_value).collect();
        self.link.run(async |client| client.execute(&statement, &as_sql(&values)).await)
    }

    pub(super) fn prepare(&mut self, sql: &str) -> Result<(), Error> {
        self.statement(sql).map(drop)
    }

    pub(super) fn notify(&mut self) -> Result<(), Error> {
        self.execute("select pg_notify($1, '')", &[&CHANNEL]).map(drop)
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.link.run(async |client| client.prepare(sql).await)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Listens on a connection of its own for as long as anyone holds `work`. That
/// connection also holds a lock that says: here a node serves.
pub(super) fn listen(url: &DatabaseUrl, work: &Arc<Notify>) {
    let DatabaseUrl::Postgres(server) = url.clone() else { return };
    let work = Arc::downgrade(work);
    std::thread::spawn(move || {
        let mut pause = LISTEN_PAUSE;
        while work.strong_count() > 0 {
            let listening = connect(&server).and_then(|mut link| {
                let listen = format!("select pg_advisory_lock_shared({SERVING}); listen {CHANNEL}");
                link.run(async |client| client.batch_execute(&listen).await)?;
                Ok(link)
            });
            pause = match listening {
                Ok(mut link) => {
                    pass_on(&mut link, &work);
                    LISTEN_PAUSE
                }
                Err(error) => {
                    tracing::debug!(%error, "Word of other nodes can't be heard for now; looking twice a second instead");
                    (pause * 2).min(LONGEST_LISTEN_PAUSE)
                }
            };
            std::thread::sleep(pause);
        }
    });
}

/// Passes notifications on until the connection is lost or nobody wants them.
fn pass_on(link: &mut Link, work: &Weak<Notify>) {
    while !link.is_closed() {
        match (link.hear(LISTEN_PAUSE), work.upgrade()) {
            (Ok(true), Some(work)) => work.notify_waiters(),
            (Ok(false), Some(_)) => {}
            (Err(_), _) | (_, None) => return,
        }
    }
}

fn as_sql(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

type Wrong = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql_checked(ty, out),
            Self::Int(value) if *ty == Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
            Self::Int(value) => value.to_sql_checked(ty, out),
            Self::Text(text) => text.to_sql_checked(ty, out),
            Self::Blob(bytes) => bytes.to_sql_checked(ty, out),
            Self::Uuid(uuid) if *ty == Type::UUID => {
                out.extend_from_slice(uuid.as_bytes());
                Ok(IsNull::No)
            }
            Self::Uuid(_) => Err(format!("an id was given where {ty} is wanted").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct Read(Value);

impl<'a> FromSql<'a> for Read {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Wrong> {
        Ok(Self(match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            Type::UUID => Value::Uuid(uuid::Uuid::from_slice(raw)?),
            _ => Value::Text(String::from_sql(ty, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Wrong> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::INT4, Type::BYTEA, Type::UUID].contains(ty)
            || <String as FromSql>::accepts(ty)
    }
}
