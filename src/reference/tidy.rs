//! What the derived document leaves out or says twice, put right.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Puts it right: a shape is described once, what answers always hold is
/// required, and every answer says in words what it is.
pub(super) fn tidy(document: &mut Value) {
    let shapes = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let sent = sent(document);
    each(document, &mut |fields| {
        share(fields, &shapes);
        lift(fields);
    });
    if let Some(all) = document["components"]["schemas"].as_object_mut() {
        // Fields of a problem depend on its kind.
        all.iter_mut()
            .filter(|(name, _)| !sent.contains(*name) && *name != "Problem")
            .for_each(|(_, shape)| each(shape, &mut require));
    }
    if let Some(paths) = document["paths"].as_object_mut() {
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        operations.for_each(explain);
    }
}

/// Goes through every object, outer ones first.
fn each(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            change(fields);
            fields.values_mut().for_each(|field| each(field, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        _ => {}
    }
}

/// The names of shapes that are sent.
fn sent(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let operations = document["paths"].as_object().into_iter().flatten();
    let operations = operations.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    for (_, operation) in operations {
        each(&mut operation["requestBody"].clone(), &mut |fields| {
            let path = fields.get("$ref").and_then(Value::as_str).unwrap_or_default();
            names.extend(path.rsplit('/').next().map(str::to_owned));
        });
    }
    names
}

/// What is written out where a generic shape holds another is said by its name.
fn share(fields: &mut Map<String, Value>, shapes: &Map<String, Value>) {
    let Some(items) = fields.get_mut("items") else { return };
    if let Some((name, _)) = shapes.iter().find(|(_, shape)| *shape == items) {
        *items = json!({"$ref": format!("#/components/schemas/{name}")});
    }
}

/// What a field means stands with the field, also where it may be null.
fn lift(fields: &mut Map<String, Value>) {
    let either = fields.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    let inner = either.filter_map(Value::as_object_mut).filter(|one| one.contains_key("$ref"));
    let lifted: Vec<Value> = inner.filter_map(|one| one.remove("description")).collect();
    if let Some(description) = lifted.into_iter().next() {
        fields.insert("description".into(), description);
    }
}

/// An answer has every field: what is not there is null.
fn require(fields: &mut Map<String, Value>) {
    let names = fields.get("properties").and_then(Value::as_object);
    if let Some(names) = names.map(|names| names.keys().cloned().collect::<Vec<_>>()) {
        fields.insert("required".into(), names.into());
    }
}

fn explain(operation: &mut Value) {
    let answers = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
    for (status, answer) in answers {
        let said = answer["description"].as_str().unwrap_or_default();
        if said.is_empty() {
            answer["description"] = match status.as_str() {
                "201" => "what was made",
                "204" => "done",
                "default" => "a problem",
                _ => "as it is now",
            }
            .into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_document_is_put_right() {
        let shop = json!({"type": "object", "properties": {"id": {"type": "string"}, "owner": {"oneOf": [
            {"$ref": "#/components/schemas/Person", "description": "Whose."}, {"type": "null"}]}}, "required": ["id"]});
        let note = json!({"type": "object", "properties": {"text": {"type": ["string", "null"]}}});
        let mut document = json!({
            "components": {"schemas": {"Shop": shop, "Note": note, "Shops": {"properties": {"items": {"type": "array", "items": shop}}}}},
            "paths": {"/shops": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                "responses": {"201": {}, "204": {"description": "gone"}}}}},
        });
        tidy(&mut document);
        let shapes = &document["components"]["schemas"];
        assert_eq!(
            shapes["Shops"]["properties"]["items"]["items"],
            json!({"$ref": "#/components/schemas/Shop"})
        );
        assert_eq!(shapes["Shop"]["properties"]["owner"]["description"], "Whose.");
        assert_eq!(shapes["Shop"]["required"], json!(["id", "owner"]));
        assert_eq!(shapes["Note"]["required"], Value::Null, "what is sent may be left out");
        let answers = &document["paths"]["/shops"]["post"]["responses"];
        assert_eq!(
            (&answers["201"]["description"], &answers["204"]["description"]),
            (&json!("what was made"), &json!("gone"))
        );
    }
}
