//! Every text that is asked for is there, in every language, with the same
//! values to fill in; and none is there that nobody asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// Key → the names of the values its text has filled in.
type Texts = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_language_has_the_same_texts_with_the_same_values() {
    let english = texts("en");
    assert!(english.len() > 100, "only {} texts found", english.len());
    for language in languages() {
        let theirs = texts(&language);
        let missing: Vec<_> = english.keys().filter(|key| !theirs.contains_key(*key)).collect();
        let surplus: Vec<_> = theirs.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{language}: missing {missing:?}, surplus {surplus:?}"
        );
        for (key, values) in &english {
            assert_eq!(values, &theirs[key], "{language}: the values of {key}");
        }
    }
}

#[test]
fn every_text_that_is_asked_for_is_there() {
    let there = texts("en");
    let mut wrong = Vec::new();
    for Asked { place, key, values } in asked() {
        match there.get(&key) {
            None => wrong.push(format!("{place}: there is no text {key}")),
            Some(wanted) if *wanted != values => {
                wrong.push(format!("{place}: {key} wants the values {wanted:?} and is given {values:?}"));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_text_is_asked_for_somewhere() {
    let mut named: BTreeSet<String> = asked().into_iter().map(|asked| asked.key).collect();
    // Keys handed on as a value before they are looked up; those of messages
    // for the next page without their beginning.
    for (_, text) in rust_files().iter().flat_map(|path| literals(path)) {
        named.insert(format!("flash-{text}"));
        named.insert(text);
    }
    let dead: Vec<String> = texts("en").into_keys().filter(|key| !named.contains(key)).collect();
    assert_eq!(dead, [""; 0], "nobody asks for these texts");
}

/// A text that some place asks for.
struct Asked {
    place: String,
    key: String,
    values: BTreeSet<String>,
}

impl Asked {
    fn plain(place: impl Into<String>, key: impl Into<String>) -> Self {
        Self { place: place.into(), key: key.into(), values: BTreeSet::new() }
    }
}

fn asked() -> Vec<Asked> {
    let mut found = Vec::new();
    for path in rust_files() {
        let source = std::fs::read_to_string(&path).unwrap();
        in_calls(&shown(&path), source.parse().unwrap(), &mut found);
    }
    for path in files(&folder("src"), "html") {
        let source = std::fs::read_to_string(&path).unwrap();
        in_template(&shown(&path), &source, &mut found);
    }
    found.extend(built());
    found
}

/// Keys that are put together from parts, spelled out.
fn built() -> Vec<Asked> {
    let mut found = Vec::new();
    for event in after("src/audit/event.rs", " = \"") {
        // What is not about a contact has its own words in the portal.
        let elsewhere = [
            "staff-",
            "device-",
            "refresh-token-",
            "role-",
            "territory-",
            "setting-",
            "template-",
            "records-",
            "trail-",
            "retailer-",
            "run-",
            "customers-",
            "key-",
            "backup-",
            "held-",
            "restore-",
            "job-",
            "refused",
        ];
        if !elsewhere.iter().any(|begin| event.starts_with(begin)) {
            found.push(Asked::plain("the history of an account", format!("history-{event}")));
        }
    }
    for error in after("src/http/error_page.rs", "=> \"") {
        if error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            found.push(Asked::plain("src/http/error_page.rs", format!("error-{error}-title")));
            found.push(Asked::plain("src/http/error_page.rs", format!("error-{error}-text")));
        }
    }
    for what in ["password", "username"] {
        for part in after("src/recovery/pages/forgot.html", "self.text(\"") {
            found.push(Asked::plain("src/recovery/pages/forgot.html", format!("forgot-{what}-{part}")));
        }
    }
    for path in rust_files() {
        // `redirect(to, Some("key"))` and `let_in(visit, token, to, Some("key"))`;
        // a door that has the words itself (`"flash-key"`) is passed over.
        let source = std::fs::read_to_string(&path).unwrap();
        for line in source.split("redirect(").chain(source.split("let_in(")).skip(1) {
            let call = line.split(';').next().unwrap_or_default();
            if let Some((_, key)) = call.split_once("Some(\"")
                && let Some((key, _)) = key.split_once("\")")
                && !source.contains(&format!("flash-{key}"))
            {
                found.push(Asked::plain(shown(&path), format!("flash-{key}")));
            }
        }
    }
    found
}

/// What stands between `mark` and the next quote, everywhere in a file,
/// before its tests.
fn after(file: &str, mark: &str) -> Vec<String> {
    let source = std::fs::read_to_string(folder(file)).unwrap();
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    source
        .split(mark)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(text, _)| text.to_owned())
        .collect()
}

/// Calls of `t`, `with`, `text` and `text_with` whose key is spelled out.
fn in_calls(place: &str, tokens: TokenStream, found: &mut Vec<Asked>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        in_calls(place, group.stream(), found);
        let word = |back: usize| match at.checked_sub(back).map(|before| &trees[before]) {
            Some(TokenTree::Ident(word)) => word.to_string(),
            _ => String::new(),
        };
        // `page.t(…)`, `texts::text(…)`
        let (name, of) = (word(1), [word(3), word(4)]);
        let texts = strings(group.stream());
        let place = format!("{place}:{}", group.span_open().start().line);
        match (name.as_str(), of, texts.as_slice()) {
            ("t", [page, _], [key]) if page == "page" && !key.contains('{') => {
                found.push(Asked::plain(place, key));
            }
            ("text", [_, texts], [key]) if texts == "texts" && !key.contains('{') => {
                found.push(Asked::plain(place, key));
            }
            ("with", [of, _], [key, values @ ..]) | ("text_with", [_, of], [key, values @ ..])
                if of == "page" || of == "texts" =>
            {
                let values = values.iter().cloned().collect();
                found.push(Asked { place, key: key.clone(), values });
            }
            _ => {}
        }
    }
}

/// `page.t("key")` and `page.with("key", "value", …)` in a page's template.
fn in_template(place: &str, source: &str, found: &mut Vec<Asked>) {
    for (call, has_value) in [("page.t(\"", false), ("page.with(\"", true)] {
        for rest in source.split(call).skip(1) {
            let mut quoted = rest.split('"');
            let key = quoted.next().unwrap_or_default().to_owned();
            let values = if has_value {
                quoted.nth(1).map(str::to_owned).into_iter().collect()
            } else {
                BTreeSet::new()
            };
            found.push(Asked { place: place.to_owned(), key, values });
        }
    }
}

/// The string literals of a call, in its own parentheses or in `&[(…)]`.
fn strings(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Literal(literal) => {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    found.push(text.value());
                }
            }
            TokenTree::Group(group) if group.delimiter() != proc_macro2::Delimiter::Brace => {
                found.extend(strings(group.stream()));
            }
            _ => {}
        }
    }
    found
}

