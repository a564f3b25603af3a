//! Finding anyone: the search, the filters, saved views, export.

use std::collections::BTreeSet;
use std::time::Duration;

use tradepost::access::{self, Access};
use tradepost::actor::Actor;
use tradepost::listing::{self, Asked, List, Standing};
use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::people::Colleague;
use crate::support::shop::Shop;
use crate::support::smtp_sink::Mode;

const PASSWORD: &str = "trout9lamp";

/// The names of those people of the shop whom a page of the portal shows.
async fn shown(colleague: &Colleague, path: &str) -> BTreeSet<String> {
    let page = colleague.browser.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    let everyone = ["Anna", "Bert", "Carl", "Dora", "Emil", "Fred", "Gina", "Hans", "Ines", "Jane"];
    everyone
        .into_iter()
        .filter(|name| page.text().contains(&format!("{name} Sample<")))
        .map(str::to_owned)
        .collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

story! {
    async fn anyone_is_found_by_parts_of_what_is_known_of_them(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", "orders@harbour.example").await;
        let quay = shop.retailer("Quay Street Books", "South").await;
        let bert = shop.contact_at(quay, "bert", "bert@quay.example").await;
        shop.run("update contacts set phone = '+44 (0)1632 960-123', username = 'Q-4711', username_key = 'q-4711' where id = $1", &[&bert]).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for typed in ["bert", "ERT", "sampl be", "quay", "books qu", "Q-47", "bert@quay", "y.exam", "01632 960", "0044 (0)1632", "960-123", "be", "b"] {
            let path = format!("/portal/search?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish());
            assert!(shown(&office, &path).await.contains("Bert"), "{typed}");
        }
        assert_eq!(shown(&office, "/portal/search?q=bert").await, names(&["Bert"]));
        assert_eq!(shown(&office, "/portal/search?q=harbour").await, names(&["Anna"]));
        let page = office.browser.get("/portal/search?q=quay").await;
        assert!(page.says("Quay Street Books<") && page.says("Contacts: 1. Retailers: 1."), "{}", page.text());
        for nothing in ["zebra", "bert+anna", "%25", "ert%25", "b_rt", "%5C", "%00", ""] {
            assert_eq!(shown(&office, &format!("/portal/search?q={nothing}")).await, names(&[]), "{nothing}");
        }
        assert!(office.browser.get("/portal/search?q=zebra").await.says("Nothing holds “zebra”"));
    }
}

story! {
    async fn enter_opens_the_only_match_and_a_number_typed_whole_comes_first(kind) {
        let shop = Shop::open(kind).await;
        let anna = shop.contact("anna", "anna@harbour.example").await;
        let office = shop.staff(BuiltIn::Support).await;
        assert!(office.browser.get("/portal/search?q=anna&go=1").await.leads_to(&format!("/portal/contacts/{anna}")));
        assert_eq!(office.browser.get("/portal/search?q=anna").await.status, 200, "not while one types");
        let quay = shop.retailer("Quay 10001 Street", "North").await;
        shop.contact_at(quay, "10001", "bert@quay.example").await;
        let text = office.browser.get("/portal/search?q=10001").await.text();
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}"));
        assert!(place("10001 Sample<") < place("Anna Sample<"), "the username typed whole first");
        assert!(place("Harbour Gifts</span>") < place("Quay 10001 Street</span>"), "so the account number");
        assert_eq!(office.browser.get("/portal/search?q=sample&go=1").await.status, 200, "two match");
    }
}

story! {
    async fn a_rep_finds_and_lists_only_their_own_territories(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", "anna@harbour.example").await;
        let quay = shop.retailer("Quay Books", "South").await;
        shop.contact_at(quay, "bert", "bert@quay.example").await;
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["South"]).await;
        for path in ["/portal/search?q=sample", "/portal/contacts", "/portal/contacts?q=sample", "/portal/contacts?access=not-invited"] {
            assert_eq!(shown(&dual, path).await, names(&["Bert"]), "{path}");
        }
        for path in ["/portal/search?q=10001", "/portal/search?q=anna&go=1", "/portal/retailers", "/portal/retailers?q=harbour"] {
            let page = dual.browser.get(path).await;
            assert!(page.status == 200 && !page.says("Harbour Gifts<") && !page.says("Anna"), "{path}");
        }
        assert!(!dual.browser.get("/portal/contacts").await.says(">North<"), "nor are other territories named");
        assert_eq!(dual.browser.post("/portal/contacts/export", &[("query", ""), ("format", "csv")]).await.status, 403);
    }
}

