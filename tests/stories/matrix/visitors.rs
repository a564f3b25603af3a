//! Everyone who may come to an address.

use std::collections::BTreeSet;

use serde_json::json;
use tradepost::actor::{Actor, Level, Permissions, Reach};
use tradepost::kernel::id::RoleId;
use tradepost::sessions::StaffKind;
use tradepost::staff::{BuiltIn, roles};

use super::PASSWORD;
use crate::support::client::Browser;
use crate::support::people::Colleague;
use crate::support::program::Program;
use crate::support::shop::Shop;

/// Someone who comes.
pub struct Visitor {
    pub name: &'static str,
    pub browser: Browser,
    /// What they prove themselves with at the API.
    pub token: Option<String>,
    pub who: Who,
}

impl Visitor {
    /// A staff user who comes to the API.
    pub async fn at_api(shop: &Shop, colleague: &Colleague) -> Self {
        let token = Some(device(shop, colleague).await);
        Self { name: "a staff user", browser: colleague.browser.clone(), token, who: Who::Nobody }
    }
}

/// The token of a device of theirs.
async fn device(shop: &Shop, colleague: &Colleague) -> String {
    Program::of(shop, colleague).await.token().expect("a token").to_owned()
}

/// The token of a session of a contact at the API.
async fn contact_token(shop: &Shop, username: &str, password: &str) -> String {
    let typed = json!({ "username": username, "password": password });
    let reply = Program::new(shop.browser()).send("POST", "/api/v1/contact-session", &[], Some(typed)).await;
    reply.json()["token"].as_str().expect("a token").to_owned()
}

pub enum Who {
    /// Not signed in, or not any more.
    Nobody,
    /// Signed in and not all the way in: sent to these pages of the two doors.
    Half {
        portal: &'static str,
        sales: &'static str,
    },
    Contact {
        must_choose: bool,
    },
    Staff {
        permissions: Permissions,
        portal: bool,
        sales: bool,
        /// Whether they see customers in North.
        sees_north: bool,
    },
}

async fn staff(
    shop: &Shop,
    name: &'static str,
    colleague: Colleague,
    permissions: Permissions,
    north: bool,
) -> Visitor {
    let kind = shop.texts("select kind as t from staff where id = $1", &[&colleague.id]).await.remove(0);
    let (portal, sales) = (kind != "rep", kind != "admin");
    let token = Some(device(shop, &colleague).await);
    Visitor {
        name,
        token,
        browser: colleague.browser,
        who: Who::Staff { permissions, portal, sales, sees_north: north },
    }
}

fn built_in(role: BuiltIn) -> Permissions {
    role.permissions()
}

/// Everyone who comes. Sessions that will end are ended here.
pub async fn visitors(shop: &Shop) -> Vec<Visitor> {
    let mut all = vec![Visitor { name: "nobody", browser: shop.browser(), token: None, who: Who::Nobody }];
    for (name, username) in
        [("the contact", "anna"), ("a sibling contact", "carla"), ("another retailer's contact", "bert")]
    {
        let browser = shop.signed_in(username, PASSWORD).await;
        let token = Some(contact_token(shop, username, PASSWORD).await);
        all.push(Visitor { name, browser, token, who: Who::Contact { must_choose: false } });
    }
    let choosing = shop.browser();
    let temporary = shop.temporary_password("dora").await;
    choosing.sign_in("dora", &temporary).await;
    all.push(Visitor {
        name: "who must choose a password",
        browser: choosing,
        token: Some(contact_token(shop, "dora", &temporary).await),
        who: Who::Contact { must_choose: true },
    });
    let rep = BuiltIn::SalesRep;
    let inside = shop.colleague(rep, StaffKind::Dual, &["North"]).await;
    all.push(staff(shop, "a rep of the territory", inside, built_in(rep), true).await);
    let outside = shop.colleague(rep, StaffKind::Dual, &["South"]).await;
    all.push(staff(shop, "a rep of another territory", outside, built_in(rep), false).await);
    for role in [BuiltIn::Owner, BuiltIn::SalesAdmin, BuiltIn::Support] {
        let colleague = shop.colleague(role, StaffKind::Dual, &[]).await;
        all.push(staff(shop, role.name(), colleague, built_in(role), true).await);
    }
    let field = shop.staff(rep).await;
    all.push(staff(shop, "a rep without the portal", field, built_in(rep), true).await);
    all.push(nothing_at_all(shop).await);
    all.push(half_in(shop).await);
    all.push(late_with_a_factor(shop).await);
    let gone = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
    let token = Some(device(shop, &gone).await);
    shop.run("update staff set active = $2 where id = $1", &[&gone.id, &false]).await;
    all.push(Visitor { name: "who was deactivated", browser: gone.browser, token, who: Who::Nobody });
    let late = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
    let token = Some(device(shop, &late).await);
    shop.run("update sessions set expires_at = 0 where staff_id = $1", &[&late.id]).await;
    all.push(Visitor { name: "whose session has ended", browser: late.browser, token, who: Who::Nobody });
    all
}

/// A role of one's own, made by the operator.
pub async fn role(shop: &Shop, name: &'static str, permissions: &Permissions) -> RoleId {
    let (now, permissions) = (shop.clock.now(), permissions.clone());
    let made = shop.db().write(move |tx| roles::add(tx, &Actor::operator(), (name, &permissions), now));
    let roles::Kept::Saved(role) = made.await.unwrap() else { panic!("no role") };
    role
}

/// Someone with a role of one's own that allows nothing.
async fn nothing_at_all(shop: &Shop) -> Visitor {
    let nothing = Permissions {
        customers: Level::None,
        staff: Level::None,
        settings: Level::None,
        reach: Reach::AllRetailers,
        acts: BTreeSet::new(),
    };
    let role = role(shop, "Nothing", &nothing).await;
    let colleague = shop.colleague(BuiltIn::Support, StaffKind::Dual, &[]).await;
    shop.run("update staff set role_id = $2 where id = $1", &[&colleague.id, &role]).await;
    staff(shop, "a role that allows nothing", colleague, nothing, false).await
}

/// Someone who has still to prove their second factor.
async fn half_in(shop: &Shop) -> Visitor {
    let who = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
    shop.run("update sessions set stage = 'second-factor' where staff_id = $1", &[&who.id]).await;
    let who_is = Who::Half { portal: "/portal/second-factor", sales: "/sales/second-factor" };
    let name = "who has still to prove the second factor";
    Visitor { name, browser: who.browser, token: None, who: who_is }
}

/// Someone whose role demands a second factor that they don't have.
async fn late_with_a_factor(shop: &Shop) -> Visitor {
    let role = role(shop, "Watched", &BuiltIn::Owner.permissions()).await;
    let who = shop.colleague(BuiltIn::Owner, StaffKind::Dual, &[]).await;
    let token = Some(device(shop, &who).await);
    shop.run("update staff set role_id = $2 where id = $1", &[&who.id, &role]).await;
    shop.run("update roles set second_factor_days = 0, second_factor_since = 0 where id = $1", &[&role])
        .await;
    let who_is = Who::Half { portal: "/portal/me/second-factor", sales: "/sales/me/second-factor" };
    let name = "who lacks the second factor their role demands";
    Visitor { name, browser: who.browser, token, who: who_is }
}
