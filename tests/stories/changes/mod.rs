//! A client keeps a copy of the customers of its territories: what changed
//! since comes by the feeds, once, and nothing of other territories does.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tradepost::actor::Actor;
use tradepost::db::Tx;
use tradepost::kernel::id::{ContactId, RetailerId, StaffId};
use tradepost::kernel::{EmailAddress, Language, Timestamp, Username};
use tradepost::retailers::contacts;
use tradepost::retailers::edit::{self, ContactDetails, RetailerDetails};
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;
use tradepost::{Error, access, privacy, retailers};
use url::form_urlencoded;

use crate::support::people::person;
use crate::support::program::Program;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

mod sight;

const FEEDS: [&str; 2] = ["retailers", "contacts"];
const MAIL: &str = "anna@harbour.example";
const PASSWORD: &str = "trout9lamp";

/// What someone's device knows.
struct Device<'a> {
    shop: &'a Shop,
    staff: StaffId,
    program: Program,
    limit: usize,
    cursors: [Option<String>; 2],
    /// Names by id, as the feeds told them.
    copy: [BTreeMap<String, Value>; 2],
}

impl<'a> Device<'a> {
    async fn of(shop: &'a Shop, role: BuiltIn, territories: &[&str]) -> Self {
        let kind = if role == BuiltIn::SalesRep { StaffKind::Rep } else { StaffKind::Admin };
        let colleague = shop.colleague(role, kind, territories).await;
        let program = Program::of(shop, &colleague).await;
        Self {
            shop,
            staff: colleague.id,
            program,
            limit: 3,
            cursors: [None, None],
            copy: <[_; 2]>::default(),
        }
    }

    /// One answer of a feed; none when its cursor doesn't hold.
    async fn page(&self, feed: &str, since: Option<&str>) -> Option<Value> {
        let mut query = form_urlencoded::Serializer::new(format!("limit={}", self.limit));
        if let Some(since) = since {
            query.append_pair("since", since);
        }
        let reply = self.program.get(&format!("/api/v1/{feed}?{}", query.finish())).await;
        if reply.status == 410 {
            assert_eq!(reply.json()["type"], "/problems/cursor-expired");
            return None;
        }
        assert_eq!(reply.status, 200, "{}", reply.text());
        Some(reply.json())
    }

    /// Takes one answer of a feed in: names that came, and names that went with
    /// a dash before them. None at the end of the feed.
    async fn takes_in(&mut self, place: usize) -> (Vec<String>, bool) {
        let page =
            self.page(FEEDS[place], self.cursors[place].as_deref()).await.expect("a cursor that holds");
        let mut news = Vec::new();
        for item in page["items"].as_array().expect("items") {
            let (id, name) = (item["id"].as_str().expect("an id"), item["name"].as_str().expect("a name"));
            self.copy[place].insert(id.to_owned(), item.clone());
            news.push(name.to_owned());
        }
        for id in page["removed"].as_array().expect("ids") {
            let known = self.copy[place].remove(id.as_str().expect("an id"));
            news.push(
                known.map_or("-".into(), |known| format!("-{}", known["name"].as_str().expect("a name"))),
            );
        }
        self.cursors[place] = page["cursor"].as_str().map(str::to_owned);
        (news, page["more"] == true)
    }

    /// Reads both feeds to their ends: what came of retailers, then of contacts.
    async fn hears(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        for place in 0..FEEDS.len() {
            let mut of_this = Vec::new();
            loop {
                let (news, more) = self.takes_in(place).await;
                of_this.extend(news);
                if !more {
                    break;
                }
            }
            of_this.sort();
            all.extend(of_this);
        }
        all
    }

    /// Says that the copy is what a new device would be told.
    async fn is_whole(&self) {
        let mut anew = Device {
            cursors: [None, None],
            copy: <[_; 2]>::default(),
            limit: 1000,
            program: self.program.clone(),
            ..*self
        };
        anew.hears().await;
        assert_eq!(self.copy, anew.copy);
    }
}

