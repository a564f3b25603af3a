//! The words of mails: templates, built in or the operator's own.

mod builtin;
mod check;
mod engine;
pub mod fields;
pub mod letter;
pub mod outline;
mod plain;
mod samples;
mod secrets;
mod styles;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Serialize;
use zeroize::Zeroizing;

use self::engine::Bounded;
use self::letter::Letter;
use super::message::{self, Kind, Rendered};
use super::quoting::Secrets;
use crate::config::Reach;
use crate::kernel::{Accent, Language, Picture};

/// The fields that a subject may use: it is read over shoulders and on locked
/// telephones, so it never sees a secret or a username.
const SUBJECT_FIELDS: [&str; 6] = ["supplier", "website", "person", "retailer", "first", "lost_device"];
/// The most characters of a subject.
const MAX_SUBJECT: usize = 200;
/// Room for a rendered part, so that its buffer, which holds a secret, is not
/// moved while it grows.
const ROOM: usize = 64 * 1024;
/// The most characters of a part of the office's own.
const LONGEST: usize = 20_000;

/// Why a template can't be used. It never holds the value of a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mail template {file}{}: {problem}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TemplateError {
    /// The template: `en/reset/body.txt` if built in, else the operator's file.
    pub file: String,
    /// The line, if the problem has one.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
}

/// The words of one mail in one language, as the office keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The subject's template.
    pub subject: String,
    /// The plain-text part's.
    pub text: String,
    /// The HTML part's.
    pub html: String,
}

/// How the office words a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wording {
    /// Paragraphs and a button's words, in what the mail must have.
    Letter(Letter),
    /// Whole templates, written by hand.
    Html(Words),
}

impl Default for Wording {
    fn default() -> Self {
        Self::Letter(Letter::default())
    }
}

/// What a template's mail is: its kind and its language.
pub type Which = (Kind, Language);

/// Every template, read and checked.
#[derive(Clone)]
pub struct Templates {
    environment: Environment<'static>,
    /// The operator's files, by the name of the template they stand in for.
    overridden: HashMap<String, PathBuf>,
    /// Mails in words of the office's own.
    worded: Vec<Which>,
    /// Those of them that are templates written by hand.
    by_hand: Vec<Which>,
    /// What such a mail is sent in when the office's words won't do for it.
    instead: Option<Arc<Templates>>,
}

