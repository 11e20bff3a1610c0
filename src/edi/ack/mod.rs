//! Acknowledgements: out of reports, and in from partners.
//!
//! ```text
//! InterchangeReport --Answer(policy)--> TA1, 997, 999, CONTRL, part by part or as bytes + Verdicts
//! InterchangeReport --acknowledge(policy)--> the same as one OutgoingInterchange
//! TransactionSet, TA1 --acknowledged--> Acknowledged, one form for all of them
//! ```

mod acknowledge;
mod acknowledged;
mod answer;
mod contrl;
mod edifact_codes;
mod faults;
mod functional;
mod meaning;
mod policy;
mod read_contrl;
mod read_functional;
mod verdict;
mod x12_codes;

#[cfg(test)]
mod tests;

pub use acknowledge::{Acknowledgement, acknowledge, receipt};
pub use acknowledged::{
    Acknowledged, AcknowledgedBy, AcknowledgedError, Counts, Subject, SubjectGroup, SubjectInterchange, SubjectSet,
    acknowledged,
};
pub use answer::{Answer, AnswerPart};
pub use policy::{
    AcceptedSets, AckPolicy, AckStamp, ContrlAck, ContrlRequest, ContrlVersion, FunctionalAck, InterchangeAck, LoopIds,
    Warnings,
};
pub use verdict::{GroupVerdicts, Verdict, Verdicts, judge};
