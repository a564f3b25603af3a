//! The language of the office's own templates: fields, choices and
//! repetitions. What could grow without end, reach other templates or let a
//! retailer's name act as HTML is left out.
//!
//! The engine parses, compiles and drops what it reads by recursion: as deep as
//! a tag has words and signs, and as tags stand in each other, and each deeper
//! than any stack ends the process. So both are bounded here, before the engine
//! sees a template, each time it is to see one. The two agree where a tag ends,
//! since no tag may hold what they could read differently: a `\`, a brace, a
//! bracket that is not closed.

use super::secrets::SECRETS;
use super::{LONGEST, TemplateError};

/// What a tag may begin with.
const TAGS: [&str; 9] = ["if", "elif", "else", "endif", "for", "endfor", "extends", "block", "endblock"];
/// What may follow a `|`.
const FILTERS: [&str; 10] =
    ["capitalize", "default", "first", "join", "last", "length", "lower", "title", "trim", "upper"];
/// The most words and signs of a tag; built-in ones have a dozen.
const LONGEST_TAG: usize = 60;
/// The most tags that stand in each other, each `elif` as one more.
const DEEPEST: usize = 20;
/// The frame, which alone may be filled in.
const FRAME: &str = "\"layout.html\"";

/// Refuses a template that is too long or uses more than the language has.
pub(super) fn check(file: &str, source: &str) -> Result<(), TemplateError> {
    let fail = |at: Option<usize>, problem: String| {
        let line = at.map(|at| source[..at].matches('\n').count() + 1);
        Err(TemplateError { file: file.to_owned(), line, problem })
    };
    if source.chars().count() > LONGEST {
        return fail(None, format!("it is longer than {LONGEST} characters"));
    }
    let (mut from, mut open) = (0, Open::default());
    while let Some(at) = source[from..].find('{').map(|found| from + found) {
        let (is_tag, end) = match source[at..].get(..2) {
            Some("{%") => (true, "%}"),
            Some("{{") => (false, "}}"),
            Some("{#") => {
                from = source[at..].find("#}").map_or(source.len(), |end| at + end + 2);
                continue;
            }
            _ => {
                from = at + 1;
                continue;
            }
        };
        let (tokens, after) = tokens(source, at + 2, end);
        let problem = wrong(&tokens, is_tag).or_else(|| shape(&tokens));
        let problem = problem.or_else(|| if is_tag { open.take(&tokens) } else { None });
        if let Some((place, problem)) = problem {
            return fail(Some(place.unwrap_or(at)), problem);
        }
        from = after;
    }
    Ok(())
}

/// A word, a text in quotes, or one other character, and where it stands.
type Token<'s> = (usize, &'s str);

/// What stands before `end`, and the place after it.
fn tokens<'s>(source: &'s str, from: usize, end: &str) -> (Vec<Token<'s>>, usize) {
    let (mut at, mut found) = (from, Vec::new());
    while let Some(first) = source[at..].chars().next() {
        if source[at..].starts_with(end) {
            return (found, at + end.len());
        }
        let rest = &source[at..];
        let length = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |closing| closing + 2),
            _ if is_of_word(first) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        if !first.is_whitespace() {
            found.push((at, &rest[..length]));
        }
        at += length;
    }
    (found, source.len())
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// What is wrong with a tag, and where it stands.
type Problem = (Option<usize>, String);

/// A tag without the `-` before it, which takes the space there away.
fn inside<'t, 's>(tokens: &'t [Token<'s>]) -> &'t [Token<'s>] {
    match tokens {
        [(_, "-" | "+"), rest @ ..] => rest,
        tokens => tokens,
    }
}

