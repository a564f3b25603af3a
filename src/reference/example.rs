//! Examples of what is sent and answered, from the described shapes.

use serde_json::{Map, Value, json};

/// How deep shapes are followed into each other; none refers to itself.
const DEEPEST: usize = 8;

/// The described shape behind a reference.
pub(super) fn referred<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

/// A value that fits a schema of the document: the given examples, else
/// something of its kind.
pub(super) fn of(document: &Value, schema: &Value) -> Value {
    made(document, schema, DEEPEST)
}

fn made(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let schema = referred(document, schema);
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return all_of(document, parts, depth);
    }
    if let Some(either) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        let some = either.iter().find(|one| one["type"] != "null");
        return some.map_or(Value::Null, |one| made(document, one, depth - 1));
    }
    match kind(schema) {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields.map(|(name, field)| (name.clone(), made(document, field, depth - 1))).collect()
        }
        "array" => json!([made(document, &schema["items"], depth - 1)]),
        "integer" | "number" => {
            schema.get("default").or_else(|| schema.get("minimum")).cloned().unwrap_or_else(|| 1.into())
        }
        "boolean" => true.into(),
        "string" => text(schema).into(),
        _ => Value::Null,
    }
}

fn all_of(document: &Value, parts: &[Value], depth: usize) -> Value {
    let mut whole = Map::new();
    for part in parts {
        if let Value::Object(fields) = made(document, part, depth - 1) {
            whole.extend(fields);
        }
    }
    whole.into()
}

/// The first type that is not null.
pub(super) fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(kind) => kind,
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => "",
    }
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str() {
        Some("uuid") => "019ac0de-0000-7000-8000-000000000001",
        Some("date-time") => "2026-11-26T14:02:11.250Z",
        Some("password") => "…",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_has_every_field_and_follows_references() {
        let document = json!({"components": {"schemas": {
            "Shop": {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}, "kind": {"$ref": "#/components/schemas/Kind"},
                "note": {"type": ["string", "null"]}, "owner": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Kind"}]}}},
            "Kind": {"type": "string", "enum": ["small", "large"]},
            "Chain": {"allOf": [{"$ref": "#/components/schemas/Shop"}, {"type": "object", "properties": {"shops": {"type": "integer", "minimum": 2}}}]},
            "Circle": {"type": "object", "properties": {"of": {"$ref": "#/components/schemas/Circle"}}},
        }}});
        let of = |name: &str| of(&document, &json!({"$ref": format!("#/components/schemas/{name}")}));
        let shop = json!({"id": "019ac0de-0000-7000-8000-000000000001", "kind": "small", "note": "text", "owner": "small"});
        assert_eq!(of("Shop"), shop);
        assert_eq!((&of("Chain")["kind"], &of("Chain")["shops"]), (&json!("small"), &json!(2)));
        assert!(of("Circle").is_object(), "what goes round ends");
    }
}
