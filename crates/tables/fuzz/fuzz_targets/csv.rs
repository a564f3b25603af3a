//! Any bytes as a file, read as they are or as a person says they are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tables::{Dialect, Encoding, Options};

const LABELS: [&str; 8] =
    ["utf-8", "utf-16le", "utf-16be", "windows-1252", "shift_jis", "gb18030", "iso-2022-jp", "cp850"];

fuzz_target!(|data: &[u8]| {
    let Some((first, file)) = data.split_first() else { return };
    let choice = usize::from(*first);
    let told = choice >= 128;
    let options = Options {
        delimiter: told.then(|| b",;\t|"[choice % 4]),
        encoding: if told { Encoding::from_label(LABELS[choice / 4 % 8]) } else { None },
        dialect: (choice % 8 == 7).then_some(Dialect::MySql),
        heading_row: told.then_some(choice % 3),
        known: told.then_some((|heading: &str| heading.len() > 3) as fn(&str) -> bool),
        sheet: None,
    };
    tables_fuzz::read(file, &options);
});
