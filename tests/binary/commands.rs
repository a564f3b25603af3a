//! What commands say when something is wrong: one clear line and an exit code.

use crate::databases::Database;
use crate::program::{Installation, Ran};

fn shop() -> Installation {
    Installation::on(Database::sqlite(), 25)
}

/// A command with a file of this content, and without the rest's environment.
fn with_file(content: &str, arguments: &[&str]) -> Ran {
    let shop = shop();
    shop.file("tradepost.toml", content);
    let mut command = shop.command(arguments);
    for name in [
        "HTTP__LISTEN",
        "DATABASE__URL",
        "MAIL__SMTP_URL",
        "MAIL__FROM",
        "SUPPLIER__NAME",
        "PASSWORD__MEMORY_KIB",
    ] {
        command.env_remove(format!("TRADEPOST_{name}"));
    }
    Ran::from(command.output().unwrap())
}

#[track_caller]
fn refused(content: &str, words: &[&str]) {
    for arguments in [["config", "check"].as_slice(), &["serve"]] {
        let ran = with_file(content, arguments);
        assert_eq!(ran.code, 78, "{ran:?}");
        let line = ran.one_line();
        for word in words {
            assert!(line.contains(word), "{word:?} is not in {line:?}");
        }
    }
}

#[test]
fn help_tells_the_exit_codes() {
    let help = shop().done(&["--help"]);
    assert!(
        help.contains("Exit codes") && help.contains("78") && help.contains("serve") && help.contains("demo"),
        "{help}"
    );
    assert!(shop().done(&["--version"]).starts_with("tradepost "));
    assert_eq!(shop().run(&["srve"]).code, 2);
}

#[test]
fn the_audit_trail_is_verified_by_command() {
    let shop = shop();
    assert_eq!(shop.done(&["audit", "verify"]), "Whole: there is no entry yet.\n");
    shop.add_olivia();
    let said = shop.done(&["audit", "verify"]);
    let sealed = said.contains("Sealed with the key from entry 1 on");
    assert!(said.starts_with("Whole: ") && said.contains("Its hash") && sealed, "{said}");
}

#[test]
fn a_printed_configuration_can_be_read_back_and_shows_no_password() {
    let shop = shop();
    let mut command = shop.command(&["config", "print"]);
    command.env("TRADEPOST_MAIL__SMTP_URL", "smtps://user:hunter2@mail.harbour.example");
    let printed = Ran::from(command.output().unwrap());
    assert_eq!(printed.code, 0);
    assert!(!printed.out.contains("hunter2"), "{}", printed.out);
    assert!(printed.out.contains("# environment variable TRADEPOST_MAIL__SMTP_URL"), "{}", printed.out);
    assert!(printed.out.contains("valid_for = \"48h\"  # default"), "{}", printed.out);
    let untouched = with_file("", &["config", "print"]);
    let again = with_file(&untouched.out, &["config", "check"]);
    assert_eq!(again.code, 0, "{again:?}\n{}", untouched.out);
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_would_be_right() {
    refused(
        "[http]\n\nlisten = \"everywhere\"\n",
        &["tradepost.toml, line 3", "http.listen", "127.0.0.1:8080"],
    );
    refused(
        "[password]\nmin_length = 7\n",
        &["tradepost.toml, line 2", "password.min_length", "from 8 to 64"],
    );
    refused("[retention]\naudit = \"30d\"\n", &["line 2", "retention.audit", "from 365d"]);
    refused("[retention]\nmails = \"forever\"\n", &["line 2", "retention.mails", "from 30d"]);
    refused("[retention]\nsessions = \"99999999999999999999d\"\n", &["retention.sessions", "36500d"]);
    refused("[reset]\nvalid_for = \"5 years\"\n", &["line 2", "reset.valid_for", "10m to 30d"]);
    refused("[reset]\nmode = \"both\"\n", &["line 2", "reset.mode", "parallel or replace"]);
    refused("[database]\nurl = \"mysql://x\"\n", &["line 2", "database.url", "sqlite:PATH"]);
    refused("[supplier]\ntime_zone = \"Mars/Olympus\"\n", &["line 2", "supplier.time_zone", "Europe/Berlin"]);
    refused("[mail]\nsmtp_url = \"mail.example\"\n", &["line 2", "mail.smtp_url", "smtp://host:25"]);
}

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    refused("[http]\nlisten_on = \"127.0.0.1:1\"\n", &["tradepost.toml, line 2", "no key http.listen_on"]);
    refused(
        "[http]\nlisten = \"127.0.0.1:1\"\nlisen = 1\n",
        &["line 3", "http.lisen", "did you mean http.listen?"],
    );
    refused("[smtp]\nurl = \"x\"\n", &["line 2", "no key smtp.url"]);
    let shop = shop();
    let mut command = shop.command(&["config", "check"]);
    command.env("TRADEPOST_MAIL__SMPT_URL", "smtp://localhost");
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, 78);
    let line = ran.one_line();
    assert!(
        line.contains("environment variable TRADEPOST_MAIL__SMPT_URL")
            && line.contains("did you mean mail.smtp_url?"),
        "{line}"
    );
}

