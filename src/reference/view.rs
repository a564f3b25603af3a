//! The document in words, for the page.

use serde_json::Value;

use super::example;

/// All addresses that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they are about.
    pub title: String,
    /// Its name in the page's address.
    pub anchor: String,
    /// More of it.
    pub about: String,
    /// What can be asked.
    pub operations: Vec<Operation>,
}

/// A method of an address.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method.
    pub method: String,
    /// The address.
    pub path: String,
    /// Its name in the page's address.
    pub anchor: String,
    /// What it does, in a line.
    pub title: String,
    /// More of it.
    pub about: Vec<String>,
    /// Whose token it needs.
    pub who: &'static str,
    /// Parts of the address and headers.
    pub parameters: Vec<Member>,
    /// What is sent.
    pub body: Option<Sample>,
    /// What a success answers.
    pub answers: Vec<Answered>,
}

/// A success.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Its status.
    pub status: String,
    /// What it means, where that isn't plain.
    pub about: String,
    /// What it holds.
    pub body: Option<Sample>,
}

/// A shape and an example of it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The media type.
    pub media: String,
    /// What it is.
    pub kind: Kind,
    /// JSON.
    pub example: String,
}

/// A parameter, or a field of a shape.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is called.
    pub name: String,
    /// Where it stands, of a parameter.
    pub place: String,
    /// Of what kind it is.
    pub kind: Kind,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it means.
    pub about: String,
}

/// A kind of value, and the shape it is.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    /// In words.
    pub words: String,
    /// The anchor of the shape in it; empty without one.
    pub shape: String,
}

/// A shape with its fields, or its values.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What it is called.
    pub name: String,
    /// Its name in the page's address.
    pub anchor: String,
    /// What it means.
    pub about: String,
    /// Its fields.
    pub members: Vec<Member>,
    /// Its values, of one that is a word.
    pub values: Vec<String>,
}

/// Everything that can be asked, as it is grouped.
pub fn groups(document: &Value) -> Vec<Group> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let all = operations(document);
    tags.map(|tag| Group {
        title: text(&tag["name"]),
        anchor: anchor(&text(&tag["name"])),
        about: text(&tag["description"]),
        operations: all.iter().filter(|(of, _)| **of == tag["name"]).map(|(_, one)| one.clone()).collect(),
    })
    .filter(|group| !group.operations.is_empty())
    .collect()
}

fn operations(document: &Value) -> Vec<(&Value, Operation)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                found.push((&operation["tags"][0], one(document, (method, path), operation)));
            }
        }
    }
    found
}

fn one(document: &Value, (method, path): (&str, &str), operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    let description = text(&operation["description"]);
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        anchor: text(&operation["operationId"]),
        title: text(&operation["summary"]),
        about: description.split("\n\n").filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        who: who(operation),
        parameters: parameters
            .map(|one| {
                member(
                    &text(&one["name"]),
                    (text(&one["in"]), &one["schema"]),
                    one["required"] != true,
                    text(&one["description"]),
                )
            })
            .collect(),
        body: sample(document, &operation["requestBody"]),
        answers: answers
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(status, answer)| Answered {
                status: status.clone(),
                about: text(&answer["description"]),
                body: sample(document, answer),
            })
            .collect(),
    }
}

fn who(operation: &Value) -> &'static str {
    let Some(needed) = operation.get("security").and_then(Value::as_array) else {
        return "A device’s access token";
    };
    if needed.iter().any(|one| one.get("contact").is_some()) {
        "A contact’s token"
    } else if needed.iter().any(|one| one.get("device").is_some()) {
        "A device’s access token"
    } else {
        "Nobody needs to be signed in"
    }
}

fn sample(document: &Value, content: &Value) -> Option<Sample> {
    let (media, inner) = content["content"].as_object()?.iter().next()?;
    let schema = &inner["schema"];
    let example = inner.get("example").cloned().unwrap_or_else(|| example::of(document, schema));
    let example = serde_json::to_string_pretty(&example).unwrap_or_default();
    Some(Sample { media: media.clone(), kind: kind(schema), example })
}

/// Every shape but the one of problems, by name.
pub fn shapes(document: &Value) -> Vec<Shape> {
    let all = document["components"]["schemas"].as_object().into_iter().flatten();
    all.filter(|(_, schema)| !schema["format"].is_string())
        .map(|(name, schema)| shape(document, name, schema))
        .collect()
}

fn shape(document: &Value, name: &str, schema: &Value) -> Shape {
    let mut members = Vec::new();
    let parts = schema["allOf"].as_array().map_or_else(|| vec![schema], |parts| parts.iter().collect());
    for part in parts.into_iter().map(|part| example::referred(document, part)) {
        let needed = part["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in part["properties"].as_object().into_iter().flatten() {
            let optional = !needed.iter().any(|one| one == name);
            members.push(member(name, (String::new(), field), optional, text(&field["description"])));
        }
    }
    let values = schema["enum"].as_array().into_iter().flatten().map(text).collect();
    Shape {
        name: spoken(name),
        anchor: anchor(&spoken(name)),
        about: text(&schema["description"]),
        members,
        values,
    }
}

fn member(name: &str, (place, schema): (String, &Value), optional: bool, about: String) -> Member {
    Member { name: name.to_owned(), place, kind: kind(schema), optional, about }
}

/// A kind of value in words.
fn kind(schema: &Value) -> Kind {
    if let Some(path) = schema["$ref"].as_str() {
        return referred(path);
    }
    if let Some(either) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        let known = either.iter().find(|one| one["type"] != "null").map(kind).unwrap_or_default();
        return or_null(known, either.iter().any(|one| one["type"] == "null"));
    }
    let known = match example::kind(schema) {
        "array" => {
            let of = kind(&schema["items"]);
            Kind { words: format!("list of {}", of.words), shape: of.shape }
        }
        "string" => plain(in_text(schema)),
        "integer" | "number" => plain(format!("number{}", bounds(schema, ("minimum", "maximum"), ""))),
        "boolean" => plain("true or false".into()),
        _ => plain("value".into()),
    };
    or_null(known, schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null")))
}

fn referred(path: &str) -> Kind {
    match path.rsplit('/').next().unwrap_or_default() {
        "Moment" => plain("moment".into()),
        name => Kind { words: spoken(name), shape: anchor(&spoken(name)) },
    }
}

fn in_text(schema: &Value) -> String {
    match schema["format"].as_str() {
        Some("uuid") => "UUID".into(),
        Some("date-time") => "moment".into(),
        Some("password") => "password".into(),
        _ => format!("text{}", bounds(schema, ("minLength", "maxLength"), " characters")),
    }
}

fn bounds(schema: &Value, (least, most): (&str, &str), of: &str) -> String {
    match (schema[least].as_i64(), schema[most].as_i64()) {
        (Some(least), Some(most)) => format!(" from {least} to {most}{of}"),
        (None, Some(most)) => format!(" up to {most}{of}"),
        (Some(least), None) if least > 0 => format!(" from {least}{of} on"),
        _ => String::new(),
    }
}

fn plain(words: String) -> Kind {
    Kind { words, shape: String::new() }
}

fn or_null(kind: Kind, is_nullable: bool) -> Kind {
    if is_nullable { Kind { words: format!("{}, or null", kind.words), ..kind } } else { kind }
}

/// `Feed_Retailer` is a feed of retailers.
fn spoken(name: &str) -> String {
    name.replace('_', " of ")
}

/// A name as part of the page's address.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
