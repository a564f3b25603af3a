//! Nobody but the contact ever knows a password (promise 1): after two hundred
//! resets by every door, no file, table, log line or page holds one.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use tradepost::kernel::id::ContactId;
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Reply;
use crate::support::log;
use crate::support::people::Colleague;
use crate::support::program::Program;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const ALPHABET: &[u8] = b"23456789CDFHJKMNPQRTVWXY";
/// In every password chosen here, and in nothing else.
const MARK: &str = "Qzjxveil";
const PEOPLE: usize = 40;
const ROUNDS: usize = 5;

/// Passwords that must be nowhere.
#[derive(Default)]
struct Secrets {
    /// Without dashes, in capitals.
    temporary: HashSet<Vec<u8>>,
}

impl Secrets {
    fn add(&mut self, temporary: &str) {
        self.temporary.insert(temporary.replace('-', "").into_bytes());
    }

    /// Fails when the heap holds one: grouped or not, in any case, or a chosen
    /// one, as text, in hexadecimal digits or in UTF-16.
    fn assert_not_in(&self, what: &str, heap: &[u8]) {
        assert!(!self.are_in(heap), "{what} holds a password");
    }

    fn are_in(&self, heap: &[u8]) -> bool {
        let plain: Vec<u8> =
            heap.iter().filter(|b| **b != b'-' && **b != 0).map(u8::to_ascii_uppercase).collect();
        let temporary = plain
            .split(|b| !ALPHABET.contains(b))
            .any(|run| run.windows(16).any(|window| self.temporary.contains(window)));
        let mark = MARK.to_ascii_uppercase().into_bytes();
        let hex = MARK.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat();
        temporary || holds(&plain, &mark) || holds(&plain, hex.as_bytes())
    }
}

/// Compares only where the needle could end: heaps are many megabytes.
fn holds(heap: &[u8], needle: &[u8]) -> bool {
    let last = needle[needle.len() - 1];
    let ends = heap.iter().enumerate().filter(|(_, byte)| **byte == last).map(|(at, _)| at + 1);
    ends.into_iter().any(|end| heap[..end].ends_with(needle))
}

/// A shop in full swing: forty contacts, each door, faults on the way.
struct Scene {
    shop: Shop,
    office: Colleague,
    rep: Colleague,
    contacts: Vec<ContactId>,
    secrets: Secrets,
    /// Pages of resets as staff found them.
    pages: Vec<String>,
}

impl Scene {
    async fn open(shop: Shop) -> Self {
        let office = shop.colleague(BuiltIn::Owner, StaffKind::Admin, &[]).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        let mut contacts = Vec::new();
        for n in 0..PEOPLE {
            contacts.push(shop.contact(&format!("zanzibar{n}"), &format!("anna{n}@harbour.example")).await);
        }
        Self { shop, office, rep, contacts, secrets: Secrets::default(), pages: Vec::new() }
    }

    /// One reset for each contact, by the door whose turn it is.
    async fn round(&mut self, round: usize) {
        self.shop.smtp.clear();
        if round == 2 {
            self.shop.smtp.set_mode(Mode::DropAfterDot);
        }
        for (n, contact) in self.contacts.iter().enumerate() {
            match (n + round) % 3 {
                0 => drop(self.shop.browser().forgot_password(&format!("zanzibar{n}")).await),
                1 => self.pages.push(self.office.starts_reset(*contact).await),
                _ => self.pages.push(self.rep.starts_reset(*contact).await),
            }
        }
        self.shop.smtp.wait_for(PEOPLE, Duration::from_mins(1)).await;
        self.shop.quiet().await;
        if round == 2 {
            self.shop.smtp.set_mode(Mode::Accept);
            self.shop.advance(Duration::from_secs(3));
            self.shop.smtp.wait_for(2 * PEOPLE, Duration::from_mins(1)).await;
            self.shop.quiet().await;
        }
        let latest = self.collect();
        for n in (round..PEOPLE).step_by(4) {
            self.choose(n, &latest[&format!("anna{n}@harbour.example")], round).await;
        }
        self.shop.advance(Duration::from_mins(25));
    }

    /// Notes every temporary password that was mailed; gives the latest ones.
    fn collect(&mut self) -> BTreeMap<String, String> {
        let mut latest = BTreeMap::new();
        for mail in self.shop.unread() {
            if ["reset", "invitation"].contains(&mail.kind().as_str()) {
                let temporary = mail.temporary_password();
                self.secrets.add(&temporary);
                latest.insert(mail.to[0].clone(), temporary);
            }
        }
        latest
    }