impl Templates {
    /// Reads the built-in templates and those of the operator's folder, which
    /// stand in for built-in ones of the same path, and tries every one.
    ///
    /// # Errors
    /// The first template that can't be read, is broken, uses an unknown field,
    /// or lacks what its mail is for.
    pub fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Self {
            environment: engine::environment(),
            overridden: HashMap::new(),
            worded: Vec::new(),
            by_hand: Vec::new(),
            instead: None,
        };
        if let Some(folder) = folder {
            check::no_strangers(folder)?;
        }
        for (name, source) in builtin::TEMPLATES {
            if let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) {
                templates.add_own(name, path)?;
            } else {
                let added = templates.environment.add_template_owned(name, builtin::worded(name, source)?);
                added.map_err(|error| templates.broken(name, &error))?;
            }
        }
        check::all(&templates)?;
        Ok(templates)
    }

    /// Every mail in every language.
    pub fn all() -> Vec<Which> {
        let of = |kind| Language::ALL.map(|language| (kind, language));
        Kind::WORDED.into_iter().flat_map(of).collect()
    }

    /// The same in a supplier's colour, with its logo and how it is reached.
    #[must_use]
    pub fn branded(mut self, accent: &Accent, logo: Option<&Picture>, reach: &Reach) -> Self {
        engine::brand(&mut self.environment, accent, logo, reach);
        self
    }

    /// The same with words of the office's own for one mail, unless a file of
    /// the operator's stands in for one of its parts.
    ///
    /// # Errors
    /// What is wrong with them: they are held to the rules for the operator's
    /// files, to a plainer language, and, with the username switched off
    /// (promise 6), may not need it.
    pub fn with(
        &self,
        which: Which,
        wording: &Wording,
        include_username: bool,
    ) -> Result<Self, TemplateError> {
        let mut with = self.clone();
        if with.fixed(which).is_some() {
            return Ok(with);
        }
        let words = wording.templates(which)?;
        with.by_hand.retain(|other| *other != which);
        if matches!(wording, Wording::Html(_)) {
            with.by_hand.push(which);
        }
        for (file, source) in words.files() {
            let name = format!("{}/{file}", folder(which));
            plain::check(&name, source)?;
            let added = with.environment.add_template_owned(name.clone(), source.to_owned());
            added.map_err(|error| self.broken(&name, &error))?;
        }
        with.instead.get_or_insert_with(|| Arc::new(self.clone()));
        with.worded.push(which);
        check::one(&with, which, include_username)?;
        Ok(with)
    }

    /// Whether the words of a mail do with the username switched on or off.
    ///
    /// # Errors
    /// What is wrong with them then.
    pub fn do_with(&self, which: Which, include_username: bool) -> Result<(), TemplateError> {
        check::one(self, which, include_username)
    }

    /// A file of the operator's that stands in for a part of this mail.
    pub fn fixed(&self, which: Which) -> Option<String> {
        let parts = ["subject.txt", "body.txt", "body.html"];
        let mut names = parts.into_iter().map(|part| format!("{}/{part}", folder(which)));
        names.find_map(|name| self.overridden.get(&name)).map(|path| path.display().to_string())
    }

    /// The words of a mail as they are now.
    pub fn words(&self, which: Which) -> Words {
        let source = |part: &str| {
            let template = self.environment.get_template(&format!("{}/{part}", folder(which)));
            template.map(|template| template.source().to_owned()).unwrap_or_default()
        };
        Words { subject: source("subject.txt"), text: source("body.txt"), html: source("body.html") }
    }

    /// The cases of a mail, the usual one first: their names, and what they are
    /// in words.
    pub fn cases(kind: Kind, include_username: bool) -> Vec<(String, String)> {
        // Of those with or without the username that no mail is now, one will do.
        let now = samples::of(kind, &[include_username]).len();
        let all = samples::of(kind, &[include_username, !include_username]).into_iter();
        all.take(now + 1).map(|sample| (sample.name, sample.label)).collect()
    }

    /// A case of that name, or the usual one of a mail.
    pub fn case(kind: Kind, name: &str) -> String {
        let mut cases = samples::of(kind, &[false, true]).into_iter().map(|sample| sample.name);
        cases.find(|known| known == name).unwrap_or_default()
    }

    /// A case of a mail (or the usual one, for a name there is not) filled in with samples, in the
    /// supplier's name.
    ///
    /// # Errors
    /// When a template can't be filled in.
    pub fn sample(
        &self,
        which: Which,
        case: &str,
        (supplier, website): (&str, &str),
        include_username: bool,
    ) -> Result<Rendered, TemplateError> {
        let own = [("supplier", Value::from(supplier)), ("website", Value::from(website))];
        let own: BTreeMap<&str, Value> = own.into_iter().chain(samples::times(which.1)).collect();
        let mut cases = samples::of(which.0, &[include_username, !include_username]);
        let at = cases.iter().position(|sample| sample.name == case).unwrap_or(0);
        let sample = cases.swap_remove(at).fields;
        let whole = merge_maps([sample, Value::from(Serde(own))]);
        self.render_value(which.0, which.1, &whole).map_err(|failed| self.broken(&failed.name, &failed.error))
    }

    /// The words of a mail.
    ///
    /// Words of the office's own that can't be filled in, or would hand a secret
    /// on, give way to the built-in ones.
    ///
    /// # Errors
    /// When a template uses a field that the context lacks. The error says
    /// nothing of the context.
    pub fn render(
        &self,
        kind: Kind,
        language: Language,
        context: &impl Serialize,
    ) -> Result<Rendered, TemplateError> {
        let context = Value::from(Serde(context));
        let rendered = self.render_value(kind, language, &context).map_err(|failed| TemplateError {
            // The engine's details may quote a value.
            problem: failed.error.kind().to_string(),
            ..self.broken(&failed.name, &failed.error)
        });
        let Some(instead) = self.instead.as_ref().filter(|_| self.worded.contains(&(kind, language))) else {
            return rendered;
        };
        let is_by_hand = self.by_hand.contains(&(kind, language));
        let kept =
            |mail| if is_by_hand { self.keeps_secrets((kind, language), &context, mail) } else { Ok(mail) };
        match rendered.and_then(kept) {
            Ok(mail) => Ok(mail),
            Err(error) => {
                tracing::error!(%error, "A mail is sent in the built-in words, for the office's own won't do");
                instead.render(kind, language, &context)
            }
        }
    }

    /// The mail, unless it would hand a secret on.
    fn keeps_secrets(
        &self,
        which: Which,
        context: &Value,
        mail: Rendered,
    ) -> Result<Rendered, TemplateError> {
        let layout = self.environment.get_template("layout.html");
        let layout = layout.as_ref().map_or("", |template| template.source());
        match secrets::kept(context, &mail, layout) {
            Ok(()) => Ok(mail),
            Err((part, problem)) => Err(TemplateError {
                file: self.file_of(&format!("{}/{part}", folder(which))),
                line: None,
                problem,
            }),
        }
    }

    fn render_value(&self, kind: Kind, language: Language, context: &Value) -> Result<Rendered, Failed> {
        let folder = folder((kind, language));
        let secrets = secrets::of(context);
        let secrets = Secrets::of(secrets.iter().map(|(_, secret)| secret.as_str()));
        let common = [("language", Value::from(language.tag()))];
        let seen = SUBJECT_FIELDS.into_iter().filter_map(|field| {
            context.get_attr(field).ok().filter(|value| !value.is_undefined()).map(|value| (field, value))
        });
        let seen: BTreeMap<&str, Value> = seen.chain(common.clone()).collect();
        let subject = self.fill(&format!("{folder}/subject.txt"), Value::from(Serde(seen)))?;
        let subject = message::one_line(&subject, MAX_SUBJECT);
        let common: BTreeMap<&str, Value> =
            common.into_iter().chain([("subject", Value::from(subject.clone()))]).collect();
        let whole = merge_maps([context.clone(), Value::from(Serde(common))]);
        let mut text = self.fill(&format!("{folder}/body.txt"), whole.clone())?;
        text.push_str(&self.fill("footer.txt", whole.clone())?);
        let html = self.fill(&format!("{folder}/body.html"), whole)?;
        Ok(Rendered { subject, text, html, secrets })
    }

    fn fill(&self, name: &str, context: Value) -> Result<Zeroizing<String>, Failed> {
        let failed = |error| Failed { name: name.to_owned(), error };
        let template = self.environment.get_template(name).map_err(failed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
        template.render_captured_to(context, Bounded(&mut bytes)).map_err(failed)?;
        // The engine writes `str`s, so these bytes are UTF-8.
        Ok(String::from_utf8(std::mem::take(&mut *bytes)).unwrap_or_default().into())
    }

    /// Reads a file of the operator's in place of a built-in template.
    fn add_own(&mut self, name: &'static str, path: PathBuf) -> Result<(), TemplateError> {
        let source = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        self.overridden.insert(name.to_owned(), path);
        let added = self.environment.add_template_owned(name, source);
        added.map_err(|error| self.broken(name, &error))
    }

    /// An engine's error as ours. Its details may quote values: only for errors
    /// of templates tried with samples.
    fn broken(&self, name: &str, error: &Error) -> TemplateError {
        let problem = match (error.kind(), error.detail()) {
            (ErrorKind::OutOfFuel, _) => "it takes far too long: a repetition too many".to_owned(),
            (ErrorKind::WriteFailure, _) => "it gets far too long".to_owned(),
            (ErrorKind::InvalidOperation, Some(detail)) => detail.to_owned(),
            (kind, Some(detail)) => format!("{kind} ({detail})"),
            (kind, None) => kind.to_string(),
        };
        TemplateError { file: self.file_of(error.name().unwrap_or(name)), line: error.line(), problem }
    }

    /// The file that a template was read from.
    fn file_of(&self, name: &str) -> String {
        self.overridden.get(name).map_or_else(|| name.to_owned(), |path| path.display().to_string())
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Templates({} of the operator's)", self.overridden.len())
    }
}

impl Words {
    /// The parts by the names of their files.
    fn files(&self) -> [(&'static str, &str); 3] {
        [("subject.txt", &self.subject), ("body.txt", &self.text), ("body.html", &self.html)]
    }
}

impl Wording {
    /// The templates they make.
    ///
    /// # Errors
    /// The place of a letter, and what is wrong there.
    pub fn templates(&self, which: Which) -> Result<Words, TemplateError> {
        match self {
            Self::Letter(letter) => letter.templates(which),
            Self::Html(words) => Ok(words.clone()),
        }
    }
}

/// The folder of a mail's templates.
fn folder((kind, language): Which) -> String {
    format!("{}/{}", language.tag(), kind.as_str())
}

/// A template that could not be filled in.
struct Failed {
    name: String,
    error: Error,
}

fn unreadable(path: &Path, error: &std::io::Error) -> TemplateError {
    TemplateError { file: path.display().to_string(), line: None, problem: format!("can't be read: {error}") }
}

#[cfg(test)]
#[path = "templates/tests.rs"]
mod tests;
