//! The first reading of a file: whether its envelopes are whole, and how its transaction sets are judged.

use std::sync::Arc;

use super::unread;
use crate::base::{Diagnostic, Limits, Severity, counted};
use crate::edi::{InterchangeHead, Piece, ReadFault, Reader};
use crate::partner::{OnError, Partner};
use crate::store::{PayloadReader, StoreError};

/// How the transaction sets of a file are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// Each by itself.
    BySet,
    /// Those of some interchange all together.
    ByInterchange,
}

/// Reads the whole file for its envelopes. The inner error is the partner's: what keeps the file from being used.
/// What they weigh is a matter of the partner that an interchange is from.
pub(super) fn survey(
    mut reader: Reader<PayloadReader>,
    limits: &Limits,
    partner_of: &dyn Fn(&InterchangeHead) -> Option<Arc<Partner>>,
) -> Result<Result<Judged, Vec<Diagnostic>>, StoreError> {
    let mut errors = Vec::new();
    let mut judged = Judged::BySet;
    let (mut sets, mut answers) = (0_u64, 0_u64);
    let mut sender = None;
    loop {
        let mut findings = match reader.next_piece() {
            Ok(None) => break,
            Ok(Some(Piece::Set(_))) => {
                sets += 1;
                if sets > limits.transaction_sets {
                    return Ok(Err(vec![too_many_sets(limits.transaction_sets)]));
                }
                continue;
            }
            Ok(Some(Piece::GroupEnd(end))) => end.findings,
            Ok(Some(Piece::InterchangeEnd(end))) => end.findings,
            Ok(Some(Piece::Unreadable(interchange))) => interchange.head.findings.clone(),
            Ok(Some(Piece::Finding(finding))) => vec![finding],
            Ok(Some(Piece::Interchange(head))) => {
                sender = partner_of(&head).map(|partner| (partner, head.standard));
                let reading = sender.as_ref().and_then(|(partner, standard)| partner.reading(*standard));
                if reading.is_some_and(|reading| reading.on_error == OnError::RejectInterchange) {
                    judged = Judged::ByInterchange;
                }
                head.findings.clone()
            }
            Ok(Some(Piece::Acknowledgement(_))) => {
                answers += 1;
                continue;
            }
            Ok(Some(Piece::Group(_))) => continue,
            Err(ReadFault::Io(fault)) => return Err(unread(&fault)),
            Err(fault) => {
                errors.push(Diagnostic::from(&fault));
                break;
            }
        };
        if let Some((partner, standard)) = &sender {
            partner.weigh(*standard, &mut findings);
        }
        errors.extend(findings.iter().map(Diagnostic::from).filter(|found| found.severity == Severity::Error));
        if errors.len() >= ENVELOPE_ERRORS {
            break;
        }
    }
    if errors.is_empty() && sets == 0 && answers == 0 {
        errors.push(
            Diagnostic::error("no-transaction-set", "the file holds no transaction set")
                .hinting("ask the partner what was meant"),
        );
    }
    Ok(if errors.is_empty() { Ok(judged) } else { Err(errors) })
}

fn too_many_sets(limit: u64) -> Diagnostic {
    Diagnostic::error(
        "too-many-transaction-sets",
        format!("the file has more than {}", counted(limit, "transaction set")),
    )
    .hinting("ask the partner for smaller files, or raise 'transaction_sets' in [limits]")
}

/// Errors after which it is clear enough that a file is broken.
const ENVELOPE_ERRORS: usize = 100;
