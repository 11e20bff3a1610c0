//! The folder that proves one exchange to a third party: what was sent and received, cut into what was signed and the
//! signatures, the certificates, and a script that verifies all of it with the `openssl` command and nothing of ours.
//!
//! ```text
//! message-head.txt  message-body.bin        as sent or received
//! message-content.bin  message-signature.p7s   what the message's signature covers, and the signature
//! payload.bin                                the business content
//! receipt-head.txt  receipt-body.bin  receipt-content.bin  receipt-signature.p7s   the same of the receipt
//! mic-content.bin                            what the MIC is made over, where that is not message-content.bin
//! our-certificate.pem  partner-certificate.pem  partner-encryption-certificate.pem
//! manifest.json  README.txt  verify.sh  SHA256SUMS
//! ```
//!
//! What an exchange does not have is not there, and the script says what that leaves unshown. No private key is needed: of a
//! message that was encrypted the content was kept when it was packed or opened ([`KeptEntity`](crate::exchange::KeptEntity)).

mod facts;
mod manifest;
mod mic;
mod payload;
mod readme;
mod script;

use serde::Deserialize;
use serde_json::Value;

use crate::base::{ExchangeId, PartnerId, Sha256, Timestamp};
use crate::canon::Direction;
use crate::exchange::{BlobRef, Detail, Stage};

/// An exchange as the gateway tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// Its id.
    pub exchange_id: ExchangeId,
    /// Whose it is.
    pub partner: PartnerId,
    /// Which way it goes.
    pub direction: Direction,
    /// How far it has come.
    pub stage: Stage,
    /// When its last byte arrived, or when it was handed over to be sent.
    pub received_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// All that is known of it.
    pub detail: Detail,
    /// How our asynchronous receipt was delivered; null where there is none.
    #[serde(default)]
    pub asynchronous_receipt: Value,
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why an exchange has no folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unprovable {
    /// Nothing of it was kept but its story.
    NothingKept(Stage),
    /// A payload that its story names is not at hand.
    Missing(Sha256),
}

impl std::fmt::Display for Unprovable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NothingKept(stage) => write!(
                f,
                "the exchange is {}: its bytes were not kept, so there is nothing to prove; 'edigate exchange show' tells \
                 its story",
                stage.as_str()
            ),
            Self::Missing(sha256) => write!(f, "the payload {sha256} is not in the store any more"),
        }
    }
}

impl std::error::Error for Unprovable {}

/// The payloads that [`folder`] asks for. Attachments stand in the message and are not asked for by themselves.
pub fn wanted(story: &Story) -> Vec<BlobRef> {
    let detail = Detail { attachments: Vec::new(), ..story.detail.clone() };
    let mut wanted = detail.references();
    wanted.sort_by_key(|one| one.sha256);
    wanted.dedup();
    wanted
}

/// Makes the files of the folder out of an exchange and its payloads.
///
/// # Errors
/// [`Unprovable`].
pub fn folder(story: &Story, payload: &dyn Fn(&BlobRef) -> Option<Vec<u8>>) -> Result<Vec<File>, Unprovable> {
    let facts = facts::gather(story, payload)?;
    let mut files = facts.files();
    files.push(File { name: "README.txt", what: "the story in words", bytes: readme::text(&facts).into_bytes() });
    let script = script::text(&facts, files.len() + 2).into_bytes();
    files.push(File { name: script::NAME, what: "shows all of it with openssl", bytes: script });
    let manifest = manifest::json(&facts, &files).into_bytes();
    files.push(File { name: "manifest.json", what: "the same for programs", bytes: manifest });
    let sums: String = files.iter().map(|file| format!("{}  {}\n", Sha256::of(&file.bytes), file.name)).collect();
    files.push(File { name: script::SUMS, what: "the SHA-256 of every other file", bytes: sums.into_bytes() });
    Ok(files)
}
