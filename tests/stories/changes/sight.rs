//! What each person hears depends on what they see: who goes, territories that
//! change hands, and for whom a cursor holds.

use super::*;

story! {
    async fn who_goes_is_named_as_removed_to_those_who_knew_them(kind) {
        let shop = Shop::idle(kind).await;
        let [anna, bert, cleo] = [shop.contact("anna", MAIL).await, shop.contact("bert", "").await, shop.contact("cleo", "").await];
        let (quay, south) = (shop.retailer("Quay Books", "North").await, shop.retailer("Dock Toys", "South").await);
        let mut north = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        let mut other = Device::of(&shop, BuiltIn::SalesRep, &["South"]).await;
        let mut office = Device::of(&shop, BuiltIn::Support, &[]).await;
        for device in [&mut north, &mut other, &mut office] {
            device.hears().await;
        }
        shop.moves(anna, quay).await;
        assert_eq!(north.hears().await, ["Anna Sample"], "still theirs");
        shop.moves(anna, south).await;
        assert_eq!((north.hears().await, other.hears().await), (vec!["-Anna Sample".into()], vec!["Anna Sample".into()]));
        shop.does(move |tx, actor, now| edit::change_contact(tx, actor, (anna, 3), &details("Anna South"), now)).await;
        assert_eq!((north.hears().await, other.hears().await), (nothing(), vec!["Anna South".into()]), "who left is left alone");
        shop.does(move |tx, actor, now| access::transfer::merge(tx, actor, (bert, cleo), &merged("Bert Sample"), now)).await;
        assert_eq!(north.hears().await, ["-Cleo Sample", "Bert Sample"]);
        shop.does(move |tx, actor, now| privacy::erase::erase(tx, actor, bert, "Bert Sample", now)).await;
        assert_eq!(north.hears().await, ["-Bert Sample"]);
        shop.run("update contacts set updated_at = updated_at + 1, version = version + 1 where id in ($1, $2)", &[&bert, &cleo]).await;
        assert_eq!((north.hears().await, other.hears().await), (nothing(), nothing()), "nothing more is to be said of them");
        assert_eq!(office.hears().await, ["-Bert Sample", "-Cleo Sample", "Anna South"], "in one go");
        shop.run("delete from retailer_listings where retailer_id = $1", &[&quay]).await;
        shop.run("delete from retailers where id = $1", &[&quay]).await;
        assert_eq!((north.hears().await, office.hears().await), (vec!["-Quay Books".into()], vec!["-Quay Books".into()]));
        for device in [&north, &other, &office] {
            device.is_whole().await;
        }
    }
}

story! {
    async fn a_retailer_takes_its_contacts_into_another_territory_and_back(kind) {
        let shop = Shop::idle(kind).await;
        let anna = shop.contact("anna", MAIL).await;
        shop.contact("bert", "").await;
        let retailer = shop.retailer_of(anna).await;
        shop.retailer("Dock Toys", "South").await;
        let mut north = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        let mut south = Device::of(&shop, BuiltIn::SalesRep, &["South"]).await;
        let mut both = Device::of(&shop, BuiltIn::SalesRep, &["North", "South"]).await;
        let mut office = Device::of(&shop, BuiltIn::SalesAdmin, &[]).await;
        both.limit = 1000;
        office.limit = 1000;
        for device in [&mut north, &mut south, &mut both, &mut office] {
            device.hears().await;
        }
        let all = ["Harbour Gifts", "Anna Sample", "Bert Sample"].map(str::to_owned).to_vec();
        let gone = ["-Harbour Gifts", "-Anna Sample", "-Bert Sample"].map(str::to_owned).to_vec();
        for (territory, heard_north, heard_south) in [("South", &gone, &all), ("North", &all, &gone)] {
            shop.puts_into(retailer, territory).await;
            assert_eq!((&north.hears().await, &south.hears().await), (heard_north, heard_south), "into {territory}");
            assert_eq!((&both.hears().await, &office.hears().await), (&all, &all), "each once");
        }
        for device in [&north, &south, &both, &office] {
            device.is_whole().await;
        }
    }
}

