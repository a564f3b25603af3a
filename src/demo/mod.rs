//! Sample data for `tradepost demo`: plainly made up, in every state there is.

mod names;
mod store;

use std::time::Duration;

use passwords::{Password, TemporaryPassword};
use zeroize::Zeroizing;

use crate::actor::{Actor, Door, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};
use crate::retailers::{self, Contact, Retailer, contacts};
use crate::sessions::StaffKind;
use crate::settings::first_steps;
use crate::staff::{self, BuiltIn, NewStaff, roles};

/// The sample supplier.
pub const SUPPLIER: &str = "Sample Wholesale";
/// The domain of its people.
const DOMAIN: &str = "sample-wholesale.example";
const HOUR: Duration = Duration::from_hours(1);

/// How to sign in to the demo.
pub struct SampleStaff {
    email: String,
    role: &'static str,
    doors: &'static str,
    password: Zeroizing<String>,
}

struct Post {
    name: &'static str,
    kind: StaffKind,
    role: BuiltIn,
    territories: &'static [&'static str],
}

const POSTS: [Post; 5] = [
    Post { name: "owner", kind: StaffKind::Dual, role: BuiltIn::Owner, territories: &[] },
    Post { name: "admin", kind: StaffKind::Admin, role: BuiltIn::SalesAdmin, territories: &[] },
    Post { name: "support", kind: StaffKind::Admin, role: BuiltIn::Support, territories: &[] },
    Post { name: "rep.north", kind: StaffKind::Rep, role: BuiltIn::SalesRep, territories: &["North"] },
    Post {
        name: "rep.south",
        kind: StaffKind::Dual,
        role: BuiltIn::SalesRep,
        territories: &["South", "West"],
    },
];