/// Whether a tag is too long, or ends elsewhere for the engine.
fn shape(tokens: &[Token<'_>]) -> Option<Problem> {
    if let Some((place, _)) = tokens.get(LONGEST_TAG) {
        let problem = format!("a tag has at most {LONGEST_TAG} words and signs; is one not closed?");
        return Some((Some(*place), problem));
    }
    let mut brackets = Vec::new();
    for (place, text) in tokens {
        let closes = match *text {
            "(" | "[" => {
                brackets.push(*text);
                continue;
            }
            ")" => brackets.pop() == Some("("),
            "]" => brackets.pop() == Some("["),
            "{" | "}" => return Some((Some(*place), format!("there is no {text} here"))),
            _ => continue,
        };
        if !closes {
            return Some((Some(*place), format!("this {text} closes nothing")));
        }
    }
    brackets.last().map(|open| (None, format!("a {open} is not closed")))
}

/// The tags that are open at a place, innermost last: how many levels each takes.
#[derive(Default)]
struct Open(Vec<usize>);

impl Open {
    /// Goes past a tag.
    fn take(&mut self, tokens: &[Token<'_>]) -> Option<Problem> {
        let (place, tag) = *inside(tokens).first()?;
        match tag {
            "if" | "for" | "block" => self.0.push(1),
            "elif" => {
                if let Some(levels) = self.0.last_mut() {
                    *levels += 1;
                }
            }
            "endif" | "endfor" | "endblock" => {
                self.0.pop();
            }
            _ => {}
        }
        let deep = self.0.iter().sum::<usize>() > DEEPEST;
        deep.then(|| (Some(place), format!("at most {DEEPEST} tags stand in each other")))
    }
}

/// What the language does not have, and where it stands.
fn wrong(tokens: &[Token<'_>], is_tag: bool) -> Option<Problem> {
    let tokens = inside(tokens);
    let texts: Vec<&str> = tokens.iter().map(|(_, text)| *text).collect();
    let place = |index: usize| tokens.get(index).map(|(place, _)| *place);
    if is_tag {
        let tag = texts.first().copied().unwrap_or_default();
        if !TAGS.contains(&tag) {
            return Some((
                place(0),
                format!("there is no {{% {tag} %}} here; there are {}", TAGS.join(", ")),
            ));
        }
        if tag == "extends"
            && texts.get(1..).is_none_or(|rest| rest.first() != Some(&FRAME) || rest.len() > 2)
        {
            return Some((place(1), format!("only {FRAME} can be filled in")));
        }
    }
    // Cut up or changed, a secret would not be known again where it must not be.
    let secret = texts.iter().position(|text| SECRETS.contains(text));
    if let Some(index) = secret.filter(|_| is_tag || texts.iter().filter(|text| **text != "-").count() > 1) {
        let name = texts[index];
        return Some((place(index), format!("{name} stands alone: {{{{ {name} }}}}")));
    }
    for (index, text) in texts.iter().enumerate() {
        let (before, after) = (index.checked_sub(1).map(|before| texts[before]), texts.get(index + 1));
        let is_word = text.starts_with(is_of_word);
        // A quote behind a backslash would end a text here and not there.
        if text.contains('\\') {
            return Some((place(index), "there is no \\ here".into()));
        }
        if ["~", "*", "/", "%"].contains(text) {
            return Some((place(index), format!("there is no {text} here")));
        }
        if is_word && before == Some("|") && !FILTERS.contains(text) {
            return Some((
                place(index),
                format!("there is no filter {text} here; there are {}", FILTERS.join(", ")),
            ));
        }
        let calls = is_word && after == Some(&"(") && before != Some("|");
        let keyword = ["if", "elif", "in", "and", "or", "not", "else"].contains(text);
        if (calls && *text != "super" && !keyword) || *text == "self" {
            return Some((place(index), format!("{text} can’t be called here")));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::templates::builtin;

    fn refused(source: &str) -> (Option<usize>, String) {
        let error = check("en/reset/body.txt", source).expect_err(source);
        (error.line, error.problem)
    }

    #[test]
    fn the_built_in_templates_are_written_in_it() {
        for (name, source) in builtin::TEMPLATES.iter().filter(|(name, _)| name.contains('/')) {
            assert_eq!(check(name, source), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_grows_or_reaches_elsewhere_is_refused_with_its_line() {
        assert_eq!(refused("one\n{% set x = 1 %}").0, Some(2));
        for source in [
            "{% set x = x ~ x %}",
            "{{ person ~ person }}",
            "{{ 'x' * 100000 }}",
            "{{ retailer|safe }}",
            "{{ retailer | replace('a', 'bb') }}",
            "{% for n in range(100000) %}x{% endfor %}",
            "{% include 'en/reset/body.txt' %}",
            "{% extends 'en/reset/body.html' %}",
            "{% extends \"layout.html\" if x %}",
            "{%- import \"layout.html\" as x %}",
            "{% raw %}{{ x }}{% endraw %}",
            "{{ self.body() }}",
            "{{ debug() }}",
            "{% autoescape false %}",
            "{# {{ fine }} #}{% filter upper %}",
            "{{ '}}' ~ person }}",
            "{{ '\\'' ~ person ~ '' }}",
            "{{ password|lower }}",
            "{{ [password]|join('') }}",
            "{{ password[1] }}",
            "{% for sign in code %}{{ sign }}{% endfor %}",
            "{% if link == 'x' %}x{% endif %}",
        ] {
            assert!(!refused(source).1.is_empty());
        }
        assert_eq!(refused(&"x".repeat(LONGEST + 1)).1, "it is longer than 20000 characters");
    }

    #[test]
    fn nothing_is_so_deep_or_long_that_reading_it_could_end_the_process() {
        for source in [
            format!("{{{{ {}1 }}}}", "- ".repeat(6_000)),
            format!("{{{{ person{} }}}}", ".a".repeat(9_000)),
            format!("{{{{ 1{} }}}}", "+1".repeat(9_000)),
            format!("{{{{ person{} }}}}", "|upper".repeat(3_000)),
            format!("{{{{ {}1{} }}}}", "(".repeat(70), ")".repeat(70)),
            format!("{{% if {}x %}}{{% endif %}}", "not ".repeat(4_000)),
            "{% if x %}".repeat(21),
            format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(1_500)),
            // The engine reads on to where the brackets are closed.
            format!("{{{{ ( }}}} {}", "- ".repeat(6_000)),
            format!("{{{{ {{1: {{2: 3}}}} {} }}}}", "- ".repeat(6_000)),
            format!("{{{{ ) }}}} {}", "- ".repeat(6_000)),
            format!("{{{{ (] }}}} {}", "- ".repeat(6_000)),
            format!("{{{{ \"\\\" }}}} {}", "- ".repeat(6_000)),
        ] {
            assert!(!refused(&source).1.is_empty());
        }
        assert_eq!(refused("a\n{% if x %}\n{{ (person }}"), (Some(3), "a ( is not closed".into()));
    }

    #[test]
    fn ordinary_templates_pass() {
        for source in [
            "{{ person }} { plain } {{ 'a|safe' }}",
            "{% if (entries|length) == 1 %}x{% elif not (x) %}{% endif %}",
            "{{ super() }}",
            "{%- for e in entries -%}{{ e.username|upper }}{{ loop.index }}{% endfor %}",
            "{# {% set x %} #}",
            "{{",
            "{{ person",
            "ä {% if ü %}",
        ] {
            assert_eq!(check("x", source), Ok(()), "{source}");
        }
    }
}
