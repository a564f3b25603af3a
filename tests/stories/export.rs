//! Leaving is as easy as coming: what goes out is all there is of customers,
//! comes in again unchanged, and holds no secret but by the operator's hand.

use tradepost::actor::{Actor, Door, StaffActor, Who};
use tradepost::error::Error;
use tradepost::export::{Content, Table};
use tradepost::import;
use tradepost::staff::BuiltIn;

use crate::import::{driven, found, staged};
use crate::support::shop::Shop;

const MAIL: &str = "anna@harbour.example";
const PASSWORD: &str = "trout9lamp";
const ALL: Table = Table { content: Content::Customers, with_password_hashes: false };
const WITH_HASHES: Table = Table { with_password_hashes: true, ..ALL };

/// The rows of a table, taken by the operator.
async fn taken(shop: &Shop, table: Table) -> Vec<Vec<String>> {
    let now = shop.clock.now();
    let of = shop.db().write(move |tx| table.begin(tx, &Actor::operator(), now)).await.expect("a start");
    shop.db().read(move |tx| table.rows(tx, &of, now)).await.expect("rows")
}

/// What one column of a table holds.
async fn column(shop: &Shop, table: Table, heading: &str) -> Vec<String> {
    let place = table.headings().iter().position(|known| *known == heading).expect("a heading");
    taken(shop, table).await.into_iter().map(|row| row[place].clone()).collect()
}

story! {
    async fn the_lists_of_the_portal_come_in_again_unchanged(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        shop.contact("bert", "").await;
        let gulls = shop.retailer("=Gulls, \"Ltd\"", "West").await;
        let cleo = shop.contact_at(gulls, "cleo", MAIL).await;
        shop.retailer("Empty", "West").await;
        shop.run("update retailers set address = '1 Quay' || $2 || 'Whitby' where id = $1", &[&gulls, &"\n"]).await;
        shop.run("update contacts set active = false, phone = '+44 1947', position = '-' where id = $1", &[&cleo]).await;
        shop.run("update contacts set language = 'de', name = '@nna ßøn' where id = $1", &[&anna]).await;
        for list in ["retailers", "contacts"] {
            for format in ["csv", "xlsx"] {
                let path = format!("/portal/{list}/export");
                let file = office.browser.post(&path, &[("query", ""), ("format", format)]).await;
                assert_eq!(file.status, 200, "{list}.{format}");
                let id = staged(&shop, &Actor::operator(), &file.body).await.expect("a readable file");
                let (choices, now) = (found(&shop, id).await.choices, shop.clock.now());
                shop.db().write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.expect("a check");
                let tally = driven(&shop, id).await.tally;
                let changed = [tally.retailers_new, tally.retailers_changed, tally.contacts_new, tally.contacts_changed, tally.wrong];
                assert_eq!(changed, [0; 5], "{list}.{format}");
                assert_eq!(tally.contacts_unchanged, if list == "contacts" { 3 } else { 0 }, "{list}.{format}");
            }
        }
        let contacts = office.browser.post("/portal/contacts/export", &[("query", "q=cleo"), ("format", "csv")]).await.text();
        let expected = "\u{feff}account_number,retailer,territory,retailer_active,contact,position,phone,language,email,username,website_access,contact_active,access_state,last_sign_in\n";
        assert!(contacts.starts_with(expected) && contacts.contains(",\"'=Gulls, \"\"Ltd\"\"\",West,yes,Cleo Sample,'-,'+44 1947,en,anna@harbour.example,cleo,yes,no,Inactive,\n"), "{contacts}");
    }
}

story! {
    async fn every_row_says_where_its_contact_stands(kind) {
        let shop = Shop::open(kind).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.contact("bert", "").await;
        let cleo = shop.contact("cleo", MAIL).await;
        shop.run("update contacts set website_access = false where id = $1", &[&cleo]).await;
        shop.contact("dora", "dora@harbour.example").await;
        shop.contact("ella", "ella@harbour.example").await;
        shop.temporary_password("ella").await;
        let contacts = Table { content: Content::Contacts, with_password_hashes: false };
        let states = column(&shop, contacts, "access_state").await;
        assert_eq!(states[..4], ["Active", "Missing e-mail address", "Access off", "Not invited"]);
        assert!(states[4].starts_with("Invited until 20") && states[4].ends_with('Z'), "{states:?}");
    }
}

