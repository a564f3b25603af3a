//! Any bytes as a file, read as they are or as a person says they are.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tables::{Encoding, Options};

const LABELS: [&str; 8] =
    ["utf-8", "utf-16le", "utf-16be", "windows-1252", "shift_jis", "gb18030", "iso-2022-jp", "big5"];

fuzz_target!(|data: &[u8]| {
    let Some((first, file)) = data.split_first() else { return };
    let choice = usize::from(*first);
    let told = choice >= 128;
    let options = Options {
        delimiter: told.then(|| b",;\t|"[choice % 4]),
        encoding: if told { Encoding::from_label(LABELS[choice / 4 % 8]) } else { None },
        sheet: None,
    };
    tables_fuzz::read(file, &options);
});