story! {
    async fn every_filter_shows_who_it_says(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.signed_in("anna", PASSWORD).await;
        shop.contact("bert", "bert@harbour.example").await;
        shop.contact("carl", "").await;
        let dora = shop.contact("dora", "dora@harbour.example").await;
        shop.run("update contacts set website_access = $2 where id = $1", &[&dora, &false]).await;
        shop.contact("emil", "emil@harbour.example").await;
        shop.temporary_password("emil").await;
        let fred = shop.contact("fred", "fred@harbour.example").await;
        shop.run("update contacts set active = $2 where id = $1", &[&fred, &false]).await;
        shop.member("gina", "gina@harbour.example", PASSWORD).await;
        shop.temporary_password("gina").await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.contact("hans", "hans@harbour.example").await;
        shop.resets("hans").await;
        shop.delivers("hans", "put-off").await;
        let quay = shop.retailer("Quay Books", "South").await;
        let ines = shop.contact_at(quay, "ines", "ines@quay.example").await;
        shop.run("update contacts set bounced_at = $2 where id = $1", &[&ines, &shop.clock.now()]).await;
        let cases = [
            ("access=active", vec!["Anna", "Gina"]),
            ("access=not-invited", vec!["Bert"]),
            ("access=invited", vec!["Emil", "Hans"]),
            ("access=reset-sent", vec!["Gina"]),
            ("access=missing", vec!["Carl"]),
            ("access=off", vec!["Dora"]),
            ("access=bounced", vec!["Ines"]),
            ("access=expired", vec![]),
            ("access=stopped", vec![]),
            ("active=no", vec!["Fred"]),
            ("active=yes&mail=accepted", vec!["Emil", "Gina"]),
            ("mail=put-off", vec!["Hans"]),
            ("mail=none&access=not-invited", vec!["Bert"]),
            ("signed-in=7-days", vec!["Anna"]),
            ("signed-in=never&access=active", vec!["Gina"]),
            ("signed-in=long-ago", vec![]),
            ("q=quay", vec!["Ines"]),
        ];
        for (query, expected) in cases {
            assert_eq!(shown(&office, &format!("/portal/contacts?{query}")).await, names(&expected), "{query}");
        }
        shop.advance(Duration::from_hours(49));
        crate::support::people::staff_sign_in(&office.browser, "/portal", &office.email, crate::support::people::STAFF_PASSWORD).await;
        assert_eq!(shown(&office, "/portal/contacts?access=expired").await, names(&["Emil"]));
        assert_eq!(shown(&office, "/portal/contacts?access=invited&mail=accepted").await, names(&[]));
        assert_eq!(shown(&office, "/portal/contacts?access=active").await, names(&["Anna", "Gina"]));
        assert_eq!(shown(&office, "/portal/contacts?access=reset-sent").await, names(&[]));
        let found = office.browser.get("/portal/retailers?access=bounced").await;
        assert!(found.says("Quay Books<") && !found.says("Harbour Gifts<"), "retailers by how someone there stands");
    }
}

story! {
    async fn a_list_goes_on_and_back_by_key_in_every_order(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Support).await;
        let retailer = shop.retailer("Harbour Gifts", "North").await;
        for n in 0..120 {
            let id = shop.contact_at(retailer, &format!("p{n:03}"), "orders@harbour.example").await;
            let at = shop.clock.now().minus(Duration::from_mins(1 + (n * 37) % 120));
            shop.run("update contacts set last_sign_in_at = $2 where id = $1", &[&id, &at]).await;
        }
        for (sort, first) in [("", "P000"), ("sort=-name", "P119"), ("sort=-sign-in", "P000")] {
            let (mut seen, mut path, mut pages) = (Vec::new(), format!("/portal/contacts?{sort}"), Vec::new());
            loop {
                let text = office.browser.get(&path).await.text();
                seen.extend(people_in(&text));
                pages.push(people_in(&text));
                match href(&text, "next") {
                    Some(next) => path = next,
                    None => break,
                }
            }
            assert_eq!(seen[0], first, "{sort}");
            assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len(), pages.len()), (120, 120, 3), "{sort}");
            let text = office.browser.get(&path).await.text();
            let back = office.browser.get(&href(&text, "prev").unwrap()).await.text();
            assert_eq!(people_in(&back), pages[1], "{sort}: the page before");
            let start = office.browser.get(&href(&back, "prev").unwrap()).await.text();
            assert_eq!(people_in(&start), pages[0], "{sort}: the first page");
            assert!(href(&start, "prev").is_none());
        }
    }
}