fn literals(path: &Path) -> Vec<(usize, String)> {
    fn walk(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
        for tree in tokens {
            match tree {
                TokenTree::Group(group) => walk(group.stream(), found),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        found.push((line, text.value()));
                    }
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(std::fs::read_to_string(path).unwrap().parse().unwrap(), &mut found);
    found
}

/// The texts of a language: `key = text`, further lines indented.
fn texts(language: &str) -> Texts {
    let mut texts = Texts::new();
    for path in files(&folder("locales").join(language), "ftl") {
        let mut key = String::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                line.split_once('=').expect("key = text").0.trim().clone_into(&mut key);
                let known = texts.insert(key.clone(), BTreeSet::new());
                assert!(known.is_none(), "{language}: {key} is there twice");
            }
            for rest in line.split("{ $").chain(line.split("{$")).skip(1).filter(|_| !line.starts_with('#')) {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if line.contains(&format!("${name}")) {
                    texts.get_mut(&key).expect("a text").insert(name);
                }
            }
        }
    }
    texts
}

fn languages() -> Vec<String> {
    let entries = std::fs::read_dir(folder("locales")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert!(names.len() > 1 && names.contains(&"en".to_owned()), "{names:?}");
    names
}

fn rust_files() -> Vec<PathBuf> {
    files(&folder("src"), "rs")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|given| given == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
