//! Where things are: a database that isn't there is not made by the way, every
//! mistake is named at once, and nothing that is told holds a password.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::databases::Database;
use crate::program::{Installation, Ran};

const PASSWORD: &str = "hunter2";

fn nothing() -> Installation {
    Installation::without_a_database(Database::sqlite(), 25)
}

/// A command with these variables of the environment over the usual ones.
fn with(shop: &Installation, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let mut command = shop.command(arguments);
    Ran::from(command.envs(variables.iter().copied()).output().unwrap())
}

#[test]
fn no_command_but_init_and_migrate_makes_a_database() {
    let shop = nothing();
    shop.file("c.csv", "account_number,retailer\n1,A\n");
    let file = shop.file_of_database();
    for arguments in [
        ["serve"].as_slice(),
        &["outbox"],
        &["reset", "anna"],
        &["audit", "verify"],
        &["backup", "copy.db"],
        &["staff", "list"],
        &["staff", "add", "--email", "a@shop.example", "--name", "A", "--kind", "admin", "--role", "owner"],
        &["staff", "deactivate", "--email", "a@shop.example"],
        &["import", "list"],
        &["import", "customers", "c.csv"],
        &["export", "customers"],
        &["keys", "show"],
        &["keys", "replace", "--yes"],
    ] {
        let ran = shop.run(arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {ran:?}");
        let line = ran.one_line();
        for word in [file.to_str().unwrap(), "TRADEPOST_DATABASE__URL", "tradepost init", "tradepost restore"]
        {
            assert!(line.contains(word), "{arguments:?}: {word} is not in {line}");
        }
        let left: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().collect();
        assert!(left.is_empty(), "{arguments:?} left {left:?}");
    }
    let made = shop.done(&["init"]);
    assert!(made.contains("Made a new, empty database") && made.contains("staff add"), "{made}");
    assert!(shop.key_file().exists());
    let again = shop.run(&["init"]);
    assert!(again.code == 3 && again.one_line().contains("already; nothing was changed"), "{again:?}");
    drop(shop.serve());
    let other = nothing();
    assert!(other.done(&["migrate"]).contains("Made a new"));
    assert!(other.done(&["migrate"]).contains("up to date"));
}

#[test]
fn an_empty_postgresql_database_is_no_shop_either() {
    let shop = Installation::without_a_database(Database::postgres(), 25);
    for arguments in [["serve"].as_slice(), &["outbox"]] {
        let ran = shop.run(arguments);
        assert!(ran.code == 3 && ran.one_line().contains("tradepost init"), "{ran:?}");
    }
    shop.done(&["init"]);
    assert_eq!(shop.done(&["outbox"]), "Nothing waits.\n");
}

#[test]
fn a_file_of_something_else_stays_as_it_is() {
    let shop = nothing();
    std::fs::write(shop.file_of_database(), "dear diary, this is no database").unwrap();
    for command in ["serve", "init", "migrate"] {
        let ran = shop.run(&[command]);
        assert!(ran.code == 1 && ran.err.contains("not a database"), "{command}: {ran:?}");
    }
    let other = nothing();
    let theirs = rusqlite::Connection::open(other.file_of_database()).unwrap();
    theirs.execute_batch("create table migrations (id integer, migration text)").unwrap();
    drop(theirs);
    for command in ["serve", "init", "migrate"] {
        let ran = other.run(&[command]);
        assert!(ran.code == 1 && ran.one_line().contains("something else"), "{command}: {ran:?}");
    }
}

#[test]
fn every_mistake_is_named_at_once() {
    let shop = nothing();
    let file = "[http]\nlisten = \"everywhere\"\nlisten_on = 1\ntrusted_proxies = \"10.1.2.3/8\"\n\n[log]\nlevel = \"loud\"\n\n[mail]\nsmtp_url = \"mail.example\"\n\n[password]\nmin_length = 7\n";
    let path = shop.file("wrong.toml", file);
    let mut command = shop.command(&["--config", path.to_str().unwrap(), "config", "check"]);
    for name in ["HTTP__LISTEN", "MAIL__SMTP_URL"] {
        command.env_remove(format!("TRADEPOST_{name}"));
    }
    command.env("TRADEPOST_DATABASE_URL", "sqlite:x.db").env("TRADEPOST_LOG__LEVLE", "info");
    command.env("TRADEPOST_SECURITY__KEY_FILE", "/proc/a.key");
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, 78, "{ran:?}");
    for words in [
        "9 things are wrong",
        "TRADEPOST_SECURITY__KEY_FILE: security.key_file: /proc/a.key is not there and can't be made",
        "line 2: http.listen must be",
        "line 3: there is no key http.listen_on",
        "line 4: http.trusted_proxies must be",
        "write 10.0.0.0/8",
        "line 7: log.level must be error, warn, info, debug or trace",
        "\"loud\" is none",
        "line 10: mail.smtp_url must be",
        "line 13: password.min_length must be",
        "TRADEPOST_DATABASE_URL sets nothing; did you mean TRADEPOST_DATABASE__URL?",
        "TRADEPOST_LOG__LEVLE: there is no key log.levle; did you mean log.level?",
    ] {
        assert!(ran.err.contains(words), "{words:?} is not in {}", ran.err);
    }
    let kubernetes =
        [("TRADEPOST_SERVICE_HOST", "10.0.0.1"), ("TRADEPOST_PORT_8080_TCP", "tcp://10.0.0.1:8080")];
    assert_eq!(with(&shop, &kubernetes, &["config", "check"]).code, 0, "others use the prefix, too");
    for good in ["warn", "tradepost=debug", "info,tradepost::mail=trace", "off"] {
        assert_eq!(with(&shop, &[("TRADEPOST_LOG__LEVEL", good)], &["config", "check"]).code, 0, "{good}");
    }
}