    /// One contact makes every mistake on the way to a new password.
    async fn choose(&self, n: usize, temporary: &str, round: usize) {
        let (username, chosen) = (format!("zanzibar{n}"), format!("{MARK} {n} {round} x"));
        let browser = self.shop.browser();
        assert!(browser.sign_in(&username, temporary).await.leads_to("/password"), "{username}");
        assert_eq!(browser.choose(&MARK[..6]).await.status, 422);
        assert_eq!(browser.choose(temporary).await.status, 422);
        assert!(browser.choose(&chosen).await.leads_to("/"));
        assert_eq!(self.shop.browser().sign_in(&username, &format!("{chosen} wrong")).await.status, 401);
        assert!(self.shop.browser().sign_in(&username, &chosen).await.leads_to("/"));
    }

    /// Every page that staff can open about these contacts, and all the sales
    /// app hears of them.
    async fn staff_pages(&self) -> Vec<u8> {
        let mut pages = vec!["/portal/retailers".to_owned(), "/portal/mail".into()];
        let mut heard = vec!["/api/v1/retailers".to_owned(), "/api/v1/contacts".into()];
        for contact in &self.contacts {
            pages.extend(["", "/resets/new"].map(|page| format!("/portal/contacts/{contact}{page}")));
            heard.extend(["", "/resets"].map(|page| format!("/api/v1/contacts/{contact}{page}")));
        }
        for page in &self.pages {
            if page.starts_with("/portal") {
                pages.extend([page.clone(), format!("{page}/status")]);
            } else {
                heard.push(page.clone());
            }
        }
        let app = Program::of(&self.shop, &self.rep).await;
        let mut all = Vec::new();
        for path in pages {
            all.extend(whole(self.office.browser.get(&path).await, &path));
        }
        for path in heard {
            all.extend(whole(app.get(&path).await, &path));
        }
        all
    }
}

fn whole(page: Reply, path: &str) -> Vec<u8> {
    assert_eq!(page.status, 200, "{path}");
    let headers = page.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    [headers.collect::<String>().into_bytes(), page.body].concat()
}

story! {
    async fn promise_01_two_hundred_resets_leave_no_password_anywhere(kind) {
        let start = log::mark();
        let mut scene = Scene::open(Shop::open(kind).await).await;
        for round in 0..ROUNDS {
            scene.round(round).await;
        }
        let secrets = &scene.secrets;
        assert!(secrets.temporary.len() >= PEOPLE * ROUNDS, "{}", secrets.temporary.len());
        let sample = String::from_utf8(secrets.temporary.iter().next().unwrap().clone()).unwrap();
        let grouped = format!("x{}-{}-{}-{}y", &sample[..4], &sample[4..8], &sample[8..12], &sample[12..]).to_lowercase();
        assert!(secrets.are_in(grouped.as_bytes()) && secrets.are_in(sample.as_bytes()), "the search would find one");
        assert!(secrets.are_in(format!("..{}..", MARK.to_lowercase()).as_bytes()));
        let everything = scene.shop.database.everything().await;
        assert!(holds(&everything, b"$argon2id$") && holds(&everything, b"zanzibar7"), "the dump is one");
        secrets.assert_not_in("the database", &everything);
        secrets.assert_not_in("a page", &scene.staff_pages().await);
        let log = log::since(start);
        assert!(holds(&log, b"Reset requested"), "the log is one");
        secrets.assert_not_in("the log", &log);
    }
}

story! {
    async fn log_lines_name_nobody(kind) {
        let start = log::mark();
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let who = if shop.database.kind == crate::support::database::Kind::Sqlite { "wolfgangus" } else { "hildegardis" };
        let (mail, name) = (format!("{who}@harbour.example"), format!("{who}-name"));
        let contact = shop.member(who, &mail, "trout9lamp").await;
        shop.run("update contacts set name = $2 where id = $1", &[&contact, &name.as_str()]).await;
        shop.browser().sign_in(who, "wrong9lamp").await;
        shop.browser().forgot_password(who).await;
        let letter = shop.mail_to(&mail).await;
        shop.quiet().await;
        shop.browser().get(&letter.not_me()).await;
        shop.advance(Duration::from_secs(10));
        shop.smtp.set_mode(Mode::NO_SUCH_USER);
        office.starts_reset(contact).await;
        shop.delivers(who, "bounced").await;
        let lines = String::from_utf8_lossy(&log::since(start)).into_owned();
        let ours = lines.lines().filter(|line| [" INFO ", " WARN ", "ERROR "].iter().any(|level| line.contains(level)));
        let ours: Vec<&str> = ours.collect();
        assert!(ours.iter().any(|line| line.contains("Mail tried")) && ours.iter().any(|line| line.contains("Request answered")));
        let token = letter.not_me().replace("/not-me/", "");
        for line in ours {
            assert!(!line.contains(who) && !line.contains(&token), "{line}");
        }
    }
}
