//! What a document says beside its business: notes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A note in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// The words.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "MSG01", "x-edifact" = "FTX 4440"))]
    pub text: String,
}
