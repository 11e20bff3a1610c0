//! The head of an AS2 request: who sends what to whom, and which receipt is asked for (RFC 4130, section 6).

use std::fmt;

use crate::base::Limits;
use crate::mime::{ContentType, HeaderList, MimeFault, Parameters, TransferEncoding};

use super::{As2Name, MessageId, NameFault, ReceiptAsked, mime_head, safe_file_name};

/// The longest subject kept, in characters.
const LONGEST_SUBJECT: usize = 998;

/// A request's head, read and checked.
#[derive(Clone, Debug)]
pub struct Request {
    /// AS2-From.
    pub from: As2Name,
    /// AS2-To.
    pub to: As2Name,
    /// Message-ID.
    pub message_id: MessageId,
    /// Subject, where there is one.
    pub subject: Option<String>,
    /// Content-Type of the body.
    pub content_type: ContentType,
    /// Content-Transfer-Encoding of the body as a whole; HTTP has no need of it and some products use it.
    pub transfer_encoding: TransferEncoding,
    /// The receipt asked for.
    pub receipt: ReceiptAsked,
    /// The file name in Content-Disposition: a fact about the message, not a path.
    pub file_name: Option<String>,
    /// The MIME headers among HTTP's, by which some products make a MIC: see [`mime_head`].
    pub mime_head: Vec<u8>,
    /// AS2-Version; a message without it is as good as one that says 1.0 (RFC 4130, section 6.1).
    pub version: Option<String>,
}

