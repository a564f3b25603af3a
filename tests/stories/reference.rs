//! The API's description of itself: the document names what is answered, and the
//! page is made of the document.

use std::collections::BTreeSet;

use serde_json::Value;
use tradepost::http::api::problem;
use tradepost::{reference, routes};

use crate::support::client::Ask;
use crate::support::database::Kind;
use crate::support::shop::Shop;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const ID: &str = "0192c6c3-0000-7000-8000-000000000001";

fn document() -> Value {
    reference::document().expect("a document")
}

/// Every operation, as `GET /api/v1/…`, with what is said of it.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &'_ Value)| {
        let said = METHODS.iter().filter(|method| item.get(**method).is_some());
        said.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    let names = paths.iter().flat_map(of);
    names
        .map(|name| {
            let (method, path) = name.split_once(' ').expect("two words");
            let said = &document["paths"][path][method.to_lowercase()];
            (name.clone(), said)
        })
        .collect()
}

/// Every object in a document.
fn each<'a>(value: &'a Value, see: &mut impl FnMut(&'a serde_json::Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            see(fields);
            fields.values().for_each(|field| each(field, see));
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, see)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_names_every_address_and_method_that_is_answered_and_no_other() {
    let shop = Shop::open(Kind::Sqlite).await;
    let mut answered = BTreeSet::new();
    for address in routes::addresses().into_iter().filter(|address| address.starts_with("/api/v1/")) {
        let path: Vec<&str> =
            address.split('/').map(|part| if part.starts_with('{') { ID } else { part }).collect();
        let ask = Ask { method: "OPTIONS", path: &path.join("/"), headers: Vec::new(), body: Vec::new() };
        let reply = shop.browser().send(ask).await;
        assert_eq!(reply.status, 405, "{address}: {reply:?}");
        let methods = reply.header("allow").split(',').map(str::trim).filter(|method| *method != "HEAD");
        answered.extend(methods.map(|method| format!("{method} {address}")));
    }
    let document = document();
    let described: BTreeSet<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
    assert_eq!(described, answered);
}

#[test]
fn the_document_is_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    each(&document, &mut |fields| {
        if let Some(path) = fields.get("$ref").and_then(Value::as_str) {
            let found = document.pointer(path.trim_start_matches('#'));
            assert!(found.is_some(), "{path} is nowhere");
        }
    });
    let tags = document["tags"].as_array().expect("tags");
    let mut names = BTreeSet::new();
    for (name, said) in operations(&document) {
        assert!(said["summary"].as_str().is_some_and(|words| !words.is_empty()), "{name}: what does it do?");
        assert!(
            tags.iter().any(|tag| tag["name"] == said["tags"][0]),
            "{name} stands under {}",
            said["tags"]
        );
        assert!(names.insert(said["operationId"].as_str().expect("a name")), "{name}: a name that is taken");
        let parameters = said["parameters"].as_array().into_iter().flatten();
        parameters.for_each(|one| assert!(one["description"].is_string(), "{name}: {one}"));
        let answers = said["responses"].as_object().expect("answers");
        assert!(answers.keys().any(|status| status.starts_with('2')), "{name} never succeeds");
    }
    for (name, shape) in document["components"]["schemas"].as_object().expect("shapes") {
        for (field, said) in shape["properties"].as_object().into_iter().flatten() {
            let referred = said["$ref"].is_string();
            assert!(referred || said["description"].is_string(), "{name}.{field}: what is it?");
        }
    }
}

#[tokio::test]
async fn the_page_shows_all_of_it_and_loads_nothing_from_elsewhere() {
    let shop = Shop::open(Kind::Sqlite).await;
    let page = shop.browser().get("/api/docs").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.len() < 100_000, "{} bytes", text.len());
    for (name, said) in operations(&document()) {
        assert!(text.contains(&format!("<h3><code>{name}</code></h3>")), "{name}");
        assert!(page.says(said["summary"].as_str().expect("words")), "{name}");
    }
    for kind in problem::ALL {
        assert!(
            text.contains(&format!("id=\"problem-{}\"", kind.key)) && page.says(kind.advice),
            "{}",
            kind.key
        );
    }
    let attributes = |name: &str| {
        let parts = text.split(&format!(" {name}=\"")).skip(1).map(str::to_owned).collect::<Vec<_>>();
        parts.into_iter().map(|rest| rest.split('"').next().expect("a value").to_owned()).collect::<Vec<_>>()
    };
    let ids = attributes("id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    for link in attributes("href").iter().chain(&attributes("src")) {
        match link.strip_prefix('#') {
            Some(place) => assert!(ids.iter().any(|id| id == place), "#{place} is nowhere"),
            None => assert!(link.starts_with('/') && !link.starts_with("//"), "{link}"),
        }
    }
}

#[tokio::test]
async fn a_kind_of_problem_leads_to_where_it_is_explained() {
    let shop = Shop::open(Kind::Sqlite).await;
    for kind in problem::ALL {
        let reply = shop.browser().get(&format!("/problems/{}", kind.key)).await;
        assert!(reply.leads_to(&format!("/api/docs#problem-{}", kind.key)), "{reply:?}");
    }
    assert_eq!(shop.browser().get("/problems/none").await.status, 404);
}