#[test]
fn a_missing_value_is_named_with_the_reason() {
    refused(
        "[mail]\nsmtp_url = \"smtps://mail.harbour.example\"\n",
        &["mail.from is missing", "orders@harbour.example"],
    );
}

#[test]
fn a_broken_or_absent_file_is_named() {
    let ran = with_file("[http\n", &["config", "check"]);
    assert_eq!(ran.code, 78);
    assert!(ran.err.contains("tradepost.toml"), "{}", ran.err);
    let absent = shop().run(&["--config", "nowhere.toml", "serve"]);
    assert_eq!(absent.code, 78);
    assert!(absent.one_line().contains("nowhere.toml"), "{absent:?}");
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let shop = shop();
    let url = format!("postgres://shop:hunter2@127.0.0.1:{}/shop", crate::free_port());
    let mut serve = shop.command(&["serve"]);
    let waits = Ran::until_it_speaks(serve.env("TRADEPOST_DATABASE__URL", &url));
    assert!(waits.err.contains("waits for it") && !waits.err.contains("hunter2"), "{waits:?}");
    for arguments in [["migrate"].as_slice(), &["outbox"], &["reset", "anna"]] {
        let mut command = shop.command(arguments);
        let ran = Ran::from(command.env("TRADEPOST_DATABASE__URL", &url).output().unwrap());
        assert_eq!(ran.code, 1, "{ran:?}");
        let line = ran.one_line();
        assert!(
            line.contains("database postgres://") && line.contains("refused") && !line.contains("hunter2"),
            "{line}"
        );
    }
    let mut command = shop.command(&["init"]);
    let ran =
        Ran::from(command.env("TRADEPOST_DATABASE__URL", "sqlite:/proc/tradepost.db").output().unwrap());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.one_line().contains("/proc/tradepost"), "{ran:?}");
}

#[test]
fn a_newer_database_is_refused() {
    for database in [Database::sqlite(), Database::postgres()] {
        let shop = Installation::on(database, 25);
        shop.done(&["migrate"]);
        let add = "insert into migrations (name) values ('9999_from_the_future')";
        match shop.database.url.strip_prefix("sqlite:") {
            Some(file) => rusqlite::Connection::open(file).unwrap().execute_batch(add).unwrap(),
            None => postgres::Client::connect(&shop.database.url, postgres::NoTls)
                .unwrap()
                .batch_execute(add)
                .unwrap(),
        }
        for command in ["serve", "migrate"] {
            let ran = shop.run(&[command]);
            assert_eq!(ran.code, 1, "{ran:?}");
            let line = ran.one_line();
            assert!(
                line.contains("newer than this binary") && line.contains("9999_from_the_future"),
                "{line}"
            );
        }
    }
}

#[test]
fn staff_are_added_with_care() {
    let shop = shop();
    shop.add_olivia();
    let add = |changed: [&str; 4]| {
        let [email, kind, role, territory] = changed;
        let mut arguments =
            vec!["staff", "add", "--name", "Ruth", "--email", email, "--kind", kind, "--role", role];
        if !territory.is_empty() {
            arguments.extend(["--territory", territory]);
        }
        shop.run(&arguments)
    };
    let cases = [
        (["OLIVIA@harbour.example", "admin", "owner", ""], 3, "belongs to a staff user already"),
        (["ruth", "rep", "sales-rep", ""], 3, "--email"),
        (["ruth@harbour.example", "rep", "king", ""], 3, "owner, sales-admin, sales-rep, support"),
        (["ruth@harbour.example", "rep", "sales-rep", "Atlantis"], 3, "no territory \"Atlantis\""),
        (["ruth@harbour.example", "boss", "owner", ""], 2, "admin, rep, dual"),
    ];
    for (changed, code, words) in cases {
        let ran = add(changed);
        assert_eq!(ran.code, code, "{changed:?}: {ran:?}");
        assert!(ran.err.contains(words), "{changed:?}: {ran:?}");
    }
    let mut weak = shop.command(&[
        "staff",
        "add",
        "--name",
        "Ruth",
        "--email",
        "ruth@harbour.example",
        "--kind",
        "rep",
        "--role",
        "sales-rep",
        "--password-stdin",
    ]);
    let file = shop.file("weak.txt", "password1234\n");
    let ran = Ran::from(weak.stdin(std::fs::File::open(file).unwrap()).output().unwrap());
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(!ran.err.contains("password1234"), "{ran:?}");
}
