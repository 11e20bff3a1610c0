//! Acknowledgements: out of reports, and in from partners.
//!
//! ```text
//! InterchangeReport --acknowledge(policy)--> OutgoingInterchange (TA1, 997, 999, CONTRL) + Verdicts
//! TransactionSet, TA1 --answers--> Answers, one form for all of them
//! ```

mod acknowledge;
mod contrl;
mod edifact_codes;
mod faults;
mod functional;
mod policy;
mod verdict;
mod x12_codes;

#[cfg(test)]
mod tests;

pub use acknowledge::{Acknowledgement, acknowledge, receipt};
pub use policy::{
    AcceptedSets, AckPolicy, AckStamp, ContrlAck, ContrlRequest, ContrlVersion, FunctionalAck, InterchangeAck, LoopIds,
    Warnings,
};
pub use verdict::{GroupVerdicts, Verdict, Verdicts, judge};
