//! Finding retailers, in the portal and in the sales app.

use tradepost::sessions::StaffKind;
use tradepost::staff::BuiltIn;

use crate::support::client::Browser;
use crate::support::shop::Shop;

/// The names of retailers on the pages of a list, to its end.
async fn walk(browser: &Browser, first: &str) -> Vec<String> {
    let (mut names, mut path) = (Vec::new(), first.to_owned());
    for _ in 0..10 {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let text = page.text().replace("&#38;", "&").replace("&amp;", "&");
        names.extend(
            (0..60).map(|n| format!("Shop number {n:02}")).filter(|name| text.contains(name.as_str())),
        );
        match text.split('"').find(|part| part.contains("/retailers?") && part.contains("after=")) {
            Some(next) => next.clone_into(&mut path),
            None => return names,
        }
    }
    panic!("the list does not end");
}

story! {
    async fn every_retailer_is_on_one_page_of_the_list_once(kind) {
        let shop = Shop::open(kind).await;
        for n in 0..60 {
            shop.retailer(&format!("Shop number {n:02}"), "North").await;
        }
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let names = walk(&dual.browser, "/portal/retailers").await;
        let expected: Vec<String> = (0..60).map(|n| format!("Shop number {n:02}")).collect();
        assert_eq!(names, expected);
        let some = walk(&dual.browser, "/portal/retailers?q=number+3").await;
        assert_eq!(some.len(), 10, "{some:?}");
    }
}

story! {
    async fn a_search_takes_what_was_typed_literally(kind) {
        let shop = Shop::open(kind).await;
        shop.retailer("100 % Wool", "North").await;
        shop.retailer("Snow_White", "North").await;
        shop.retailer("CAFÉ Blum", "North").await;
        shop.retailer("Plain", "North").await;
        let office = shop.staff(BuiltIn::Support).await;
        let cases = [("%25", vec!["100 % Wool"]), ("w_w", vec!["Snow_White"]), ("_", vec![]), ("caf%C3%A9", vec!["CAFÉ Blum"]), ("cafe%CC%81", vec!["CAFÉ Blum"]), ("%5C", vec![]), ("%27", vec![]), ("2000", vec!["100 % Wool", "Snow_White", "CAFÉ Blum", "Plain"])];
        for (query, expected) in cases {
            let page = office.browser.get(&format!("/portal/retailers?q={query}")).await;
            assert_eq!(page.status, 200, "{query}");
            for name in ["100 % Wool", "Snow_White", "CAFÉ Blum", "Plain"] {
                assert_eq!(page.text().contains(&format!("{name}<")), expected.contains(&name), "{query}: {name}");
            }
        }
        for nonsense in ["?q=%00", "?q=%FF", "?after=x", "?after=0192c6c3-0000-7000-8000-000000000000", "?q=a&q=b", "?x=1"] {
            assert_eq!(office.browser.get(&format!("/portal/retailers{nonsense}")).await.status, 200, "{nonsense}");
        }
    }
}

story! {
    async fn names_can_not_bring_markup_into_a_page(kind) {
        let shop = Shop::open(kind).await;
        let evil = "<script>alert(1)</script>\"'><img src=x>";
        let retailer = shop.retailer(evil, "North").await;
        let contact = shop.contact_at(retailer, "mallory", "mallory@harbour.example").await;
        shop.run("update contacts set name = $2, position = $2, phone = $2 where id = $1", &[&contact, &evil]).await;
        let dual = shop.colleague(BuiltIn::SalesRep, StaffKind::Dual, &["North"]).await;
        let reset = dual.starts_reset(contact).await;
        let mail = shop.mail_to("mallory@harbour.example").await;
        shop.give_password(contact, "trout9lamp").await;
        let browser = shop.signed_in("mallory", "trout9lamp").await;
        let mut pages = vec![mail.html_part(), browser.get("/").await.text(), browser.get("/account").await.text(), browser.get("/account/edit").await.text()];
        for path in ["/portal/retailers".to_owned(), format!("/portal/retailers/{retailer}"), format!("/portal/contacts/{contact}"), format!("/portal/contacts/{contact}/resets/new"), reset] {
            let page = dual.browser.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            pages.push(page.text());
        }
        pages.push(dual.browser.get("/portal/retailers?q=%3Cscript%3Ealert(1)%22%27%3E").await.text());
        for page in pages {
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        }
    }
}

story! {
    async fn what_is_meant_comes_first(kind) {
        let shop = Shop::open(kind).await;
        let gull = shop.retailer("Gull & Sons", "North").await;
        shop.contact_at(gull, "bert", "bert@gull.example").await;
        let fern = shop.retailer("Fern Gifts", "North").await;
        shop.contact_at(fern, "gulliver", "gulliver@fern.example").await;
        let office = shop.staff(BuiltIn::Support).await;
        for (typed, retailers_first) in [("gull+%26", true), ("gulliver", false), ("gull", false), ("fern", true), ("sons", false)] {
            let page = office.browser.get(&format!("/portal/search?q={typed}")).await.text();
            let place = |heading: &str| page.find(&format!("<h2>{heading}</h2>"));
            let first = match (place("Retailers"), place("Contacts")) {
                (Some(retailers), Some(contacts)) => retailers < contacts,
                (retailers, _) => retailers.is_some(),
            };
            assert_eq!(first, retailers_first, "{typed}");
        }
    }
}
