//! `tradepost config print|check`

mod surroundings;

use std::path::Path;

use clap::Subcommand;

use super::Failure;
use crate::config::{Config, KEYS, Mistakes, Source, without_secrets};
use surroundings::Surroundings;

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Every key with its meaning, its value and where that comes from
    Print,
    /// Say whether the configuration can be used
    Check,
}

pub(super) fn run(command: &ConfigCommand, file: Option<&Path>) -> Result<(), Failure> {
    match command {
        ConfigCommand::Print => print(&Source::read(file, std::env::vars())?),
        ConfigCommand::Check => {
            let (source, read) = Config::check(file, std::env::vars())?;
            let around = Surroundings::of(&source);
            let mut mistakes = read.err().map(|Mistakes(mistakes)| mistakes).unwrap_or_default();
            mistakes.extend(around.mistakes);
            if !mistakes.is_empty() {
                return Err(Mistakes(mistakes).into());
            }
            println!("The configuration is good.");
            for note in around.notes {
                println!("Note: {note}");
            }
        }
    }
    Ok(())
}

fn print(source: &Source) {
    let mut section = "";
    for key in KEYS {
        let (head, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if head != section {
            println!("{}[{head}]", if section.is_empty() { "" } else { "\n" });
            section = head;
        }
        let (value, origin) = source.value(key.name);
        println!("# {}", key.meaning);
        println!("{name} = {:?}  # {origin}", without_secrets(key.name, value));
    }
}
