//! Who is there in a story: retailers, contacts, staff.

use passwords::Password;
use serde_json::json;
use tradepost::actor::Actor;
use tradepost::db::{Row, Tx};
use tradepost::kernel::id::{ContactId, RetailerId, SessionId, StaffId, TerritoryId};
use tradepost::kernel::{EmailAddress, Language, Timestamp, Username};
use tradepost::retailers::{self, Contact, Retailer};
use tradepost::sessions::StaffKind;
use tradepost::staff::{self, Added, BuiltIn, NewStaff};

use super::client::{Browser, Reply};
use super::program::Program;
use super::shop::Shop;

/// The password of every staff user in a story.
pub const STAFF_PASSWORD: &str = "violet harbour ladder 42 moss";

/// A staff user at their desk or on the road, signed in.
pub struct Colleague {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub browser: Browser,
    /// `/portal` or `/sales`.
    pub door: &'static str,
}

impl Shop {
    /// A retailer in a territory, which comes into being with it.
    pub async fn retailer(&self, name: &str, territory: &str) -> RetailerId {
        let (now, name, territory) = (self.clock.now(), name.to_owned(), territory.to_owned());
        let account_number = (20_001 + self.number()).to_string();
        let write = self.db().write(move |tx| {
            let place = self::territory(tx, &territory, now)?;
            let new = Retailer {
                id: RetailerId::new(now),
                account_number: account_number.clone(),
                name: name.clone(),
                address: "1 Quay Street\nHarbour".into(),
                territory: territory.clone(),
                active: true,
                contacts: 0,
                version: 1,
            };
            retailers::insert_retailer(tx, &new, place, now)?;
            Ok::<_, tradepost::db::Error>(new.id)
        });
        write.await.expect("a retailer")
    }

    /// A contact of the retailer that every story has, Harbour Gifts in North,
    /// with access and without a password.
    pub async fn contact(&self, username: &str, email: &str) -> ContactId {
        let number = "10001".to_owned();
        let found = self.db().read(move |tx| retailers::retailer_by_account_number(tx, &number)).await;
        let retailer = if let Some(retailer) = found.expect("an answer") {
            retailer.id
        } else {
            let id = self.retailer("Harbour Gifts", "North").await;
            self.run(
                "update retailers set account_number = '10001', account_number_key = '10001' where id = $1",
                &[&id],
            )
            .await;
            id
        };
        self.contact_at(retailer, username, email).await
    }

    /// A contact of a retailer, with access and without a password. They are
    /// called like their username, with a capital and a surname.
    pub async fn contact_at(&self, retailer: RetailerId, username: &str, email: &str) -> ContactId {
        let now = self.clock.now();
        let contact = Contact {
            position: "Owner".into(),
            phone: "+44 1947 000 000".into(),
            email: (!email.is_empty()).then(|| EmailAddress::parse(email).expect("an address")),
            username: Some(Username::parse(username).expect("a username")),
            website_access: true,
            ..Contact::new(ContactId::new(now), retailer, person(username), Language::English)
        };
        let id = contact.id;
        self.db()
            .write(move |tx| retailers::contacts::insert_contact(tx, &contact, now))
            .await
            .expect("a contact");
        id
    }

    /// A contact of Harbour Gifts who chose a password long ago.
    pub async fn member(&self, username: &str, email: &str, password: &str) -> ContactId {
        let id = self.contact(username, email).await;
        self.give_password(id, password).await;
        id
    }

    /// Gives a contact a password, as if they had chosen it long ago.
    pub async fn give_password(&self, id: ContactId, password: &str) {
        let typed = Password::parse(password).expect("a password");
        let hash = self.app().passwords.hash(typed).await.expect("a hash");
        let long_ago = self.clock.now().minus(std::time::Duration::from_hours(2160));
        let sql = "update contacts set password_hash = $2, password_set_at = $3 where id = $1";
        self.run(sql, &[&id, &hash.as_str(), &long_ago]).await;
    }

    /// The id of the contacts' session that was started last.
    pub async fn id_of_session(&self) -> SessionId {
        let read = self.db().read(|tx| {
            let sql = "select id from sessions where contact_id is not null order by created_at desc, id desc limit 1";
            tx.one::<Row>(sql, &[])?.get("id")
        });
        read.await.unwrap_or_else(|error: tradepost::db::Error| panic!("{error}"))
    }

