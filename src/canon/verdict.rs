//! `posted@1`, `refused@1` and `cancel@1`: what the ERP says of a document that it names, the bodies of such commands.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::command_faults;
use super::shape::Shape;
use super::text::Instant;
use crate::base::Diagnostic;

/// A document of a partner's is posted in the ERP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Posted {
    /// The document's id, `meta.documentId`.
    pub document_id: String,
    /// The ERP's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erp_reference: Option<String>,
    /// When it was posted; when the command came, if that is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// The ERP refuses a document of a partner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refused {
    /// The document's id, `meta.documentId`.
    pub document_id: String,
    /// Why. The partner is told all of it, which has to fit into one 824 or APERAK.
    #[schemars(length(min = 1, max = 50))]
    pub errors: Vec<Reason>,
}

/// One reason for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// A code of the ERP's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The reason in words.
    pub text: String,
    /// The member it is about, such as `lines[0].price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A document of the ERP's is taken back before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancel {
    /// The document's id, which `document.accepted` told.
    pub document_id: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the ERP says of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It is posted.
    Posted(Posted),
    /// It is refused.
    Refused(Refused),
    /// It is taken back.
    Cancel(Cancel),
}

impl Word {
    /// Reads the body of a command with this verb.
    ///
    /// # Errors
    /// Everything that is wrong with it by the schema of its kind.
    pub fn read(verb: &str, body: &Value) -> Result<Self, Vec<Diagnostic>> {
        let unknown = || vec![Diagnostic::error("no-word", format!("'{verb}' says nothing of a document"))];
        let known = command_schema(verb).ok_or_else(unknown)?;
        let faults = known.faults(body);
        if !faults.is_empty() {
            return Err(faults);
        }
        (known.read)(body).map_err(|fault| vec![Diagnostic::error("wrong-type", format!("it cannot be read: {fault}"))])
    }
}

/// The schema of one such command.
#[derive(Debug)]
pub struct CommandSchema {
    /// The verb of the command's address: `posted`.
    pub verb: &'static str,
    /// The schema of version 1.0, as it is published.
    pub text: &'static str,
    shape: Shape,
    generate: fn(&str, &str) -> Value,
    read: fn(&Value) -> serde_json::Result<Word>,
}

impl CommandSchema {
    fn of<T: JsonSchema>(verb: &'static str, text: &'static str, read: fn(&Value) -> serde_json::Result<Word>) -> Self {
        let schema = serde_json::from_str(text).expect("an embedded schema is JSON: tests read every one");
        let shape = Shape::of_schema(&schema).expect("an embedded schema has a shape: tests read every one");
        Self { verb, text, shape, generate: super::generate::generate::<T>, read }
    }

    /// The schema as the Rust types of today make it; a test compares the two.
    pub fn generate(&self) -> Value {
        (self.generate)(self.verb, "1.0")
    }

    fn faults(&self, body: &Value) -> Vec<Diagnostic> {
        if body.is_object() {
            return command_faults(body, &self.shape);
        }
        vec![Diagnostic::error("no-object", "the body is no JSON object")]
    }
}

/// Constants, in effect: read once from text that is part of the program.
static SCHEMAS: LazyLock<[CommandSchema; 3]> = LazyLock::new(|| {
    [
        CommandSchema::of::<Posted>("posted", include_str!("../../schemas/posted/1.0.json"), |body| {
            Posted::deserialize(body).map(Word::Posted)
        }),
        CommandSchema::of::<Refused>("refused", include_str!("../../schemas/refused/1.0.json"), |body| {
            Refused::deserialize(body).map(Word::Refused)
        }),
        CommandSchema::of::<Cancel>("cancel", include_str!("../../schemas/cancel/1.0.json"), |body| {
            Cancel::deserialize(body).map(Word::Cancel)
        }),
    ]
});

/// The schemas of all commands about a document.
pub fn command_schemas() -> &'static [CommandSchema] {
    &*SCHEMAS
}

/// The schema of the commands with this verb, where they are about a document.
fn command_schema(verb: &str) -> Option<&'static CommandSchema> {
    command_schemas().iter().find(|known| known.verb == verb)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_held_to_what_is_printed() {
        let check = |verb: &str, body: Value, expect: &[&str]| {
            let read = Word::read(verb, &body);
            let codes: Vec<_> = read.as_ref().err().into_iter().flatten().map(|fault| fault.code.clone()).collect();
            assert_eq!(codes, expect, "{verb} {body}");
            let schema: Value = serde_json::from_str(command_schema(verb).unwrap().text).unwrap();
            assert_eq!(jsonschema::is_valid(&schema, &body), expect.is_empty(), "the engine differs: {verb} {body}");
        };
        let id = "01JBPN7Q4T6Y2M8Z3K5V9X0WCE";
        check("posted", json!({"documentId": id}), &[]);
        check("posted", json!({"documentId": id, "erpReference": "51", "at": "2026-11-02T09:15:00Z"}), &[]);
        check("posted", json!({"documentId": id, "at": "today", "erpReference": 51}), &["wrong-type", "wrong-type"]);
        check("posted", json!([]), &["no-object"]);
        let reason = json!({"code": "PRICE", "text": "differs", "path": "lines[0].price"});
        check("refused", json!({"documentId": id, "errors": [reason, {"text": "differs"}]}), &[]);
        check("refused", json!({"documentId": id}), &["required-missing"]);
        check("refused", json!({"documentId": id, "errors": []}), &["too-few-items"]);
        check("refused", json!({"documentId": id, "errors": "no price"}), &["wrong-type"]);
        check("refused", json!({"documentId": id, "errors": ["no price"]}), &["wrong-type"]);
        check("refused", json!({"documentId": id, "errors": [{"code": "PRICE"}]}), &["required-missing"]);
        check("refused", json!({"documentId": id, "errors": [{"text": "differs", "line": 1}]}), &["unknown-member"]);
        check("refused", json!({"documentId": id, "errors": vec![json!({"text": "differs"}); 50]}), &[]);
        check(
            "refused",
            json!({"documentId": id, "errors": vec![json!({"text": "differs"}); 51]}),
            &["too-many-items"],
        );
        check("cancel", json!({"documentId": id, "reason": "none left"}), &[]);
        check("cancel", json!({"reason": ""}), &["required-missing", "wrong-type"]);
        check("cancel", json!({"documentid": id}), &["unknown-member", "required-missing"]);
    }
}
