//! The page of settings.

use askama::Template;
use axum::http::StatusCode;

use crate::actor::{Act, Level};
use crate::config::{CHANGEABLE, Changeable, Source};
use crate::error::Error;
use crate::http::forms::FieldErrors;
use crate::http::{Answer, AtPortal, Caller, Failure, Ids, Page, html, redirect};
use crate::kernel::{Accent, Colour, Language, calendar};
use crate::settings::logo::Logo;
use crate::settings::{self, Change, Changed, Stored};
use crate::staff::fresh::portal::Confirmed;
use crate::wording::Ground;

/// A setting as the page shows it.
struct Row {
    key: &'static str,
    /// Its id in the page and its name in the form.
    id: String,
    label: &'static str,
    hint: &'static str,
    control: Control,
    /// What is in its field.
    value: String,
    /// What it is now, in words.
    now: String,
    /// What it would be by itself, in words.
    default: String,
    version: i64,
    changed: Option<Stored>,
    /// Where the file or the environment says it; empty when neither does.
    fixed: String,
    error: String,
    meanwhile: bool,
}

/// What a setting is changed with.
enum Control {
    Text,
    Number,
    Colour,
    /// A telephone number, or nothing.
    Telephone,
    /// The address of a page, or nothing.
    Link,
    /// One of these values, with their words.
    One(Vec<(String, String)>),
    /// Any of these.
    Any(Vec<(String, String)>),
}

impl Row {
    fn is_changed(&self) -> bool {
        self.changed.as_ref().is_some_and(|stored| stored.value.is_some())
    }

    fn has(&self, value: &str) -> bool {
        self.value.split(',').any(|one| one.trim() == value)
    }

    /// The colours as they are now, for a picture of them.
    fn accent(&self) -> Accent {
        Colour::parse(&self.now).map(Accent::of).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "setup/pages/settings.html")]
struct SettingsPage {
    page: Page,
    rows: Vec<Row>,
    may_change: bool,
    may_audit: bool,
    errors: FieldErrors,
    logo: Option<Logo>,
}

/// What was typed for one setting, and what came of it.
struct Typed {
    key: &'static str,
    value: String,
    changed: Changed,
}

/// `GET /portal/settings`
pub async fn settings(AtPortal(caller): AtPortal) -> Answer {
    show(&caller, None).await
}