#[test]
fn what_the_configuration_names_on_this_machine_is_looked_at() {
    let shop = nothing();
    let good = shop.done(&["config", "check"]);
    assert!(
        good.contains("The configuration is good.") && good.contains("tradepost init makes one"),
        "{good}"
    );
    assert!(!shop.key_file().exists() && !shop.file_of_database().exists(), "checking makes nothing");
    let bad_key = shop.file("bad.key", "nonsense");
    let away = "/proc/nowhere/x.db";
    let mistakes = with(
        &shop,
        &[
            ("TRADEPOST_SECURITY__KEY_FILE", bad_key.to_str().unwrap()),
            ("TRADEPOST_DATABASE__URL", &format!("sqlite:{away}")),
        ],
        &["config", "check"],
    );
    assert_eq!(mistakes.code, 78, "{mistakes:?}");
    for words in
        ["bad.key", "64 hexadecimal digits", "TRADEPOST_DATABASE__URL", "/proc", "can't be written into"]
    {
        assert!(mistakes.err.contains(words), "{words} is not in {}", mistakes.err);
    }
    let unmade = with(&shop, &[("TRADEPOST_SECURITY__KEY_FILE", "/proc/a.key")], &["config", "check"]);
    assert!(
        unmade.code == 78 && unmade.err.contains("/proc/a.key") && unmade.err.contains("can't be made"),
        "{unmade:?}"
    );
    let no_roots = with(
        &shop,
        &[(
            "TRADEPOST_DATABASE__URL",
            "postgres://shop@db.example/x?sslmode=verify-full&sslrootcert=/nowhere/ca.pem",
        )],
        &["config", "check"],
    );
    assert!(no_roots.code == 78 && no_roots.err.contains("/nowhere/ca.pem"), "{no_roots:?}");
    shop.done(&["init"]);
    std::fs::set_permissions(shop.key_file(), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(shop.done(&["config", "check"]).contains("chmod 600"));
}

#[test]
fn no_password_is_told_whatever_is_wrong() {
    let shop = nothing();
    let free = crate::free_port();
    let urls = [
        format!("postgres://127.0.0.1:{free}/x?user=shop&password={PASSWORD}"),
        format!("postgres:///x?host=/nowhere&user=shop&password={PASSWORD}"),
        format!("postgres://shop:{PASSWORD}@127.0.0.1:{free}/x?sslmode=require"),
        format!("postgres://shop:{PASSWORD}@127.0.0.1:{free}/x?pgbouncer=true"),
        format!("postgres://shop:{PASSWORD}?@127.0.0.1:{free}/x"),
        format!("postgres://shop:a@{PASSWORD}@127.0.0.1:{free}/x"),
        format!("postgres://127.0.0.1:{free}/x?{PASSWORD}"),
        format!("mysql://shop:{PASSWORD}@h/x"),
        format!("host=h password={PASSWORD}"),
    ];
    for url in &urls {
        for arguments in
            [["config", "print"].as_slice(), &["config", "check"], &["migrate"], &["serve"], &["outbox"]]
        {
            let mut command = shop.command(arguments);
            command.env("TRADEPOST_DATABASE__URL", url);
            // `serve` waits for a database that can't be reached.
            let ran = match arguments {
                ["serve"] => Ran::until_it_speaks(&mut command),
                _ => Ran::from(command.output().unwrap()),
            };
            assert!(!format!("{ran:?}").contains(PASSWORD), "{url} {arguments:?}: {ran:?}");
            assert!(ran.code == 0 || ran.err.contains("database"), "{url} {arguments:?}: {ran:?}");
        }
    }
    for smtp in [
        format!("smtps://user:{PASSWORD}@mail.example"),
        format!("smtps://mail.example?user=u&password={PASSWORD}"),
        format!("user:{PASSWORD}@mail.example:465"),
        format!("smtps://us@er:{PASSWORD}@mail@example/x"),
    ] {
        for arguments in [["config", "print"].as_slice(), &["config", "check"], &["serve"]] {
            let ran = with(&shop, &[("TRADEPOST_MAIL__SMTP_URL", &smtp)], arguments);
            assert!(!format!("{ran:?}").contains(PASSWORD), "{smtp} {arguments:?}: {ran:?}");
        }
    }
    for broken in [
        format!("[database]\nurl = postgres://shop:{PASSWORD}@h/x\n"),
        format!("[mail]\nsmtp_url = \"smtps://user:{PASSWORD}@h\n"),
        format!("[mail]\nsmtp_url = \"a\"\nsmtp_url = \"smtps://user:{PASSWORD}@h\"\n"),
        format!("[mail]\nsmtp_url = {PASSWORD}\n"),
        format!("[hooks]\nbounce_secret = '{PASSWORD}\n"),
    ] {
        let file = shop.file("broken.toml", &broken);
        let ran = shop.run(&["--config", file.to_str().unwrap(), "config", "check"]);
        assert_eq!(ran.code, 78, "{ran:?}");
        assert!(!format!("{ran:?}").contains(PASSWORD), "{broken}: {ran:?}");
        assert!(ran.err.contains("broken.toml, line "), "{broken}: {ran:?}");
    }
}

#[test]
fn who_stops_reading_makes_no_command_panic() {
    let shop = Installation::on(Database::sqlite(), 25);
    shop.add_olivia();
    for arguments in ["config print", "staff list", "--help", "config check", "audit verify", "srve"] {
        let pipe = format!(
            "set -o pipefail; {{ \"$0\" {arguments} 2>&1; echo \"ended with $?\" >&3; }} 3>ended | true; cat ended"
        );
        let command = shop.command(&[]);
        let mut shell = Command::new("bash");
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let ran = Ran::from(
            shell
                .args(["-c", &pipe, env!("CARGO_BIN_EXE_tradepost")])
                .current_dir(shop.folder.path())
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        );
        assert!(ran.out.contains("ended with 0") || ran.out.contains("ended with 2"), "{arguments}: {ran:?}");
    }
}

#[test]
fn whatever_the_umask_what_is_made_is_for_its_owner_alone() {
    let shop = nothing();
    let folder = shop.folder.path().join("new").join("data");
    let url = format!("sqlite:{}", folder.join("shop.db").display());
    let careless = |arguments: &str| {
        let mut command = Command::new("sh");
        let script = format!("umask 000; exec {} {arguments}", env!("CARGO_BIN_EXE_tradepost"));
        let usual = shop.command(&[]);
        command.envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TRADEPOST_DATABASE__URL", &url).current_dir(shop.folder.path()).args(["-c", &script]);
        command.stdin(Stdio::null());
        command
    };
    for arguments in ["init", "backup copy.db --with-key", "export customers --out customers.csv"] {
        let ran = Ran::from(careless(arguments).output().unwrap());
        assert_eq!(ran.code, 0, "{arguments}: {ran:?}");
    }
    let server = shop.serve_with(careless("serve"));
    let mut open = Vec::new();
    for folder in [folder.clone(), folder.parent().unwrap().to_owned()] {
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        open.extend((mode != 0o700).then(|| format!("{} {mode:o}", folder.display())));
    }
    let entries = std::fs::read_dir(&folder).unwrap().chain(std::fs::read_dir(shop.folder.path()).unwrap());
    let files = entries
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file() && !path.ends_with("serve.log"));
    let mut names = Vec::new();
    for file in files {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        open.extend((mode != 0o600).then(|| format!("{} {mode:o}", file.display())));
        names.push(file.file_name().unwrap().to_string_lossy().into_owned());
    }
    assert!(open.is_empty(), "{open:?}");
    for name in [
        "shop.db",
        "shop.db-wal",
        "shop.db-shm",
        "shop.key",
        "shop.lock",
        "copy.db",
        "copy.db.key",
        "customers.csv",
    ] {
        assert!(names.iter().any(|made| made == name), "{name} is not among {names:?}");
    }
    drop(server);
}
