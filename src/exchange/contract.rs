//! The contract with the ERP, as files that others' tools read: AsyncAPI for who writes consumers, definitions for who
//! runs the broker.

mod asyncapi;
mod cloud_event;
mod topology;

pub use asyncapi::asyncapi;
pub use topology::{BrokerVersion, Topology};

use super::carriage::{ClaimCheck, ContentMode};

/// What was agreed with the ERP's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Names at the broker.
    pub names: Names,
    /// How events travel.
    pub content_mode: ContentMode,
    /// Which documents are left to be fetched; none are when absent.
    pub claim_check: Option<ClaimCheck>,
}

/// Names at the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The exchange of documents that are meant.
    pub documents: String,
    /// The exchange of documents that are tried.
    pub test: String,
    /// The exchange of what happened.
    pub events: String,
    /// The exchange of what shall happen.
    pub commands: String,
}

impl Names {
    /// The queue that the gateway consumes.
    pub fn queue(&self) -> String {
        format!("{}.q", self.commands)
    }
}
