//! Bringing customers in from a file: all or nothing.

use std::sync::Arc;

use tradepost::actor::{Actor, Door, Level, Permissions, Reach, StaffActor, Who};
use tradepost::error::Error;
use tradepost::import::{self, Order, Problem, Report, Undone};
use tradepost::kernel::Language;

use crate::support::shop::Shop;

const HEADER: &str = "account_number,retailer,territory,contact,email,username,website_access\n";
const GOOD: &str = "0042,Barlow & Sons,North,Anna Gruber,anna@barlow.example,anna,yes\n\
                    0042,Barlow & Sons,North,Bert Ode,bert@barlow.example,bert,no\n\
                    0043,\"Gull, Ltd\",South,Zoë,,,no\n\
                    0044,Empty House,South,,,,\n";

async fn imports(shop: &Shop, rows: &str, dry_run: bool) -> Result<Report, Undone> {
    imports_as(shop, Actor::operator(), rows, dry_run).await
}

async fn imports_as(shop: &Shop, actor: Actor, rows: &str, dry_run: bool) -> Result<Report, Undone> {
    let rows = Arc::new(import::read(format!("{HEADER}{rows}").as_bytes()).expect("a readable file"));
    let now = shop.clock.now();
    let order = move |tx: &mut tradepost::db::Tx<'_>| {
        let order = Order { rows: &rows, language: Language::English, dry_run };
        import::apply(tx, &actor, &order, now, &|_| {})
    };
    shop.db().write(order).await
}

async fn sizes(shop: &Shop) -> [i64; 4] {
    let mut sizes = [0; 4];
    for (size, table) in sizes.iter_mut().zip(["territories", "retailers", "contacts", "audit"]) {
        *size = shop.count(&format!("select count(*) as n from {table}"), &[]).await;
    }
    sizes
}

fn problems(outcome: Result<Report, Undone>) -> Vec<Problem> {
    match outcome {
        Err(Undone::Problems(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

story! {
    async fn a_good_file_is_brought_in_and_a_second_time_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let report = imports(&shop, GOOD, false).await.expect("an import");
        let expected = Report { rows: 4, territories_new: 2, retailers_new: 3, contacts_new: 3, ..Report::default() };
        assert_eq!(report, expected);
        assert_eq!(sizes(&shop).await, [2, 3, 3, 3]);
        let again = imports(&shop, GOOD, false).await.expect("an import");
        assert_eq!((again.retailers_unchanged, again.contacts_unchanged, again.contacts_changed), (3, 3, 0));
        assert_eq!(sizes(&shop).await, [2, 3, 3, 3]);
        assert_eq!(shop.count("select count(*) as n from mails", &[]).await, 0, "an import mails nobody");
        assert!(shop.lets_in("anna", &shop.temporary_password("anna").await).await, "who has access can be invited");
        let office = shop.staff(tradepost::staff::BuiltIn::Support).await;
        assert!(office.browser.get("/portal/retailers").await.says("Gull, Ltd"));
    }
}

story! {
    async fn a_dry_run_tells_the_same_and_changes_nothing(kind) {
        let shop = Shop::open(kind).await;
        let Err(Undone::DryRun(report)) = imports(&shop, GOOD, true).await else { panic!("a dry run is undone") };
        assert_eq!((report.retailers_new, report.contacts_new), (3, 3));
        assert_eq!(sizes(&shop).await, [0, 0, 0, 0]);
    }
}

story! {
    async fn one_bad_row_keeps_all_out_and_is_named(kind) {
        let shop = Shop::open(kind).await;
        imports(&shop, GOOD, false).await.expect("an import");
        let before = sizes(&shop).await;
        let rows = "0045,New House,West,Cleo,cleo@new.example,cleo,yes\n0045,New House,West,Thief,thief@new.example,ANNA,yes\n";
        let problems = problems(imports(&shop, rows, false).await);
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].row, problems[0].column), (3, "username"));
        assert_eq!(sizes(&shop).await, before);
        let unreadable = import::read(format!("{HEADER}1,Two\u{0}Lines,North,A,nonsense,,maybe\n").as_bytes()).unwrap_err();
        let columns: Vec<_> = unreadable.iter().map(|problem| (problem.row, problem.column)).collect();
        assert!(columns.contains(&(2, "retailer")) && columns.contains(&(2, "email")) && columns.contains(&(2, "website_access")), "{columns:?}");
    }
}

story! {
    async fn promise_15_an_address_changed_by_import_is_told_to_the_old_one(kind) {
        let shop = Shop::open(kind).await;
        imports(&shop, GOOD, false).await.expect("an import");
        let temporary = shop.temporary_password("anna").await;
        let moved = "0042,Barlow & Sons,North,Anna Gruber,anna@elsewhere.example,anna,yes\n";
        assert_eq!(imports(&shop, moved, false).await.expect("an import").contacts_changed, 1);
        let notice = shop.mail_of("email-changed", "anna@barlow.example").await;
        assert!(!notice.text_part().contains("anna@elsewhere.example"));
        assert!(!shop.lets_in("anna", &temporary).await, "what went to the old address is void");
        let office = shop.staff(tradepost::staff::BuiltIn::Support).await;
        let anna = shop.id("anna").await;
        assert!(office.browser.get(&format!("/portal/contacts/{anna}/resets/new")).await.says("The address was changed"));
    }
}

story! {
    async fn promise_13_access_turned_off_by_import_ends_sessions(kind) {
        let shop = Shop::open(kind).await;
        imports(&shop, GOOD, false).await.expect("an import");
        let anna = shop.id("anna").await;
        shop.give_password(anna, "trout9lamp").await;
        let browser = shop.signed_in("anna", "trout9lamp").await;
        imports(&shop, &GOOD.replace("anna,yes", "anna,no"), false).await.expect("an import");
        assert!(!browser.is_signed_in().await);
        assert_eq!(shop.texts("select act || ' ' || actor as t from audit where act = 'access-off'", &[]).await, ["access-off operator"]);
    }
}

story! {
    async fn who_may_not_import_can_not(kind) {
        let shop = Shop::open(kind).await;
        let rep = shop.staff(tradepost::staff::BuiltIn::SalesRep).await;
        let permissions = Permissions { customers: Level::Write, staff: Level::None, settings: Level::None, reach: Reach::AllRetailers, acts: std::collections::BTreeSet::new() };
        let actor = Actor { who: Who::Staff(StaffActor { id: rep.id, permissions }), door: Door::Portal, address: String::new() };
        let refused = imports_as(&shop, actor, GOOD, false).await;
        assert!(matches!(refused, Err(Undone::Broken(Error::NotAllowed))), "{refused:?}");
    }
}