async fn show(caller: &Caller, typed: Option<Typed>) -> Answer {
    settings::must_see(&caller.actor)?;
    let (stored, logo) = caller.read(|tx, _| Ok((settings::all(tx)?, settings::logo::latest(tx)?))).await?;
    let given = &caller.web.app.config.changeable;
    let now = settings::laid_over(given, &stored);
    let mut rows = Vec::new();
    for key in CHANGEABLE {
        let stored = stored.iter().find(|stored| stored.name == key).cloned();
        rows.push(row(key, (given, &now), stored, typed.as_ref().filter(|typed| typed.key == key))?);
    }
    let status = match typed.as_ref().map(|typed| &typed.changed) {
        None | Some(Changed::Changed | Changed::Unchanged) => StatusCode::OK,
        Some(Changed::Wrong(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Changed::Meanwhile | Changed::Fixed) => StatusCode::CONFLICT,
    };
    let wrong = rows.iter().filter(|row| !row.error.is_empty());
    let wrong: Vec<(&'static str, String)> =
        wrong.map(|row| (anchor(row.key), format!("{}: {}", row.label, row.error))).collect();
    let (may_change, may_audit) =
        (caller.actor.settings_level() >= Level::Write, caller.actor.may(Act::ViewAudit));
    html(
        status,
        &SettingsPage { page: caller.page(), rows, may_change, may_audit, errors: wrong.into(), logo },
    )
}

/// The part of a key that is the id of its field.
fn anchor(key: &'static str) -> &'static str {
    key.rsplit('.').next().unwrap_or(key)
}

fn row(
    key: &'static str,
    (given, now): (&Source, &Source),
    stored: Option<Stored>,
    typed: Option<&Typed>,
) -> Answer<Row> {
    let (label, hint, control) = words(key);
    let in_words = |source: &Source| match Changeable::read(source) {
        Ok(values) => Ok(said(key, &values)),
        Err(error) => Err(Failure::Refused(settings::wrong(&error))),
    };
    let (value, error) = match typed {
        None => (now.value(key).0.to_owned(), String::new()),
        Some(typed) => (
            typed.value.clone(),
            match &typed.changed {
                Changed::Wrong(problem) => format!("This {problem}."),
                _ => String::new(),
            },
        ),
    };
    Ok(Row {
        key,
        id: anchor(key).to_owned(),
        label,
        hint,
        control,
        value,
        now: in_words(now)?,
        default: in_words(given)?,
        version: stored.as_ref().map_or(0, |stored| stored.version),
        changed: stored,
        fixed: given.fixed(key).map(ToString::to_string).unwrap_or_default(),
        error,
        meanwhile: typed.is_some_and(|typed| typed.changed == Changed::Meanwhile),
    })
}

fn words(key: &str) -> (&'static str, &'static str, Control) {
    let options = |options: &[(&str, &str)]| -> Vec<(String, String)> {
        options.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
    };
    let languages = || -> Vec<(String, String)> {
        let named = |language: Language| (language.tag().to_owned(), language.name().to_owned());
        Language::ALL.map(named).to_vec()
    };
    if let Some(words) = reach_words(key) {
        return words;
    }
    match key {
        "supplier.name" => ("Your name", "On every page and in every mail.", Control::Text),
        "supplier.accent" => (
            "Your colour",
            "Of buttons and links, on pages and in mails, such as #1f3a93. Any colour will do: a light one gets dark words, and links a shade of it that can be read.",
            Control::Colour,
        ),
        "supplier.language" => ("Language of people who have not chosen one", "", Control::One(languages())),
        "supplier.languages" => (
            "Languages that are offered",
            "To browsers on the website. Contacts who have another keep it.",
            Control::Any(languages()),
        ),
        "reset.valid_for" => (
            "A temporary password works for",
            "From 10m to 30d: 90m, 48h or 7d. Counts for mails from now on.",
            Control::Text,
        ),
        "reset.mode" => (
            "While a reset is on its way",
            "For resets by staff. “Forgot your password?”, which anyone can press, never stops a password.",
            Control::One(options(&[
                ("parallel", "the current password keeps working"),
                ("replace", "the current password stops at once"),
            ])),
        ),
        "mail.include_username" => (
            "Mails with a temporary password",
            "Whoever reads a mail that names both can sign in.",
            Control::One(options(&[
                ("false", "don’t name the username"),
                ("true", "also name the username"),
            ])),
        ),
        "invitation.username" => (
            "The username of who is invited",
            "A mail of its own leaves once the mail server has taken the invitation.",
            Control::One(options(&[
                ("own-mail", "comes in a mail of its own"),
                ("same-mail", "stands in the invitation"),
                ("never", "is not mailed"),
            ])),
        ),
        _ => (
            "Fewest characters of a contact’s password",
            "From 8 to 64. Counts for passwords chosen from now on.",
            Control::Number,
        ),
    }
}

/// The words of how the supplier is reached.
fn reach_words(key: &str) -> Option<(&'static str, &'static str, Control)> {
    Some(match key {
        "supplier.telephone" => (
            "Your telephone number",
            "Where customers call when they need help: at the foot of pages and mails.",
            Control::Telephone,
        ),
        "supplier.imprint_url" => (
            "Your imprint",
            "The page that says who you are, such as https://harbour.example/imprint. Linked at the foot of pages and mails.",
            Control::Link,
        ),
        "supplier.privacy_url" => {
            ("Your privacy policy", "Linked at the foot of pages and mails.", Control::Link)
        }
        "supplier.terms_url" => ("Your terms", "Linked at the foot of pages and mails.", Control::Link),
        _ => return None,
    })
}

fn or_none(value: &str) -> String {
    if value.is_empty() { "none".into() } else { value.to_owned() }
}

/// A value in words.
fn said(key: &str, values: &Changeable) -> String {
    let (_, _, control) = words(key);
    let of = |value: &str| match &control {
        Control::One(options) | Control::Any(options) => options
            .iter()
            .find(|(known, _)| known == value)
            .map_or_else(|| value.to_owned(), |(_, words)| words.clone()),
        _ => value.to_owned(),
    };
    match key {
        "supplier.name" => values.supplier.clone(),
        "supplier.accent" => {
            values.accent.map_or_else(|| "Tradepost’s own".to_owned(), |accent| accent.light.to_string())
        }
        "supplier.telephone" => or_none(&values.reach.telephone),
        "supplier.imprint_url" => or_none(&values.reach.imprint_url),
        "supplier.privacy_url" => or_none(&values.reach.privacy_url),
        "supplier.terms_url" => or_none(&values.reach.terms_url),
        "supplier.language" => of(values.language.tag()),
        "supplier.languages" => {
            values.languages.iter().map(|language| of(language.tag())).collect::<Vec<_>>().join(", ")
        }
        "reset.valid_for" => calendar::span(values.reset.valid_for, Language::English),
        "reset.mode" => of(values.reset.mode.as_str()),
        "mail.include_username" => of(if values.include_username { "true" } else { "false" }),
        "invitation.username" => of(values.invitation_username.as_str()),
        _ => values.min_length.to_string(),
    }
}

/// `POST /portal/settings/{key}`: a new value, or with `back` the default.
pub async fn change(
    Ids(key): Ids<String>,
    Confirmed(caller, pairs): Confirmed<Vec<(String, String)>>,
) -> Answer {
    settings::must_change(&caller.actor)?;
    let key = CHANGEABLE.into_iter().find(|known| *known == key).ok_or(Error::NotFound)?;
    let form = Form::of(pairs, key)?;
    let (ground, now) = (ground(&caller), caller.now());
    let change = Change { key, version: form.version, value: (!form.back).then(|| form.value.clone()) };
    let changed = caller.write(move |tx, actor| super::change(tx, actor, &ground, &change, now)).await?;
    match changed {
        Changed::Changed => {
            caller.web.app.follow().await?;
            Ok(redirect("/portal/settings", Some("setting-saved")))
        }
        Changed::Unchanged => Ok(redirect("/portal/settings", Some("unchanged"))),
        changed => show(&caller, Some(Typed { key, value: form.value, changed })).await,
    }
}

/// What the office's changes are measured against.
pub(super) fn ground(caller: &Caller) -> Ground {
    let app = &caller.web.app;
    Ground { built_in: app.built_in.clone(), given: app.config.changeable.clone() }
}

/// What the form of one setting sends.
struct Form {
    value: String,
    version: i64,
    back: bool,
}

impl Form {
    fn of(pairs: Vec<(String, String)>, key: &'static str) -> Answer<Self> {
        let (mut values, mut version, mut back) = (Vec::new(), None, false);
        for (name, value) in pairs {
            match name.as_str() {
                "version" => version = Some(value.parse().map_err(|_| Failure::Unreadable)?),
                "back" => back = true,
                name if name == anchor(key) => values.push(value),
                _ => return Err(Failure::Unreadable),
            }
        }
        let value = values.join(",").trim().to_owned();
        Ok(Self { value, version: version.ok_or(Failure::Unreadable)?, back })
    }
}
