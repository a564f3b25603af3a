//! The templates in the binary.

use super::letter::Letter;
use super::{TemplateError, Templates, Which, folder};

/// Every template: its path and its text. The operator's folder may hold files
/// of these paths.
pub(super) const TEMPLATES: [(&str, &str); 55] = [
    ("layout.html", include_str!("layout.html")),
    ("en/reset/subject.txt", include_str!("en/reset/subject.txt")),
    ("en/reset/body.txt", include_str!("en/reset/body.txt")),
    ("en/reset/body.html", include_str!("en/reset/body.html")),
    ("en/invitation/subject.txt", include_str!("en/invitation/subject.txt")),
    ("en/invitation/body.txt", include_str!("en/invitation/body.txt")),
    ("en/invitation/body.html", include_str!("en/invitation/body.html")),
    ("en/invitation-username/subject.txt", include_str!("en/invitation-username/subject.txt")),
    ("en/invitation-username/body.txt", include_str!("en/invitation-username/body.txt")),
    ("en/invitation-username/body.html", include_str!("en/invitation-username/body.html")),
    ("en/password-changed/subject.txt", include_str!("en/password-changed/subject.txt")),
    ("en/password-changed/body.txt", include_str!("en/password-changed/body.txt")),
    ("en/password-changed/body.html", include_str!("en/password-changed/body.html")),
    ("en/email-changed/subject.txt", include_str!("en/email-changed/subject.txt")),
    ("en/email-changed/body.txt", include_str!("en/email-changed/body.txt")),
    ("en/email-changed/body.html", include_str!("en/email-changed/body.html")),
    ("en/email-confirmation/subject.txt", include_str!("en/email-confirmation/subject.txt")),
    ("en/email-confirmation/body.txt", include_str!("en/email-confirmation/body.txt")),
    ("en/email-confirmation/body.html", include_str!("en/email-confirmation/body.html")),
    ("en/usernames/subject.txt", include_str!("en/usernames/subject.txt")),
    ("en/usernames/body.txt", include_str!("en/usernames/body.txt")),
    ("en/usernames/body.html", include_str!("en/usernames/body.html")),
    ("en/sign-in-changed/subject.txt", include_str!("en/sign-in-changed/subject.txt")),
    ("en/sign-in-changed/body.txt", include_str!("en/sign-in-changed/body.txt")),
    ("en/sign-in-changed/body.html", include_str!("en/sign-in-changed/body.html")),
    ("en/staff-reset/subject.txt", include_str!("en/staff-reset/subject.txt")),
    ("en/staff-reset/body.txt", include_str!("en/staff-reset/body.txt")),
    ("en/staff-reset/body.html", include_str!("en/staff-reset/body.html")),
    ("de/reset/subject.txt", include_str!("de/reset/subject.txt")),
    ("de/reset/body.txt", include_str!("de/reset/body.txt")),
    ("de/reset/body.html", include_str!("de/reset/body.html")),
    ("de/invitation/subject.txt", include_str!("de/invitation/subject.txt")),
    ("de/invitation/body.txt", include_str!("de/invitation/body.txt")),
    ("de/invitation/body.html", include_str!("de/invitation/body.html")),
    ("de/invitation-username/subject.txt", include_str!("de/invitation-username/subject.txt")),
    ("de/invitation-username/body.txt", include_str!("de/invitation-username/body.txt")),
    ("de/invitation-username/body.html", include_str!("de/invitation-username/body.html")),
    ("de/password-changed/subject.txt", include_str!("de/password-changed/subject.txt")),
    ("de/password-changed/body.txt", include_str!("de/password-changed/body.txt")),
    ("de/password-changed/body.html", include_str!("de/password-changed/body.html")),
    ("de/email-changed/subject.txt", include_str!("de/email-changed/subject.txt")),
    ("de/email-changed/body.txt", include_str!("de/email-changed/body.txt")),
    ("de/email-changed/body.html", include_str!("de/email-changed/body.html")),
    ("de/email-confirmation/subject.txt", include_str!("de/email-confirmation/subject.txt")),
    ("de/email-confirmation/body.txt", include_str!("de/email-confirmation/body.txt")),
    ("de/email-confirmation/body.html", include_str!("de/email-confirmation/body.html")),
    ("de/usernames/subject.txt", include_str!("de/usernames/subject.txt")),
    ("de/usernames/body.txt", include_str!("de/usernames/body.txt")),
    ("de/usernames/body.html", include_str!("de/usernames/body.html")),
    ("de/sign-in-changed/subject.txt", include_str!("de/sign-in-changed/subject.txt")),
    ("de/sign-in-changed/body.txt", include_str!("de/sign-in-changed/body.txt")),
    ("de/sign-in-changed/body.html", include_str!("de/sign-in-changed/body.html")),
    ("de/staff-reset/subject.txt", include_str!("de/staff-reset/subject.txt")),
    ("de/staff-reset/body.txt", include_str!("de/staff-reset/body.txt")),
    ("de/staff-reset/body.html", include_str!("de/staff-reset/body.html")),
];

