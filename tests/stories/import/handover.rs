//! Nobody gets somebody else's record by a file, and with it their password; and
//! nobody is entered twice or made one with another in silence.

use super::*;

const ADDRESSES: &str = "account_number,retailer,territory,contact,email\n";

/// As a nightly job brings a list in: usernames from addresses, only what is good.
async fn night(shop: &Shop, content: &str) -> Import {
    let id = staged(shop, &Actor::operator(), content.as_bytes()).await.expect("a readable file");
    let choices = Choices {
        new_territories: true,
        username_from_email: true,
        access: true,
        good_rows: true,
        ..found(shop, id).await.choices
    };
    let now = shop.clock.now();
    shop.db()
        .write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now))
        .await
        .expect("a check");
    driven(shop, id).await;
    started(shop, id).await.expect("an answer");
    driven(shop, id).await
}

async fn names(shop: &Shop) -> Vec<String> {
    shop.texts("select name || ' ' || coalesce(username, '-') as t from contacts order by contacts.name", &[])
        .await
}

story! {
    async fn promise_1_somebody_else_at_a_shared_address_does_not_get_the_record(kind) {
        let shop = Shop::open(kind).await;
        let office = "office@shop.example";
        night(&shop, &format!("{ADDRESSES}4001,Sample Shop,N,Ann Sample,{office}\n")).await;
        let ann = shop.id(office).await;
        shop.give_password(ann, "trout9lamp").await;
        let browser = shop.signed_in(office, "trout9lamp").await;
        let import = night(&shop, &format!("{ADDRESSES}4001,Sample Shop,N,Bob Example,{office}\n")).await;
        assert_eq!((import.tally.contacts_new, import.tally.contacts_changed, import.tally.wrong), (1, 0, 0));
        assert_eq!(names(&shop).await, [format!("Ann Sample {office}"), "Bob Example -".to_owned()]);
        let said = notes(&shop, import.id).await;
        assert!(said.iter().any(|(_, field, stops, text)| *field == Some(Field::Email) && !stops && text.contains("Ann Sample’s, too")), "{said:?}");
        assert!(said.iter().any(|(.., text)| text.contains("comes in without one")), "{said:?}");
        assert!(browser.get("/account").await.says("Ann Sample"), "whose password it is");
        let again = shop.signed_in(office, "trout9lamp").await;
        assert!(!again.get("/account").await.says("Bob Example"), "Ann's password never opens Bob's record");
        let third = night(&shop, &format!("{ADDRESSES}4001,Sample Shop,N,Bob Example,{office}\n4001,Sample Shop,N,Ann Sample,{office}\n")).await;
        assert_eq!((third.tally.contacts_new, third.tally.contacts_changed, third.tally.contacts_unchanged), (0, 0, 2), "both are known now");
    }
}

story! {
    async fn promise_1_a_username_is_never_handed_on(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, "4001,Sample Shop,North,Ann Sample,ann@shop.example,4001,yes\n", usual).await;
        shop.give_password(shop.id("4001").await, "trout9lamp").await;
        for (row, choice) in [("Bob Example,bob@shop.example", Matching::Either), ("Bob Example,bob@shop.example", Matching::Username), ("Bob Example,ann@shop.example", Matching::Email)] {
            let import = checked(&shop, &format!("4001,Sample Shop,North,{row},4001,yes\n"), |choices| choices.matching = choice).await;
            assert_eq!(problems(&shop, import.id).await, [(2, Some(Field::Username))], "{choice:?}");
            let said = notes(&shop, import.id).await;
            assert!(said.iter().any(|(.., text)| text.contains("belongs to")), "{said:?}");
        }
        assert_eq!(names(&shop).await, ["Ann Sample 4001"]);
    }
}