    /// A browser in which a contact has signed in.
    pub async fn signed_in(&self, username: &str, password: &str) -> Browser {
        let browser = self.browser();
        let reply = browser.sign_in(username, password).await;
        assert!(reply.leads_to("/"), "{username} could not sign in: {reply:?}");
        browser
    }

    /// Whether a password lets a contact in now: to all, or only to choosing.
    pub async fn lets_in(&self, username: &str, password: &str) -> bool {
        let reply = self.browser().sign_in(username, password).await;
        assert!(reply.status == 303 || reply.status == 401, "{reply:?}");
        reply.status == 303
    }

    /// A staff user of a built-in role, of the kind and at the door that goes
    /// with it; a rep in North.
    pub async fn staff(&self, role: BuiltIn) -> Colleague {
        match role {
            BuiltIn::SalesRep => self.colleague(role, StaffKind::Rep, &["North"]).await,
            _ => self.colleague(role, StaffKind::Admin, &[]).await,
        }
    }

    /// A staff user, signed in at the portal if they may, else the sales app.
    pub async fn colleague(&self, role: BuiltIn, kind: StaffKind, territories: &[&str]) -> Colleague {
        let number = self.number();
        let (name, email) = (format!("Robin Colleague {number}"), format!("robin{number}@harbour.example"));
        let password = Password::parse(STAFF_PASSWORD).expect("a password");
        let hash = self.app().passwords.hash(password).await.expect("a hash");
        let (now, territories) =
            (self.clock.now(), territories.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let (called, mailed) = (name.clone(), email.clone());
        let added = self.db().write(move |tx| {
            let role = staff::roles::named(tx, role.name())?.expect("a built-in role");
            let email = EmailAddress::parse(&mailed).expect("an address");
            for name in &territories {
                territory(tx, name, now)?;
            }
            let new = NewStaff { email, name: called.clone(), kind, role, territories: territories.clone() };
            staff::add(tx, &Actor::operator(), &new, Some(&hash), now)
        });
        let Added::Added(id) = added.await.expect("a staff user") else {
            panic!("{name} could not be added")
        };
        let door = if kind.uses_portal() { "/portal" } else { "/sales" };
        let browser = self.browser();
        let reply = staff_sign_in(&browser, door, &email, STAFF_PASSWORD).await;
        assert!(reply.leads_to(door), "{reply:?}");
        Colleague { id, name, email, browser, door }
    }
}

impl Colleague {
    /// Presses the button in the confirmation; gives the page it leads to, or
    /// in the sales app what the API made.
    pub async fn starts_reset(&self, contact: ContactId) -> String {
        if self.door == "/sales" {
            let app = Program::new(self.browser.clone());
            let device = app.send("POST", "/sales/device", &[], Some(json!({ "name": "Sample iPad" }))).await;
            assert_eq!(device.status, 201, "{device:?}");
            let once = device.json()["id"].as_str().expect("an id").to_owned();
            let path = format!("/api/v1/contacts/{contact}/resets");
            let reply = app.act("POST", &path, &once, json!({})).await;
            assert_eq!(reply.status, 201, "{reply:?}");
            return reply.location().to_owned();
        }
        let reply = self.browser.post(&format!("{}/contacts/{contact}/resets", self.door), &[]).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.location().to_owned()
    }

    /// Turns a contact's access on or off.
    pub async fn switches_access(&self, contact: ContactId, to: &str) -> Reply {
        self.browser.post(&format!("/portal/contacts/{contact}/access"), &[("access", to)]).await
    }
}

/// The territory of that name, which comes into being when it isn't there.
fn territory(tx: &mut Tx<'_>, name: &str, now: Timestamp) -> Result<TerritoryId, tradepost::db::Error> {
    if let Some(found) = retailers::territory_named(tx, name)? {
        return Ok(found);
    }
    let id = TerritoryId::new(now);
    retailers::insert_territory(tx, id, name)?;
    Ok(id)
}

/// Signs a staff user in by the form of a door.
pub async fn staff_sign_in(browser: &Browser, door: &str, email: &str, password: &str) -> Reply {
    browser.post(&format!("{door}/login"), &[("email", email), ("password", password)]).await
}

/// The name of the contact with a username: `anna` is Anna Sample.
pub fn person(username: &str) -> String {
    let (first, rest) = username.split_at(username.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest} Sample", first.to_uppercase())
}
