//! What a story asks of its shop, and how it waits for it.

use std::time::Duration;

use tradepost::actor::Actor;
use tradepost::config::ResetMode;
use tradepost::db::{Row, ToValue};
use tradepost::kernel::id::{ContactId, ResetId};
use tradepost::kernel::{Timestamp, Username};
use tradepost::recovery::{self, Manner, Requested};
use tradepost::retailers;

use super::{SOON, Shop};
use crate::support::letter::Letter;

/// Asking and waiting.
impl Shop {
    /// Starts a reset of a contact, as the operator does by command.
    pub async fn resets(&self, username: &str) -> ResetId {
        self.resets_in(username, false).await
    }

    /// Starts a reset and stops the current password.
    pub async fn resets_and_stops(&self, username: &str) -> ResetId {
        self.resets_in(username, true).await
    }

    async fn resets_in(&self, username: &str, stop_current: bool) -> ResetId {
        let (id, now) = (self.id(username).await, self.clock.now());
        let mode: ResetMode = self.app().settings().values.reset.mode;
        let manner = Manner { mode, stop_current, once: false };
        let requested = self.db().write(move |tx| recovery::request(tx, &Actor::operator(), id, manner, now));
        match requested.await.expect("a request") {
            Requested::OnItsWay(reset) => reset,
            Requested::NotPossible(obstacle) => panic!("{obstacle:?}"),
        }
    }

    /// Starts a reset, waits for its mail and gives the temporary password.
    pub async fn temporary_password(&self, username: &str) -> String {
        self.resets(username).await;
        let id = self.id(username).await;
        let contact = self.db().read(move |tx| retailers::contact(tx, &Actor::system(), id)).await;
        let email = contact.expect("a contact").email.expect("an address");
        let password = self.mail_to(email.as_str()).await.temporary_password();
        self.quiet().await;
        password
    }

    /// The id of the contact with a username.
    pub async fn id(&self, username: &str) -> ContactId {
        let parsed = Username::parse(username).expect("a username");
        let found = self.db().read(move |tx| retailers::contact_by_username(tx, &parsed)).await;
        found.expect("an answer").unwrap_or_else(|| panic!("nobody is called {username}")).id
    }

    /// The next mail to an address that no one has looked at. Waits for it.
    pub async fn mail_to(&self, address: &str) -> Letter {
        self.mail_that(&format!("mail to {address}"), |letter| letter.is_to(address)).await
    }

    /// The next mail of a kind, to whomever, that no one has looked at.
    pub async fn mail_that_is(&self, kind: &str) -> Letter {
        self.mail_that(kind, |letter| letter.kind() == kind).await
    }

    /// The next mail of a kind to an address that no one has looked at.
    pub async fn mail_of(&self, kind: &str, address: &str) -> Letter {
        self.mail_that(&format!("{kind} to {address}"), |letter| {
            letter.is_to(address) && letter.kind() == kind
        })
        .await
    }

    async fn mail_that(&self, what: &str, fits: impl Fn(&Letter) -> bool) -> Letter {
        eventually(what, async || {
            let mut read = self.read.lock().expect("the read mails");
            let mails = self.smtp.mails().into_iter().map(Letter).enumerate();
            let next = mails.into_iter().find(|(place, letter)| !read.contains(place) && fits(letter));
            next.map(|(place, letter)| {
                read.insert(place);
                letter
            })
        })
        .await
    }

    /// Mails that no one has looked at.
    pub fn unread(&self) -> Vec<Letter> {
        let read = self.read.lock().expect("the read mails");
        let mails = self.smtp.mails().into_iter().map(Letter).enumerate();
        mails.filter(|(place, _)| !read.contains(place)).map(|(_, letter)| letter).collect()
    }

    /// Waits until nothing is left to be done now: what is put off may wait.
    pub async fn quiet(&self) {
        eventually("nothing to do", async || {
            let now = self.clock.now();
            let sql = "select count(*) as n from jobs where run_at <= $1 or lease_id is not null";
            (self.count(sql, &[&now]).await == 0).then_some(())
        })
        .await;
    }

    /// Waits until a query that counts gives this number.
    pub async fn counts(&self, expected: i64, sql: &str) {
        eventually(sql, async || (self.count(sql, &[]).await == expected).then_some(())).await;
    }

    /// The number that a query names `n`.
    pub async fn count(&self, sql: &str, parameters: &[&dyn ToValue]) -> i64 {
        let (sql, values) = (sql.to_owned(), owned(parameters));
        let read = self.db().read(move |tx| tx.one::<Row>(&sql, &borrowed(&values))?.get("n"));
        read.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
    }

    /// The moment that a query names `n`.
    pub async fn moment(&self, sql: &str, parameters: &[&dyn ToValue]) -> Timestamp {
        Timestamp::from_millis(self.count(sql, parameters).await)
    }

    /// Where the mail of the contact's latest reset is on its way.
    pub async fn delivery_of(&self, username: &str) -> String {
        let id = self.id(username).await;
        let sql = "select m.state as t from mails m join resets x on x.mail_id = m.id where x.contact_id = $1 order by x.requested_at desc, x.id desc limit 1";
        self.texts(sql, &[&id]).await.pop().unwrap_or_default()
    }

    /// Waits until that mail is there.
    pub async fn delivers(&self, username: &str, state: &str) {
        eventually(&format!("the mail to {username} is {state}"), async || {
            (self.delivery_of(username).await == state).then_some(())
        })
        .await;
    }

    /// The texts that a query names `t`.
    pub async fn texts(&self, sql: &str, parameters: &[&dyn ToValue]) -> Vec<String> {
        let (sql, values) = (sql.to_owned(), owned(parameters));
        let rows = self.db().read(move |tx| {
            let rows: Vec<Row> = tx.all(&sql, &borrowed(&values))?;
            rows.iter().map(|row| row.get("t")).collect()
        });
        rows.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
    }

    /// Changes rows behind the pages' back.
    pub async fn run(&self, sql: &str, parameters: &[&dyn ToValue]) {
        let (sql, values) = (sql.to_owned(), owned(parameters));
        let run = self.db().write(move |tx| tx.run(&sql, &borrowed(&values)));
        run.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"));
    }
}

fn owned(parameters: &[&dyn ToValue]) -> Vec<tradepost::db::Value> {
    parameters.iter().map(tradepost::db::ToValue::to_value).collect()
}

fn borrowed(values: &[tradepost::db::Value]) -> Vec<&dyn ToValue> {
    values.iter().map(|value| value as &dyn ToValue).collect()
}

/// Asks again and again, until there is something or it takes too long.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, asking).await.unwrap_or_else(|_| panic!("waited {SOON:?} in vain: {what}"))
}
