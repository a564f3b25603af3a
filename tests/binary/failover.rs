//! A primary that hangs, and a standby that was promoted: every node moves, and
//! what was answered as not done is not done later.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postgres::NoTls;
use tempfile::TempDir;

use crate::databases::Database;
use crate::program::{Installation, Serving};
use crate::{free_port, until};

/// A server of PostgreSQL of this test's own.
struct Server {
    data: PathBuf,
    port: u16,
}

/// Where the newest PostgreSQL's programs are.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap().map(|entry| entry.unwrap().path());
    let number = |path: &Path| path.file_name().unwrap().to_string_lossy().parse::<u32>().unwrap_or(0);
    versions.max_by_key(|path| number(path)).unwrap().join("bin")
}

/// Runs one of them; PostgreSQL refuses to run as root.
fn run(program: &str, arguments: &[&str]) {
    let path = programs().join(program);
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    let done = command.args(arguments).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(done.unwrap().success(), "{program} {arguments:?}");
}

impl Server {
    fn start(folder: &Path, name: &str, port: u16, made: impl FnOnce(&str)) -> Self {
        let data = folder.join(name);
        let server = Self { data, port };
        made(server.data());
        let options = format!("-p {port} -h 127.0.0.1 -k '' -F");
        let log = folder.join(format!("{name}.log"));
        let (data, log) = (server.data(), log.to_str().unwrap());
        run("pg_ctl", &["start", "--pgdata", data, "--wait", "--log", log, "--options", &options]);
        server
    }

    fn data(&self) -> &str {
        self.data.to_str().unwrap()
    }

    /// The processes of this server: the first one, and those it has started.
    fn processes(&self) -> Vec<String> {
        let file = std::fs::read_to_string(self.data.join("postmaster.pid")).unwrap();
        let first = file.lines().next().unwrap().to_owned();
        let children = Command::new("pgrep").args(["-P", &first]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        std::iter::once(first).chain(children.lines().map(str::to_owned)).collect()
    }

    fn signal(&self, signal: &str) {
        // The first one first: it would start others for those that are stopped.
        Command::new("kill").arg(signal).args(self.processes()).status().unwrap();
    }

    fn ask(&self, database: &str, sql: &str) -> i64 {
        let url = format!("postgres://postgres@127.0.0.1:{}/{database}", self.port);
        postgres::Client::connect(&url, NoTls).unwrap().query_one(sql, &[]).unwrap().get(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal("-CONT");
        run("pg_ctl", &["stop", "--pgdata", self.data(), "--mode", "immediate"]);
    }
}

fn a_pair(folder: &TempDir) -> (Server, Server) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder.path(), mode).unwrap();
    let primary = Server::start(folder.path(), "one", free_port(), |data| {
        run(
            "initdb",
            &[
                "--pgdata",
                data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        );
    });
    run(
        "createdb",
        &["--host=127.0.0.1", "--username=postgres", "--port", &primary.port.to_string(), "shop"],
    );
    let standby = Server::start(folder.path(), "two", free_port(), |data| {
        let port = primary.port.to_string();
        run(
            "pg_basebackup",
            &[
                "--host=127.0.0.1",
                "--username=postgres",
                "--port",
                &port,
                "--pgdata",
                data,
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
            ],
        );
    });
    (primary, standby)
}

#[test]
fn every_node_moves_to_a_promoted_standby_when_the_primary_only_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (primary, standby) = a_pair(&folder);
    let url = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/shop?connect_timeout=1",
        primary.port, standby.port
    );
    let on = |url: &str| Database::at(url);
    let first = Installation::on(on(&url), 25);
    first.add_contacts(&["anna", "berta"]);
    let mut second = Installation::without_a_database(on(&url), 25);
    second.port = free_port();
    let (one, two) = (first.serve(), second.serve());
    let resets = "select count(*) from jobs where kind = 'forgot-password'";
    let others = "select count(*) from resets";
    until("the standby has it all", || {
        let both = || {
            primary.ask("shop", "select count(*) from contacts")
                == standby.ask("shop", "select count(*) from contacts")
        };
        both().then_some(())
    });

    primary.signal("-STOP");
    run("pg_ctl", &["promote", "--pgdata", standby.data(), "--wait"]);
    // Both ask at once, while nobody knows yet.
    let ask = |node: &Serving, name: &str| node.visitor().post("/forgot-password", &[("username", name)]);
    let (answer, other) = std::thread::scope(|scope| {
        let answer = scope.spawn(|| ask(&one, "anna"));
        let other = scope.spawn(|| ask(&two, "berta"));
        (answer.join().unwrap(), other.join().unwrap())
    });
    for node in [&one, &two] {
        until("the node has moved", || (node.visitor().get("/readyz").status == 200).then_some(()));
        assert_eq!(node.visitor().post("/forgot-password", &[("username", "anna")]).status, 303);
    }
    let done = |answer: &crate::visitor::Answer| i64::from(answer.status == 303);
    let kept = standby.ask("shop", others) + standby.ask("shop", resets);
    assert!(kept >= done(&answer).max(done(&other)), "{answer:?} {other:?}");

    primary.signal("-CONT");
    assert_eq!(primary.ask("shop", resets) + primary.ask("shop", others), 0, "nothing is carried out later");
}
