//! Reads a file and tells what was found, how long it took and how much memory.
//!
//! `cargo run --release -p tables --example read -- customers.xlsx`

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::time::Instant;

use tables::{FileError, Options, Table};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("which file?")?;
    let began = Instant::now();
    match read(File::open(path)?) {
        Ok((rows, problems)) => println!("rows: {rows}\nproblems: {problems}"),
        Err(error) => println!("error: {error}"),
    }
    println!("milliseconds: {}", began.elapsed().as_millis());
    if let Some(peak) = peak() {
        println!("peak kB: {peak}");
    }
    Ok(())
}

/// The number of rows and of problems.
fn read(file: File) -> Result<(usize, usize), FileError> {
    let mut table = Table::open(file, &Options::default())?;
    println!("found: {:?}", table.found());
    println!("headings: {}", table.headings().len());
    let (mut rows, mut problems) = (0, 0);
    while let Some(line) = table.next_row()? {
        rows += 1;
        problems += line.problems.len();
    }
    Ok((rows, problems))
}

/// The most memory this process ever held, in kB, where the system tells it.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
