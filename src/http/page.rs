//! What every page needs beside its own content, and how pages are answered.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{Html, IntoResponse, Response};

use super::{Answer, Assets, Visit, Web, brand, cookies, texts};
use crate::actor::{Act, Level, Reach};
use crate::error::Error;
use crate::kernel::Language;
use crate::sessions::{ContactSession, StaffSession};

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The language of its words.
    pub lang: String,
    /// The supplier's name.
    pub supplier: String,
    /// The stylesheet with the supplier's colour; empty without one.
    pub brand: String,
    /// The supplier's logo, if there is one.
    pub logo: Option<Logo>,
    /// The path asked for.
    pub path: String,
    /// Who is signed in.
    pub user: Option<User>,
    /// A message left by the last request.
    pub flash: Option<Flash>,
    /// What was searched for, shown again in the one search box.
    pub query: String,
    /// By when a second factor must be set up, for machines and for people.
    pub factor_due: Option<(String, String)>,
    /// The main navigation of portal and sales app.
    pub nav: Vec<Nav>,
    language: Language,
    assets: Arc<Assets>,
}

/// The supplier's logo, as the frame shows it.
#[derive(Clone, Debug)]
pub struct Logo {
    /// Where it is.
    pub href: String,
    /// Its width, in pixels of the page.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// Who is signed in, as the frame shows it.
#[derive(Clone, Debug)]
pub struct User {
    /// Their name.
    pub name: String,
    /// Their retailer or role.
    pub detail: String,
}

/// A short message above the content.
#[derive(Clone, Debug)]
pub struct Flash {
    /// Its tone: `ok`, `warn` or `bad`.
    pub tone: &'static str,
    /// What it says.
    pub text: String,
}

/// An entry of the main navigation.
#[derive(Clone, Debug)]
pub struct Nav {
    /// What it is called.
    pub label: String,
    /// Where it leads.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The key after `g`, if it has one.
    pub key: &'static str,
    /// Whether one is there.
    pub current: bool,
}

impl Page {
    /// A page of the website for someone not signed in.
    pub fn of(web: &Web, visit: &Visit) -> Self {
        let (language, settings) = (visit.language, web.app.settings());
        let flash = visit.flash.as_deref().map(|key| texts::text(language, &format!("flash-{key}")));
        Self {
            lang: language.tag().to_owned(),
            supplier: settings.values.supplier.clone(),
            brand: settings
                .values
                .accent
                .map_or_else(String::new, |accent| format!("{}?v={}", brand::SHEET, brand::version(&accent))),
            logo: web.app.logo().and_then(|logo| brand::logo(&logo)),
            path: visit.path.clone(),
            user: None,
            flash: flash.map(|text| Flash { tone: tone_of(visit), text }),
            query: String::new(),
            factor_due: None,
            nav: Vec::new(),
            language,
            assets: Arc::clone(&web.assets),
        }
    }

    /// A page of the website for a contact who is signed in.
    pub fn of_contact(web: &Web, visit: &Visit, session: &ContactSession) -> Self {
        let user = User { name: session.name.clone(), detail: session.retailer_name.clone() };
        Self { user: Some(user), ..Self::of(web, visit) }
    }

    /// A page of the portal or the sales app. Staff pages are in English.
    pub fn of_staff(web: &Web, visit: &Visit, session: Option<&StaffSession>) -> Self {
        let visit = Visit { language: Language::English, ..visit.clone() };
        let mut page = Self::of(web, &visit);
        page.user = session.map(|session| User { name: session.name.clone(), detail: session.role.clone() });
        page.factor_due =
            session.and_then(|session| session.factor_due_at).map(|at| (at.rfc3339(), at.in_words()));
        page.nav = session.map(|session| navigation(&visit.path, session)).unwrap_or_default();
        page
    }

    /// The address of a file in `web/`.
    pub fn asset(&self, file: &str) -> String {
        self.assets.get(file).cloned().unwrap_or_else(|| format!("/assets/{file}"))
    }

    /// The text of a key in the page's language.
    pub fn t(&self, key: &str) -> String {
        texts::text(self.language, key)
    }

    /// The text of a key with one value filled in.
    pub fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        texts::text_with(self.language, key, &[(name, value)])
    }

    /// The language of its words.
    pub fn language(&self) -> Language {
        self.language
    }
}

/// Messages that say that something was not done.
const WARNINGS: [&str; 3] = ["request-not-open", "request-changed-meanwhile", "request-answer-unreadable"];

fn tone_of(visit: &Visit) -> &'static str {
    let warns = visit.flash.as_deref().is_some_and(|key| WARNINGS.contains(&key));
    if warns { "warn" } else { "ok" }
}

fn navigation(path: &str, session: &StaffSession) -> Vec<Nav> {
    let entry = |label: &str, href, icon, key, homes: &[&str]| Nav {
        label: label.into(),
        href,
        icon,
        key,
        current: homes.iter().any(|home| path.starts_with(home)),
    };
    if path.starts_with("/sales") {
        return vec![entry("Retailers", "/sales", "retailers", "", &[])];
    }
    let mut entries = vec![
        Nav { current: path == "/portal", ..entry("Dashboard", "/portal", "home", "d", &[]) },
        entry("Retailers", "/portal/retailers", "retailers", "r", &["/portal/retailers"]),
        entry("Contacts", "/portal/contacts", "contacts", "c", &["/portal/contacts"]),
    ];
    if session.permissions.acts.contains(&Act::BulkInvite) {
        let homes = ["/portal/invitations", "/portal/runs"];
        entries.push(entry("Invitations", "/portal/invitations", "send", "i", &homes));
    }
    let reaches_all = session.permissions.reach == Reach::AllRetailers;
    if reaches_all && session.permissions.acts.contains(&Act::Import) {
        entries.push(entry("Imports", "/portal/imports", "download", "p", &["/portal/imports"]));
    }
    if reaches_all {
        entries.push(entry("Mail", "/portal/mail", "invitations", "m", &["/portal/mail"]));
    }
    if session.permissions.staff >= Level::Read {
        let homes = ["/portal/staff", "/portal/roles", "/portal/territories"];
        entries.push(entry("Staff", "/portal/staff", "staff", "s", &homes));
    }
    if session.permissions.acts.contains(&Act::ViewAudit) {
        entries.push(entry("Audit", "/portal/audit", "history", "a", &["/portal/audit"]));
    }
    if session.permissions.settings >= Level::Read {
        entries.push(entry("Settings", "/portal/settings", "settings", "e", &["/portal/settings"]));
    }
    entries
}

/// Answers with a page.
///
/// # Errors
/// When the template fails.
pub fn html(status: StatusCode, template: &impl Template) -> Answer<Response> {
    let body =
        template.render().map_err(|error| Error::Render { what: "a page", problem: error.to_string() })?;
    Ok((status, Html(body)).into_response())
}

/// Answers a script of our own pages. What it is told is told with success, so
/// that its words arrive.
pub fn json(value: &serde_json::Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// Sends the browser on (303, so that a reload posts nothing twice), with a
/// message for the next page if `flash` names one.
pub fn redirect(to: &str, flash: Option<&str>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response();
    if let Some(key) = flash {
        cookies::leave_flash(response.headers_mut(), key);
    }
    response
}
