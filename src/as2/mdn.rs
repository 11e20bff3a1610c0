//! Reading a receipt, as products write them (RFC 4130, section 7.4; RFC 8098).

use std::fmt;
use std::io::Read;

use crate::base::Limits;
use crate::mime::{ContentType, HeaderList, MimeFault, TransferEncoding, TransferReader, unquote};
use crate::smime::{
    Certificate, ContentDigests, Mic, Signature, SignatureFault, SignaturePolicy, SmimeError, Verified,
};

use super::cut::{CutFault, SignedMultipart, parts};
use super::lines::with_crlf;
use super::{As2Name, Disposition, MessageId};

/// How many fields of a report are looked at.
const MOST_FIELDS: usize = 64;

/// The longest text for people kept, in characters.
const LONGEST_TEXT: usize = 4096;

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mdn {
    /// AS2-From, where it is there; a synchronous receipt may lack it.
    pub from: Option<As2Name>,
    /// AS2-To, as above.
    pub to: Option<As2Name>,
    /// The receipt's own Message-ID, which is optional.
    pub message_id: Option<MessageId>,
    /// The message it is for.
    pub original_message_id: Option<MessageId>,
    /// Who received the message, as the receipt says.
    pub final_recipient: Option<String>,
    /// What became of the message.
    pub disposition: Disposition,
    /// What was received.
    pub mic: Option<Mic>,
    /// The product that wrote the receipt.
    pub reporting_ua: Option<String>,
    /// The sentence for people; never to be parsed.
    pub text: String,
    /// Whether it was signed by the partner.
    pub signature: ReceiptSignature,
}

/// Whether a receipt is signed. One whose signature does not count is no receipt: see [`MdnFault::Signature`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptSignature {
    /// It is not.
    Unsigned,
    /// It is, by a certificate configured for the partner.
    Verified(Verified),
}

/// Why an answer is no receipt.
#[derive(Debug)]
pub enum MdnFault {
    /// It is something else: an HTML page, an empty body.
    NotAReceipt {
        /// Its Content-Type.
        content_type: String,
    },
    /// Its MIME cannot be read.
    Unreadable(MimeFault),
    /// It has no Disposition.
    NoDisposition,
    /// Entities inside one another, deeper than `limits.mime_depth`.
    TooDeep {
        /// The bound.
        limit: usize,
    },
    /// Its signature is not the CMS it should be, or is not there.
    UnreadableSignature(Option<SmimeError>),
    /// Its signature does not count.
    Signature(SignatureFault),
}

/// What is gathered on the way through a receipt.
#[derive(Default)]
struct Gathered {
    fields: Option<Fields>,
    text: Option<String>,
}

impl Mdn {
    /// Reads a receipt from the headers and body of an answer. A signature is verified under `trusted`, the partner's
    /// certificates, only.
    ///
    /// # Errors
    /// An [`MdnFault`].
    pub fn parse(
        headers: &HeaderList,
        body: &[u8],
        trusted: &[Certificate],
        policy: &SignaturePolicy,
        limits: &Limits,
    ) -> Result<Self, MdnFault> {
        let mut gathered = Gathered::default();
        let signature = match signed_content(headers, body, limits)? {
            Some((content, signature)) => {
                let verified = verify(&signature, &content, trusted, policy).map_err(MdnFault::Signature)?;
                // What the signature does not cover is not looked at.
                gathered.part(&content, limits, limits.mime_depth)?;
                ReceiptSignature::Verified(verified)
            }
            None => {
                gathered.entity(headers, body, limits, limits.mime_depth)?;
                ReceiptSignature::Unsigned
            }
        };
        let Some(fields) = gathered.fields else {
            let content_type = headers.text("Content-Type").unwrap_or_default().chars().take(128).collect();
            return Err(MdnFault::NotAReceipt { content_type });
        };
        let disposition = Disposition::parse(fields.get("disposition").ok_or(MdnFault::NoDisposition)?);
        let id = |value: &str| MessageId::from_header(value.as_bytes(), limits.message_id);
        let name = |header| headers.get(header).and_then(|value| As2Name::from_header(&value).ok());
        Ok(Self {
            from: name("AS2-From"),
            to: name("AS2-To"),
            message_id: headers.text("Message-ID").and_then(|value| id(&value)),
            original_message_id: fields.get("original-message-id").and_then(id),
            final_recipient: fields.get("final-recipient").map(recipient),
            disposition: disposition.with_fields(fields.get("error"), fields.get("warning"), fields.get("failure")),
            mic: fields.get("received-content-mic").and_then(Mic::parse),
            reporting_ua: fields.get("reporting-ua").map(str::to_owned),
            text: gathered.text.unwrap_or_default(),
            signature,
        })
    }
}

/// Whether an entity with this type may be a receipt, by its head alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayBeReceipt {
    /// It is a report, or is nothing.
    Surely,
    /// It is signed; what is inside says.
    Perhaps,
    /// It is a message.
    No,
}

impl MayBeReceipt {
    /// What the Content-Type says.
    pub fn of(headers: &HeaderList) -> Self {
        match ContentType::of(headers) {
            Ok(found) if found.is("multipart/report") || found.is("message/disposition-notification") => Self::Surely,
            Ok(found) if found.is("multipart/signed") => Self::Perhaps,
            _ => Self::No,
        }
    }
}

