//! What is there to be proved: the message, the receipt, what each signature covers, and how they hang together.

use memchr::memmem;

use super::mic::{self, MicContent};
use super::payload::{self, PayloadIn};
use super::{File, Story, Unprovable};
use crate::as2::{self, Disposition, SignedMultipart};
use crate::base::Limits;
use crate::canon::Direction;
use crate::exchange::{BlobRef, CertificateRole, CertificateUsed, KeptContent};
use crate::mime::HeaderList;
use crate::smime::{Certificate, Mic};

/// All that the folder tells.
pub(super) struct Facts<'a> {
    pub(super) story: &'a Story,
    pub(super) message: Statement,
    pub(super) receipt: Option<Statement>,
    /// The business content, and how it stands in the message's content.
    pub(super) payload: Vec<u8>,
    pub(super) payload_in: PayloadIn,
    /// The MIC that the receipt shows, and what it is made over.
    pub(super) mic: Option<(Mic, Option<MicContent>)>,
    pub(super) certificates: Vec<CertificateFile>,
}

/// A message or a receipt.
pub(super) struct Statement {
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
    /// What its signature covers; of an unsigned one what a MIC is made over.
    pub(super) content: Option<Vec<u8>>,
    pub(super) stands: Stands,
    pub(super) signature: Option<Vec<u8>>,
    /// The certificate that the signature verifies under.
    pub(super) signer: Option<usize>,
}

/// How the content stands in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// From this byte on, as it is.
    At(usize),
    /// With other line ends.
    OtherLines,
    /// In an encoding of the whole body.
    Encoded,
    /// Encrypted or compressed.
    Hidden,
}

/// A certificate of the folder.
pub(super) struct CertificateFile {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) used: CertificateUsed,
    pub(super) pem: Vec<u8>,
}

impl Facts<'_> {
    pub(super) fn is_ours(&self) -> bool {
        self.story.direction == Direction::Outbound
    }

    /// The Message-ID that the receipt names.
    pub(super) fn message_id(&self) -> &str {
        let detail = &self.story.detail;
        let named = detail.settled_by.as_ref().and_then(|by| by.message_id.as_ref());
        named.unwrap_or(&detail.message_id)
    }

    /// Whether the receipt says that the message was processed.
    pub(super) fn is_positive(&self) -> bool {
        let detail = &self.story.detail;
        let said = detail.settled_by.as_ref().map(|by| &by.disposition).or(detail.disposition.as_ref());
        said.is_some_and(|text| matches!(Disposition::parse(text), Disposition::Processed | Disposition::Warning(_)))
    }

    /// The files of message, receipt and certificates.
    pub(super) fn files(&self) -> Vec<File> {
        let mut files = Vec::new();
        let mut add = |name, what, bytes: Option<&Vec<u8>>| {
            files.extend(bytes.map(|bytes| File { name, what, bytes: bytes.clone() }));
        };
        add("message-head.txt", "the message's header lines", Some(&self.message.head));
        add("message-body.bin", "its body as it went over the wire", Some(&self.message.body));
        add("message-content.bin", "what its signature covers, byte for byte", self.message.content.as_ref());
        add("message-signature.p7s", "its detached signature: CMS, RFC 5652", self.message.signature.as_ref());
        add("payload.bin", "the business content", Some(&self.payload));
        let other = self.mic.as_ref().and_then(|(_, content)| content.as_ref()?.bytes.as_ref());
        add("mic-content.bin", "what the receipt's MIC is made over", other);
        if let Some(receipt) = &self.receipt {
            add("receipt-head.txt", "the receipt's header lines", Some(&receipt.head));
            add("receipt-body.bin", "its body as it went over the wire", Some(&receipt.body));
            add("receipt-content.bin", "what its signature covers, byte for byte", receipt.content.as_ref());
            add("receipt-signature.p7s", "its detached signature: CMS, RFC 5652", receipt.signature.as_ref());
        }
        for certificate in &self.certificates {
            add(certificate.name, certificate.what, Some(&certificate.pem));
        }
        files
    }
}

/// Bounds for what was accepted once, under whatever bounds there were then.
fn wide() -> Limits {
    const MANY: usize = 1 << 24;
    Limits {
        header_line: MANY,
        mime_head: MANY,
        mime_parts: MANY,
        signature: MANY,
        boundary: MANY,
        decompressed: u64::MAX,
        decompression_ratio: u64::MAX,
        ..Limits::default()
    }
}