/// How each mail is worded: what goes into the places of its templates.
pub(super) const LETTERS: &[(&str, &str)] = &[
    ("en/reset/letter.txt", include_str!("en/reset/letter.txt")),
    ("en/invitation/letter.txt", include_str!("en/invitation/letter.txt")),
    ("en/invitation-username/letter.txt", include_str!("en/invitation-username/letter.txt")),
    ("en/password-changed/letter.txt", include_str!("en/password-changed/letter.txt")),
    ("en/email-changed/letter.txt", include_str!("en/email-changed/letter.txt")),
    ("en/email-confirmation/letter.txt", include_str!("en/email-confirmation/letter.txt")),
    ("en/usernames/letter.txt", include_str!("en/usernames/letter.txt")),
    ("en/sign-in-changed/letter.txt", include_str!("en/sign-in-changed/letter.txt")),
    ("en/staff-reset/letter.txt", include_str!("en/staff-reset/letter.txt")),
    ("de/reset/letter.txt", include_str!("de/reset/letter.txt")),
    ("de/invitation/letter.txt", include_str!("de/invitation/letter.txt")),
    ("de/invitation-username/letter.txt", include_str!("de/invitation-username/letter.txt")),
    ("de/password-changed/letter.txt", include_str!("de/password-changed/letter.txt")),
    ("de/email-changed/letter.txt", include_str!("de/email-changed/letter.txt")),
    ("de/email-confirmation/letter.txt", include_str!("de/email-confirmation/letter.txt")),
    ("de/usernames/letter.txt", include_str!("de/usernames/letter.txt")),
    ("de/sign-in-changed/letter.txt", include_str!("de/sign-in-changed/letter.txt")),
    ("de/staff-reset/letter.txt", include_str!("de/staff-reset/letter.txt")),
];

/// A built-in template as it is written, with places for words in it.
pub(super) fn source(name: &str) -> &'static str {
    TEMPLATES.iter().find(|(known, _)| *known == name).map_or("", |(_, source)| source)
}

/// A built-in template with the built-in words in it.
pub(super) fn worded(name: &str, source: &str) -> Result<String, TemplateError> {
    let is_of = |which: &Which| name.strip_prefix(&folder(*which)).is_some_and(|rest| rest.starts_with('/'));
    let which = Templates::all().into_iter().find(is_of);
    let Some((which, letter)) = which.and_then(|which| Some((which, Letter::built_in(which)?))) else {
        return Ok(source.to_owned());
    };
    let words = letter.templates(which)?;
    let part = words.files().into_iter().find(|(file, _)| name.ends_with(&format!("/{file}")));
    Ok(part.map_or_else(|| source.to_owned(), |(_, worded)| worded.to_owned()))
}
