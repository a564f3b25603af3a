//! One installation of the executable: a folder, a configuration, and the
//! processes run in it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::databases::Database;
use crate::visitor::Visitor;
use crate::{free_port, until};

/// A password that passes the rule for staff.
pub const STAFF_PASSWORD: &str = "corridor piano 77 lantern";

/// An installation with a database of its own.
pub struct Installation {
    pub folder: TempDir,
    pub database: Database,
    pub port: u16,
    pub smtp_port: u16,
}

/// `tradepost serve`, killed when dropped.
pub struct Serving {
    child: Child,
    log: PathBuf,
    port: u16,
}

impl Installation {
    /// An installation whose database was made.
    pub fn on(database: Database, smtp_port: u16) -> Self {
        let mut installation = Self::without_a_database(database, smtp_port);
        installation.done(&["init"]);
        // Others take ports meanwhile, too.
        installation.port = free_port();
        installation
    }

    /// An installation whose operator has done nothing yet.
    pub fn without_a_database(database: Database, smtp_port: u16) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database, port: free_port(), smtp_port }
    }

    /// The SQLite file.
    pub fn file_of_database(&self) -> PathBuf {
        self.database.url.strip_prefix("sqlite:").unwrap().into()
    }

    /// The key beside it.
    pub fn key_file(&self) -> PathBuf {
        self.file_of_database().with_extension("key")
    }

    /// A command in this installation, with its configuration in the environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
        let inherited = std::env::vars().filter(|(name, _)| name.starts_with("TRADEPOST_"));
        for (name, _) in inherited {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env("TRADEPOST_HTTP__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("TRADEPOST_DATABASE__URL", &self.database.url)
            .env("TRADEPOST_MAIL__SMTP_URL", format!("smtp://127.0.0.1:{}", self.smtp_port))
            .env("TRADEPOST_MAIL__FROM", "Harbour Wholesale <orders@harbour.example>")
            .env("TRADEPOST_SUPPLIER__NAME", "Harbour Wholesale")
            .env("TRADEPOST_HTTP__DRAIN", "0s")
            // What arrives is counted; the mail with the username has stories of its own.
            .env("TRADEPOST_INVITATION__USERNAME", "never")
            .env("TRADEPOST_PASSWORD__MEMORY_KIB", "1024");
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs a command that must succeed; gives what it printed.
    pub fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// Adds the office's Olivia, who may do everything.
    pub fn add_olivia(&self) {
        let arguments = [
            "staff",
            "add",
            "--email",
            "olivia@harbour.example",
            "--name",
            "Olivia Marsh",
            "--kind",
            "admin",
            "--role",
            "owner",
            "--password-stdin",
        ];
        let mut child = self
            .command(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{STAFF_PASSWORD}").unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    /// Writes a file into the installation's folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Brings some contacts in, each at a shop of their own.
    pub fn add_contacts(&self, usernames: &[&str]) {
        let mut rows =
            String::from("account_number,retailer,territory,contact,email,username,website_access\n");
        for (number, name) in usernames.iter().enumerate() {
            writeln!(rows, "10{number},{name}'s shop,North,{name} Sample,{name}@shop.example,{name},yes")
                .unwrap();
        }
        self.file("contacts.csv", rows);
        self.done(&["import", "customers", "contacts.csv", "--new-territories"]);
    }

    /// Serves, and waits until it answers.
    pub fn serve(&self) -> Serving {
        self.serve_with(self.command(&["serve"]))
    }

    pub fn serve_with(&self, mut command: Command) -> Serving {
        let log = self.folder.path().join("serve.log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let mut serving = Serving { child, log, port: self.port };
        until("the server is ready", || {
            assert!(serving.child.try_wait().unwrap().is_none(), "serve ended: {}", serving.log());
            Visitor::at(self.port).try_get("/readyz").filter(|answer| answer.status == 200)
        });
        serving
    }

    /// Everything this installation has left on the disk, as bytes.
    pub fn traces(&self) -> Vec<u8> {
        let mut all = Vec::new();
        collect(self.folder.path(), &mut all);
        if let Some(file) = self.database.url.strip_prefix("sqlite:") {
            collect(Path::new(file).parent().unwrap(), &mut all);
        }
        all
    }
}

fn collect(folder: &Path, all: &mut Vec<u8>) {
    for path in
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
    {
        all.extend(std::fs::read(path).unwrap());
    }
}

impl Serving {
    /// Someone with a browser of their own.
    pub fn visitor(&self) -> Visitor {
        Visitor::at(self.port)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// `kill -9`: no farewell, nothing flushed.
    pub fn crash(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and gives its exit code.
    pub fn stop(self) -> Option<i32> {
        self.ask_to_stop();
        self.ended()
    }

    /// Asks it to end.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }

    /// Waits for its end, and gives its exit code.
    pub fn ended(mut self) -> Option<i32> {
        until("the server has stopped", || self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// Runs a command that may go on and on, and ends it once it has said a line.
    pub fn until_it_speaks(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        said.read_line(&mut err).unwrap();
        // One that has ended by itself is as good.
        drop(child.kill());
        said.read_to_string(&mut err).unwrap();
        Self { err, ..Self::from(child.wait_with_output().unwrap()) }
    }

    /// The one line a failure is told in.
    pub fn one_line(&self) -> &str {
        let lines: Vec<&str> = self.err.lines().filter(|line| !line.contains(" INFO ")).collect();
        assert_eq!(lines.len(), 1, "{}", self.err);
        lines[0]
    }
}