story! {
    async fn promise_1_a_marriage_or_a_slip_is_decided_by_people(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, "4001,Sample Shop,North,Ann Sample,ann@shop.example,ann,yes\n", usual).await;
        for other in ["Ann Example", "Anne Sample"] {
            for username in ["ann", ""] {
                let import = checked(&shop, &format!("4001,Sample Shop,North,{other},ann@shop.example,{username},yes\n"), usual).await;
                assert_eq!(problems(&shop, import.id).await, [(2, Some(Field::Contact))], "{other}");
                let said = notes(&shop, import.id).await;
                assert!(said[0].3.contains("another person?") && said[0].3.contains("by hand"), "{said:?}");
            }
        }
        for same in ["ANN SAMPLE", "\"Sample, Ann\"", "Ann  Sample", "Ann Maria Sample"] {
            let import = checked(&shop, &format!("4001,Sample Shop,North,{same},ann@shop.example,ann,yes\n"), usual).await;
            assert_eq!((import.tally.contacts_new, import.tally.wrong), (0, 0), "{same}");
        }
    }
}

story! {
    async fn promise_1_a_name_is_not_worn_down_until_it_fits_another(kind) {
        let shop = Shop::open(kind).await;
        for name in ["Ann Sample", "A. Sample", "Anton Sample"] {
            night(&shop, &format!("{ADDRESSES}4001,Sample Shop,N,{name},office@shop.example\n")).await;
        }
        assert_eq!(names(&shop).await, ["Ann Sample office@shop.example", "Anton Sample -"]);
    }
}

story! {
    async fn people_who_share_an_address_are_contacts_of_their_own(kind) {
        let shop = Shop::open(kind).await;
        let office = "office@shop.example";
        let both = format!("{ADDRESSES}4003,Sample Shop,N,Ann Sample,{office}\n4003,Sample Shop,N,Bob Example,{office}\n4003,Sample Shop,N,Ann Example,{office}\n");
        let import = night(&shop, &both).await;
        assert_eq!((import.tally.contacts_new, import.tally.wrong), (3, 0), "{:?}", notes(&shop, import.id).await);
        assert_eq!(names(&shop).await, ["Ann Example -".to_owned(), format!("Ann Sample {office}"), "Bob Example -".to_owned()]);
        assert_eq!(night(&shop, &both).await.tally.contacts_unchanged, 3, "and the second night they are known");
    }
}

story! {
    async fn a_username_chosen_by_hand_is_not_taken_back_by_a_list_of_addresses(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, "4001,Sample Shop,North,Ann Sample,ann@shop.example,ann,yes\n", usual).await;
        let import = night(&shop, &format!("{ADDRESSES}4001,Sample Shop,North,Ann Sample,ann@shop.example\n")).await;
        assert_eq!((import.tally.contacts_new, import.tally.contacts_unchanged), (0, 1), "nor entered twice");
        assert_eq!(names(&shop).await, ["Ann Sample ann"]);
    }
}

story! {
    async fn numbers_that_differ_by_zeros_or_blanks_are_asked_about(kind) {
        let shop = Shop::open(kind).await;
        imported(&shop, "0020 001,Known Shop,North,Ann,,,\n", usual).await;
        let mut rows = String::from("0020045,First,North,,,,\n");
        for n in 0..250 {
            let _ = writeln!(rows, "7{n:03},House {n},North,,,,");
        }
        rows.push_str("20045,First,North,,,,\n20001,Known Shop,North,Ann,,,\n20 045,First,North,,,,\n");
        let import = checked(&shop, &rows, usual).await;
        let field = Some(Field::AccountNumber);
        assert_eq!(problems(&shop, import.id).await, [(253, field), (254, field), (255, field)]);
        let said = notes(&shop, import.id).await;
        assert!(said[0].3.contains("0020045 in row 2") && said[1].3.contains("0020 001 is"), "{said:?}");
        let same = checked(&shop, "0020 001,Known  Shop,North,Ann,,,\n", usual).await;
        assert_eq!((same.tally.contacts_unchanged, same.tally.retailers_changed), (1, 0), "two blanks are one");
    }
}