/// The message that a receipt says it is for, before anything of it is verified: by this the keys to verify it with are
/// found. `None` when it is no receipt.
pub fn receipt_is_for(headers: &HeaderList, body: &[u8], limits: &Limits) -> Option<MessageId> {
    let mut gathered = Gathered::default();
    gathered.entity(headers, body, limits, limits.mime_depth).ok()?;
    let fields = gathered.fields?;
    MessageId::from_header(fields.get("original-message-id")?.as_bytes(), limits.message_id)
}

impl Gathered {
    fn entity(&mut self, headers: &HeaderList, body: &[u8], limits: &Limits, depth: usize) -> Result<(), MdnFault> {
        let depth = depth.checked_sub(1).ok_or(MdnFault::TooDeep { limit: limits.mime_depth })?;
        let content_type = ContentType::of(headers).map_err(MdnFault::Unreadable)?;
        if content_type.is_multipart() {
            let parts = parts(&content_type, body, limits).map_err(MdnFault::Unreadable)?;
            return parts.iter().try_for_each(|part| self.part(part, limits, depth));
        }
        if content_type.is("message/disposition-notification") {
            let body = decoded(headers, body)?;
            // Some products write the fields where the part's headers are, and leave its body empty.
            let written = if body.trim_ascii().is_empty() { headers.as_bytes() } else { body.as_slice() };
            self.fields.get_or_insert_with(|| Fields::parse(written));
        } else if content_type.essence().starts_with("text/") && self.text.is_none() {
            let text = decoded(headers, body).unwrap_or_default();
            self.text = Some(String::from_utf8_lossy(&text).trim().chars().take(LONGEST_TEXT).collect());
        }
        Ok(())
    }

    fn part(&mut self, part: &[u8], limits: &Limits, depth: usize) -> Result<(), MdnFault> {
        let (headers, body) = HeaderList::read(part, limits).map_err(MdnFault::Unreadable)?;
        self.entity(&headers, body, limits, depth)
    }
}

/// The signed part and the signature, when the receipt is signed. Only the receipt as a whole can be: a signature
/// further inside would cover less than what is read.
fn signed_content(
    headers: &HeaderList,
    body: &[u8],
    limits: &Limits,
) -> Result<Option<(Vec<u8>, Signature)>, MdnFault> {
    let cut = SignedMultipart::cut(headers, body, limits).map_err(|fault| match fault {
        CutFault::Mime(fault) => MdnFault::Unreadable(fault),
        CutFault::NotTwoParts => MdnFault::UnreadableSignature(None),
    })?;
    let Some(SignedMultipart { content, signature }) = cut else { return Ok(None) };
    let signature = Signature::parse(signature.as_slice(), limits);
    let signature = signature.map_err(|fault| MdnFault::UnreadableSignature(Some(fault)))?;
    Ok(Some((content, signature)))
}

/// Verifies over the bytes as they arrived, and where they differ from what was signed once more with every line end
/// made CRLF: some products sign that and send the other.
fn verify(
    signature: &Signature,
    content: &[u8],
    trusted: &[Certificate],
    policy: &SignaturePolicy,
) -> Result<Verified, SignatureFault> {
    let over = |content: &[u8]| {
        let digests = ContentDigests::of(content, policy.digests.iter().copied());
        signature.verify(&digests, trusted, policy)
    };
    match over(content) {
        Err(fault @ SignatureFault::DigestDiffers { .. }) => over(&with_crlf(content)).map_err(|_| fault),
        other => other,
    }
}

fn decoded(headers: &HeaderList, body: &[u8]) -> Result<Vec<u8>, MdnFault> {
    let encoding = TransferEncoding::of(headers).map_err(MdnFault::Unreadable)?;
    let mut out = Vec::new();
    let read = TransferReader::new(body, encoding).read_to_end(&mut out);
    read.map(|_| out).map_err(|error| MdnFault::Unreadable(error.into()))
}

/// The name behind `rfc822;`, which some products leave out.
fn recipient(value: &str) -> String {
    unquote(value.split_once(';').map_or(value, |(_, name)| name).trim())
}

/// The fields of a report: names in lower case, values unfolded. Lines that are no fields are passed over.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':')
                && fields.len() < MOST_FIELDS
            {
                fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for MdnFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAReceipt { content_type } if content_type.is_empty() => f.write_str("the answer holds no receipt"),
            Self::NotAReceipt { content_type } => write!(f, "the answer is '{content_type}' and holds no receipt"),
            Self::Unreadable(fault) => write!(f, "the receipt cannot be read: {fault}"),
            Self::NoDisposition => f.write_str("the receipt has no disposition"),
            Self::TooDeep { limit } => write!(f, "the receipt has more than {limit} entities inside one another"),
            Self::UnreadableSignature(Some(fault)) => write!(f, "the receipt's signature cannot be read: {fault}"),
            Self::UnreadableSignature(None) => {
                f.write_str("the signed receipt has not exactly two parts, report and signature")
            }
            Self::Signature(fault) => write!(f, "the receipt does not count: {fault}"),
        }
    }
}

impl std::error::Error for MdnFault {}
