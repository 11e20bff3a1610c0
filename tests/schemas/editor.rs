//! schemas/mapping.json: a JSON Schema of mapping files, made of the documents' schemas, so that editors complete members,
//! words and codecs and underline slips. What only a guide knows it leaves to `edigate mapping check`.

use std::collections::{BTreeMap, BTreeSet};

use edigate::canon::{self, DocumentType};
use edigate::mapping::{Mapping, template, templates};
use serde_json::{Map, Value, json};

use super::{assert_generated, project};

const FILE: &str = "schemas/mapping.json";

/// What may stand behind ` | ` in a rule.
const CODECS: &str =
    "code|flag|date|instant|from|until|implied|default|text|lines|split|lookup|gtin|sscc|trim|upper|strip-zeros|pad";

/// Sections that were made, by the name they have in `$defs`.
type Defs = BTreeMap<String, Value>;

fn schema() -> Value {
    let mut defs = Defs::from([
        ("rule".to_owned(), rule()),
        ("codes".to_owned(), codes()),
        ("block".to_owned(), words("A section with any of the language's words.", Map::new(), true)),
    ]);
    let mut properties = json!({
        "extends": text("The mapping this one lies over: its path below mappings/ without .toml."),
        "message": {
            "description": "The message, standard/release/set: \"x12/004010/850\", \"edifact/D96A/ORDERS\".",
            "type": "string",
            "pattern": "^(x12|edifact)/[0-9A-Z]+/[0-9A-Z]+$"
        },
        "document": {
            "description": "The document and its major version.",
            "enum": canon::document_types().iter().map(|known| known.name).collect::<Vec<_>>()
        },
        "version": text("A version of your own; stands in meta.mapping.version."),
        "schema": { "description": "The version of mapping files.", "const": 1 },
        "direction": { "description": "For a file that goes one way only.", "enum": ["read", "write"] },
        "pia": { "description": "A PIA is written with five item numbers.", "const": "packed" },
        "block": {
            "description": "Rules that several sections use.",
            "type": "object",
            "additionalProperties": { "$ref": "#/$defs/block" }
        },
        "codes": {
            "description": "Lists of codes.",
            "type": "object",
            "additionalProperties": { "anyOf": [{ "$ref": "#/$defs/codes" }, { "const": false }] }
        }
    });
    for known in canon::document_types() {
        properties[known.kind] = document(known, &mut defs);
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:edigate:schema:mapping",
        "title": "A mapping file of edigate",
        "description": "How one EDI message and one canonical document are the same thing; see docs/mapping.md.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    share(&mut schema, defs);
    schema
}

/// Puts sections into the schema, each once: those that are the same in all documents lose the document's name.
fn share(schema: &mut Value, defs: Defs) {
    let plain = |text: &str| {
        let kinds = canon::document_types().iter().map(|known| format!("#/$defs/{}.", known.kind));
        kinds.fold(text.to_owned(), |text, kind| text.replace(&kind, "#/$defs/"))
    };
    let plain_name = |name: &str| name.rsplit('.').next().unwrap().to_owned();
    let mut of_name: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, section) in &defs {
        of_name.entry(plain_name(name)).or_default().insert(plain(&section.to_string()));
    }
    let mut shared: BTreeSet<String> =
        of_name.iter().filter(|(_, texts)| texts.len() == 1).map(|(name, _)| name.clone()).collect();
    // One that speaks of what differs differs.
    loop {
        let speaks = |name: &String| {
            let others = of_name.keys().filter(|other| !shared.contains(*other));
            let text = of_name[name].first().unwrap();
            others.into_iter().any(|other| text.contains(&format!("\"#/$defs/{other}\"")))
        };
        let different: Vec<String> = shared.iter().filter(|name| speaks(name)).cloned().collect();
        if different.is_empty() {
            break;
        }
        shared.retain(|name| !different.contains(name));
    }
    let kept = |name: &str| if shared.contains(&plain_name(name)) { plain_name(name) } else { name.to_owned() };
    schema["$defs"] = defs.iter().map(|(name, section)| (kept(name), section.clone())).collect::<Map<_, _>>().into();
    let mut text = schema.to_string();
    for name in defs.keys() {
        text = text.replace(&format!("\"#/$defs/{name}\""), &format!("\"#/$defs/{}\"", kept(name)));
    }
    *schema = serde_json::from_str(&text).unwrap();
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

/// A value's rule: text, with parts, or taken out.
fn rule() -> Value {
    json!({
        "description": "A place such as \"BEG03\" or \"REF02 if REF01=CT\", a constant such as \"'net'\", or false.",
        "anyOf": [
            { "type": "string", "minLength": 1, "pattern": format!("^[^|]+(\\|\\s*({CODECS})(\\([^)]*\\))?\\s*)*$") },
            { "const": false },
            {
                "type": "object",
                "properties": {
                    "place": text("The place, with codecs if need be."),
                    "read": text("An expression over 'value' for the way from the wire."),
                    "write": text("An expression over 'value' for the way to the wire.")
                },
                "required": ["place"],
                "additionalProperties": false
            }
        ]
    })
}

fn codes() -> Value {
    let members = json!({ "type": "object" });
    json!({
        "description": "A list: EDI code = word of the document.",
        "type": "object",
        "properties": {
            "write": {
                "description": "Of several codes for a word, the one that is written.",
                "type": "object",
                "additionalProperties": { "type": "string" }
            }
        },
        "additionalProperties": {
            "anyOf": [{ "type": "string" }, { "const": false }, members, { "type": "array", "items": members }]
        }
    })
}

/// A section with the words of the language beside its members.
fn words(description: &str, mut members: Map<String, Value>, is_open: bool) -> Value {
    let own = json!({
        "each": text("A loop or segment, each instance of which makes an item: \"PO1\", \"N9/MSG if N9/N901=L1\"."),
        "in": text("A loop or segment, the first instance of which makes the object: \"N1 if N101=BY\"."),
        "use": text("The [block] whose rules stand below these."),
        "default": {
            "description": "The party of the agreement where the message has none.",
            "type": "string",
            "pattern": "^agreement\\.[a-zA-Z]+$"
        },
        "spread": text("One code that gives several members: \"ACK01 | code(line-status)\"."),
        "emit": {
            "description": "Places that only the wire has, and what stands there.",
            "anyOf": [
                { "type": "object", "additionalProperties": { "anyOf": [{ "type": "string" }, { "const": false }] } },
                { "const": false }
            ]
        },
        "key": { "description": "What makes levels one item.", "type": "array", "items": { "type": "string" } },
        "sum": { "description": "What is added up over levels that are one.", "type": "array", "items": { "type": "string" } }
    });
    members.extend(own.as_object().unwrap().clone());
    let closed = match is_open {
        true => json!({}),
        false => json!(false),
    };
    json!({ "description": description, "type": "object", "properties": members, "additionalProperties": closed })
}

fn document(known: &DocumentType, defs: &mut Defs) -> Value {
    let generated = known.generate();
    let mut made = Made { root: &generated, kind: known.kind, defs };
    let mut section = made.section(&generated);
    let properties = section["properties"].as_object_mut().unwrap();
    let paths = json!({ "type": "array", "items": { "type": "string" } });
    properties.insert(
        "unsent".to_owned(),
        json!({
            "description": "What is never written, on purpose; adds to what is inherited.",
            "anyOf": [paths, { "type": "object", "properties": { "replace": paths }, "required": ["replace"] }]
        }),
    );
    properties.insert(
        "derive".to_owned(),
        json!({
            "description": "Members that are worked out where they are missing: \"totals.lineCount\" = \"count(lines)\".",
            "type": "object",
            "additionalProperties": { "anyOf": [{ "type": "string" }, { "const": false }] }
        }),
    );
    if properties.contains_key("handlingUnits") {
        properties
            .insert("tree".to_owned(), json!({ "description": "The levels, the outermost first.", "type": "array" }));
        properties.insert("levels".to_owned(), json!({ "description": "What each level is.", "type": "object" }));
        let mut shipment = properties.clone();
        ["unsent", "derive", "tree", "levels", "lines", "handlingUnits"].iter().for_each(|word| {
            shipment.shift_remove(*word);
        });
        let shipment = json!({ "type": "object", "properties": shipment, "additionalProperties": false });
        properties.insert("shipment".to_owned(), shipment);
    }
    section
}

/// What sections are made of.
struct Made<'s, 'd> {
    root: &'s Value,
    kind: &'s str,
    defs: &'d mut Defs,
}

impl<'s> Made<'s, '_> {
    fn section(&mut self, schema: &'s Value) -> Value {
        let of_member = |made: &mut Self, (name, member): (&String, &'s Value)| (name.clone(), made.member(member));
        // What the gateway says of a document is no rule's business.
        let members = schema["properties"].as_object().into_iter().flatten().filter(|(name, _)| *name != "meta");
        let members: Map<String, Value> = members.map(|one| of_member(self, one)).collect();
        words(schema["description"].as_str().unwrap_or_default(), members, false)
    }

    fn member(&mut self, member: &'s Value) -> Value {
        let about: Vec<String> = [("", "description"), ("X12: ", "x-x12"), ("EDIFACT: ", "x-edifact")]
            .iter()
            .filter_map(|(before, key)| Some(format!("{before}{}", member[*key].as_str()?)))
            .collect();
        let mut shape = self.shape(member);
        shape["description"] = Value::from(about.join("\n"));
        shape
    }

    fn shape(&mut self, member: &'s Value) -> Value {
        let target = self.resolved(member);
        if target["propertyNames"].is_object() {
            let pattern = target["propertyNames"]["pattern"].as_str().unwrap();
            return json!({
                "type": "object",
                "patternProperties": { pattern: { "$ref": "#/$defs/rule" } },
                "additionalProperties": false
            });
        }
        match target["type"].as_str() {
            Some("object") => {
                let section = self.named(member, target);
                json!({ "anyOf": [section, { "const": false }] })
            }
            Some("array") => {
                let item = self.resolved(&target["items"]);
                if item["type"] == "object" {
                    let section = self.named(&target["items"], item);
                    return json!({ "anyOf": [section, { "type": "array", "items": section }, { "const": false }] });
                }
                let places = json!({ "type": "array", "items": { "type": "string" } });
                json!({ "anyOf": [places, { "$ref": "#/$defs/rule" }] })
            }
            _ => json!({ "$ref": "#/$defs/rule" }),
        }
    }

    fn resolved(&self, schema: &'s Value) -> &'s Value {
        let target = schema["$ref"].as_str().and_then(|path| self.root.pointer(path.strip_prefix('#')?));
        target.unwrap_or(schema)
    }

    /// A section by its name; one that another document has in another form gets the document's name before it.
    fn named(&mut self, schema: &'s Value, target: &'s Value) -> Value {
        let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) else {
            return self.section(target);
        };
        let own = format!("{}.{name}", self.kind);
        if !self.defs.contains_key(&own) {
            // It may hold itself.
            self.defs.insert(own.clone(), Value::Null);
            let section = self.section(target);
            self.defs.insert(own.clone(), section);
        }
        json!({ "$ref": format!("#/$defs/{own}") })
    }
}

#[test]
fn the_schema_of_mapping_files_is_made_of_the_documents() {
    assert_generated(FILE, &format!("{:#}\n", schema()));
}

fn validator() -> jsonschema::Validator {
    let written: Value = serde_json::from_str(&std::fs::read_to_string(project(FILE)).unwrap()).unwrap();
    jsonschema::validator_for(&written).unwrap()
}

fn faults(validator: &jsonschema::Validator, text: &str) -> Vec<String> {
    let Ok(file) = text.parse::<toml::Table>() else { return vec!["no TOML".to_owned()] };
    let file = serde_json::to_value(file).unwrap();
    validator.iter_errors(&file).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

#[test]
fn shipped_mappings_and_those_of_the_example_are_valid_to_an_editor() {
    let validator = validator();
    let partners = ["order", "order-response", "shipment-notice", "invoice"];
    let partner =
        |name: &str| std::fs::read_to_string(project(&format!("mappings/acme-bearings/{name}.toml"))).unwrap();
    let shipped = templates().map(|name| (name.to_owned(), template(name).unwrap().to_owned()));
    for (name, text) in shipped.chain(partners.map(|name| (name.to_owned(), partner(name)))) {
        assert_eq!(faults(&validator, &text), Vec::<String>::new(), "{name}");
    }
}

/// An editor underlines what it can see without a guide; `check` sees the rest.
#[test]
fn an_editor_sees_slips_in_members_and_words() {
    let validator = validator();
    let folder = project("tests/fixtures/mapping/one_fault");
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = Mapping::compile(&name, &|_| Some(text.clone()), &edigate::edi::Guides::shipped()).is_err();
        assert!(known, "{name} has no fault");
        if !faults(&validator, &text).is_empty() {
            seen.push(name);
        }
    }
    seen.sort();
    insta::assert_snapshot!(seen.join("\n"));
}
