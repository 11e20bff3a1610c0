//! The answer to a message: a synchronous receipt (RFC 4130, section 7).

use crate::base::{Entropy, Timestamp};
use crate::smime::{Mic, SmimeError};

use super::report::Report;
use super::signed::signed_body;
use super::{
    As2Error, Disposition, MessageId, ReceiptForm, Received, Refusal, Reliability, Request, Security, Version,
};

/// The body of an answer and the headers that belong to it; status line, Content-Length and Connection are HTTP's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// In the order to be sent.
    pub headers: Vec<(String, String)>,
    /// The bytes, to be stored and repeated as they are.
    pub body: Vec<u8>,
    /// The receipt's own Message-ID.
    pub message_id: MessageId,
}

impl Answer {
    /// Whether it is signed.
    pub fn is_signed(&self) -> bool {
        self.headers.iter().any(|(name, value)| name == "Content-Type" && value.starts_with("multipart/signed"))
    }
}

/// Answers a message with the receipt its sender asked for; `None` when it asked for none.
///
/// `security` is the partner's, and `None` for a stranger, whose receipt is never signed. A receipt that was asked for
/// signed is signed, for a refused message too (section 7.3.1), unless there is nothing to sign it with or its
/// algorithms are what is refused. The same arguments and entropy give the same bytes.
///
/// # Errors
/// When the key cannot sign.
pub fn answer(
    request: &Request,
    outcome: Result<&Received, &Refusal>,
    security: Option<&Security>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Option<Answer>, SmimeError> {
    let (disposition, text, mic) = match outcome {
        Ok(received) => (Disposition::Processed, "The message was received and processed.", Some(&received.mic)),
        Err(refusal) => (refusal.error.disposition(), refusal.error.peer_text(), refusal.mic.as_ref()),
    };
    let security =
        security.filter(|_| !matches!(outcome, Err(Refusal { error: As2Error::UnsupportedMicAlgorithms, .. })));
    write(request, &Said { disposition: &disposition, text, mic }, security, now, entropy)
}

/// Answers a message that came before with a receipt of its own, that says so; `None` when its sender asked for none.
///
/// # Errors
/// When the key cannot sign.
pub fn answer_repeated(
    request: &Request,
    received: &Received,
    disposition: &Disposition,
    security: &Security,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Option<Answer>, SmimeError> {
    let text = "The message was received before, and was not processed again.";
    let said = Said { disposition, text, mic: Some(&received.mic) };
    write(request, &said, Some(security), now, entropy)
}

/// What a receipt says.
struct Said<'a> {
    disposition: &'a Disposition,
    text: &'a str,
    mic: Option<&'a Mic>,
}

/// Writes a receipt in the form that was asked for, unsigned without `security`.
fn write(
    request: &Request,
    said: &Said<'_>,
    security: Option<&Security>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Option<Answer>, SmimeError> {
    let Some(terms) = request.receipt.terms() else { return Ok(None) };
    let report = Report {
        text: said.text,
        recipient: &request.to,
        original_message_id: &request.message_id,
        mic: said.mic,
        disposition: said.disposition,
    };
    let report = report.body(entropy);

    let form = match security {
        None => ReceiptForm::Unsigned,
        Some(security) => terms.form(&security.signature.digests).unwrap_or(ReceiptForm::Unsigned),
    };
    let body = match (form, security.and_then(|security| security.signer.as_ref())) {
        (ReceiptForm::Signed(algorithm), Some(signer)) => {
            let head = format!("Content-Type: {}\r\n\r\n", report.content_type);
            let entity = [head.as_bytes(), report.bytes.as_slice()].concat();
            signed_body(&entity, algorithm, signer, now, entropy)?
        }
        (ReceiptForm::Signed(_) | ReceiptForm::Unsigned, _) => report,
    };

    let message_id = MessageId::mint(now, entropy);
    let headers = [
        ("AS2-From", request.to.on_wire()),
        ("AS2-To", request.from.on_wire()),
        ("Message-ID", message_id.as_str()),
        ("Date", &http_date(now)),
        ("MIME-Version", "1.0"),
        ("Content-Type", &body.content_type),
    ];
    let headers = Version::default().headers(Reliability::Announced).into_iter().chain(headers);
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Ok(Some(Answer { headers, body: body.bytes, message_id }))
}

/// `Tue, 24 Nov 2026 15:24:00 GMT` (RFC 9110, section 5.6.7).
pub fn http_date(now: Timestamp) -> String {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    // Before year 0 there is no such text; a clock so wrong gets the beginning of time.
    let epoch = || "Thu, 01 Jan 1970 00:00:00 GMT".to_owned();
    printer.timestamp_to_rfc9110_string(&now.to_jiff()).unwrap_or_else(|_| epoch())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_for_http() {
        assert_eq!(http_date(Timestamp::from_millis(1_764_000_000_120)), "Mon, 24 Nov 2025 16:00:00 GMT");
        assert_eq!(http_date(Timestamp::from_millis(i64::MIN)), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
