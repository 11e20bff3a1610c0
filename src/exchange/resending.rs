//! A message of ours that a person has offered again: the same bytes under the same Message-ID.
//!
//! What is known of a message is not forgotten while it is offered again. One that the partner has, or says something of,
//! keeps its stage, and only a proof of the delivery changes that; what else comes of the repeat is noted beside it. One
//! that was on its way goes through its attempts once more, and where nothing comes of them it is what it was before.

use super::change::{Change, Effect};
use super::detail::{Detail, Resent};
use super::document_detail::SetAcknowledgement;
use super::inbound::{advance, step};
use super::making::await_acknowledgement;
use super::outbound::job;
use super::record::{Exchange, JobKind};
use super::stage::Stage;
use crate::base::{Diagnostic, Timestamp};

/// Why a message is not offered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotResent {
    /// It came from the partner.
    Inbound,
    /// There are no bytes of it yet, or there never were.
    NotPacked,
}

/// A message is offered again now.
///
/// # Errors
/// When it is none of ours, or none that was packed.
pub fn resent(exchange: &Exchange, mut detail: Detail, reason: &str, at: Timestamp) -> Result<Change, NotResent> {
    let stage = match exchange.stage {
        Stage::Delivered | Stage::Unproven | Stage::Disputed => exchange.stage,
        Stage::Sending | Stage::AwaitingReceipt | Stage::Overdue | Stage::Failed => Stage::Sending,
        Stage::Submitted => return Err(NotResent::NotPacked),
        Stage::Staged | Stage::Received | Stage::Translated | Stage::Parked | Stage::Refused | Stage::Repeated => {
            return Err(NotResent::Inbound);
        }
    };
    if detail.packed.is_none() {
        return Err(NotResent::NotPacked);
    }
    let before = detail.resent.as_ref();
    let from = match exchange.stage {
        Stage::Sending => before.map_or(Stage::Sending, |before| before.from),
        other => other,
    };
    let times = before.map_or(0, |before| before.times).saturating_add(1);
    detail.resent = Some(Resent { times, at, from, reason: reason.chars().take(REASON).collect() });
    let mut change = step(exchange, at);
    // The partner's time for its functional acknowledgement runs from when it has the message.
    let owed =
        detail.interchange.as_ref().filter(|one| one.expects.is_some() && !one.overdue && !one.is_acknowledged());
    change.effects.extend(owed.map(|owed| await_acknowledgement(exchange.id, owed.due(at))));
    let detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(Exchange { stage, detail, ..advance(exchange, at) }));
    change.effects.push(Effect::Job(job(exchange.id, JobKind::Deliver, at)));
    Ok(change)
}

/// Characters of a reason that are kept with the message; the audit row has all of it.
const REASON: usize = 300;

/// Whether a receipt that leads to a stage changes what is known of a message that is offered.
pub(super) const fn changes(known: Stage, receipt: Stage) -> bool {
    match known {
        Stage::Delivered => false,
        Stage::Unproven | Stage::Disputed => matches!(receipt, Stage::Delivered),
        _ => true,
    }
}

/// Whether the partner has a message, or says something of it, whatever comes of offering it again.
pub(super) const fn is_known(stage: Stage) -> bool {
    matches!(stage, Stage::Delivered | Stage::Unproven | Stage::Disputed)
}

/// What a message is whose attempts came to nothing.
pub(super) fn in_vain(exchange: &Exchange, detail: &Detail) -> Stage {
    if is_known(exchange.stage) {
        return exchange.stage;
    }
    match detail.resent.as_ref().map(|resent| resent.from) {
        // The partner's server has taken it once, and the receipt of that time still counts.
        Some(Stage::AwaitingReceipt | Stage::Overdue) => Stage::Overdue,
        _ => Stage::Failed,
    }
}

/// What an operator is told when the partner's receipt for a repeat does not say what is known of the message.
pub(super) fn contradicted(known: Stage, disposition: &str) -> Diagnostic {
    let text = format!("the receipt for the repeat says {disposition}; the message stays {}", known.as_str());
    Diagnostic::warning("repeat-refused", text).hinting(
        "ask the partner whether it has the content; as another message it goes by 'edigate exchange resubmit'",
    )
}

/// Whether what the partner said of a transaction set holds against what it says now. It may reject the repeat of a message
/// whose first time it accepted, and that the numbers were there before is no word about the document.
pub fn holds(detail: &Detail, before: Option<&SetAcknowledgement>, now: &SetAcknowledgement) -> bool {
    let Some(resent) = detail.resent.as_ref().filter(|_| now.verdict == "rejected") else { return false };
    match before {
        Some(before) => matches!(before.verdict.as_str(), "accepted" | "accepted-with-errors") && before.at < resent.at,
        // Nothing was owed, and the document was closed with the delivery.
        None => {
            let owed = detail.interchange.as_ref().is_some_and(|interchange| interchange.expects.is_some());
            !owed && matches!(resent.from, Stage::Delivered | Stage::Unproven)
        }
    }
}

/// What an operator is told of a functional acknowledgement that does not count.
pub(super) fn rejected_repeat(by: &str) -> Diagnostic {
    let text = format!("the {by} that came after the message was offered again rejects what had been accepted");
    Diagnostic::warning("repeat-rejected", text)
        .hinting("what was accepted stays accepted; ask the partner whether it has the content")
}

#[cfg(test)]
#[path = "resending/tests.rs"]
mod tests;
