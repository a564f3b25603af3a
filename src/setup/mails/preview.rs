//! A mail filled in with samples, as its reader would see it.

use super::problem;
use crate::http::Caller;
use crate::mail::message::for_browser;
use crate::mail::templates::{Templates, Which, Wording};

/// What a reader would see, or why there is nothing to see yet.
pub(super) struct Preview {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    /// The field and what is wrong; empty when nothing is.
    pub(super) problem: (&'static str, String),
}

impl Preview {
    /// Of the words that are in use (`None`), or of these, in one case.
    pub(super) fn of(caller: &Caller, which: Which, words: Option<&Wording>, case: &str) -> Self {
        let app = &caller.web.app;
        let settings = app.settings();
        let (values, in_use) = (&settings.values, app.templates());
        let named = (values.supplier.as_str(), app.config.http.public_url.as_str());
        let sample = |templates: &Templates| templates.sample(which, case, named, values.include_username);
        let logo = app.logo();
        let shown = match words {
            None => sample(&in_use),
            Some(words) => {
                in_use.with(which, words, values.include_username).and_then(|templates| sample(&templates))
            }
        };
        match shown {
            Ok(mail) => Self {
                subject: mail.subject.clone(),
                text: mail.text.to_string(),
                html: for_browser(&mail.html, logo.as_ref().and_then(|logo| logo.picture.as_ref())),
                problem: ("", String::new()),
            },
            Err(error) => Self {
                subject: String::new(),
                text: String::new(),
                html: String::new(),
                problem: problem(which, &error),
            },
        }
    }
}