/// The usernames on a page of contacts, in order.
fn people_in(text: &str) -> Vec<String> {
    text.split(" Sample</a>")
        .filter_map(|part| part.rsplit('>').next())
        .filter(|name| name.len() == 4 && name.starts_with('P'))
        .map(str::to_owned)
        .collect()
}

/// Where a link of the pager leads.
fn href(text: &str, rel: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("rel=\"{rel}\" href=\""))?;
    rest.split('"').next().map(|href| href.replace("&#38;", "&").replace("&amp;", "&"))
}

story! {
    async fn nonsense_in_the_address_of_a_list_is_ignored_and_told(kind) {
        let shop = Shop::open(kind).await;
        shop.contact("anna", "anna@harbour.example").await;
        let office = shop.staff(BuiltIn::Support).await;
        let nobody = "0192c6c3-0000-7000-8000-000000000000";
        for (query, told) in [
            ("sort=colour".to_owned(), "left out: sort=colour."),
            ("access=rich&active=2&territory=x".to_owned(), "access=rich, active=2, territory=x"),
            ("after=yesterday".to_owned(), "after=yesterday"),
            (format!("after={nobody}"), "not in the list any more"),
            (format!("before={nobody}"), "not in the list any more"),
            ("page=2".to_owned(), "page=2"),
            ("%FF=%FF&mail=%00".to_owned(), "left out"),
        ] {
            let page = office.browser.get(&format!("/portal/contacts?{query}")).await;
            assert!(page.status == 200 && page.says(told) && page.says("Anna Sample<"), "{query}: {}", page.text());
        }
        for query in ["sort=%27%3B--", "q=%27+or+1%3D1", "sort=-", "=", "&&&", "q=a&q=b"] {
            assert_eq!(office.browser.get(&format!("/portal/retailers?{query}")).await.status, 200, "{query}");
        }
        let territory = office.browser.get(&format!("/portal/contacts?territory={nobody}")).await;
        assert!(territory.status == 200 && territory.says("No contact matches"), "a territory that isn't there holds nobody");
    }
}

story! {
    async fn a_view_is_kept_under_a_name_of_ones_own(kind) {
        let shop = Shop::open(kind).await;
        let (office, other) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Support).await);
        let save = async |name: &str| office.browser.post("/portal/views", &[("list", "contacts"), ("query", "access=off&sort=-sign-in&after=x"), ("name", name)]).await;
        assert!(save("  Switched <off>  ").await.leads_to("/portal/contacts?access=off&sort=-sign-in"));
        let page = office.browser.get("/portal/contacts").await;
        assert!(page.says("/portal/contacts?access=off&sort=-sign-in\">Switched &#60;off&#62;</a>"), "{}", page.text());
        assert!(!other.browser.get("/portal/contacts").await.says("Switched"), "nobody else's");
        assert!(!office.browser.get("/portal/retailers").await.says("Switched"), "of the other list");
        save("switched <OFF>").await;
        let again = save("switched <OFF>").await;
        assert!(office.browser.get(again.location()).await.says("Nothing was changed"), "it is kept so already");
        assert_eq!(shop.count("select count(*) as n from views", &[]).await, 1, "the same name is the same view");
        assert!(save("  ").await.status == 303 && save(&"x".repeat(41)).await.status == 303);
        assert!(office.browser.get("/portal/contacts").await.says("Give the view a name"));
        let at = office.browser.get("/portal/contacts?access=off&sort=-sign-in").await.text();
        let delete = at.split('"').find(|part| part.starts_with("/portal/views/") && part.ends_with("/delete")).unwrap().to_owned();
        assert_eq!(other.browser.post(&delete, &[("list", "contacts")]).await.status, 404);
        assert!(office.browser.post(&delete, &[("list", "contacts")]).await.leads_to("/portal/contacts"));
        assert_eq!(shop.count("select count(*) as n from views", &[]).await, 0);
        for n in 0..21 {
            office.browser.post("/portal/views", &[("list", "retailers"), ("query", ""), ("name", &format!("View {n}"))]).await;
        }
        assert_eq!(shop.count("select count(*) as n from views", &[]).await, 20);
        assert_eq!(office.browser.post("/portal/views", &[("list", "secrets"), ("query", ""), ("name", "x")]).await.status, 404);
    }
}

