//! What a file means, told by its headings and its cells; what is true of many rows
//! stands once.

use super::*;

async fn read(shop: &Shop, content: &str) -> Import {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(content.as_bytes()).expect("a file");
    let file = File::open(file, &tables::Options::default()).expect("a table");
    let choices =
        Choices { territory: "North".into(), access: true, username_from_email: true, ..file.likely() };
    let (operator, now) = (Actor::operator(), shop.clock.now());
    let id = import::stage(shop.db(), &operator, (file, "list.csv", choices.clone()), None, now)
        .await
        .expect("an import");
    shop.db()
        .write(move |tx| import::check(tx, &Actor::operator(), id, &choices, now))
        .await
        .expect("a check");
    driven(shop, id).await
}

async fn brought_in(shop: &Shop, content: &str) -> Import {
    let import = read(shop, content).await;
    assert_eq!(started(shop, import.id).await.expect("a start"), None, "{:?}", notes(shop, import.id).await);
    driven(shop, import.id).await
}

async fn north(shop: &Shop) {
    imported(shop, "1,Any Shop,North,,,,\n", usual).await;
}

story! {
    async fn promise_13_who_is_not_active_in_the_old_system_gets_no_access(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        brought_in(&shop, "Customer ID,Company,Name,Email,Active (0/1)\n11,Sample Shop,Ann Sample,a@shop.example,0\n12,Sample Shop 2,Bob Sample,b@shop.example,1\n").await;
        brought_in(&shop, "Kunden-ID;Firmenname;Vorname;Nachname;E-Mail 1;Straße 1;Ort 1;Gesperrt\n10001;Sample GmbH;Anna;Sample;c@shop.example;Weg 1;Ort;1\n10002;Sample AG;Cora;Sample;d@shop.example;Weg 2;Ort;\n").await;
        brought_in(&shop, "Kd-Nr;Firma;Inaktiv\n20001;Sample KG;ja\n20002;Sample OHG;nein\n").await;
        brought_in(&shop, "id,company,name,email,status\n30001,Sample BV,Eva Sample,e@shop.example,blocked\n").await;
        let on = "select name as t from contacts where website_access and active order by name";
        assert_eq!(shop.texts(on, &[]).await, ["Bob Sample", "Cora Sample"]);
        let off = "select name as t from contacts where not website_access and not active order by name";
        assert_eq!(shop.texts(off, &[]).await, ["Ann Sample", "Anna Sample", "Eva Sample"]);
        assert_eq!(shop.texts("select name as t from retailers where not active", &[]).await, ["Sample KG"], "a list of retailers");
        assert_eq!(shop.texts("select address as t from retailers where account_number = '10001'", &[]).await, ["Weg 1\nOrt"]);
    }
}

story! {
    async fn promise_13_a_column_that_may_tell_who_is_blocked_is_not_left_out_in_silence(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        let import = read(&shop, "id,company,contact,Sperrkennzeichen\n41,Sample Shop,Ann Sample,Z1\n").await;
        let [remark] = import.tally.remarks.as_slice() else { panic!("{:?}", import.tally) };
        assert!(remark.text.contains("Sperrkennzeichen") && remark.text.contains("nobody is taken as inactive"), "{remark:?}");
        assert!(!remark.text.contains("Z1"), "what is left out is not shown");
    }
}

story! {
    async fn a_column_of_yes_and_no_is_nobodys_name(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        let import = brought_in(&shop, "id,name,ref,email,street,city,customer\n\
            res_partner_10,Sample Shop,R10,a@shop.example,1 Quay,Town,1\nres_partner_11,Example Shop,R11,b@shop.example,2 Quay,Town,1\n").await;
        assert_eq!((import.tally.retailers_new, import.tally.contacts_new), (2, 2));
        assert_eq!(shop.texts("select account_number || ' ' || name as t from retailers where account_number like 'R%' order by account_number", &[]).await,
            ["R10 Sample Shop", "R11 Example Shop"]);
    }
}