impl Shop {
    /// The operator does something by the operation of every door.
    async fn does<T: Send + 'static>(
        &self,
        mut act: impl FnMut(&mut Tx<'_>, &Actor, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let now = self.clock.now();
        self.db().write(move |tx| act(tx, &Actor::operator(), now)).await.expect("done")
    }

    async fn puts_into(&self, retailer: RetailerId, territory: &'static str) {
        self.does(move |tx, actor, now| {
            let territory = retailers::territory_named(tx, territory)?.expect("a territory");
            edit::assign_territory(tx, actor, retailer, territory, now)
        })
        .await;
    }

    async fn moves(&self, contact: ContactId, to: RetailerId) {
        self.does(move |tx, actor, now| access::transfer::move_contact(tx, actor, contact, to, now)).await;
    }

    async fn retailer_of(&self, contact: ContactId) -> RetailerId {
        self.does(move |tx, actor, _| Ok(retailers::contact(tx, actor, contact)?.retailer)).await
    }
}

fn nothing() -> Vec<String> {
    Vec::new()
}

story! {
    async fn a_first_walk_misses_nothing_while_others_write_and_ends(kind) {
        let shop = Shop::idle(kind).await;
        let mut people = Vec::new();
        for n in 0..5 {
            let retailer = shop.retailer(&format!("Shop {n}"), "North").await;
            people.push(shop.contact_at(retailer, &format!("anna{n}"), "").await);
            people.push(shop.contact_at(retailer, &format!("bert{n}"), "").await);
        }
        let mut rep = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        let (mut pages, mut news) = (0, Vec::new());
        loop {
            let (some, more) = rep.takes_in(1).await;
            assert!(some.len() <= 3, "{some:?}");
            (news, pages) = ([news, some].concat(), pages + 1);
            if !more {
                break;
            }
            // What has been told already, what has not, and who is new.
            if pages < 4 {
                for id in [people[pages], people[9 - pages]] {
                    shop.run("update contacts set phone = phone || '7', version = version + 1 where id = $1", &[&id]).await;
                }
                let retailer = shop.retailer_of(people[0]).await;
                shop.contact_at(retailer, &format!("cleo{pages}"), "").await;
            }
        }
        assert!((5..10).contains(&pages), "{pages} pages");
        for n in 0..5 {
            assert!(news.contains(&person(&format!("anna{n}"))) && news.contains(&person(&format!("bert{n}"))), "{news:?}");
        }
        rep.takes_in(0).await;
        rep.hears().await;
        rep.is_whole().await;
        assert_eq!((rep.copy[0].len(), rep.copy[1].len()), (5, 13));
        assert_eq!(rep.hears().await, nothing());
    }
}

story! {
    async fn what_is_known_of_customers_arrives_once_when_it_changes(kind) {
        let shop = Shop::idle(kind).await;
        let anna = shop.contact("anna", MAIL).await;
        shop.contact("bert", "").await;
        let retailer = shop.retailer_of(anna).await;
        let mut rep = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        assert_eq!(rep.hears().await, ["Harbour Gifts", "Anna Sample", "Bert Sample"]);
        assert_eq!(rep.hears().await, nothing());
        shop.does(move |tx, actor, now| {
            let territory = retailers::territory_named(tx, "North")?.expect("a territory");
            let new = RetailerDetails { account_number: "10001".into(), name: "Harbour Gifts".into(), address: "2 Quay".into(), territory };
            edit::change_retailer(tx, actor, (retailer, 1), &new, now)
        })
        .await;
        assert_eq!(rep.hears().await, ["Harbour Gifts"]);
        for (version, position, phone, language) in [(1, "Clerk", "1", Language::English), (2, "Clerk", "2", Language::English), (3, "Clerk", "2", Language::German)] {
            shop.does(move |tx, actor, now| {
                let new = ContactDetails { name: "Anna Sample".into(), position: position.into(), phone: phone.into(), language };
                edit::change_contact(tx, actor, (anna, version), &new, now)
            })
            .await;
            assert_eq!(rep.hears().await, ["Anna Sample"]);
        }
        for (column, value) in [("name", "North by East"), ("name", "North")] {
            shop.run(&format!("update territories set {column} = $1"), &[&value]).await;
            assert_eq!(rep.hears().await, ["Harbour Gifts"], "its territory is called {value}");
        }
        shop.run("update retailers set updated_at = updated_at + 1", &[]).await;
        assert_eq!(rep.hears().await, nothing(), "nobody sees that");
        let quay = shop.retailer("Quay Books", "North").await;
        shop.contact_at(quay, "cleo", "").await;
        assert_eq!(rep.hears().await, ["Quay Books", "Cleo Sample"]);
        rep.is_whole().await;
    }
}