story! {
    async fn promise_01_an_export_holds_the_list_without_formulas_or_secrets(kind) {
        let shop = Shop::open(kind).await;
        let (office, support) = (shop.staff(BuiltIn::SalesAdmin).await, shop.staff(BuiltIn::Support).await);
        let anna = shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.run("update contacts set name = '=cmd()', phone = '+44 1632' where id = $1", &[&anna]).await;
        shop.contact("bert", "bert@harbour.example").await;
        let fields = [("query", "access=active"), ("format", "csv")];
        let csv = office.browser.post("/portal/contacts/export", &fields).await;
        assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(csv.header("content-disposition").starts_with("attachment; filename=\"contacts-2"));
        let text = csv.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "the filter counts: {text}");
        assert!(lines[0].trim_start_matches('\u{FEFF}').starts_with("account_number,retailer,territory,retailer_active,contact,position,phone,"));
        assert!(lines[1].starts_with("10001,Harbour Gifts,North,yes,'=cmd(),Owner,'+44 1632,en,anna@harbour.example,anna,yes,yes,Active,"), "{text}");
        assert!(!text.contains("argon2"));
        let book = office.browser.post("/portal/retailers/export", &[("query", ""), ("format", "xlsx")]).await;
        assert!(book.status == 200 && book.body.starts_with(b"PK"));
        assert_eq!(shop.texts("select details as t from audit where act = 'customers-exported' order by number", &[]).await, ["{\"list\":\"contacts\"}", "{\"list\":\"retailers\"}"]);
        assert_eq!(support.browser.post("/portal/contacts/export", &fields).await.status, 403);
        assert!(!support.browser.get("/portal/contacts").await.says("/portal/contacts/export"));
        assert_eq!(office.browser.post("/portal/contacts/export", &[("query", ""), ("format", "exe")]).await.status, 404);
    }
}

story! {
    async fn the_listing_says_of_everyone_what_the_rules_say(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        for (n, name) in ["anna", "bert", "carl", "dora", "emil", "fred"].into_iter().enumerate() {
            let id = shop.contact(name, &format!("{name}@harbour.example")).await;
            if n % 2 == 0 {
                shop.give_password(id, PASSWORD).await;
            }
        }
        agree(&shop).await;
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.resets("anna").await;
        shop.resets("bert").await;
        shop.delivers("anna", "put-off").await;
        shop.delivers("bert", "put-off").await;
        agree(&shop).await;
        shop.smtp.set_mode(Mode::Accept);
        shop.advance(Duration::from_secs(30));
        shop.delivers("anna", "accepted").await;
        shop.delivers("bert", "accepted").await;
        agree(&shop).await;
        shop.resets_and_stops("carl").await;
        shop.quiet().await;
        agree(&shop).await;
        let dora = shop.temporary_password("dora").await;
        let browser = shop.browser();
        browser.sign_in("dora", &dora).await;
        browser.choose("lamp of 9 trouts").await;
        agree(&shop).await;
        office.switches_access(shop.id("bert").await, "off").await;
        office.switches_access(shop.id("bert").await, "on").await;
        agree(&shop).await;
        let emil = shop.id("emil").await;
        shop.run("update contacts set email = null, email_key = null where id = $1", &[&emil]).await;
        shop.run("update contacts set bounced_at = 1 where id = $1", &[&shop.id("fred").await]).await;
        agree(&shop).await;
        shop.advance(Duration::from_hours(49));
        agree(&shop).await;
        shop.run("update retailers set active = $1", &[&false]).await;
        agree(&shop).await;
    }
}

