//! A multipart/signed that lies open, cut into what was signed and the signature (RFC 1847, section 2.1).

use std::borrow::Cow;
use std::io::{self, Read};

use crate::base::Limits;
use crate::mime::{ContentType, HeaderList, MimeFault, Multipart, TransferEncoding, TransferReader};
use crate::smime::{
    Certificate, ContentDigests, DigestAlgorithm, RsaFloor, Signature, SignaturePolicy, SignedAttributes,
};

use super::entity::body_of_http;
use super::lines::with_crlf;
use super::sniff::cms_content;

/// What was signed, and its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedMultipart {
    /// The first part: headers, empty line and body, to the byte before the line break that belongs to the boundary.
    pub content: Vec<u8>,
    /// The CMS of the second part, decoded.
    pub signature: Vec<u8>,
}

/// Why a multipart/signed cannot be cut.
#[derive(Debug)]
pub enum CutFault {
    /// Its MIME cannot be read.
    Mime(MimeFault),
    /// It has not exactly two parts.
    NotTwoParts,
}

impl From<MimeFault> for CutFault {
    fn from(fault: MimeFault) -> Self {
        Self::Mime(fault)
    }
}

impl SignedMultipart {
    /// Cuts an entity; `None` when it is no multipart/signed. A signature that is longer than `limits.signature` is one
    /// byte longer here, so that its reader can say so.
    ///
    /// # Errors
    /// A [`CutFault`].
    pub fn cut(headers: &HeaderList, body: &[u8], limits: &Limits) -> Result<Option<Self>, CutFault> {
        let content_type = ContentType::of(headers)?;
        if !content_type.is("multipart/signed") {
            return Ok(None);
        }
        let mut parts = parts(&content_type, body, limits)?.into_iter();
        let (Some(content), Some(signature), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CutFault::NotTwoParts);
        };
        let (_, encoded) = HeaderList::read(&signature, limits)?;
        let mut signature = Vec::new();
        let encoded = cms_content(encoded).map_err(MimeFault::from)?;
        encoded.take(limits.signature as u64 + 1).read_to_end(&mut signature).map_err(MimeFault::from)?;
        Ok(Some(Self { content, signature }))
    }

    /// The bytes that the signature is right for under `certificate`: those that arrived, unless it is right for them with
    /// every line end made CRLF and for nothing else. Some products sign that and send the other.
    pub fn signed_bytes(&self, certificate: &Certificate, limits: &Limits) -> Cow<'_, [u8]> {
        let policy = SignaturePolicy {
            digests: DigestAlgorithm::ALL.to_vec(),
            signed_attributes: SignedAttributes::Optional,
            rsa_floor: RsaFloor::Bits1024,
        };
        let is_right = |content: &[u8]| {
            Signature::parse(self.signature.as_slice(), limits).is_ok_and(|signature| {
                let digests = ContentDigests::of(content, DigestAlgorithm::ALL);
                signature.verify(&digests, std::slice::from_ref(certificate), &policy).is_ok()
            })
        };
        let with_crlf = with_crlf(&self.content);
        if with_crlf != self.content && !is_right(&self.content) && is_right(&with_crlf) {
            return Cow::Owned(with_crlf);
        }
        Cow::Borrowed(&self.content)
    }
}

/// The body of a request behind headers that it repeats, its Content-Transfer-Encoding undone where it really has one: what
/// a multipart/signed is cut out of. One that does not decode is given as it is.
pub fn decoded_body<'b>(headers: &HeaderList, body: &'b [u8], limits: &Limits) -> Cow<'b, [u8]> {
    let declared = TransferEncoding::of(headers).unwrap_or_default();
    if declared == TransferEncoding::Identity {
        return Cow::Borrowed(body);
    }
    let mut source = body;
    let mut decoded = Vec::new();
    let read = body_of_http(&mut source, declared, limits)
        .map_err(io::Error::from)
        .and_then(|(content, encoding)| TransferReader::new(content, encoding).read_to_end(&mut decoded));
    if read.is_ok() { Cow::Owned(decoded) } else { Cow::Borrowed(body) }
}

/// The parts of a multipart body.
pub(super) fn parts(content_type: &ContentType, body: &[u8], limits: &Limits) -> Result<Vec<Vec<u8>>, MimeFault> {
    let mut multipart = Multipart::new(body, content_type.boundary(limits)?, limits);
    let mut parts = Vec::new();
    while let Some(mut part) = multipart.next_part()? {
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes)?;
        parts.push(bytes);
    }
    Ok(parts)
}
