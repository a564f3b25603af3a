//! The words of mails: templates, built in or the operator's own.

mod builtin;
mod check;
mod samples;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, merge_maps};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};
use serde::Serialize;
use zeroize::Zeroizing;

use super::message::{self, Kind, Rendered};
use crate::kernel::Language;

/// The fields that a subject may use: it is read over shoulders and on locked
/// telephones, so it never sees a secret or a username.
const SUBJECT_FIELDS: [&str; 6] = ["supplier", "website", "person", "retailer", "first", "lost_device"];
/// The most characters of a subject.
const MAX_SUBJECT: usize = 200;
/// Room for a rendered part, so that its buffer, which holds a secret, is not
/// moved while it grows.
const ROOM: usize = 64 * 1024;

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

/// Every template, read and checked.
pub struct Templates {
    environment: Environment<'static>,
    /// The operator's files, by the name of the template they stand in for.
    overridden: HashMap<String, PathBuf>,
}

impl Templates {
    /// Reads the built-in templates and those of the operator's folder, which
    /// stand in for built-in ones of the same path, and tries every one.
    ///
    /// # Errors
    /// The first template that can't be read, is broken, uses an unknown field,
    /// or lacks what its mail is for.
    pub fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Self { environment: environment(), overridden: HashMap::new() };
        if let Some(folder) = folder {
            check::no_strangers(folder)?;
        }
        for (name, source) in builtin::TEMPLATES {
            match folder.map(|folder| folder.join(name)).filter(|path| path.exists()) {
                Some(path) => templates.add_own(name, path)?,
                None => templates
                    .environment
                    .add_template(name, source)
                    .map_err(|error| templates.broken(name, &error))?,
            }
        }
        check::all(&templates)?;
        Ok(templates)
    }

    /// The words of a mail.
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
        self.render_value(kind, language, &Value::from(Serde(context))).map_err(|failed| TemplateError {
            // The engine's details may quote a value.
            problem: failed.error.kind().to_string(),
            ..self.broken(&failed.name, &failed.error)
        })
    }

    fn render_value(&self, kind: Kind, language: Language, context: &Value) -> Result<Rendered, Failed> {
        let folder = format!("{}/{}", language.tag(), kind.as_str());
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
        let text = self.fill(&format!("{folder}/body.txt"), whole.clone())?;
        let html = self.fill(&format!("{folder}/body.html"), whole)?;
        Ok(Rendered { subject, text, html })
    }

    fn fill(&self, name: &str, context: Value) -> Result<Zeroizing<String>, Failed> {
        let failed = |error| Failed { name: name.to_owned(), error };
        let template = self.environment.get_template(name).map_err(failed)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
        template.render_captured_to(context, &mut *bytes).map_err(failed)?;
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
        let details = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        TemplateError {
            file: self.file_of(error.name().unwrap_or(name)),
            line: error.line(),
            problem: format!("{}{details}", error.kind()),
        }
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

/// A template that could not be filled in.
struct Failed {
    name: String,
    error: Error,
}

fn unreadable(path: &Path, error: &io::Error) -> TemplateError {
    TemplateError { file: path.display().to_string(), line: None, problem: format!("can't be read: {error}") }
}

/// An engine in which a tag on a line of its own leaves no line, an unknown
/// field is an error, and values are escaped in HTML.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    if let Ok(syntax) =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
    {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(escaped);
    environment
}

/// Writes a value; in HTML with what could end a text or an attribute escaped.
/// The engine's own escapes slashes too, which hides addresses from filters
/// that look for them.
fn escaped(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let text = match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => text,
        _ => return minijinja::escape_formatter(out, state, value),
    };
    for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
        let (plain, escape) = match piece.as_bytes().last() {
            Some(b'&') => (&piece[..piece.len() - 1], "&amp;"),
            Some(b'<') => (&piece[..piece.len() - 1], "&lt;"),
            Some(b'>') => (&piece[..piece.len() - 1], "&gt;"),
            Some(b'"') => (&piece[..piece.len() - 1], "&quot;"),
            Some(b'\'') => (&piece[..piece.len() - 1], "&#39;"),
            _ => (piece, ""),
        };
        out.write_str(plain)?;
        out.write_str(escape)?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "templates/tests.rs"]
mod tests;