/// Every filter by standing holds exactly those of whom the rules say so.
async fn agree(shop: &Shop) {
    let now = shop.clock.now();
    let read = shop.db().read(move |tx| {
        let actor = Actor::system();
        let everyone = listing::contacts(tx, &actor, &Asked::everything(List::Contacts), now)?.rows;
        let mut found = Vec::new();
        for standing in Standing::ALL {
            let asked = Asked { standing: Some(standing), ..Asked::everything(List::Contacts) };
            found.push((standing, listing::contact_ids(tx, &actor, &asked, now)?));
        }
        Ok::<_, tradepost::Error>((everyone, found))
    });
    let (everyone, found) = read.await.unwrap();
    assert_eq!(everyone.len(), 6);
    for (standing, ids) in found {
        for contact in &everyone {
            let access = access::state(contact, now);
            let resetting = matches!(access, Access::Resetting | Access::ResetSent { .. });
            let expected = match standing {
                Standing::Active => {
                    contact.has_password
                        && (resetting || matches!(access, Access::Active | Access::BroughtAlong))
                }
                Standing::BroughtAlong => access == Access::BroughtAlong,
                Standing::NotInvited => access == Access::NotInvited,
                Standing::Invited => matches!(access, Access::Inviting | Access::Invited { .. }),
                Standing::Expiring => {
                    matches!(access, Access::Invited { until } if until.since(now) <= Duration::from_hours(12))
                }
                Standing::Expired => access == Access::InvitationExpired,
                Standing::ResetSent => resetting,
                Standing::Stopped => !contact.has_password && (resetting || access == Access::Stopped),
                Standing::Missing => matches!(access, Access::NotReady(_)),
                Standing::Bounced => access == Access::Bounced,
                Standing::Off => access == Access::Off,
            };
            assert_eq!(ids.contains(&contact.id), expected, "{standing:?}: {} is {access:?}", contact.name);
        }
    }
}

story! {
    async fn the_dashboard_shows_what_needs_a_person(kind) {
        let shop = Shop::open(kind).await;
        shop.puts_first_steps_away().await;
        let office = shop.staff(BuiltIn::SalesAdmin).await;
        assert!(office.browser.get("/portal").await.says("Nothing needs you now"));
        assert!(office.browser.get("/portal").await.says("Nothing happened yet"));
        shop.member("anna", "anna@harbour.example", PASSWORD).await;
        shop.signed_in("anna", PASSWORD).await;
        shop.contact("bert", "bert@harbour.example").await;
        shop.temporary_password("bert").await;
        let carl = shop.contact("carl", "carl@harbour.example").await;
        shop.run("update contacts set bounced_at = 1 where id = $1", &[&carl]).await;
        shop.contact("dora", "dora@harbour.example").await;
        let quay = shop.retailer("Quay Books", "South").await;
        shop.contact_at(quay, "emil", "emil@quay.example").await;
        let page = office.browser.get("/portal").await;
        assert!(page.says("1 address bounced") && page.says("Carl Sample<"), "{}", page.text());
        assert!(!page.says("about to expire") && !page.says("put off"));
        assert!(page.says("Sign-ins in 30 days: 1. Resets and invitations: 1.") && page.says("<rect class=\"first\""));
        shop.advance(Duration::from_hours(40));
        shop.smtp.set_mode(Mode::RECIPIENT_LATER);
        shop.resets("dora").await;
        shop.delivers("dora", "put-off").await;
        crate::support::people::staff_sign_in(&office.browser, "/portal", &office.email, crate::support::people::STAFF_PASSWORD).await;
        let page = office.browser.get("/portal").await;
        assert!(page.says("1 invitation is about to expire") && page.says("Bert Sample<"));
        assert!(page.says("1 mail was put off") && page.says("451 4.3.0 Try again later"));
        let south = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["South"]).await;
        let page = south.browser.get("/portal").await;
        assert!(page.says("Nothing needs you now") && page.says("Nothing happened yet"), "only their own customers: {}", page.text());
        assert!(page.says("<span class=\"figure\">1</span><span class=\"label\">Not invited</span>"));
    }
}
