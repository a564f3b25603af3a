//! How files are read, and read another way: sheets, encodings, rows of headings,
//! and what is no table at all.

use rust_xlsxwriter::Workbook;
use tradepost::staff::BuiltIn;

use super::{checked, notes, problems, usual};
use crate::support::people::Colleague;
use crate::support::shop::Shop;
use tradepost::import::Field;

/// Hands a file in at the portal; gives where it leads.
async fn handed_in(office: &Colleague, file: &[u8]) -> String {
    let reply = office.browser.post_file("/portal/imports", "file", file).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.location().to_owned()
}

/// Bytes of a code page of DOS.
fn in_dos(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        'ü' => 0x81,
        'ä' => 0x84,
        'ö' => 0x94,
        'ß' => 0xe1,
        c => u8::try_from(c).expect("ASCII"),
    };
    text.chars().map(byte).collect()
}

const LIST: &str = "Liste vom 30.11.;;\n;;\nKd-Nr;Firma;E-Mail\n0010;Bäckerei Müller Größe;j@shop.example\n";

story! {
    async fn the_encoding_that_was_taken_is_named_and_can_be_changed(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let first = handed_in(&office, &in_dos(LIST)).await;
        let page = office.browser.get(&first).await;
        for words in ["Western European, DOS (850)", "semicolons", "headings in row 3", "1 row", "Bäckerei Müller Größe"] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        let reading = [("encoding", "macintosh"), ("delimiter", "semicolon"), ("heading_row", "3"), ("column-0", "account_number"), ("column-1", "retailer")];
        let reply = office.browser.post(&format!("{first}/check"), &reading).await;
        let second = reply.location().to_owned();
        assert!(reply.status == 303 && second != first, "{}", reply.text());
        let page = office.browser.get(&second).await;
        assert!(page.says("old Macintosh") && !page.says("Müller"), "{}", page.text());
        assert_eq!(office.browser.get(&first).await.status, 404, "the draft became another");
        assert_eq!(shop.count("select count(*) as n from imports", &[]).await, 1);
        let wrong = office.browser.post(&format!("{second}/check"), &[("heading_row", "77")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.says("There is nothing in row 77"), "{}", wrong.text());
        let typed = office.browser.post(&format!("{second}/check"), &[("heading_row", "three")]).await;
        assert!(typed.status == 422 && typed.says("Say the number of a row"), "{}", typed.text());
        assert_eq!(office.browser.get(&second).await.status, 200, "nothing is lost");
    }
}

story! {
    async fn the_sheet_of_customers_is_taken_and_another_can_be_chosen(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let mut workbook = Workbook::new();
        let sheets: [(&str, &[&[&str]]); 3] = [
            ("Cover", &[&["Customers of Sample Supplies"], &["made by", "the office"]]),
            ("Customers", &[&["As of today"], &["Account number", "Retailer", "E-mail"], &["0010", "Sample Shop", "a@shop.example"]]),
            ("Old ones", &[&["Account number", "Retailer"], &["0001", "Old Shop"], &["0002", "Older Shop"]]),
        ];
        for (name, rows) in sheets {
            let sheet = workbook.add_worksheet().set_name(name).expect("a sheet");
            for (row, cells) in (0..).zip(rows) {
                for (column, cell) in (0..).zip(*cells) {
                    sheet.write(row, column, *cell).expect("a cell");
                }
            }
        }
        let first = handed_in(&office, &workbook.save_to_buffer().expect("a workbook")).await;
        let page = office.browser.get(&first).await;
        assert!(page.says("sheet “Customers”") && page.says("Sample Shop") && page.says("Old ones"), "{}", page.text());
        let choice = [("sheet", "Old ones"), ("heading_row", "2"), ("column-0", "account_number"), ("column-1", "retailer"), ("access", "true")];
        let reply = office.browser.post(&format!("{first}/check"), &choice).await;
        let page = office.browser.get(reply.location()).await;
        assert!(page.says("sheet “Old ones”") && page.says("2 rows") && page.says("Older Shop"), "{}", page.text());
    }
}

story! {
    async fn promise_1_a_file_is_held_by_its_node_for_an_hour_and_stored_nowhere(kind) {
        let mut shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let file = "Kd-Nr;Firma;Notiz;Kennwort\n1;Sample Shop;likes tea;Sommer2024geheim\n";
        let first = handed_in(&office, file.as_bytes()).await;
        let stored = "select count(*) as n from import_rows where cells like '%likes tea%' or cells like '%Sommer%'";
        assert_eq!(shop.count(stored, &[]).await, 0);
        // A column more: the file is still here, so nobody is asked for it again.
        let choice = [("column-0", "account_number"), ("column-1", "retailer"), ("column-2", "address"), ("new_territories", "true"), ("territory", "North")];
        let reply = office.browser.post(&format!("{first}/check"), &choice).await;
        let second = reply.location().to_owned();
        assert!(reply.status == 303 && second != first, "{}", reply.text());
        shop.counts(1, "select count(*) as n from import_rows where cells like '%likes tea%'").await;
        assert_eq!(shop.count("select count(*) as n from import_rows where cells like '%Sommer%'", &[]).await, 0);
        let third = handed_in(&office, file.as_bytes()).await;
        assert!(office.browser.get(&third).await.says("Read it again"));
        shop.restart().await;
        let page = office.browser.get(&third).await;
        assert!(!page.says("Read it again") && page.says("Hand it in again"), "{}", page.text());
        let reply = office.browser.post(&format!("{third}/check"), &[("heading_row", "2")]).await;
        assert!(reply.status == 422 && reply.says("never stored"), "{}", reply.text());
        let fourth = handed_in(&office, file.as_bytes()).await;
        shop.advance(std::time::Duration::from_mins(61));
        let page = office.browser.get(&fourth).await;
        assert!(!page.says("Read it again"), "an hour is over");
    }
}

story! {
    async fn what_is_no_table_is_refused_by_its_name(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let compound = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat();
        let secret: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = [compound.as_slice(), &secret].concat();
        let files: [(&[u8], &str); 9] = [
            (b"%PDF-1.7\n", "This is a PDF document"),
            (b"\x89PNG\r\n\x1a\n\0\0", "This is a picture"),
            (b"<html><table><tr><td>Kd-Nr</td></tr></table></html>", "This is a web page"),
            (&compound, "This is an old Excel file (.xls)"),
            (&encrypted, "protected by a password"),
            (b"-- MySQL dump 10.13\nINSERT INTO customers VALUES (1);", "statements of a database"),
            (b"[{\"id\":1}]", "This is a JSON file"),
            (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "This is an archive"),
            (b"", "The file is empty"),
        ];
        for (file, words) in files {
            let reply = office.browser.post_file("/portal/imports", "file", file).await;
            assert_eq!(reply.status, 422, "{words}");
            assert!(reply.says(words), "{words}: {}", reply.text());
        }
        assert_eq!(shop.count("select count(*) as n from imports", &[]).await, 0);
    }
}

story! {
    async fn the_sheet_of_wrong_rows_is_cut_as_the_file_was_and_comes_back_in(kind) {
        let shop = Shop::open(kind).await;
        let office = shop.staff(BuiltIn::Owner).await;
        let file = "Kd-Nr;Firma;Ansprechpartner;E-Mail\n0010;\"Sample; Söhne\";Ann;nowhere\n0020;Mill;Bob;bob@mill.example\n";
        let draft = handed_in(&office, file.as_bytes()).await;
        let choice = [("column-0", "account_number"), ("column-1", "retailer"), ("column-2", "contact"), ("column-3", "email"), ("new_territories", "true"), ("territory", "North")];
        let checked = office.browser.post(&format!("{draft}/check"), &choice).await.location().to_owned();
        shop.counts(1, "select count(*) as n from imports where state = 'checked'").await;
        let sheet = office.browser.get(&format!("{checked}/wrong?format=csv")).await.text();
        assert!(sheet.starts_with("\u{feff}Kd-Nr;Firma;Ansprechpartner;E-Mail;what is wrong\n0010;\"Sample; Söhne\";Ann;nowhere;"), "{sheet}");
        let corrected = sheet.replace("nowhere;", "ann@shop.example;");
        let again = handed_in(&office, corrected.as_bytes()).await;
        assert!(office.browser.get(&again).await.says("UTF-8, semicolons"));
    }
}

story! {
    async fn addresses_are_read_as_people_write_them_or_refused_with_a_reason(kind) {
        let shop = Shop::idle(kind).await;
        let rows = [
            "1,S1,N,P1,aaa..bbb@docomo.example,,",
            "2,S2,N,P2,abc.@docomo.example,,",
            "3,S3,N,P3,\"\"\"john smith\"\"@x.example\",,",
            "4,S4,N,P4,müller@x.example,,",
            "5,S5,N,P5,ann@x.example; bob@x.example,,",
            "6,S6,N,P6,Ann Sample <ann6@x.example>,,",
            "7,S7,N,P7,n/a,,",
            "8,S8,N,P8,mailto:ann8@x.example,,",
            "9,S9,N,P9,\u{200e}ann9@x.example,,",
        ];
        let import = checked(&shop, &format!("{}\n", rows.join("\n")), usual).await;
        let said = notes(&shop, import.id).await;
        let wrong: Vec<(i64, &str)> = said.iter().filter(|(.., stops, _)| *stops).map(|(line, _, _, text)| (*line, text.as_str())).collect();
        let expected = ["a dot at the beginning", "a dot at the beginning", "quotation marks", "letters other than a to z", "more than one"];
        assert_eq!(wrong.len(), expected.len(), "{wrong:?}");
        for ((line, text), (number, words)) in wrong.into_iter().zip((2..).zip(expected)) {
            assert!(line == number && text.contains(words), "{line}: {text}");
        }
    }
}

story! {
    async fn what_nobody_sees_is_left_out_and_what_excel_lost_is_told(kind) {
        let shop = Shop::idle(kind).await;
        let rows = "1001,Sample A,N,Ann Sample,\u{200e}ann@a.example,ann,\n\
                    1002,\u{5d3}\u{5d5}\u{5d2}\u{5de}\u{5d4} \u{200f},N,\u{5d3}\u{5d5}\u{5d3},d@b.example,dd,\n\
                    7.00E+12,Sample C,N,Cleo,c@c.example,cleo,\n";
        let import = checked(&shop, rows, usual).await;
        assert_eq!(problems(&shop, import.id).await, [(4, Some(Field::AccountNumber))]);
        let said = notes(&shop, import.id).await;
        assert!(said.iter().any(|(.., text)| text.contains("rounded by Excel") && text.contains("(7.00E+12)")), "{said:?}");
        let blank = "1003,Sample D,N,\u{3164},d@d.example,\u{2800},\n";
        let import = checked(&shop, blank, usual).await;
        let said = notes(&shop, import.id).await;
        assert!(said.iter().all(|(_, field, ..)| *field == Some(Field::Contact)) && import.tally.wrong == 1, "{said:?}");
    }
}