/// Gathers what the folder tells.
pub(super) fn gather<'a>(
    story: &'a Story,
    blob: &dyn Fn(&BlobRef) -> Option<Vec<u8>>,
) -> Result<Facts<'a>, Unprovable> {
    let limits = wide();
    let detail = &story.detail;
    let read = |reference: &BlobRef| blob(reference).ok_or(Unprovable::Missing(reference.sha256));
    let nothing = || Unprovable::NothingKept(story.stage);
    let certificates = certificates(story, &read)?;
    let named = |name: &str| certificates.iter().position(|certificate| certificate.name == name);
    let (ours, theirs) = (named(OURS), named(THEIRS));
    let payload = read(&detail.payload.ok_or_else(nothing)?)?;

    let (head, body, headers, signer) = match story.direction {
        Direction::Outbound => {
            let packed = detail.packed.as_ref().ok_or_else(nothing)?;
            let lines = packed.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
            let headers = HeaderList::from_pairs(lines);
            (headers.as_bytes().to_vec(), read(&packed.body)?, headers, ours)
        }
        Direction::Inbound => {
            let (head, body) = split(&read(&detail.raw.ok_or_else(nothing)?)?);
            let lines = memmem::find(&head, b"\r\n").map_or(&[][..], |end| head.get(end + 2..).unwrap_or_default());
            let headers = HeaderList::read(lines, &limits).map(|(headers, _)| headers).unwrap_or_default();
            (head, body, headers, theirs)
        }
    };
    let message = match &detail.inner {
        Some(inner) => {
            let content = match inner.content {
                KeptContent::HeadOfPayload(head) => [read(&head)?, payload.clone()].concat(),
                KeptContent::Whole(whole) => read(&whole)?,
            };
            let signature = inner.signature.as_ref().map(read).transpose()?;
            let (content, signature) = match signature {
                Some(signature) => {
                    let (content, signature) =
                        signed(SignedMultipart { content, signature }, signer, &certificates, &limits);
                    (content, Some(signature))
                }
                None => (content, None),
            };
            Statement { head, body, content: Some(content), stands: Stands::Hidden, signature, signer }
        }
        // Packed or opened by a version that did not keep what was inside.
        None if is_cms(&headers) => {
            Statement { head, body, content: None, stands: Stands::Hidden, signature: None, signer }
        }
        None => {
            let decoded = as2::decoded_body(&headers, &body, &limits).into_owned();
            open(Wire { head, body, decoded: Some(decoded) }, &headers, signer, &certificates, &limits)
        }
    };
    let receipt = match story.direction {
        Direction::Outbound => detail.settled_by.as_ref().map(|by| (by.receipt, by.mic.as_ref(), theirs)),
        Direction::Inbound => detail.answer.map(|answer| (answer, detail.mic.as_ref(), ours)),
    };
    let mic = receipt.and_then(|(_, mic, _)| Mic::parse(mic?));
    let receipt = receipt.map(|(raw, _, signer)| {
        let (head, body) = split(&read(&raw)?);
        let headers = HeaderList::read(&head, &limits).map(|(headers, _)| headers).unwrap_or_default();
        Ok(open(Wire { head, body, decoded: None }, &headers, signer, &certificates, &limits))
    });
    let receipt = receipt.transpose()?;
    let content = message.content.as_deref().unwrap_or_default();
    let payload_in = payload::place(content, &payload, &limits);
    let plain = payload_in.inflated(content);
    let mic = mic.map(|mic| {
        let found = mic::find(&mic, content, plain.as_deref(), &headers, &limits);
        (mic, found)
    });
    Ok(Facts { story, message, receipt, payload, payload_in, mic, certificates })
}

/// An entity as it went over the wire.
struct Wire {
    head: Vec<u8>,
    body: Vec<u8>,
    /// The body without the encoding that its head names, where that counts.
    decoded: Option<Vec<u8>>,
}

/// An entity that lies open: what is signed in it, or all of it.
fn open(
    wire: Wire,
    headers: &HeaderList,
    signer: Option<usize>,
    certificates: &[CertificateFile],
    limits: &Limits,
) -> Statement {
    let Wire { head, body, decoded } = wire;
    let Ok(Some(cut)) = SignedMultipart::cut(headers, decoded.as_ref().unwrap_or(&body), limits) else {
        return Statement { head, content: Some(body.clone()), body, stands: Stands::At(0), signature: None, signer };
    };
    let (content, signature) = signed(cut, signer, certificates, limits);
    let stands = match memmem::find(&body, &content) {
        Some(at) => Stands::At(at),
        None if decoded.is_some_and(|decoded| decoded != body) => Stands::Encoded,
        None => Stands::OtherLines,
    };
    Statement { head, body, content: Some(content), stands, signature: Some(signature), signer }
}

/// What a signature covers, in the form that it is right for, and the signature.
fn signed(
    cut: SignedMultipart,
    signer: Option<usize>,
    certificates: &[CertificateFile],
    limits: &Limits,
) -> (Vec<u8>, Vec<u8>) {
    let certificate = signer.and_then(|index| Certificate::from_pem(&certificates.get(index)?.pem).ok());
    let content = match &certificate {
        Some(certificate) => cut.signed_bytes(certificate, limits).into_owned(),
        None => cut.content,
    };
    (content, cut.signature)
}

const OURS: &str = "our-certificate.pem";
const THEIRS: &str = "partner-certificate.pem";

type Reading<'r> = dyn Fn(&BlobRef) -> Result<Vec<u8>, Unprovable> + 'r;

fn certificates(story: &Story, read: &Reading<'_>) -> Result<Vec<CertificateFile>, Unprovable> {
    let detail = &story.detail;
    let packed = detail.packed.iter().flat_map(|packed| &packed.certificates);
    let settled = detail.settled_by.iter().filter_map(|by| by.certificate.as_ref());
    let mut files: Vec<CertificateFile> = Vec::new();
    for used in packed.chain(settled).chain(&detail.certificates) {
        let (name, what) = match used.role {
            CertificateRole::Signed => (OURS, "the certificate that we signed with"),
            CertificateRole::Verified => (THEIRS, "the certificate that the partner's signature verified under"),
            CertificateRole::EncryptedFor => {
                ("partner-encryption-certificate.pem", "the certificate that the message was encrypted for")
            }
        };
        if !files.iter().any(|file| file.name == name) {
            files.push(CertificateFile { name, what, used: used.clone(), pem: read(&used.certificate)? });
        }
    }
    Ok(files)
}

fn is_cms(headers: &HeaderList) -> bool {
    crate::mime::ContentType::of(headers).is_ok_and(|found| found.is("application/pkcs7-mime"))
}

/// Head, with the empty line behind it, and body.
fn split(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let end = memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let (head, body) = bytes.split_at(end);
    (head.to_vec(), body.to_vec())
}