/// Fills an empty database with sample customers, and gives every sample staff
/// user a password made for this run.
///
/// # Errors
/// When the database, the random source or hashing fails.
pub async fn populate(app: &App) -> Result<Vec<SampleStaff>> {
    let now = app.clock.now();
    // Nobody knows it: sample contacts get in by "Forgot your password?".
    let unknown = mint()?;
    let hash = app.passwords.hash(parsed(&unknown)?).await?;
    app.db
        .write(move |tx| {
            if store::is_empty(tx)? {
                customers(tx, &hash, now)?;
                // The first steps are taken.
                first_steps::finish(tx, now)?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    app.follow().await?;
    let mut people = Vec::new();
    for post in &POSTS {
        people.push(hire(app, post, now).await?);
    }
    Ok(people)
}

fn mint() -> Result<Zeroizing<String>> {
    let random = TemporaryPassword::generate_from_system().map_err(passwords::PoolError::from)?;
    Ok(random.grouped())
}

fn parsed(password: &str) -> Result<Password> {
    Password::parse(password)
        .map_err(|error| Error::Render { what: "a sample password", problem: error.to_string() })
}

async fn hire(app: &App, post: &'static Post, now: Timestamp) -> Result<SampleStaff> {
    let password = mint()?;
    let hash = app.passwords.hash(parsed(&password)?).await?;
    let address = format!("{}@{DOMAIN}", post.name);
    let email = sample_address(&address)?;
    app.db
        .write(move |tx| {
            if let Some(known) = staff::by_email(tx, &email)? {
                store::set_staff_password(tx, known.id, &hash, now).map_err(Error::from)
            } else {
                let role = roles::named(tx, post.role.name())?.ok_or(Error::NotFound)?;
                let new = NewStaff {
                    email: email.clone(),
                    name: format!("Sample {}", post.role.name()),
                    kind: post.kind,
                    role,
                    territories: post.territories.iter().map(|name| (*name).to_owned()).collect(),
                };
                staff::add(tx, &Actor::operator(), &new, Some(&hash), now).map(drop)
            }
        })
        .await?;
    let doors = match post.kind {
        StaffKind::Admin => "/portal",
        StaffKind::Rep => "/sales",
        StaffKind::Dual => "/portal and /sales",
    };
    Ok(SampleStaff { email: address, role: post.role.name(), doors, password })
}

fn sample_address(text: &str) -> Result<EmailAddress> {
    EmailAddress::parse(text)
        .map_err(|error| Error::Render { what: "a sample address", problem: error.to_string() })
}

/// What the terminal shows when the demo has started.
pub fn welcome(url: &str, people: &[SampleStaff]) -> String {
    let mut text = format!(
        "\nTradepost is running with sample data. Stop it with Ctrl+C.\n\n  \
         Website   {url}/\n            sign in as {}: choose \"Forgot your password?\", then look into the inbox\n  \
         Inbox     {url}/dev/inbox\n  Portal    {url}/portal\n  Sales app {url}/sales\n\n\
         Staff (passwords are made for this run)\n",
        names::FIRST_USERNAME,
    );
    for person in people {
        let line = format!(
            "  {:<38} {:<24} {:<12} {}\n",
            person.email,
            person.password.as_str(),
            person.role,
            person.doors
        );
        text.push_str(&line);
    }
    text
}

/// Where a sample contact stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Active,
    NotInvited,
    Invited,
    InvitationExpired,
    ResetSent,
    Off,
    MissingEmail,
    MissingUsername,
    Bounced,
    Inactive,
}

/// One after the other, so that every state is on the first pages.
const STANDINGS: [Standing; 12] = [
    Standing::Active,
    Standing::NotInvited,
    Standing::Active,
    Standing::Invited,
    Standing::ResetSent,
    Standing::Active,
    Standing::InvitationExpired,
    Standing::Off,
    Standing::MissingEmail,
    Standing::Active,
    Standing::MissingUsername,
    Standing::Bounced,
];

fn customers(tx: &mut Tx<'_>, hash: &passwords::Hash, now: Timestamp) -> Result<()> {
    let mut territories = Vec::new();
    for name in names::TERRITORIES {
        let id = TerritoryId::new(now);
        retailers::insert_territory(tx, id, name)?;
        territories.push((id, name));
    }
    let (mut people, mut regulars) = (0, Vec::new());
    for (index, shop) in names::SHOPS.iter().enumerate() {
        let (territory, territory_name) = territories[index % territories.len()];
        let retailer = Retailer {
            id: RetailerId::new(now),
            account_number: format!("{}", 10_001 + index),
            name: (*shop).to_owned(),
            address: format!("{} Sample Street\nSampleton", index + 1),
            territory: territory_name.to_owned(),
            active: index != 39,
            contacts: 0,
            version: 1,
        };
        retailers::insert_retailer(tx, &retailer, territory, now)?;
        // One has five people, the others three.
        for position in 0..if index == 2 { 5 } else { 3 } {
            let (standing, id) = contact(tx, &retailer, (people, position), hash, now)?;
            if standing == Standing::Active && retailer.active {
                regulars.push((retailer.id, id));
            }
            people += 1;
        }
    }
    month(tx, &regulars, now)
}

/// What the regulars did in the last weeks: more on weekdays, and now and then
/// one forgot their password.
fn month(tx: &mut Tx<'_>, regulars: &[(RetailerId, ContactId)], now: Timestamp) -> Result<()> {
    for day in (1..=29_usize).rev() {
        let visits = if day % 7 < 2 { 2 } else { 6 + day * 5 % 7 };
        let begins = now.minus(24 * HOUR * u32::try_from(day).unwrap_or(0));
        for visit in 0..visits {
            let (retailer, id) = regulars[(day * 11 + visit * 3) % regulars.len()];
            let at = begins.plus(Duration::from_mins(17 * u64::try_from(visit).unwrap_or(0)));
            let door = Door::Website;
            let actor = Actor { who: Who::Contact(id), door, address: "203.0.113.7".into() };
            let event = if (day + visit) % 5 == 0 { Event::ResetRequested } else { Event::SignedIn };
            audit::record(tx, &actor, at, event, About::contact(retailer, id))?;
        }
    }
    Ok(())
}

/// The `number`-th sample contact, the `position`-th of their retailer.
fn contact(
    tx: &mut Tx<'_>,
    retailer: &Retailer,
    (number, position): (usize, usize),
    hash: &passwords::Hash,
    now: Timestamp,
) -> Result<(Standing, ContactId)> {
    let standing = if number == 7 { Standing::Inactive } else { STANDINGS[number % STANDINGS.len()] };
    let first = names::FIRST_NAMES[number % names::FIRST_NAMES.len()];
    let domain = format!("{}.example", retailer.name.to_lowercase().replace([' ', '&', '\''], ""));
    // At the fifth retailer everyone reads one mailbox.
    let mailbox = if retailer.account_number == "10005" { "orders".to_owned() } else { first.to_lowercase() };
    let username = if position == 0 {
        retailer.account_number.clone()
    } else {
        format!("{}.{}", first.to_lowercase(), retailer.account_number)
    };
    let username = if number == 0 { names::FIRST_USERNAME.to_owned() } else { username };
    let email = if standing == Standing::MissingEmail {
        None
    } else {
        Some(sample_address(&format!("{mailbox}@{domain}"))?)
    };
    let new = Contact::new(
        ContactId::new(now),
        retailer.id,
        format!("{first} Sample"),
        Language::ALL[usize::from(number % 9 == 8)],
    );
    let new = Contact {
        position: names::POSITIONS[position % names::POSITIONS.len()].to_owned(),
        phone: format!("+44 1632 96{number:04}"),
        email,
        username: if standing == Standing::MissingUsername { None } else { Username::parse(&username).ok() },
        website_access: standing != Standing::Off,
        active: standing != Standing::Inactive,
        ..new
    };
    contacts::insert_contact(tx, &new, now)?;
    history(tx, &new, standing, hash, now)?;
    Ok((standing, new.id))
}

fn history(
    tx: &mut Tx<'_>,
    contact: &Contact,
    standing: Standing,
    hash: &passwords::Hash,
    now: Timestamp,
) -> Result<()> {
    let past =
        |asked: Duration| store::PastReset { contact, hash, asked_at: now.minus(asked), invitation: true };
    match standing {
        Standing::Active | Standing::Off | Standing::Inactive => {
            contacts::set_password(tx, contact.id, hash, now.minus(400 * HOUR))?;
            contacts::note_sign_in(tx, contact.id, None, now.minus(400 * HOUR))?;
        }
        Standing::Invited => store::past_reset(tx, &past(17 * HOUR), Some(now.plus(31 * HOUR)))?,
        Standing::InvitationExpired => store::past_reset(tx, &past(120 * HOUR), Some(now.minus(72 * HOUR)))?,
        Standing::ResetSent => {
            contacts::set_password(tx, contact.id, hash, now.minus(900 * HOUR))?;
            contacts::note_sign_in(tx, contact.id, None, now.minus(900 * HOUR))?;
            store::past_reset(
                tx,
                &store::PastReset { invitation: false, ..past(5 * HOUR) },
                Some(now.plus(43 * HOUR)),
            )?;
        }
        Standing::Bounced => store::past_reset(tx, &past(26 * HOUR), None)?,
        Standing::NotInvited | Standing::MissingEmail | Standing::MissingUsername => {}
    }
    Ok(())
}
