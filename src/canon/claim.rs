//! `claim@1`: what stands in a message for a document that is too large for it. The same is in the attribute `dataref`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Sha256;

/// Where a document is to be fetched, and what will be got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The URL of the document.
    #[schemars(url)]
    pub dataref: String,
    /// Bytes of the document.
    #[schemars(range(min = 1))]
    pub bytes: u64,
    /// SHA-256 of the document as it is fetched, in hexadecimal digits.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: Sha256,
}

/// The schema of version 1.0, as it is published.
pub const SCHEMA: &str = include_str!("../../schemas/claim/1.0.json");

/// The schema as the Rust types of today make it; a test compares the two.
pub fn generate() -> serde_json::Value {
    super::generate::generate::<Claim>("claim", "1.0")
}
