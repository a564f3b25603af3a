//! The steps of the schema. One text of a step serves both databases: types that they
//! call by different names stand in braces, and lines that one of them alone is given
//! follow `--: sqlite` or `--: postgres`, up to `--: both`.

use super::refold;
use super::tx::Dialect;
use super::{Error, Tx};

/// A step of the schema.
pub(super) struct Step {
    pub name: &'static str,
    text: &'static str,
    /// What SQL alone can't do, after it.
    pub then: fn(&mut Tx<'_>) -> Result<(), Error>,
}

macro_rules! step {
    ($name:literal) => {
        step!($name, |_| Ok(()))
    };
    ($name:literal, $then:expr) => {
        Step { name: $name, text: include_str!(concat!("../../migrations/", $name, ".sql")), then: $then }
    };
}

/// Every step, oldest first.
pub(super) const STEPS: &[Step] = &[
    step!("0001_customer_access"),
    step!("0002_finding_and_inviting"),
    step!("0003_runs"),
    step!("0004_staff_and_roles"),
    step!("0005_second_factor"),
    step!("0006_settings_and_templates"),
    step!("0007_privacy"),
    step!("0008_passkeys"),
    step!("0009_logo"),
    step!("0010_brought_along"),
    step!("0011_imports"),
    step!("0012_devices"),
    step!("0013_changes"),
    step!("0014_idempotency"),
    step!("0015_mail_answers"),
    step!("0016_signing_in", refold::run),
    step!("0017_import_columns"),
    step!("0018_getting_started"),
    step!("0019_change_requests"),
    step!("0020_key_fingerprint"),
    step!("0021_letters"),
    step!("0022_cases_of_test_mails"),
    step!("0023_fair_queue"),
    step!("0024_set_aside_jobs"),
    step!("0025_restored"),
    step!("0026_writable"),
    step!("0027_sealed_trail"),
    step!("0028_checks_of_the_trail"),
    step!("0029_refusals"),
    step!("0030_waits"),
    step!("0031_order_of_resets"),
    step!("0032_who_changed_the_sign_in"),
    step!("0033_keys_of_refreshing"),
    step!("0034_marks_after_folding", refold::run),
    step!("0035_notices_by_name"),
    step!("0036_how_long_with_a_factor"),
    step!("0037_names_known_to_enums"),
];

/// Views, triggers and their functions as they are now. They are made anew after every
/// step, so that a change of one is a change of its file, with a step (be it empty) that
/// brings it to the databases there are.
const VIEWS_AND_TRIGGERS: [&str; 4] = [
    include_str!("../../migrations/repeatable/contact_facts.sql"),
    include_str!("../../migrations/repeatable/listings.sql"),
    include_str!("../../migrations/repeatable/changes.sql"),
    include_str!("../../migrations/repeatable/audit.sql"),
];

/// What stands in braces, with what SQLite and PostgreSQL call it.
const WORDS: [(&str, &str, &str); 7] = [
    ("{id}", "blob", "uuid"),
    ("{time}", "integer", "bigint"),
    ("{number}", "integer", "bigint"),
    ("{flag}", "integer", "boolean"),
    ("{bytes}", "blob", "bytea"),
    // What texts are looked up and ordered by: byte by byte, on both.
    ("{key}", "text", "text collate \"C\""),
    // The end of a table: SQLite checks types only where it is told to.
    (" {strict};", " strict;", ";"),
];

impl Step {
    /// The step as a database is given it.
    pub(super) fn sql(&self, dialect: Dialect) -> String {
        sql(self.text, dialect)
    }
}

/// The steps as a database is given them, oldest first: their names and their SQL.
pub fn steps(dialect: Dialect) -> impl Iterator<Item = (&'static str, String)> {
    STEPS.iter().map(move |step| (step.name, step.sql(dialect)))
}

/// What makes views and triggers anew as they are now.
pub fn views_and_triggers(dialect: Dialect) -> impl Iterator<Item = String> {
    VIEWS_AND_TRIGGERS.iter().map(move |text| made_anew(&sql(text, dialect), dialect))
}

/// Statements that make something, so that what was there gives way.
fn made_anew(sql: &str, dialect: Dialect) -> String {
    let anew = |line: &str| match (dialect, line.strip_prefix("create ")) {
        (_, None) => format!("{line}\n"),
        (Dialect::Postgres, Some(what)) => format!("create or replace {what}\n"),
        (Dialect::Sqlite, Some(what)) => {
            let mut words = what.split(' ');
            let (kind, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            format!("drop {kind} if exists {name};\n{line}\n")
        }
    };
    sql.lines().map(anew).collect()
}

fn sql(text: &str, dialect: Dialect) -> String {
    let (mut whose, mut sql) = ("both", String::with_capacity(text.len()));
    for line in text.lines() {
        if let Some(section) = line.strip_prefix("--: ") {
            whose = section;
        } else if whose == "both" || whose == own(dialect) {
            sql += &WORDS.iter().fold(line.to_owned(), |line, (word, sqlite, postgres)| match dialect {
                Dialect::Sqlite => line.replace(word, sqlite),
                Dialect::Postgres => line.replace(word, postgres),
            });
            sql.push('\n');
        }
    }
    sql
}

const fn own(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_is_two() {
        let text = "create table a (\n--: sqlite\n    n integer primary key,\n--: postgres\n    n bigint primary key,\n--: both\n    id {id} not null\n) {strict};\n";
        assert_eq!(
            sql(text, Dialect::Sqlite),
            "create table a (\n    n integer primary key,\n    id blob not null\n) strict;\n"
        );
        assert_eq!(
            sql(text, Dialect::Postgres),
            "create table a (\n    n bigint primary key,\n    id uuid not null\n);\n"
        );
    }

    #[test]
    fn what_was_there_gives_way() {
        let text = "create view a as\nselect 1;\n";
        assert_eq!(made_anew(text, Dialect::Sqlite), "drop view if exists a;\ncreate view a as\nselect 1;\n");
        assert_eq!(made_anew(text, Dialect::Postgres), "create or replace view a as\nselect 1;\n");
    }

    #[test]
    fn no_step_has_a_word_or_a_section_that_is_not_known() {
        for step in STEPS {
            let sections = step.text.lines().filter_map(|line| line.strip_prefix("--: "));
            let strange: Vec<_> =
                sections.filter(|section| !["both", "sqlite", "postgres"].contains(section)).collect();
            assert!(strange.is_empty(), "{}: {strange:?}", step.name);
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                // A path in JSON stands in quotes.
                let sql = step.sql(dialect).replace("'{", "");
                assert!(!sql.contains('{'), "{}", step.name);
            }
        }
    }
}
