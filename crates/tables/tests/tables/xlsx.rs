//! Workbooks as people have them.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use tables::{CellKind, FileError, Kind, Options};

use crate::read::{open, rows};

fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

#[test]
fn cells_read_as_a_person_sees_them() {
    let day = Format::new().set_num_format("dd.mm.yyyy");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let zip = Format::new().set_num_format("00000");
    let date = ExcelDateTime::parse_from_str("2026-11-26T14:30:00").unwrap();
    let file = workbook(|sheet| {
        for column in 0..12 {
            sheet.write(0, column, format!("h{column}")).unwrap();
        }
        sheet.write(2, 0, 42).unwrap();
        sheet.write(2, 1, 0.1 + 0.2).unwrap();
        sheet.write(2, 2, 1e15).unwrap();
        sheet.write(2, 3, -1.5).unwrap();
        sheet.write_with_format(2, 4, &date, &day).unwrap();
        sheet.write_with_format(2, 5, &date, &moment).unwrap();
        sheet.write_with_format(2, 6, 42, &zip).unwrap();
        sheet.write(2, 7, true).unwrap();
        sheet.write(2, 8, Formula::new("=A3+1").set_result("43")).unwrap();
        sheet.write(2, 9, "M\u{fc}ller & <S\u{f6}hne>\r\n").unwrap();
        sheet.write(2, 10, Formula::new("=NA()").set_result("#N/A")).unwrap();
    });
    let lines = rows(file);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].number, 3);
    let expected = [
        ("42", CellKind::Number),
        ("0.3", CellKind::Number),
        ("1000000000000000", CellKind::Rounded),
        ("-1.5", CellKind::Number),
        ("2026-11-26", CellKind::Date),
        ("2026-11-26T14:30:00", CellKind::Date),
        ("00042", CellKind::Number),
        ("true", CellKind::Bool),
        ("43", CellKind::Formula),
        ("Müller & <Söhne>\r\n", CellKind::Text),
        ("#N/A", CellKind::Error),
        ("", CellKind::Text),
    ];
    let cells: Vec<_> = lines[0].cells.iter().map(|cell| (cell.text.as_str(), cell.kind)).collect();
    assert_eq!(cells, expected);
}

#[test]
fn the_first_sheet_that_is_not_hidden_is_read_unless_another_is_named() {
    let mut workbook = Workbook::new();
    for (name, hidden) in [("Old", true), ("Shops", false), ("More", false)] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.set_hidden(hidden).write(0, 0, format!("of {name}")).unwrap();
    }
    workbook.worksheet_from_name("Shops").unwrap().set_active(true);
    let file = workbook.save_to_buffer().unwrap();
    let of_sheet = |sheet: Option<&str>| {
        let options = Options { sheet: sheet.map(str::to_owned), ..Options::default() };
        open(file.clone(), &options)
    };
    let first = of_sheet(None).unwrap();
    assert_eq!(first.headings(), ["of Shops"]);
    assert_eq!(first.found().kind, Kind::Xlsx);
    assert_eq!(first.found().sheet.as_deref(), Some("Shops"));
    assert_eq!(first.found().sheets, ["Shops", "More"]);
    assert_eq!(of_sheet(Some("More")).unwrap().headings(), ["of More"]);
    assert_eq!(of_sheet(Some("Old")).unwrap().headings(), ["of Old"]);
    assert!(matches!(of_sheet(Some("None")), Err(FileError::NoSuchSheet { name }) if name == "None"));
}