story! {
    async fn every_change_of_access_arrives_once(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.contact("anna", MAIL).await;
        shop.contact("bert", "").await;
        let retailer = shop.retailer_of(anna).await;
        let mut rep = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        rep.hears().await;
        for on in [false, true] {
            shop.does(move |tx, actor, now| access::switch(tx, actor, anna, on, now)).await;
            assert_eq!(rep.hears().await, ["Anna Sample"], "switched");
            shop.does(move |tx, actor, now| access::set_contact_active(tx, actor, anna, on, now)).await;
            assert_eq!(rep.hears().await, ["Anna Sample"], "active or not");
        }
        for on in [false, true] {
            shop.does(move |tx, actor, now| access::set_retailer_active(tx, actor, retailer, on, now)).await;
            assert_eq!(rep.hears().await, ["Harbour Gifts", "Anna Sample", "Bert Sample"], "the retailer is active or not");
        }
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.resets("anna").await;
        shop.delivers("anna", "put-off").await;
        assert_eq!(rep.hears().await, ["Anna Sample"]);
        assert_eq!(rep.copy[1][&anna.to_string()]["access"]["state"], "inviting");
        shop.smtp.set_mode(Mode::Accept);
        let temporary = shop.temporary_password("anna").await;
        assert_eq!(rep.hears().await, ["Anna Sample"]);
        assert_eq!(rep.copy[1][&anna.to_string()]["access"]["state"], "invited");
        let browser = shop.browser();
        assert!(browser.sign_in("anna", &temporary).await.leads_to("/password"));
        assert_eq!(browser.choose(PASSWORD).await.status, 303);
        assert_eq!(rep.hears().await, ["Anna Sample"], "has a password of her own");
        shop.signed_in("anna", PASSWORD).await;
        assert_eq!(rep.hears().await, ["Anna Sample"], "signed in");
        shop.resets_and_stops("anna").await;
        shop.delivers("anna", "accepted").await;
        assert_eq!(rep.hears().await, ["Anna Sample"]);
        assert_eq!(rep.copy[1][&anna.to_string()]["has_password"], false);
        assert_eq!(rep.hears().await, nothing());
        rep.is_whole().await;
    }
}

story! {
    async fn changes_of_how_a_contact_signs_in_arrive_once(kind) {
        let shop = Shop::idle(kind).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let mut rep = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        rep.hears().await;
        let to = |email: &str| EmailAddress::parse(email).expect("an address");
        for (username, email) in [("anna", "new@harbour.example"), ("anna.sample", "new@harbour.example")] {
            let (username, email) = (Username::parse(username).expect("a username"), to(email));
            shop.does(move |tx, _, now| {
                contacts::set_username(tx, anna, Some(&username), now)?;
                Ok(contacts::set_email(tx, anna, &email, now)?)
            })
            .await;
            assert_eq!(rep.hears().await, ["Anna Sample"]);
        }
        let email = to("new@harbour.example");
        shop.does(move |tx, _, now| access::mark_bounced(tx, &email, now)).await;
        assert_eq!(rep.hears().await, ["Anna Sample"]);
        assert_eq!(rep.copy[1][&anna.to_string()]["access"]["state"], "bounced");
        shop.does(move |tx, actor, now| access::clear_bounce(tx, actor, anna, now)).await;
        assert_eq!(rep.hears().await, ["Anna Sample"]);
        shop.run("update contacts set password_brought_at = password_set_at", &[]).await;
        assert_eq!(rep.hears().await, ["Anna Sample"], "a password that came along");
        rep.is_whole().await;
    }
}
