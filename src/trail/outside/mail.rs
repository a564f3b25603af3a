//! Mailing a head.

use zeroize::Zeroizing;

use crate::app::{App, Outbound};
use crate::audit::Head;
use crate::error::{Error, Result};
use crate::http::texts::{text, text_with};
use crate::kernel::{EmailAddress, Timestamp, Token, calendar};
use crate::mail::Kind;
use crate::mail::message::{Outgoing, Rendered};
use crate::mail::quoting::Secrets;
use crate::mail::smtp::Handover;

/// Hands a mail with a head over; gives why it didn't go. It is no row of the queue:
/// another one follows anyway.
pub(super) async fn send(
    app: &App,
    to: &EmailAddress,
    head: &Head,
    now: Timestamp,
) -> Result<std::result::Result<(), String>> {
    let broken = |problem: String| Error::Render { what: "a mail", problem };
    let settings = app.settings();
    let language = settings.values.language;
    let at = calendar::day_and_time(now, &app.config.time_zone, language);
    let facts = [("supplier", settings.values.supplier.as_str()), ("at", at.as_str())];
    let (words, line) = (text_with(language, "trail-head-text", &facts), head.to_string());
    let what_for = text(language, "trail-head-what-for");
    let rendered = Rendered {
        subject: text_with(language, "trail-head-subject", &facts),
        html: Zeroizing::new(format!(
            "<!doctype html><html lang=\"{}\"><body><p>{}</p><pre style=\"white-space:pre-wrap;word-break:break-all\">{line}</pre><p>{}</p></body></html>",
            language.tag(),
            escaped(&words),
            escaped(&what_for)
        )),
        text: Zeroizing::new(format!("{words}\n\n{line}\n\n{what_for}\n")),
        secrets: Secrets::default(),
    };
    let id = Token::mint().map_err(|error| broken(error.to_string()))?.digest().hex();
    let outgoing = Outgoing {
        kind: Kind::TrailHead,
        id: &id[..32],
        attempt: 1,
        from: &app.config.mail.from,
        return_path: None,
        to,
        to_name: None,
        now,
        rendered: &rendered,
        language,
        logo: None,
    };
    let message = outgoing.build().map_err(|error| broken(error.to_string()))?;
    Ok(match &app.outbound {
        Outbound::Inbox(inbox) => {
            inbox.deliver(Kind::TrailHead, to, &rendered, now);
            Ok(())
        }
        Outbound::Smtp(smtp) => {
            match smtp.send(message.envelope(), &message.formatted(), &rendered.secrets).await {
                Handover::Accepted { .. } => Ok(()),
                Handover::Refused { answer, .. } => Err(answer),
                Handover::Unreachable { problem } | Handover::InDoubt { problem } => Err(problem),
            }
        }
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