story! {
    async fn who_was_erased_or_merged_is_in_no_export(kind) {
        let shop = Shop::open(kind).await;
        let (office, owner) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Owner).await);
        let anna = shop.member("anna", MAIL, PASSWORD).await;
        let twin = shop.member("twin", "twin@harbour.example", PASSWORD).await;
        let gone = shop.member("gone", "gone@harbour.example", PASSWORD).await;
        let twin = twin.to_string();
        let fields = [("other", twin.as_str()), ("name", "kept"), ("username", "kept"), ("email", "kept")];
        assert_eq!(office.browser.post(&format!("/portal/contacts/{anna}/merge"), &fields).await.status, 303);
        assert_eq!(owner.erases(gone, "Gone Sample").await.status, 303);
        assert_eq!(column(&shop, WITH_HASHES, "contact").await, ["Anna Sample"]);
        let retailers = Table { content: Content::Retailers, with_password_hashes: false };
        assert_eq!(column(&shop, retailers, "contacts").await, ["1"]);
    }
}

story! {
    async fn promise_1_hashes_go_out_by_the_operators_hand_only_and_only_those_that_work(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        shop.member("anna", MAIL, PASSWORD).await;
        shop.contact("bert", "bert@harbour.example").await;
        shop.temporary_password("bert").await;
        let cleo = shop.member("cleo", MAIL, PASSWORD).await;
        shop.run("update contacts set password_stopped_at = updated_at where id = $1", &[&cleo]).await;
        shop.retailer("Empty", "West").await;

        let hashes = column(&shop, WITH_HASHES, "password_hash").await;
        assert!(hashes[0].starts_with("$argon2id$"), "Anna's own");
        assert_eq!(hashes[1..], ["", "", ""], "no temporary one, none that was stopped");
        assert!(!taken(&shop, ALL).await.iter().flatten().any(|cell| cell.contains("argon2")));
        assert!(!ALL.headings().contains(&"password_hash"));

        let permissions = BuiltIn::Owner.permissions();
        let actor = Actor { who: Who::Staff(StaffActor { id: owner.id, permissions }), door: Door::Portal, address: String::new() };
        let now = shop.clock.now();
        let refused = shop.db().write(move |tx| WITH_HASHES.begin(tx, &actor, now)).await;
        assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");

        let told = shop.texts("select details as t from audit where act = 'customers-exported' order by number", &[]).await;
        assert_eq!(told, [r#"{"with":"password-hashes"}"#, r#"{"list":"customers"}"#]);
        let trail = owner.browser.get("/portal/audit").await;
        assert!(trail.says("Customers exported with the hashes of their passwords by the operator"), "{}", trail.text());
    }
}

story! {
    async fn who_may_not_export_takes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(BuiltIn::SalesRep).await;
        shop.contact("anna", MAIL).await;
        let actor = Actor { who: Who::Staff(StaffActor { id: rep.id, permissions: BuiltIn::SalesRep.permissions() }), door: Door::Portal, address: String::new() };
        let now = shop.clock.now();
        let refused = shop.db().write(move |tx| ALL.begin(tx, &actor, now)).await;
        assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
        assert_eq!(shop.count("select count(*) as n from audit where act = 'customers-exported'", &[]).await, 0);
    }
}

story! {
    async fn who_is_erased_is_in_no_file_that_was_brought_in_either(kind) {
        let shop = Shop::open(kind).await;
        let owner = shop.staff(BuiltIn::Owner).await;
        let file = "account_number,retailer,territory,contact,email,username\n1,Shop,North,Zebulon Quimby,zebulon@shop.example,zebulon\n1,Shop,North,Anna,,anna\n";
        let id = staged(&shop, &Actor::operator(), file.as_bytes()).await.expect("a readable file");
        let (mut choices, now) = (found(&shop, id).await.choices, shop.clock.now());
        choices.new_territories = true;
        shop.db().write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now)).await.expect("a check");
        driven(&shop, id).await;
        shop.db().write(move |tx| import::start(tx, &Actor::operator(), id, now)).await.expect("a start");
        driven(&shop, id).await;
        let zebulon = shop.id("zebulon").await;
        assert_eq!(owner.erases(zebulon, "Zebulon Quimby").await.status, 303);
        let naming = "select count(*) as n from import_rows where lower(cells || notes || changes || coalesce(username_key, '') || coalesce(undo, '')) like '%zebulon%'";
        assert_eq!(shop.count(naming, &[]).await, 0);
        assert_eq!(shop.count("select count(*) as n from import_rows where cells like '%anna%'", &[]).await, 1, "others stay");
    }
}
