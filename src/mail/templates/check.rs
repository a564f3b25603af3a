//! Trying every template with samples, so that a broken one is found at start
//! and not by the first contact who needs a mail.

use std::fs;
use std::path::Path;

use minijinja::Value;

use super::{SUBJECT_FIELDS, TemplateError, Templates, Which, builtin, folder, samples, unreadable};
use crate::kernel::Language;
use crate::mail::message::{Kind, Rendered};

/// A field that a mail is pointless without.
struct Needed {
    field: &'static str,
    /// Its value in the samples.
    sample: &'static str,
    /// Whether it must stand alone on a line of the plain text, where it can be
    /// told from the words around it and copied.
    alone: bool,
}

/// Refuses files that would stand in for nothing, such as a misspelt one.
pub(super) fn no_strangers(folder: &Path) -> Result<(), TemplateError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).map_err(|error| unreadable(&here, &error))? {
            let path = entry.map_err(|error| unreadable(&here, &error))?.path();
            let inside: Vec<_> = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .iter()
                .map(|part| part.to_string_lossy())
                .collect();
            let name = inside.join("/");
            let is_template =
                path.extension().is_some_and(|extension| extension == "txt" || extension == "html");
            if path.is_dir() && inside.len() < 4 {
                folders.push(path);
            } else if is_template && !builtin::TEMPLATES.iter().any(|(known, _)| *known == name) {
                let problem =
                    "no mail uses a file of this path; see docs/mails.md for those that are used".to_owned();
                return Err(TemplateError { file: path.display().to_string(), line: None, problem });
            }
        }
    }
    Ok(())
}

/// Tries every template with every sample.
pub(super) fn all(templates: &Templates) -> Result<(), TemplateError> {
    let common = ["supplier", "website", "subject", "language"].map(str::to_owned);
    known_fields(templates, "layout.html", &common)?;
    known_fields(templates, "footer.txt", &common)?;
    for language in Language::ALL {
        for kind in Kind::WORDED {
            with(templates, (kind, language), &[false, true])?;
        }
    }
    Ok(())
}

/// Tries the templates of one mail with every sample that its username, when it
/// is mailed or when it isn't, leaves.
pub(super) fn one(templates: &Templates, which: Which, include_username: bool) -> Result<(), TemplateError> {
    with(templates, which, &[include_username])
}

fn with(templates: &Templates, (kind, language): Which, usernames: &[bool]) -> Result<(), TemplateError> {
    for sample in samples::of(kind, usernames) {
        fields(templates, kind, language, &sample.fields)?;
        let rendered = templates
            .render_value(kind, language, &sample.fields)
            .map_err(|failed| templates.broken(&failed.name, &failed.error))?;
        complete(templates, kind, language, &rendered)?;
        if templates.by_hand.contains(&(kind, language)) {
            templates.keeps_secrets((kind, language), &sample.fields, rendered)?;
        }
    }
    Ok(())
}

/// Checks that the templates of a mail use none but its fields.
fn fields(
    templates: &Templates,
    kind: Kind,
    language: Language,
    sample: &Value,
) -> Result<(), TemplateError> {
    let mut known: Vec<String> = sample.try_iter().into_iter().flatten().map(|key| key.to_string()).collect();
    known.push("language".into());
    let folder = folder((kind, language));
    let outside: Vec<String> = known
        .iter()
        .filter(|field| SUBJECT_FIELDS.contains(&field.as_str()) || *field == "language")
        .cloned()
        .collect();
    known_fields(templates, &format!("{folder}/subject.txt"), &outside)?;
    known.push("subject".into());
    known_fields(templates, &format!("{folder}/body.txt"), &known)?;
    known_fields(templates, &format!("{folder}/body.html"), &known)
}

fn known_fields(templates: &Templates, name: &str, known: &[String]) -> Result<(), TemplateError> {
    let environment = &templates.environment;
    let template = environment.get_template(name).map_err(|error| templates.broken(name, &error))?;
    let mut used: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    used.sort();
    let is_known =
        |field: &String| known.contains(field) || environment.globals().any(|(global, _)| global == field);
    let Some(stranger) = used.into_iter().find(|field| !is_known(field)) else { return Ok(()) };
    let line =
        template.source().lines().position(|line| words(line).any(|word| word == stranger)).map(|at| at + 1);
    let mut known = known.to_vec();
    known.sort();
    let problem = format!("there is no field {stranger} here; there are {}", known.join(", "));
    Err(TemplateError { file: templates.file_of(name), line, problem })
}

/// The names in a line of a template.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Checks that a mail says what it is for.
fn complete(
    templates: &Templates,
    kind: Kind,
    language: Language,
    rendered: &Rendered,
) -> Result<(), TemplateError> {
    let folder = folder((kind, language));
    let fail = |file: &str, problem: String| {
        Err(TemplateError { file: templates.file_of(&format!("{folder}/{file}")), line: None, problem })
    };
    if rendered.subject.is_empty() {
        return fail("subject.txt", "the subject is empty".into());
    }
    for Needed { field, sample, alone } in needed(kind) {
        if alone && !rendered.text.lines().any(|line| line == sample) {
            return fail("body.txt", format!("{{{{ {field} }}}} must stand alone on its line"));
        }
        for (file, part) in [("body.txt", &rendered.text), ("body.html", &rendered.html)] {
            if !part.contains(sample) {
                return fail(file, format!("{{{{ {field} }}}} is missing"));
            }
        }
    }
    Ok(())
}

/// The fields that a mail is pointless without.
pub(super) fn needed_fields(kind: Kind) -> Vec<&'static str> {
    needed(kind).into_iter().map(|needed| needed.field).collect()
}

fn needed(kind: Kind) -> Vec<Needed> {
    let need = |field, sample| Needed { field, sample, alone: false };
    let alone = |field, sample| Needed { field, sample, alone: true };
    match kind {
        Kind::Reset | Kind::Invitation => {
            vec![alone("password", samples::PASSWORD), need("sign_in_url", samples::SIGN_IN)]
        }
        Kind::PasswordChanged | Kind::EmailChanged | Kind::SignInChanged | Kind::Test | Kind::TrailHead => {
            vec![]
        }
        Kind::EmailConfirmation => vec![need("confirm_url", samples::LINK)],
        Kind::InvitationUsername => {
            vec![need("username", samples::USERNAME), need("sign_in_url", samples::SIGN_IN)]
        }
        Kind::Usernames => vec![need("username", samples::USERNAME)],
        Kind::StaffReset => vec![alone("code", samples::CODE), need("link", samples::LINK)],
    }
}
