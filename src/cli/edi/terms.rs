//! What was agreed on with a partner, as far as a command line can say it.

use crate::base::nearest;
use crate::cli::args::{AckArgument, TermsArguments};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::ack::{AckPolicy, ContrlAck, ContrlRequest, FunctionalAck, InterchangeAck, Warnings};
use crate::edi::{Severities, Weight};

/// How the partner is answered.
pub(super) fn policy(arguments: &TermsArguments) -> AckPolicy {
    let mut policy = AckPolicy::default();
    if arguments.note_warnings {
        policy.warnings = Warnings::Noted;
    }
    for kind in &arguments.ack {
        match kind {
            AckArgument::Group997 => policy.functional = FunctionalAck::Group997,
            AckArgument::Group999 => policy.functional = FunctionalAck::Group999,
            AckArgument::Ta1 => policy.interchange = InterchangeAck::Always,
            AckArgument::Contrl => {
                policy.contrl = ContrlAck::Final;
                policy.contrl_request = ContrlRequest::Ignored;
            }
            AckArgument::None => {
                policy.functional = FunctionalAck::None;
                policy.interchange = InterchangeAck::Never;
                policy.contrl = ContrlAck::None;
            }
        }
    }
    policy
}

/// What findings weigh.
///
/// # Errors
/// When a class or weight is none; all that are typed wrong are named.
pub(super) fn severities(arguments: &TermsArguments) -> Result<Severities, Failure> {
    let mut severities = Severities::default();
    let mut faults = Vec::new();
    for entry in &arguments.severity {
        match weight(entry) {
            Ok((class, weight)) => severities.set(class, weight),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(severities) } else { Err(Failure::new(Exit::Usage, faults.join("\n"))) }
}

fn weight(entry: &str) -> Result<(&str, Weight), String> {
    let (class, word) = entry.split_once('=').ok_or_else(|| format!("'{entry}' is not written CLASS=WEIGHT"))?;
    let weight = match word {
        "reject" => Weight::Reject,
        "warn" => Weight::Warn,
        "ignore" => Weight::Ignore,
        _ => return Err(format!("'{word}' is no weight; there are reject, warn and ignore")),
    };
    if Severities::classes().any(|known| known == class) {
        return Ok((class, weight));
    }
    let classes: Vec<&str> = Severities::classes().collect();
    Err(match nearest(class, classes.iter().copied()) {
        Some(near) => format!("there is no class '{class}' of findings; did you mean {near}?"),
        None => format!("there is no class '{class}' of findings; there are {}", classes.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edi::FindingCode;

    fn arguments(ack: &[AckArgument], severity: &[&str]) -> TermsArguments {
        let severity = severity.iter().map(|entry| (*entry).to_owned()).collect();
        TermsArguments { ack: ack.to_vec(), note_warnings: false, severity }
    }

    #[test]
    fn kinds_add_to_what_is_answered_anyway_and_none_takes_all_away() {
        let check = |ack: &[AckArgument], expect: (FunctionalAck, InterchangeAck, ContrlRequest)| {
            let policy = policy(&arguments(ack, &[]));
            assert_eq!((policy.functional, policy.interchange, policy.contrl_request), expect, "{ack:?}");
        };
        let asked = (FunctionalAck::Group997, InterchangeAck::OnRequest, ContrlRequest::Honoured);
        check(&[], asked);
        check(&[AckArgument::Group999], (FunctionalAck::Group999, asked.1, asked.2));
        check(&[AckArgument::Contrl], (asked.0, asked.1, ContrlRequest::Ignored));
        check(&[AckArgument::None, AckArgument::Ta1], (FunctionalAck::None, InterchangeAck::Always, asked.2));
        check(&[AckArgument::None], (FunctionalAck::None, InterchangeAck::Never, asked.2));
    }

    #[test]
    fn weights_are_read_and_slips_are_named() {
        let read = severities(&arguments(&[], &["length=reject", "count=ignore"])).unwrap();
        assert_eq!(read.weight(FindingCode::TooLong), Some(Weight::Reject));
        assert_eq!(read.weight(FindingCode::CountWrong), Some(Weight::Ignore));
        let failure = severities(&arguments(&[], &["lenght=reject", "length=no", "x"])).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert_eq!(
            failure.text,
            "there is no class 'lenght' of findings; did you mean length?\n\
             'no' is no weight; there are reject, warn and ignore\n\
             'x' is not written CLASS=WEIGHT"
        );
    }
}
