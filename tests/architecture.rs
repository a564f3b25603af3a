//! The shape of the tree (ARCHITECTURE.md, STYLE.md): who may use whom and
//! what, and how long a file may be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The longest a file may be, in lines (STYLE.md, rule 19).
const LONGEST_FILE: usize = 399;

/// Single files that are the store of what they do, besides `store.rs` and
/// `db/`: a folder each for one statement or two would hide more than it shows.
const SMALL_STORES: [&str; 1] = ["http/health.rs"];

#[test]
fn no_module_uses_one_that_stands_after_it() {
    let order = modules();
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !file.module.is_empty()) {
        for (line, used) in file.crate_paths() {
            // `crate::Error` and the like: what lib.rs lifts up for everyone.
            let used = if used == "Error" { "error".to_owned() } else { used };
            match (place(&file.module), place(&used)) {
                (Some(here), Some(there)) if there > here => {
                    wrong.push(format!(
                        "{}:{line}: {} uses {used}, which stands after it",
                        file.name, file.module
                    ));
                }
                (Some(_), Some(_)) => {}
                (None, _) => {
                    wrong.push(format!("{}: lib.rs does not list the module {}", file.name, file.module));
                }
                (_, None) => wrong.push(format!("{}:{line}: there is no module {used}", file.name)),
            }
        }
    }
    none(&wrong);
}

#[test]
fn only_db_knows_the_databases() {
    none(&users_of(&["rusqlite", "postgres", "tokio_postgres", "tokio_postgres_rustls"], |file| {
        file.module == "db"
    }));
}

#[test]
fn only_doors_know_http() {
    let door = |file: &Source| {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        // `customers` and `dev_inbox` are doors and nothing else.
        matches!(file.module.as_str(), "http" | "routes" | "customers" | "dev_inbox")
            || matches!(name, "site.rs" | "portal.rs" | "sales.rs" | "api.rs")
    };
    none(&users_of(&["axum", "hyper", "hyper_util", "tower", "tower_http"], door));
}

#[test]
fn rules_are_pure_and_stores_know_only_the_database() {
    let mut wrong = Vec::new();
    for file in sources() {
        let banned: &[&str] = match file.name.rsplit('/').next() {
            Some("rules.rs") => &["db", "app", "http", "worker", "jobs", "sessions"],
            Some("store.rs") => &["app", "http", "worker", "config"],
            _ => continue,
        };
        let used = file.crate_paths();
        wrong.extend(
            used.iter()
                .filter(|(_, used)| banned.contains(&used.as_str()))
                .map(|(line, used)| format!("{}:{line}: uses {used}", file.name)),
        );
    }
    none(&wrong);
}

#[test]
fn sql_stands_in_stores_only() {
    let mut wrong = Vec::new();
    for file in sources() {
        let is_store = file.module == "db"
            || file.name.ends_with("/store.rs")
            || SMALL_STORES.contains(&file.name.as_str());
        if is_store {
            continue;
        }
        for (line, text) in file.texts() {
            let begins = ["select ", "insert into ", "update ", "delete from ", "with ", "create table "];
            let lower = text.trim_start().to_lowercase();
            if begins.iter().any(|begin| lower.starts_with(begin))
                && (lower.contains('$') || lower.contains(" from ") || lower.contains(" set "))
            {
                wrong.push(format!("{}:{line}: {text:?}", file.name));
            }
        }
    }
    none(&wrong);
}

/// Tables that several modules write still; each move makes the list shorter.
const WRITTEN_BY_SEVERAL: [&str; 4] = ["email_changes", "resets", "sessions", "territories"];

/// Whoever writes a table answers for what holds in it.
#[test]
fn one_module_writes_a_table() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // Sample data is written as it would have come about.
    for file in sources().into_iter().filter(|file| !["db", "demo"].contains(&file.module.as_str())) {
        for (_, text) in file.texts() {
            for table in written(&text) {
                writers.entry(table).or_default().insert(file.module.clone());
            }
        }
    }
    let several: BTreeMap<_, _> = writers.into_iter().filter(|(_, modules)| modules.len() > 1).collect();
    let known: BTreeSet<String> = WRITTEN_BY_SEVERAL.map(str::to_owned).into();
    assert_eq!(several.keys().cloned().collect::<BTreeSet<_>>(), known, "{several:?}");
}