story! {
    async fn a_list_without_numbers_goes_by_names_and_makes_nobody_one_with_another(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        let list = "Firma;Anschrift;Ansprechpartner;E-Mail\nSample Bakery;1 Quay;Ann Sample;ann@bakery.example\nSample Bakery;1 Quay;Bob Sample;bob@bakery.example\nANY SHOP;;Cora Sample;cora@any.example\n";
        let import = brought_in(&shop, list).await;
        assert_eq!((import.tally.retailers_new, import.tally.contacts_new), (1, 3));
        assert_eq!(shop.texts("select account_number as t from retailers order by account_number", &[]).await, ["1", "Sample Bakery"]);
        let again = read(&shop, list).await;
        assert_eq!((again.tally.contacts_unchanged, again.tally.retailers_new), (3, 0));
        shop.run("update retailers set account_number = '77', account_number_key = '77' where name = 'Sample Bakery'", &[]).await;
        assert_eq!(read(&shop, list).await.tally.contacts_unchanged, 3, "found by name whatever number it got");
        let other = read(&shop, "Firma;Anschrift;Ansprechpartner;E-Mail\nSample Bakery;9 Hill;Eva Sample;eva@other.example\nNew Bakery;1 Row;A B;\nNew Bakery;2 Row;C D;\n").await;
        assert_eq!(problems(&shop, other.id).await, [(2, Some(Field::Address)), (4, Some(Field::Address))], "{:?}", notes(&shop, other.id).await);
        imported(&shop, "88,Sample Bakery,North,,,,\n", usual).await;
        assert_eq!(problems(&shop, read(&shop, list).await.id).await, [(2, Some(Field::Retailer)), (3, Some(Field::Retailer))], "two of that name");
    }
}

story! {
    async fn a_remark_true_of_the_whole_file_stands_once(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        let mut list = String::from("id,name,email\n");
        for n in 0..300 {
            let _ = writeln!(list, "5{n:03},Person {n},p{n}@shop.example");
        }
        let import = read(&shop, &list).await;
        assert_eq!((import.tally.warned, import.tally.remarks.len(), import.tally.remarks[0].rows), (10, 1, 300));
        assert_eq!(rows(&shop, import.id).await.len(), 10, "beside the first rows only");
        let office = shop.staff(tradepost::staff::BuiltIn::Owner).await;
        let page = office.browser.get(&format!("/portal/imports/{}?show=remarks", import.id)).await;
        assert!(page.says("True of many rows") && page.says("(300 rows)") && page.says("With remarks 10<"), "{page:?}");
    }
}

story! {
    async fn the_preview_shows_what_will_be_entered(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        let import = read(&shop, "id,company,street,city,contact,email,phone\n61,Sample Shop,1 Quay,Town,Ann Sample,ANN@bücher.example,+44 1947 1\n1,Any Shop,,,Bob Sample,,\n").await;
        let office = shop.staff(tradepost::staff::BuiltIn::Owner).await;
        let page = office.browser.get(&format!("/portal/imports/{}?show=new", import.id)).await;
        for words in ["What will happen", "ANN@xn--bcher-kva.example", "+44 1947 1", "1 Quay, Town", "Territory:"] {
            assert!(page.says(words), "{words}: {page:?}");
        }
        assert_eq!(page.text().matches("Territory:").count(), 1, "the known retailer has one");
    }
}

story! {
    async fn an_address_that_differs_within_a_file_is_a_remark(kind) {
        let shop = Shop::open(kind).await;
        north(&shop).await;
        let import = brought_in(&shop, "id,company,street,contact\n71,Sample Shop,1 Quay,Ann Sample\n71,Sample Shop,2 Row,Bob Sample\n").await;
        let said = notes(&shop, import.id).await;
        assert!(matches!(said.as_slice(), [(3, Some(Field::Address), false, text)] if text.contains("\"2 Row\" here and \"1 Quay\" in row 2")), "{said:?}");
        assert_eq!(shop.texts("select address as t from retailers where account_number = '71'", &[]).await, ["1 Quay"]);
    }
}