/// Why a request's head is no AS2 request: the sender's fault, answered by HTTP, as no receipt can be addressed.
#[derive(Debug)]
pub enum HeadFault {
    /// A header that must be there is not.
    Missing(&'static str),
    /// A header that must be there once is there more often.
    Repeated(&'static str),
    /// A header is there twice and says two things.
    Differing(&'static str),
    /// AS2-From or AS2-To is no AS2 name.
    Name {
        /// Which header.
        header: &'static str,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// The Message-ID is empty, longer than `limits.message_id`, or not printable ASCII.
    MessageId {
        /// The bound in bytes.
        limit: usize,
    },
    /// Content-Type or Content-Transfer-Encoding cannot be read.
    Mime(MimeFault),
}

impl Request {
    /// Reads the head of a request from its header fields, as they arrived.
    ///
    /// # Errors
    /// A [`HeadFault`].
    pub fn parse(headers: &[(&[u8], &[u8])], limits: &Limits) -> Result<Self, HeadFault> {
        Self::read(&HeaderList::from_pairs(headers.iter().copied()), limits)
    }

    /// As [`Request::parse`], from a header list.
    ///
    /// # Errors
    /// A [`HeadFault`].
    pub fn read(headers: &HeaderList, limits: &Limits) -> Result<Self, HeadFault> {
        let message_id = only(headers, "Message-ID")?;
        let message_id = MessageId::from_header(&message_id, limits.message_id)
            .ok_or(HeadFault::MessageId { limit: limits.message_id })?;
        // A body without a type is bytes (RFC 9110, section 8.3), not mail's text/plain.
        let content_type = headers.text("Content-Type").unwrap_or_else(|| "application/octet-stream".to_owned());
        Ok(Self {
            from: name(headers, "AS2-From")?,
            to: name(headers, "AS2-To")?,
            message_id,
            subject: headers.text("Subject").map(|text| printable(&text, LONGEST_SUBJECT)),
            content_type: ContentType::parse(&content_type).map_err(HeadFault::Mime)?,
            transfer_encoding: TransferEncoding::of(headers).map_err(HeadFault::Mime)?,
            receipt: ReceiptAsked::of(headers),
            file_name: file_name_of(headers),
            mime_head: mime_head(headers),
            version: headers.text("AS2-Version").map(|text| printable(&text, 16)),
        })
    }
}

/// The file name an entity gives itself: in Content-Disposition, else as a parameter of Content-Type, else by mistake as
/// its Content-ID. The names of S/MIME's own layers (RFC 8551, section 3.2.1: `smime.p7m`, `smime.p7z`) are not the
/// payload's.
pub(super) fn file_name_of(headers: &HeaderList) -> Option<String> {
    let parameter = |header, name| Parameters::read(&headers.text(header)?).1.text(name);
    let content_id = || {
        let id = headers.text("Content-ID")?;
        let name = id.trim_matches(['<', '>', '"']);
        // An id that is one has an `@` (RFC 2045, section 7).
        (name.contains('.') && !name.contains('@')).then(|| name.to_owned())
    };
    let fit = |name: String| {
        let name = safe_file_name(&name)?;
        (!name.to_ascii_lowercase().starts_with("smime.p7")).then_some(name)
    };
    let said = parameter("Content-Disposition", "filename").and_then(fit);
    said.or_else(|| parameter("Content-Type", "name").and_then(fit)).or_else(|| content_id().and_then(fit))
}

/// The name that a header gives: two lines that differ would let a sender be two partners. Some products write it twice,
/// with quotes and without.
fn name(headers: &HeaderList, header: &'static str) -> Result<As2Name, HeadFault> {
    let read = |value: &[u8]| As2Name::from_header(value).map_err(|fault| HeadFault::Name { header, fault });
    let mut values = headers.all(header);
    let name = read(&values.next().ok_or(HeadFault::Missing(header))?)?;
    for value in values {
        if read(&value)? != name {
            return Err(HeadFault::Differing(header));
        }
    }
    Ok(name)
}

/// The one value of a header.
fn only(headers: &HeaderList, header: &'static str) -> Result<Vec<u8>, HeadFault> {
    let mut values = headers.all(header);
    let value = values.next().ok_or(HeadFault::Missing(header))?;
    match values.next() {
        Some(_) => Err(HeadFault::Repeated(header)),
        None => Ok(value.into_owned()),
    }
}

fn printable(text: &str, limit: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(limit).collect()
}

impl fmt::Display for HeadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(header) => write!(f, "the request has no {header} header"),
            Self::Repeated(header) => write!(f, "the request has more than one {header} header"),
            Self::Differing(header) => write!(f, "the request has {header} headers that differ"),
            Self::Name { header, fault } => write!(f, "the {header} header is no AS2 name: {fault}"),
            Self::MessageId { limit } => {
                write!(f, "the Message-ID is not 1 to {limit} characters of printable ASCII")
            }
            Self::Mime(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for HeadFault {}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: [(&str, &str); 4] = [
        ("AS2-From", "ACME"),
        ("AS2-To", "\"My Gate\""),
        ("Message-Id", " <1@acme> "),
        ("Content-Type", "text/x; a=b"),
    ];

    fn read(headers: &[(&str, &str)]) -> Result<Request, String> {
        let pairs: Vec<_> = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        Request::parse(&pairs, &Limits::default()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_head_is_read_whole() {
        let mut headers = HEAD.to_vec();
        headers.extend([
            ("Subject", "Order 4711;"),
            ("Content-Transfer-Encoding", "BASE64"),
            ("Content-Disposition", "attachment; filename=\"../o.x12\""),
            ("Disposition-Notification-To", "anyone"),
        ]);
        let request = read(&headers).unwrap();
        assert_eq!((request.from.as_str(), request.to.as_str()), ("ACME", "My Gate"));
        assert_eq!(request.message_id.as_str(), "<1@acme>");
        assert_eq!(request.subject.as_deref(), Some("Order 4711;"));
        assert_eq!(request.content_type.essence(), "text/x");
        assert_eq!(request.transfer_encoding, TransferEncoding::Base64);
        assert_eq!(request.file_name.as_deref(), Some("o.x12"));
        assert_eq!(request.receipt, ReceiptAsked::Sync(Default::default()));
        assert_eq!(request.version, None);
        let bare = read(&HEAD[..3]).unwrap();
        assert_eq!(bare.content_type.essence(), "application/octet-stream");
        assert_eq!(bare.receipt, ReceiptAsked::None);
    }

    #[test]
    fn a_head_that_addresses_nobody_is_refused() {
        let with = |extra: (&'static str, &'static str)| [HEAD.as_slice(), &[extra]].concat();
        let without = |index: usize| {
            let mut headers = HEAD.to_vec();
            headers.remove(index);
            headers
        };
        let check = |headers: &[(&str, &str)], expect: &str| assert_eq!(read(headers).unwrap_err(), expect);
        check(&without(0), "the request has no AS2-From header");
        check(&without(1), "the request has no AS2-To header");
        check(&without(2), "the request has no Message-ID header");
        check(&with(("as2-from", "acme")), "the request has AS2-From headers that differ");
        check(&with(("as2-to", "")), "the AS2-To header is no AS2 name: an AS2 name has at least one character");
        check(&with(("MESSAGE-ID", "<2@acme>")), "the request has more than one Message-ID header");
        check(&with(("Content-Transfer-Encoding", "x")), "the content-transfer-encoding 'x' is not known");
        let mut long = HEAD.to_vec();
        let id = "x".repeat(999);
        long[2].1 = &id;
        check(&long, "the Message-ID is not 1 to 998 characters of printable ASCII");
        long[2].1 = &id[..998];
        assert!(read(&long).is_ok());
        long[0].1 = "";
        check(&long, "the AS2-From header is no AS2 name: an AS2 name has at least one character");
    }
}
