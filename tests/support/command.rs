//! The `tradepost` command itself, as the operator runs it.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Output, Stdio};

use super::client::Browser;
use super::shop::{PUBLIC_URL, Shop, eventually};

/// A running `tradepost serve`. It is killed when dropped.
pub struct Served {
    process: Child,
    address: SocketAddr,
}

impl Drop for Served {
    fn drop(&mut self) {
        // As a power cut would: no farewell.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Served {
    /// Someone's browser, without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(std::sync::Arc::new(std::sync::Mutex::new(self.address)), PUBLIC_URL)
    }
}

impl Shop {
    /// The command on this shop's database and mail server.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradepost"));
        command
            .args(arguments)
            .current_dir(self.database.folder())
            .env("TRADEPOST_DATABASE__URL", &self.database.url)
            .env("TRADEPOST_SECURITY__KEY_FILE", self.keys.path().join("tradepost.key"))
            .env("TRADEPOST_MAIL__SMTP_URL", self.smtp.url())
            .env("TRADEPOST_MAIL__FROM", "office@harbour.example")
            .env("TRADEPOST_HTTP__PUBLIC_URL", PUBLIC_URL)
            .env("TRADEPOST_INVITATION__USERNAME", "never")
            .env("TRADEPOST_PASSWORD__MEMORY_KIB", "8")
            .env("TRADEPOST_PASSWORD__ITERATIONS", "1")
            .env_remove("TRADEPOST_TEST_POSTGRES")
            .stdin(Stdio::null());
        // Variables with the prefix are keys; those of the tests are not.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRADEPOST_TEST_")) {
            command.env_remove(name);
        }
        command
    }

    /// Runs a command to its end; gives its exit code and all it said.
    pub async fn tradepost(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a task");
        let Output { status, stdout, stderr } = output.expect("the command");
        let said = [stdout, stderr].concat();
        (status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    /// Starts `tradepost serve` and waits until it answers.
    pub async fn serves(&self) -> Served {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let mut command = self.command(&["serve"]);
        command
            .env("TRADEPOST_HTTP__LISTEN", address.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let served = Served { process: command.spawn().expect("the command"), address };
        eventually("tradepost serve answers", async || tokio::net::TcpStream::connect(address).await.ok())
            .await;
        served
    }
}
