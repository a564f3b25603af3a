//! Values as they may be shown: without what is secret in them.

use super::value;
use crate::db::DatabaseUrl;

/// A value without the secrets it carries; of one that can't be read, and so may
/// carry them anywhere, next to nothing.
pub fn without_secrets(key: &str, text: &str) -> String {
    let unless_empty = |hidden: String| if text.is_empty() { String::new() } else { hidden };
    match key {
        _ if key.ends_with("_secret") => unless_empty("…".into()),
        "database.url" => {
            let read = text.parse::<DatabaseUrl>().map(|url| url.to_string());
            read.unwrap_or_else(|_| unless_empty(scheme_of(text)))
        }
        // Its path may be what lets in.
        "audit.heads_webhook" => match text.split('/').take(3).collect::<Vec<_>>().join("/") {
            host if host.contains("://") && !host.contains('@') => format!("{host}/…"),
            _ => unless_empty(scheme_of(text)),
        },
        "mail.smtp_url" => match value::smtp_url(text) {
            Ok(url) if url.credentials.is_some() => {
                let rest = text.rsplit_once('@').map_or("", |(_, rest)| rest);
                format!("{}@{rest}", scheme_of(text))
            }
            Ok(_) => text.to_owned(),
            Err(_) => unless_empty(scheme_of(text)),
        },
        _ if text.contains("://") && text.contains('@') => scheme_of(text),
        _ => text.to_owned(),
    }
}

fn scheme_of(text: &str) -> String {
    let of_a_scheme = |letter: char| letter.is_ascii_alphanumeric() || "+.-".contains(letter);
    match text.split_once("://") {
        Some((scheme, _)) if !scheme.is_empty() && scheme.chars().all(of_a_scheme) => format!("{scheme}://…"),
        _ => "…".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown_wherever_it_was_written() {
        for (key, text, shown) in [
            ("hooks.bounce_secret", "hunter2", "…"),
            ("hooks.bounce_secret", "", ""),
            ("mail.smtp_url", "smtps://user:hunter2@mail.example:465", "smtps://…@mail.example:465"),
            ("mail.smtp_url", "smtp://localhost:25", "smtp://localhost:25"),
            ("mail.smtp_url", "user:hunter2@mail.example:465", "…"),
            ("mail.smtp_url", "smtps://user:hun@ter2/@mail.example", "smtps://…"),
            ("mail.smtp_url", "smtps://mail.example?user=u&password=hunter2", "smtps://…"),
            ("database.url", "postgres://shop:hunter2@db.example/shop", "postgres://…@db.example/shop"),
            (
                "database.url",
                "postgres://127.0.0.1/x?user=shop&password=hunter2",
                "postgres://127.0.0.1/x?user=…&password=…",
            ),
            (
                "database.url",
                "postgres:///x?host=/run/postgresql&user=shop&password=hunter2&sslmode=disable",
                "postgres:///x?host=/run/postgresql&user=…&password=…&sslmode=disable",
            ),
            ("database.url", "postgres://shop:hun?ter2@db.example/shop", "postgres://…"),
            ("database.url", "postgres://shop:hun@ter2@db.example/shop", "postgres://…"),
            ("database.url", "postgres://h/x?pass=hunter2", "postgres://…"),
            ("database.url", "host=h password=hunter2", "…"),
            ("database.url", "sqlite:/var/lib/tradepost.db", "sqlite:/var/lib/tradepost.db"),
            ("audit.heads_webhook", "https://log.example/in/hunter2?k=hunter2", "https://log.example/…"),
            ("audit.heads_webhook", "https://user:hunter2@log.example/", "https://…"),
            ("audit.heads_webhook", "", ""),
            ("http.public_url", "https://user:hunter2@shop.example", "https://…"),
            ("mail.from", "Harbour <orders@harbour.example>", "Harbour <orders@harbour.example>"),
        ] {
            let told = without_secrets(key, text);
            assert_eq!(told, shown, "{text}");
            assert!(!told.contains("ter2"), "{text}");
        }
    }
}
