//! Every SQL text in the source prepares on both databases: in place of
//! statements checked by the compiler.
//!
//! A text is a literal handed to `all`, `one`, `opt`, `run`, `run_once` or `enter`, or
//! a `format!` of constants and words. What is put together in other ways is
//! listed, counted, and run by the stories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use tradepost::db::{Db, Error};

#[path = "binary/databases.rs"]
mod databases;
use databases::Database;

/// Statements put together while running. When this grows, see that a story
/// runs the new one on both databases.
const PUT_TOGETHER: usize = 5;

#[test]
fn every_statement_prepares_on_sqlite() {
    prepare_all(&Database::sqlite());
}

#[test]
fn every_statement_prepares_on_postgresql() {
    prepare_all(&Database::postgres());
}

#[test]
fn few_statements_are_put_together_while_running() {
    let (found, skipped) = statements();
    let all = format!(
        "{} statements are prepared; put together while running: {}\n",
        found.len(),
        skipped.join(", ")
    );
    // Past the test harness, which would keep it to itself.
    std::io::stderr().write_all(all.as_bytes()).unwrap();
    assert_eq!(skipped.len(), PUT_TOGETHER, "{all}");
}

fn prepare_all(database: &Database) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let db = Db::open(&database.url.parse().unwrap()).unwrap();
    let (found, _) = statements();
    assert!(found.len() >= 100, "only {} statements found", found.len());
    let mut wrong = Vec::new();
    for Statement { place, sql } in found {
        let text = sql.clone();
        if let Err(error) = runtime.block_on(db.read(move |tx| tx.prepare(&text))) {
            let error: Error = error;
            wrong.push(format!("{place}: {error}\n    {sql}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

struct Statement {
    place: String,
    sql: String,
}

/// The statements of the source, and the places of those put together.
fn statements() -> (Vec<Statement>, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    for path in rust_files(&root) {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        if name.starts_with("db/") {
            // The facade itself, and the steps of the schema.
            continue;
        }
        let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut search = Search { name, constants: BTreeMap::new(), found: Vec::new(), skipped: Vec::new() };
        search.learn(&file);
        search.visit_file(&file);
        found.append(&mut search.found);
        skipped.append(&mut search.skipped);
    }
    (found, skipped)
}

/// Reads one file.
struct Search {
    name: String,
    constants: BTreeMap<String, String>,
    found: Vec<Statement>,
    skipped: Vec<String>,
}

impl Search {
    /// The texts its constants stand for.
    fn learn(&mut self, file: &syn::File) {
        for item in &file.items {
            if let syn::Item::Const(constant) = item
                && let Some(text) = literal(&constant.expr).or_else(|| list_of_names(&constant.expr))
            {
                self.constants.insert(constant.ident.to_string(), text);
            }
        }
    }

    /// The text of an expression, if it can be told without running it.
    fn text(&self, expression: &syn::Expr) -> Option<String> {
        match expression {
            syn::Expr::Reference(reference) => self.text(&reference.expr),
            syn::Expr::Paren(inner) => self.text(&inner.expr),
            syn::Expr::Path(path) => self.constants.get(&path.path.get_ident()?.to_string()).cloned(),
            syn::Expr::Macro(call) if call.mac.path.is_ident("format") => {
                self.filled_in(call.mac.tokens.clone())
            }
            expression => literal(expression),
        }
    }

    /// A `format!` whose holes are constants of the file.
    fn filled_in(&self, tokens: proc_macro2::TokenStream) -> Option<String> {
        let pattern = syn::parse2::<syn::LitStr>(tokens).ok()?.value();
        let mut text = String::new();
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (hole, after) = after.split_once('}')?;
            text += before;
            text += self.constants.get(hole)?;
            rest = after;
        }
        Some(text + rest)
    }

    fn take(&mut self, line: usize, sql: String) {
        let place = format!("{}:{line}", self.name);
        if !self.found.iter().any(|known| known.sql == sql) {
            self.found.push(Statement { place, sql });
        }
    }
}

impl<'ast> Visit<'ast> for Search {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        let line = call.method.span().start().line;
        if matches!(name.as_str(), "all" | "one" | "opt" | "run" | "run_once")
            && call.args.len() == 2
            && is_tx(&call.receiver)
        {
            match self.text(&call.args[0]) {
                Some(sql) => self.take(line, sql),
                // A helper's own argument: its callers' texts are found as `format!`s.
                None if is_argument(&call.args[0]) => {}
                None => self.skipped.push(format!("{}:{line}", self.name)),
            }
        }
        // What `enter` makes of a table and its columns, for one row.
        if name == "enter" && call.args.len() == 3 && is_tx(&call.receiver) {
            match self.text(&call.args[0]).zip(self.text(&call.args[2])) {
                Some((insert, known)) => {
                    let columns = insert.matches(',').count() + 1;
                    let places: Vec<String> = (1..=columns).map(|place| format!("${place}")).collect();
                    self.take(line, format!("{insert} values ({}) {known}", places.join(", ")));
                }
                None => self.skipped.push(format!("{}:{line}", self.name)),
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_macro(&mut self, call: &'ast syn::ExprMacro) {
        if call.mac.path.is_ident("format")
            && let Some(sql) = self.filled_in(call.mac.tokens.clone())
            && is_sql(&sql)
        {
            let line = call.mac.path.segments[0].ident.span().start().line;
            self.take(line, sql);
        }
        visit::visit_expr_macro(self, call);
    }

    /// A text with a name, in a function.
    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let syn::Pat::Ident(name) = &local.pat
            && let Some(text) = local.init.as_ref().and_then(|init| literal(&init.expr))
        {
            self.constants.insert(name.ident.to_string(), text);
        }
        visit::visit_local(self, local);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let for_tests = module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !for_tests {
            visit::visit_item_mod(self, module);
        }
    }
}

/// Whether the call is made on a transaction: `tx` or `self.tx`.
fn is_tx(receiver: &syn::Expr) -> bool {
    match receiver {
        syn::Expr::Path(path) => path.path.is_ident("tx"),
        syn::Expr::Field(field) => matches!(&field.member, syn::Member::Named(name) if name == "tx"),
        _ => false,
    }
}

fn is_argument(expression: &syn::Expr) -> bool {
    matches!(expression, syn::Expr::Path(path) if path.path.is_ident("sql"))
}

fn literal(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// What stands for the `LIST` of an enum made by `names!`: any name prepares like them.
fn list_of_names(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Path(path) if path.path.segments.last()?.ident == "LIST" => Some("'a name'".to_owned()),
        _ => None,
    }
}

fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    ["select ", "insert ", "update ", "delete ", "with "].iter().any(|begin| text.starts_with(begin))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