/// The tables that a statement writes.
fn written(sql: &str) -> Vec<String> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let after = |at: usize| words.get(at).map(|word| word.trim_matches(['(', ')', ',', ';']).to_owned());
    let writes = |(at, word): (usize, &&str)| match (*word, words.get(at + 1)) {
        ("insert", Some(&"into")) | ("delete", Some(&"from")) => after(at + 2),
        ("update", Some(_)) if words.get(at + 2) == Some(&"set") => after(at + 1),
        _ => None,
    };
    words.iter().enumerate().filter_map(writes).collect()
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for root in ["src", "crates", "tests", "benches", "web"] {
        for path in files(&folder(root), &["rs", "js", "ts", "mjs"]) {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            if lines > LONGEST_FILE {
                wrong.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    // One file for the browser, cached for ever: splitting it costs a round trip.
    wrong.retain(|line| !line.contains("web/app.js"));
    none(&wrong);
}

#[test]
fn nothing_gives_up_outside_tests_and_constants() {
    let mut wrong = Vec::new();
    for file in sources() {
        each(file.tokens.clone(), &mut |before, tree, after| {
            let is_dot = matches!(before, Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
            let is_call =
                matches!(after, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
            if let TokenTree::Ident(name) = tree
                && is_dot
                && is_call
                && (name == "unwrap" || name == "expect")
            {
                wrong.push(format!("{}:{}: {name}", file.name, name.span().start().line));
            }
        });
    }
    none(&wrong);
}

#[test]
fn migrations_have_the_same_names_on_both_databases() {
    let names = |kind| -> BTreeSet<String> {
        let files = files(&folder("migrations").join(kind), &["sql"]);
        files.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// The modules as `lib.rs` lists them, from ground to roof.
fn modules() -> Vec<String> {
    let text = std::fs::read_to_string(folder("src").join("lib.rs")).unwrap();
    let named = text.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'));
    named.map(str::to_owned).collect()
}

/// Uses of some crates in files that may not.
fn users_of(crates: &[&str], may: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !may(file)) {
        each(file.tokens.clone(), &mut |_, tree, after| {
            let is_path = matches!(after, Some(TokenTree::Punct(colon)) if colon.as_char() == ':');
            if let TokenTree::Ident(name) = tree
                && crates.iter().any(|banned| name == banned)
                && is_path
            {
                wrong.push(format!("{}:{}: uses {name}", file.name, name.span().start().line));
            }
        });
    }
    wrong
}

/// A file of `src/` without what is compiled only for tests.
struct Source {
    /// Its path below `src/`.
    name: String,
    /// The module of `lib.rs` it belongs to; empty for `lib.rs` and `main.rs`.
    module: String,
    tokens: TokenStream,
}

impl Source {
    /// The modules it names as `crate::…`, with their lines.
    fn crate_paths(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        crate_paths(self.tokens.clone(), &mut found);
        found
    }

    /// Its string literals, with their lines.
    fn texts(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        each(self.tokens.clone(), &mut |_, tree, _| {
            if let TokenTree::Literal(literal) = tree
                && let syn::Lit::Str(text) = syn::Lit::new(literal.clone())
            {
                found.push((literal.span().start().line, text.value()));
            }
        });
        found
    }
}

fn sources() -> Vec<Source> {
    let root = folder("src");
    let paths = files(&root, &["rs"]);
    let for_tests =
        |path: &Path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let module = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let module = if matches!(module.as_str(), "lib" | "main") { String::new() } else { module };
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        Source { name, module, tokens: without_tests_and_constants(tokens) }
    };
    let sources: Vec<Source> = paths.into_iter().filter(|path| !for_tests(path)).map(read).collect();
    assert!(sources.len() > 50, "only {} files found", sources.len());
    sources
}

/// Leaves out items under `#[cfg(test)]`, doc comments, and the values of
/// constants, in which nothing can fail at run time.
fn without_tests_and_constants(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        if is_attribute(&trees, at, "doc") {
            at += 2;
        } else if is_attribute(&trees, at, "cfg(test)") {
            at = after_item(&trees, at + 2);
        } else if is_constant(&trees, at) {
            while !matches!(&trees[at], TokenTree::Punct(end) if end.as_char() == ';') {
                kept.extend(text_only(&trees[at]));
                at += 1;
            }
        } else {
            kept.push(match &trees[at] {
                TokenTree::Group(group) => {
                    let mut inner =
                        Group::new(group.delimiter(), without_tests_and_constants(group.stream()));
                    inner.set_span(group.span());
                    TokenTree::Group(inner)
                }
                tree => tree.clone(),
            });
            at += 1;
        }
    }
    kept.into_iter().collect()
}

/// Of a constant's value, everything but calls that may give up.
fn text_only(tree: &TokenTree) -> Option<TokenTree> {
    match tree {
        TokenTree::Ident(name) if name == "unwrap" || name == "expect" => None,
        tree => Some(tree.clone()),
    }
}

fn is_attribute(trees: &[TokenTree], at: usize, name: &str) -> bool {
    match (&trees[at], trees.get(at + 1)) {
        (TokenTree::Punct(hash), Some(TokenTree::Group(group))) => {
            hash.as_char() == '#' && group.stream().to_string().replace(' ', "").starts_with(name)
        }
        _ => false,
    }
}

/// `const NAME`, but not `const fn` and not a pointer or parameter.
fn is_constant(trees: &[TokenTree], at: usize) -> bool {
    let (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(TokenTree::Punct(colon))) =
        (&trees[at], trees.get(at + 1), trees.get(at + 2))
    else {
        return false;
    };
    word == "const" && name != "fn" && colon.as_char() == ':'
}

/// The place after the item that begins at `at`: its `;` or its `{ … }`.
fn after_item(trees: &[TokenTree], at: usize) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Punct(end) => end.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    trees[at..].iter().position(ends).map_or(trees.len(), |offset| at + offset + 1)
}

/// What looks at a token between its neighbours.
type Visit<'v> = dyn FnMut(Option<&TokenTree>, &TokenTree, Option<&TokenTree>) + 'v;

/// Calls `visit` for every token, with its neighbours.
fn each(tokens: TokenStream, visit: &mut Visit<'_>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &trees[before]);
        visit(before, tree, trees.get(at + 1));
        if let TokenTree::Group(group) = tree {
            each(group.stream(), visit);
        }
    }
}

/// What follows each `crate::`: one name, or the names in its braces.
fn crate_paths(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match (tree, trees.get(at + 3)) {
            (TokenTree::Group(group), _) => crate_paths(group.stream(), found),
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "crate" => {
                found.push((name.span().start().line, name.to_string()));
            }
            (TokenTree::Ident(word), Some(TokenTree::Group(group))) if word == "crate" => {
                let names: Vec<TokenTree> = group.stream().into_iter().collect();
                let firsts =
                    names.split(|tree| matches!(tree, TokenTree::Punct(comma) if comma.as_char() == ','));
                for first in firsts.filter_map(<[TokenTree]>::first) {
                    found.push((first.span().start().line, first.to_string()));
                }
            }
            _ => {}
        }
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.ends_with("node_modules") {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
