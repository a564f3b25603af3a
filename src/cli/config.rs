//! `tradepost config print|check`

use std::path::Path;

use clap::Subcommand;

use super::Failure;
use crate::config::{Config, KEYS, Source};

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Every key with its meaning, its value and where that comes from
    Print,
    /// Say whether the configuration can be used
    Check,
}

pub(super) fn run(command: &ConfigCommand, file: Option<&Path>) -> Result<(), Failure> {
    let source = Source::read(file, std::env::vars())?;
    match command {
        ConfigCommand::Print => print(&source),
        ConfigCommand::Check => {
            Config::from_source(&source)?;
            println!("The configuration is good.");
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
        println!("{name} = {:?}  # {origin}", hidden(key.name, value));
    }
}

/// A value without the password a URL in it may carry; of a secret nothing.
fn hidden(name: &str, value: &str) -> String {
    if name.ends_with("_secret") && !value.is_empty() {
        return "…".to_owned();
    }
    match (value.split_once("://"), value.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, host))) if rest.contains('@') => format!("{scheme}://…@{host}"),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_printed() {
        assert_eq!(hidden("hooks.bounce_secret", "hunter2"), "…");
        assert_eq!(
            hidden("mail.smtp_url", "smtps://user:hunter2@mail.example:465"),
            "smtps://…@mail.example:465"
        );
        assert_eq!(
            hidden("mail.from", "Harbour <orders@harbour.example>"),
            "Harbour <orders@harbour.example>"
        );
    }
}
