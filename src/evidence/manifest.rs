//! `manifest.json`: the story for programs.

use serde_json::{Value, json};

use super::File;
use super::facts::Facts;
use crate::base::Sha256;
use crate::smime::Certificate;

/// The manifest of a folder with these files.
pub(super) fn json(facts: &Facts<'_>, files: &[File]) -> String {
    let story = facts.story;
    let detail = &story.detail;
    let packed = detail.packed.as_ref();
    let settled = detail.settled_by.as_ref();
    let certificates: Vec<Value> = facts
        .certificates
        .iter()
        .map(|file| {
            let read = Certificate::from_pem(&file.pem).ok();
            json!({
                "file": file.name,
                "role": file.used.role,
                "sha256Fingerprint": file.used.fingerprint,
                "subject": read.as_ref().map(|one| one.subject().to_owned()),
                "notBefore": read.as_ref().map(Certificate::not_before),
                "notAfter": read.as_ref().map(Certificate::not_after),
            })
        })
        .collect();
    let listed: Vec<Value> = files
        .iter()
        .map(|file| {
            json!({
                "name": file.name,
                "what": file.what,
                "bytes": file.bytes.len(),
                "sha256": Sha256::of(&file.bytes),
            })
        })
        .collect();
    let form = facts.mic.as_ref().map(|(_, found)| found.as_ref().map_or("of something else", |one| one.form.as_str()));
    let manifest = json!({
        "madeBy": format!("edigate {}", env!("CARGO_PKG_VERSION")),
        "exchange": story.exchange_id,
        "partner": story.partner,
        "direction": story.direction,
        "stage": story.stage,
        "as2From": detail.as2_from,
        "as2To": detail.as2_to,
        "messageId": detail.message_id,
        "messageIdOfReceipt": settled.and_then(|settled| settled.message_id.as_ref()),
        "subject": detail.subject,
        "fileName": detail.file_name,
        "contentType": detail.content_type,
        "begunAt": story.received_at,
        "packedAt": packed.map(|packed| packed.at),
        "receiptAt": settled.map(|settled| settled.at),
        "updatedAt": story.updated_at,
        "remote": (!detail.remote.is_empty()).then_some(&detail.remote),
        "receiptAskedFor": detail.receipt,
        "disposition": settled.map(|settled| &settled.disposition).or(detail.disposition.as_ref()),
        "receiptText": settled.map(|settled| &settled.text),
        "mic": facts.mic.as_ref().map(|(mic, _)| mic.to_string()),
        "micIsMade": form,
        "micsThatCount": packed.map(|packed| &packed.mics),
        "encryption": detail.encryption,
        "compressed": detail.compressed,
        "attempts": detail.attempts,
        "attemptsMade": detail.attempts_made,
        "asynchronousReceipt": story.asynchronous_receipt,
        "resubmissionOf": detail.resubmission_of,
        "diagnostics": detail.diagnostics,
        "certificates": certificates,
        "files": listed,
    });
    format!("{manifest:#}\n")
}
