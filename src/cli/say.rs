//! What commands say. The words of `println!` and `eprintln!` for everything in
//! this folder: the standard library's panic when whoever read the output has
//! gone, as with `tradepost config print | head -1`.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// Says a line.
macro_rules! println {
    () => { $crate::cli::say::say(format_args!("")) };
    ($($words:tt)*) => { $crate::cli::say::say(format_args!($($words)*)) };
}

/// Says a line beside the output.
macro_rules! eprintln {
    ($($words:tt)*) => { $crate::cli::say::say_beside(format_args!($($words)*)) };
}

/// Says a line on standard output. A command goes on when nobody listens any more,
/// and ends when its words can't be kept, as on a full disk.
pub(super) fn say(words: Arguments<'_>) {
    let said = writeln!(io::stdout().lock(), "{words}");
    if let Err(error) = said
        && error.kind() != ErrorKind::BrokenPipe
    {
        say_beside(format_args!("tradepost: writing to standard output: {error}"));
        std::process::exit(1);
    }
}

/// Says a line on standard error; there is nowhere left to complain about that.
pub(super) fn say_beside(words: Arguments<'_>) {
    drop(writeln!(io::stderr().lock(), "{words}"));
}
