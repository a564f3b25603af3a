//! The styles of a mail in the office's words: what is known to load nothing.

/// Families of properties, by how their names begin. None of them takes an address
/// but in a function, and those are listed below.
const PROPERTIES: [&str; 44] = [
    "-moz-text-size-adjust",
    "-ms-text-size-adjust",
    "-webkit-font-smoothing",
    "-webkit-text-size-adjust",
    "-webkit-user-select",
    "background",
    "border",
    "box-shadow",
    "box-sizing",
    "caption-side",
    "clear",
    "color",
    "cursor",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "height",
    "hyphens",
    "letter-spacing",
    "line-height",
    "list-style",
    "margin",
    "max-",
    "min-",
    "mso-",
    "opacity",
    "outline",
    "overflow",
    "padding",
    "page-break",
    "quotes",
    "supported-color-schemes",
    "table-layout",
    "text-",
    "unicode-bidi",
    "user-select",
    "vertical-align",
    "visibility",
    "white-space",
    "width",
    "word-",
    "zoom",
];
/// Functions that compute.
const FUNCTIONS: [&str; 7] = ["calc", "hsl", "hsla", "not", "nth-child", "rgb", "rgba"];
/// Words before a bracket that is no function's, as in `@media only screen and (…)`.
const BEFORE_BRACKETS: [&str; 5] = ["", "and", "media", "only", "or"];

/// Looks at the declarations of a `style` attribute.
///
/// # Errors
/// What is not known.
pub(super) fn declarations(text: &str) -> Result<(), String> {
    let text = plain(text)?;
    if text.contains(['{', '}', '@']) {
        return Err("a style is written as property: value; and so on".into());
    }
    text.split(';').try_for_each(declaration)
}

/// Looks at a style sheet.
///
/// # Errors
/// What is not known.
pub(super) fn sheet(text: &str) -> Result<(), String> {
    let mut rest = plain(text)?;
    while let Some(end) = rest.find(['{', '}', ';']) {
        let piece = rest[..end].trim().to_owned();
        match rest.as_bytes()[end] {
            b'{' if !piece.starts_with('@') || piece.starts_with("@media") => {}
            b'{' => return Err(not_known(piece.split(' ').next().unwrap_or_default())),
            _ => declaration(&piece)?,
        }
        rest.drain(..=end);
    }
    declaration(&rest)
}

/// A text without its comments, in lower case. Some readers leave comments out
/// first and some don't, so it has to do both ways.
fn plain(text: &str) -> Result<String, String> {
    let lower = text.to_lowercase();
    known(&lower)?;
    let mut plain = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").ok_or_else(|| not_known("/*"))?.1;
    }
    plain.push_str(rest);
    known(&plain)?;
    Ok(plain)
}

/// Looks whether there are only functions that compute, and nothing hides.
fn known(text: &str) -> Result<(), String> {
    if let Some(sign) = ['\\', '<'].into_iter().find(|sign| text.contains(*sign)) {
        return Err(not_known(&sign.to_string()));
    }
    for (at, _) in text.match_indices('(') {
        let name = text[..at].trim_end().rsplit(|c: char| !is_of_name(c)).next().unwrap_or_default();
        if !BEFORE_BRACKETS.contains(&name) && !FUNCTIONS.contains(&name) {
            return Err(not_known(&format!("{name}(")));
        }
    }
    Ok(())
}

/// Looks at one property and its value.
fn declaration(text: &str) -> Result<(), String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let name = text.split(':').next().unwrap_or_default().trim();
    let is_known = PROPERTIES.iter().any(|known| name.starts_with(known)) && name.chars().all(is_of_name);
    if is_known && text.contains(':') { Ok(()) } else { Err(not_known(name)) }
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || ['-', '_'].contains(&c) || !c.is_ascii()
}

fn not_known(what: &str) -> String {
    format!("there is no {what} in the styles of a mail: it could load something")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::templates::builtin;

    #[test]
    fn the_built_in_styles_are_known() {
        for (name, source) in builtin::TEMPLATES.iter().filter(|(_, source)| source.contains('<')) {
            for style in source.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let style = style.replace("{{ ", "").replace(" }}", "");
                assert_eq!(declarations(&style), Ok(()), "{name}: {style}");
            }
        }
        let layout = builtin::source("layout.html").replace("{{ ", "").replace(" }}", "");
        let own = layout.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
        assert_eq!(own.map(sheet), Some(Ok(())));
    }

    #[test]
    fn what_could_load_or_run_is_not_known() {
        for style in [
            "background: url(//evil.example)",
            "background: URL (//evil.example)",
            "background: u/**/rl(//evil.example)",
            "background: image-set('//evil.example' 1x)",
            "background: src('//evil.example')",
            "background: \\75 rl(//evil.example)",
            "width: expression(x())",
            "width: ex/* */pression(x())",
            "behavior: x",
            "-moz-binding: x",
            "content: attr(title)",
            "color: red /* open",
            "colour",
            "a { color: red",
        ] {
            assert!(declarations(style).is_err(), "{style}");
        }
        for text in [
            "@import '//evil.example';",
            "@import url(//evil.example);",
            "@font-face { font-family: x; src: local(x) }",
            "@media (x) { @import 'y'; }",
            "p { color: red } @charset 'x';",
            "p { x: y }",
            "</style><img>",
        ] {
            assert!(sheet(text).is_err(), "{text}");
        }
        assert_eq!(
            sheet(
                "/* ours */ a:hover, td.x > p { color: rgb(1, 2, 3); } @media only screen and (max-width: 600px) { p { margin: 0 } }"
            ),
            Ok(())
        );
    }
}
