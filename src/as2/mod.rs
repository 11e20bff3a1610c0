//! AS2 (RFC 4130): what a partner's request says, opening its message, answering with a receipt, packing a message of
//! ours and reading the receipt that comes back.
//!
//! ```text
//! receive   Request::parse -> open -> answer
//! send      pack -> (the partner) -> Mdn::parse -> Mdn::settle
//! ```
//!
//! Everything here is a function of bytes, values, a time and some entropy. A message that cannot be accepted is a
//! [`Refusal`], a result to be written down and answered; an `io::Error` means that our own source or sink failed, and
//! then nothing was decided.

mod answer;
mod attachment;
mod candidates;
mod cut;
mod disposition;
mod entity;
mod error;
mod file_name;
mod inner;
mod lines;
mod mdn;
mod measure;
mod message_id;
mod mic_rules;
mod name;
mod outgoing;
mod pack;
mod receipt;
mod receive;
mod report;
mod request;
mod security;
mod signed;
mod settle;
mod sniff;
mod watched;

pub use answer::{Answer, answer, answer_repeated, http_date};
pub use attachment::Attached;
pub use candidates::{MicCandidates, MicDeviation};
pub use cut::{CutFault, SignedMultipart, decoded_body};
pub use disposition::{Disposition, ErrorModifier, FailureModifier};
pub use error::{As2Error, SealedFault};
pub use file_name::safe_file_name;
pub use inner::{InnerContent, InnerEntity};
pub use lines::with_crlf;
pub use mdn::{MayBeReceipt, Mdn, MdnFault, ReceiptSignature, receipt_is_for};
pub use message_id::MessageId;
pub use mic_rules::{MicHeaders, MicLines, MicRules, mime_head};
pub use name::{As2Name, NameFault};
pub use outgoing::{
    Compress, Encoding, EncodingHeader, FileNameQuotes, MicalgStyle, Outgoing, ReceiptRequest, Reliability,
    SignatureEncoding, SignedReceipt, Signing, Version, Wire,
};
pub use pack::{PackFault, Packed, pack, pack_for_evidence};
pub use receipt::{Importance, ReceiptAsked, ReceiptForm, ReceiptTerms};
pub use receive::{Layers, Received, Refusal, open, open_for_evidence};
pub use request::{HeadFault, Request};
pub use security::{Requirement, Security, Signer};
pub use settle::{ReceiptWanted, Settlement};

#[cfg(test)]
mod tests;
