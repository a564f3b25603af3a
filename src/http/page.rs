//! What every page needs beside its own content, and how pages are answered.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{Html, IntoResponse, Response};

use super::{Answer, Assets, Visit, Web, brand, cookies, texts};
use crate::actor::{self, Act, Level};
use crate::config::Reach;
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
    /// How customers reach the supplier, and the pages it links to.
    pub reach: Reach,
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
    /// What takes the act back, where one can.
    pub undo: Option<Undo>,
}

/// The form that takes an act back.
#[derive(Clone, Debug)]
pub struct Undo {
    /// Where it is sent.
    pub action: String,
    /// Its one field.
    pub name: &'static str,
    /// What that holds.
    pub value: &'static str,
}

impl Flash {
    fn of(language: Language, key: &str, path: &str) -> Self {
        let text = texts::text(language, &format!("flash-{key}"));
        let tone = match key {
            key if WARNINGS.contains(&key) => "warn",
            "unchanged" => "info",
            key if key.ends_with("-gone") => "info",
            _ => "ok",
        };
        Self { tone, text, undo: Undo::of(key, path) }
    }
}

impl Undo {
    /// What takes back the act that a message is about, on the page of whom it
    /// was done to.
    fn of(key: &str, path: &str) -> Option<Self> {
        let (rest, name, value) = match key {
            "access-off" => ("access", "access", "on"),
            "access-on" => ("access", "access", "off"),
            "deactivated" | "staff-deactivated" => ("active", "active", "yes"),
            "steps-away" => return Some(Self { action: format!("{path}/back"), name: "", value: "" }),
            _ => return None,
        };
        Some(Self { action: format!("{path}/{rest}"), name, value })
    }
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
        Self {
            lang: language.tag().to_owned(),
            supplier: settings.values.supplier.clone(),
            brand: settings
                .values
                .accent
                .map_or_else(String::new, |accent| format!("{}?v={}", brand::SHEET, brand::version(&accent))),
            logo: web.app.logo().and_then(|logo| brand::logo(&logo)),
            reach: settings.values.reach.clone(),
            path: visit.path.clone(),
            user: None,
            flash: visit.flash.as_deref().map(|key| Flash::of(language, key, &visit.path)),
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
        page.nav = session
            .map(|session| navigation(&visit.path, session, web.app.shows_first_steps()))
            .unwrap_or_default();
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

    /// Whether the main navigation leads there.
    pub fn leads_to(&self, href: &str) -> bool {
        self.nav.iter().any(|entry| entry.href == href)
    }

    /// The pages the supplier links to, with their names.
    pub fn links(&self) -> Vec<(String, &str)> {
        let reach = &self.reach;
        let all = [
            ("layout-imprint", &reach.imprint_url),
            ("layout-privacy", &reach.privacy_url),
            ("layout-terms", &reach.terms_url),
        ];
        let there = all.into_iter().filter(|(_, href)| !href.is_empty());
        there.map(|(key, href)| (self.t(key), href.as_str())).collect()
    }

    /// The supplier's telephone number for telephones (RFC 3966).
    pub fn dial(&self) -> String {
        let dialled = self.reach.telephone.chars().filter(|c| c.is_ascii_digit() || *c == '+');
        format!("tel:{}", dialled.collect::<String>())
    }

    /// The language of its words.
    pub fn language(&self) -> Language {
        self.language
    }
}

/// Messages that say that something was not done.
const WARNINGS: [&str; 4] =
    ["held-wait", "request-not-open", "request-changed-meanwhile", "request-answer-unreadable"];

fn navigation(path: &str, session: &StaffSession, first_steps: bool) -> Vec<Nav> {
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
    let home = "/portal/getting-started";
    let mut entries = vec![
        Nav { current: path == "/portal", ..entry("Dashboard", "/portal", "home", "d", &[]) },
        entry("Retailers", "/portal/retailers", "retailers", "r", &["/portal/retailers"]),
        entry("Contacts", "/portal/contacts", "contacts", "c", &["/portal/contacts"]),
    ];
    if first_steps {
        entries.insert(0, entry("Getting started", home, "check", "", &[home]));
    }
    if session.permissions.acts.contains(&Act::BulkInvite) {
        let homes = ["/portal/invitations", "/portal/runs"];
        entries.push(entry("Invitations", "/portal/invitations", "send", "i", &homes));
    }
    let reaches_all = session.permissions.reach == actor::Reach::AllRetailers;
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

#[derive(Template)]
#[template(path = "http/pages/link_gone.html")]
struct LinkGone {
    page: Page,
    /// The key of what to do.
    what: &'static str,
}

/// Answers a link of a mail to a contact that was used, has run out, or came
/// damaged: says so, and what to do (the text of the key `what`).
///
/// # Errors
/// When the template fails.
pub fn link_gone(web: &Web, visit: &Visit, what: &'static str) -> Answer<Response> {
    html(StatusCode::GONE, &LinkGone { page: Page::of(web, visit), what })
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
