//! Asynchronous receipts of ours: they have a record and a job of their own, beside the exchange they are for, so that a
//! partner's server that is away holds up nothing.

use serde::{Deserialize, Serialize};

use super::change::{Change, Effect};
use super::delivery::{Handover, Schedule};
use super::detail::{Attempt, note_attempt};
use super::record::{BlobRef, Dispatch, DispatchStage, Job, JobKind, Lane, Subject};
use crate::base::{ExchangeId, PartnerId, Timestamp};

/// The long part of a [`Dispatch`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DispatchDetail {
    /// Where the receipt goes, as the partner asked. Whether it may go there is decided at each attempt.
    pub url: String,
    /// How the attempts went, the latest ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

impl DispatchDetail {
    /// The payload's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a detail holds only strings, numbers and lists")
    }

    /// Reads what [`DispatchDetail::to_json`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a payload.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// Adds to a change that the receipt `receipt`, which it carries or which is stored, is to be delivered to `url`.
pub(super) fn due(change: &mut Change, exchange: ExchangeId, partner: &PartnerId, receipt: BlobRef, url: String) {
    let at = change.at;
    let detail = change.carry(DispatchDetail { url, attempts: Vec::new() }.to_json());
    change.effects.extend([
        Effect::Dispatch(Dispatch {
            exchange,
            partner: partner.clone(),
            stage: DispatchStage::Waiting,
            since: at,
            updated_at: at,
            receipt,
            detail,
        }),
        Effect::Job(Job {
            subject: Subject::Receipt(exchange),
            kind: JobKind::Dispatch,
            lane: Lane::of(&exchange.to_string()),
            position: 0,
            due: at,
            attempts: 0,
        }),
    ]);
}

/// One attempt to deliver a receipt was made. Says whether it will be tried again, and when.
pub fn attempted(
    dispatch: &Dispatch,
    job: &Job,
    mut detail: DispatchDetail,
    attempt: Attempt,
    handover: &Handover,
    schedule: &Schedule,
    jitter: u8,
) -> (Change, Option<Timestamp>) {
    let now = attempt.at.after(std::time::Duration::from_millis(attempt.took_ms));
    note_attempt(&mut detail.attempts, attempt);
    let failures = job.attempts.saturating_add(1);
    let again = match handover {
        Handover::Taken => None,
        // A server that refuses a receipt may be mended, and whoever waits for the receipt sends the message again and
        // again meanwhile.
        Handover::Unavailable(_) | Handover::Refused(_) => schedule.next(now, dispatch.since, failures, jitter),
    };
    let stage = match (handover, again) {
        (Handover::Taken, _) => DispatchStage::Delivered,
        (_, Some(_)) => DispatchStage::Waiting,
        (_, None) => DispatchStage::Failed,
    };
    let mut change = Change::new(now);
    let detail = change.carry(detail.to_json());
    change.effects.push(Effect::Dispatch(Dispatch { stage, updated_at: now, detail, ..dispatch.clone() }));
    change.effects.push(match again {
        Some(due) => Effect::Job(Job { due, attempts: failures, ..job.clone() }),
        None => Effect::JobDone(job.subject),
    });
    (change, again)
}
