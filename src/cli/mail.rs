//! `tradepost mail test ADDRESS`

use clap::Subcommand;
use zeroize::Zeroizing;

use super::{Failure, failed};
use crate::config::{Changeable, Config, Mistakes, SmtpSecurity, SmtpUrl};
use crate::http::texts::{text, text_with};
use crate::kernel::{Clock, EmailAddress, Token};
use crate::mail::Kind;
use crate::mail::message::{Outgoing, Rendered};
use crate::mail::quoting::Secrets;
use crate::mail::smtp::{Handover, INTERRUPTED, Smtp};

#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// Send a mail through the configured mail server, and say what it answers
    Test {
        /// Where to send it: an address of yours
        address: String,
    },
}

pub(super) async fn run(command: MailCommand, config: Config) -> Result<(), Failure> {
    let MailCommand::Test { address } = command;
    let to = EmailAddress::parse(&address)
        .map_err(|error| Failure::Refused(format!("the address {error}; nothing was sent")))?;
    let server = &config.mail.smtp;
    println!("Mail server: {} (mail.smtp_url)", shown(server));
    look_up(server).await?;
    println!("From: {} (mail.from)", config.mail.from);
    println!("To: {}", to.as_str());
    let smtp =
        Smtp::new(server, config.http.hello()).map_err(|error| failed("setting up encryption", error))?;
    let message = message(&config, &to)?;
    println!("Handing the mail over; a slow server may take some minutes …");
    let outcome = smtp.send(message.envelope(), &message.formatted(), &Secrets::default()).await;
    smtp.close().await;
    match outcome {
        Handover::Accepted { answer, server, encrypted, .. } => {
            let how = match encrypted {
                Some(true) => "encrypted",
                _ => "NOT encrypted",
            };
            println!("{server} took it, {how}: {answer}");
            println!("Now look whether it arrived, and not among the spam.");
            Ok(())
        }
        Handover::Refused { answer, .. } => {
            Err(failed("the mail server refused it", format!("{answer}{}", advice(&answer))))
        }
        Handover::Unreachable { problem, .. } => Err(failed("no mail could be handed over", problem)),
        Handover::CutOff => Err(failed("no mail could be handed over", INTERRUPTED)),
        Handover::InDoubt { problem, .. } => {
            Err(failed("the mail was sent, but no answer came; it may arrive", problem))
        }
    }
}

fn shown(server: &SmtpUrl) -> String {
    let how = match server.security {
        SmtpSecurity::Opportunistic => "encrypted if it offers that",
        SmtpSecurity::StartTls => "encrypted by STARTTLS, or not at all",
        SmtpSecurity::Tls => "encrypted from the start",
    };
    let who = if server.credentials.is_some() { "with user and password" } else { "without a user" };
    format!("{} on port {}, {how}, {who}", server.host, server.port)
}

async fn look_up(server: &SmtpUrl) -> Result<(), Failure> {
    let found = tokio::net::lookup_host((server.host.as_str(), server.port)).await;
    let found: Vec<String> = match found {
        Ok(found) => found.map(|address| address.ip().to_string()).collect(),
        Err(error) => {
            let what = format!("looking up {}", server.host);
            return Err(failed(
                &what,
                format!("{error}; is the host in mail.smtp_url right, and does this machine resolve names?"),
            ));
        }
    };
    println!("It has the address {}", found.join(", "));
    Ok(())
}

/// What an answer mostly means, where its words don't say what to do.
fn advice(answer: &str) -> &'static str {
    match answer.split(' ').next() {
        Some("530" | "535" | "538") => ". Are user and password in mail.smtp_url right?",
        Some("550" | "553" | "554") => {
            ". If that is not about the address you gave: may this server send for mail.from, and did you sign in (user:password@ in mail.smtp_url)?"
        }
        _ => "",
    }
}

fn message(config: &Config, to: &EmailAddress) -> Result<lettre::Message, Failure> {
    let said = Changeable::read(&config.changeable).map_err(|error: Mistakes| Failure::Config(error))?;
    let words = text_with(said.language, "operator-test-text", &[("supplier", &said.supplier)]);
    let rendered = Rendered {
        secrets: Secrets::default(),
        subject: text_with(said.language, "operator-test-subject", &[("supplier", &said.supplier)]),
        html: Zeroizing::new(format!(
            "<!doctype html><html lang=\"{}\"><body><p>{}</p><p>{}</p></body></html>",
            said.language.tag(),
            escaped(&words),
            escaped(&text(said.language, "operator-test-nothing"))
        )),
        text: Zeroizing::new(format!("{words}\n\n{}\n", text(said.language, "operator-test-nothing"))),
    };
    let id = Token::mint().map_err(|error| failed("making an id", error))?.digest().hex();
    let outgoing = Outgoing {
        kind: Kind::Test,
        id: &id[..32],
        attempt: 1,
        from: &config.mail.from,
        return_path: None,
        to,
        to_name: None,
        now: Clock::default().now(),
        rendered: &rendered,
        language: said.language,
        logo: None,
    };
    outgoing.build().map_err(|error| failed("writing the mail", error))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