story! {
    async fn nothing_is_heard_of_customers_who_never_were_in_ones_territories(kind) {
        let shop = Shop::idle(kind).await;
        shop.contact("anna", MAIL).await;
        let (south, west) = (shop.retailer("Dock Toys", "South").await, shop.retailer("Moor Books", "West").await);
        let bert = shop.contact_at(south, "bert", "").await;
        let mut rep = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        let mut nobody = Device::of(&shop, BuiltIn::SalesRep, &[]).await;
        assert_eq!(rep.hears().await, ["Harbour Gifts", "Anna Sample"]);
        assert_eq!(nobody.hears().await, nothing());
        let before = rep.cursors.clone();
        shop.moves(bert, west).await;
        shop.puts_into(south, "West").await;
        shop.does(move |tx, actor, now| privacy::erase::erase(tx, actor, bert, "Bert Sample", now)).await;
        for (feed, since) in FEEDS.iter().zip(&before) {
            let page = rep.page(feed, since.as_deref()).await.expect("a cursor that holds");
            assert_eq!((&page["items"], &page["removed"]), (&json!([]), &json!([])), "{feed}");
        }
        assert_eq!(nobody.hears().await, nothing());
    }
}

story! {
    async fn a_cursor_holds_for_one_person_and_their_territories(kind) {
        let shop = Shop::idle(kind).await;
        shop.contact("anna", MAIL).await;
        shop.retailer("Dock Toys", "South").await;
        let mut rep = Device::of(&shop, BuiltIn::SalesRep, &["North", "South"]).await;
        let mut peer = Device::of(&shop, BuiltIn::SalesRep, &["North", "South"]).await;
        rep.hears().await;
        peer.hears().await;
        let (mine, theirs) = (rep.cursors[1].clone().expect("a cursor"), peer.cursors[1].clone().expect("a cursor"));
        assert!(rep.page("contacts", Some(&mine)).await.is_some());
        let future = {
            // The last eight bytes are the number.
            let mut bytes = data_encoding::BASE64URL_NOPAD.decode(mine.as_bytes()).expect("bytes");
            let length = bytes.len();
            bytes[length - 2] += 1;
            data_encoding::BASE64URL_NOPAD.encode(&bytes)
        };
        for wrong in ["", "0", "né", &format!("{mine}A"), &mine[1..], &theirs, &future] {
            assert!(rep.page("contacts", Some(wrong)).await.is_none(), "{wrong}");
        }
        let take = "delete from staff_territories where staff_id = $1 and territory_id = (select id from territories where name = 'South')";
        shop.run(take, &[&rep.staff]).await;
        assert!(rep.page("contacts", Some(&mine)).await.is_none(), "a territory was taken");
        assert!(peer.page("contacts", Some(&theirs)).await.is_some(), "not from them");
        (rep.cursors, rep.copy) = ([None, None], <[_; 2]>::default());
        assert_eq!(rep.hears().await, ["Harbour Gifts", "Anna Sample"]);
        let now = rep.cursors[1].clone();
        shop.run("update staff set role_id = (select id from roles where name = 'Support') where id = $1", &[&rep.staff]).await;
        assert!(rep.page("contacts", now.as_deref()).await.is_none(), "their reach is another");
    }
}

story! {
    async fn a_feed_is_asked_for_as_described_or_not_at_all(kind) {
        let shop = Shop::idle(kind).await;
        let rep = Device::of(&shop, BuiltIn::SalesRep, &["North"]).await;
        for feed in FEEDS {
            for query in ["limit=0", "limit=1001", "limit=x", "limit=-1", "since=a&since=b", "page=2", "limit=1&limit=2"] {
                let reply = rep.program.get(&format!("/api/v1/{feed}?{query}")).await;
                assert_eq!((reply.status, &reply.json()["type"]), (400, &json!("/problems/unreadable")), "{query}");
            }
            let page = rep.program.get(&format!("/api/v1/{feed}")).await;
            assert_eq!(page.status, 200, "{}", page.text());
            assert!(page.json()["as_of"].as_str().is_some_and(|moment| moment.ends_with('Z')), "{}", page.text());
            let stranger = Program::new(shop.browser()).get(&format!("/api/v1/{feed}")).await;
            assert_eq!((stranger.status, &stranger.json()["type"]), (401, &json!("/problems/not-signed-in")));
        }
    }
}

fn details(name: &str) -> ContactDetails {
    let (position, phone) = (String::new(), String::new());
    ContactDetails { name: name.into(), position, phone, language: Language::English }
}

fn merged(name: &str) -> access::transfer::Merged {
    access::transfer::Merged { details: details(name), email: None, username: None }
}
