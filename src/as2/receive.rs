//! Opening a message: decrypting, verifying, and the MIC, in one pass over its bytes.
//!
//! What is inside what is told by the layers themselves, not by configuration: an envelope or none, in it a signature
//! or none, in it the payload, and compression once, around the signature or inside it (RFC 5402, section 3). There is no
//! deeper nesting, so the depth is bounded by how this is written.
//!
//! The payload is written to the caller's sink as it is decoded and before anything about it is verified; whoever gets
//! a [`Refusal`] or an error throws the sink's content away. Where a message holds several parts (RFC 6362), they are written
//! one behind the other, and what came of it says where each of them lies.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::ops::Range;

use crate::base::{Limits, Sha256};
use crate::mime::{ContentType, HeaderList, MimeFault, Multipart, TransferEncoding, TransferReader};
use crate::smime::{
    CompressedReader, ContentEncryption, DigestAlgorithm, EnvelopeReader, Mic, Signature, SignatureFault, SmimeError,
    Verified,
};

use super::attachment::{Attached, PayloadWriter, Written};
use super::entity::{Cms, CmsKind, Entity, behind_repeated_headers, body_of_http};
use super::inner::{Copied, InnerContent, InnerEntity};
use super::measure::{Measure, Measured, Tee, drain};
use super::sniff::{begins_with_a_header, begins_with_edi, cms_content, peek};
use super::watched::Watched;
use super::{As2Error, MicHeaders, MicLines, ReceiptForm, Request, Requirement, SealedFault, Security};

/// A message that was opened and found in order.
#[derive(Clone, Debug)]
pub struct Received {
    /// Content-Type of the payload.
    pub content_type: ContentType,
    /// The file name the payload gives itself, else the request's.
    pub file_name: Option<String>,
    /// Where the payload lies in what was written: all of it, but for messages with attachments.
    pub payload: Range<u64>,
    /// The other parts of the message, in their order.
    pub attachments: Vec<Attached>,
    /// The MIC for the receipt.
    pub mic: Mic,
    /// SHA-256 of the bytes the MIC is made over: what tells a repeated message from another under the same id.
    pub content: Sha256,
    /// What the message was protected by.
    pub layers: Layers,
    /// The entity that the MIC covers, where the bytes on the wire do not show it.
    pub inner: Option<InnerEntity>,
}

/// What a message was protected by.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The cipher of its envelope.
    pub encryption: Option<ContentEncryption>,
    /// SHA-256 of the certificate of ours that it was encrypted for.
    pub opened_with: Option<Sha256>,
    /// Its signature.
    pub signature: Option<Verified>,
    /// Whether it was compressed.
    pub compressed: bool,
    /// Whether its signature covers the content with CRLF line ends, and not as it came.
    pub canonical_lines: bool,
}

/// A message that was not accepted: a result, to be written down and answered.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub error: As2Error,
    /// The MIC, where the message could be read far enough to make it (RFC 4130, section 7.3.1).
    pub mic: Option<Mic>,
    /// SHA-256 of the bytes the MIC is made over, where known.
    pub content: Option<Sha256>,
}

impl Refusal {
    /// A refusal of a message that was not opened.
    pub fn unopened(error: As2Error) -> Self {
        Self { error, mic: None, content: None }
    }
}

/// Opens the body of a message and writes its payload to `payload`.
///
/// `fallback_key` is fresh randomness: with it a key that does not unwrap fails the same way as content that does not
/// decrypt.
///
/// # Errors
/// Only when `body` cannot be read or `payload` not written, or OpenSSL fails to do what it must: nothing is decided
/// then about the message. A fault of the message is a [`Refusal`].
pub fn open(
    request: &Request,
    body: impl Read,
    payload: &mut dyn Write,
    security: &Security,
    limits: &Limits,
    fallback_key: [u8; 32],
) -> io::Result<Result<Received, Refusal>> {
    open_for_evidence(request, body, payload, &mut io::sink(), security, limits, fallback_key)
}

/// As [`open`], and where the bytes on the wire do not show the entity that the MIC covers and that entity is not its head
/// and the payload behind it, it goes to `inner`: see [`Received::inner`]. As the payload's, that sink's content counts
/// only when the message was found in order.
///
/// # Errors
/// As [`open`], and when `inner` cannot be written.
pub fn open_for_evidence(
    request: &Request,
    body: impl Read,
    payload: &mut dyn Write,
    inner: &mut dyn Write,
    security: &Security,
    limits: &Limits,
    fallback_key: [u8; 32],
) -> io::Result<Result<Received, Refusal>> {
    if let Err(error) = receipt_can_be_given(request, security) {
        return Ok(Err(Refusal::unopened(error)));
    }
    let machine = RefCell::new(None);
    let mut payload = Watched { inner: payload, failure: &machine };
    let mut inner = Watched { inner, failure: &machine };
    let mut opening = Opening {
        request,
        security,
        limits,
        payload: PayloadWriter::new(&mut payload, request),
        measured: None,
        signature_algorithm: None,
        layers: Layers::default(),
        hidden: false,
        sink: Some(&mut inner),
        inner: None,
    };
    let result = opening.outermost(&mut Watched { inner: body, failure: &machine }, fallback_key);
    let result = result.and_then(|measured| opening.is_protected_as_agreed().map(|()| measured));
    let outcome = opening.conclude(result);
    match (machine.into_inner(), outcome) {
        (Some(failure), _) => Err(failure),
        (None, Err(refusal)) if is_fault_of_ours(&refusal.error) => Err(io::Error::other(refusal.error.to_string())),
        (None, outcome) => Ok(outcome),
    }
}

/// A sender that requires a receipt in a form we do not give is refused before its message is processed (RFC 4130,
/// section 7.5.3).
fn receipt_can_be_given(request: &Request, security: &Security) -> Result<(), As2Error> {
    let Some(terms) = request.receipt.terms() else { return Ok(()) };
    match terms.form(&security.signature.digests)? {
        ReceiptForm::Signed(_) if security.signer.is_none() && terms.requires_signature() => Err(As2Error::NoSigner),
        ReceiptForm::Signed(_) | ReceiptForm::Unsigned => Ok(()),
    }
}

/// Whether OpenSSL or a key of ours failed, not the message.
fn is_fault_of_ours(error: &As2Error) -> bool {
    match error {
        As2Error::Sealed(SealedFault::Cms(fault) | SealedFault::Signature(fault))
        | As2Error::UnreadableSignature(fault) => {
            matches!(fault, SmimeError::Primitive { .. } | SmimeError::Unusable { .. })
        }
        _ => false,
    }
}

struct Opening<'a> {
    request: &'a Request,
    security: &'a Security,
    limits: &'a Limits,
    payload: PayloadWriter<'a>,
    /// Set as soon as the MIC's input has passed.
    measured: Option<Measured>,
    /// The algorithm of the signature, once it was read.
    signature_algorithm: Option<DigestAlgorithm>,
    layers: Layers,
    /// Whether what is being read lies inside an envelope or inside compression.
    hidden: bool,
    /// Where what the MIC covers goes when it is hidden and must be kept whole.
    sink: Option<&'a mut dyn Write>,
    inner: Option<InnerEntity>,
}

impl Opening<'_> {
    fn outermost(&mut self, body: &mut dyn Read, fallback_key: [u8; 32]) -> Result<Measured, As2Error> {
        let mut body = BufReader::new(body);
        let content_type = &self.request.content_type;
        if content_type.is("application/pkcs7-mime") {
            let mut body =
                behind_repeated_headers(&mut body, self.limits, begins_with_a_header).map_err(As2Error::Unreadable)?;
            let mut cms = Cms::told(content_type, &mut body).map_err(unreadable)?;
            return match cms.kind {
                CmsKind::Compressed => self.compressed(&mut cms.content, Within::Nothing).map_err(decompression),
                CmsKind::Other => self.envelope(&mut cms.content, fallback_key),
            };
        }
        let (mut body, encoding) =
            body_of_http(&mut body, self.request.transfer_encoding, self.limits).map_err(As2Error::Unreadable)?;
        if content_type.is("multipart/signed") {
            let mut body = BufReader::new(TransferReader::new(body, encoding));
            return self.signed(content_type, &mut body, Within::Nothing).map_err(decompression);
        }
        // Neither signed nor encrypted: the MIC covers the body alone (RFC 4130, section 7.3.1).
        let entity = Entity::of_http(content_type.clone(), encoding);
        self.payload_alone(&entity, &mut body)
    }

    /// Decrypts, and reads what is inside. Every fault in there is told only when all of it was read: where in the
    /// content a decryption went wrong must not show in the time of the answer.
    fn envelope(&mut self, body: &mut dyn BufRead, fallback_key: [u8; 32]) -> Result<Measured, As2Error> {
        let mut inside =
            EnvelopeReader::open(body, &self.security.decrypt, self.limits, fallback_key).map_err(of_cms)?;
        let algorithm = inside.algorithm();
        if !self.security.encryption.contains(&algorithm) {
            return Err(As2Error::WeakEncryption(algorithm));
        }
        self.layers.encryption = Some(algorithm);
        self.hidden = true;
        let result = self.decrypted(&mut inside);
        let drained = drain(&mut inside);
        self.layers.opened_with = inside.opened_with();
        match drained {
            Err(error) => Err(As2Error::Sealed(SealedFault::Cms(error.into()))),
            // What a signature that counts covers is the partner's own: of that the truth may be told.
            Ok(()) if self.layers.signature.is_some() => result.map_err(|error| match decompression(error) {
                error @ As2Error::Decompression(_) => error,
                other => sealed(other),
            }),
            Ok(()) => result.map_err(sealed),
        }
    }

    fn decrypted(&mut self, inside: &mut dyn BufRead) -> Result<Measured, As2Error> {
        let beginning = peek(inside).map_err(unreadable)?;
        let bare = begins_with_edi(&beginning);
        if !bare && !begins_with_a_header(beginning.trim_ascii_start()) {
            return Err(As2Error::Sealed(SealedFault::NotAnEntity));
        }
        let mut content = Cursor::new(beginning).chain(inside);
        if bare {
            // Some products encrypt a payload without any MIME header; all of it is content then.
            return self.payload_alone(&Entity::bare().map_err(As2Error::Unreadable)?, &mut content);
        }
        let (entity, mut content) = Entity::read(content, self.limits).map_err(As2Error::Unreadable)?;
        if entity.content_type.is("multipart/signed") {
            let mut content = BufReader::new(TransferReader::new(content, entity.encoding));
            return self.signed(&entity.content_type, &mut content, Within::Envelope);
        }
        if entity.content_type.is("application/pkcs7-mime") {
            let mut cms = Cms::told(&entity.content_type, &mut content).map_err(unreadable)?;
            return match cms.kind {
                CmsKind::Compressed => self.compressed(&mut cms.content, Within::Envelope),
                CmsKind::Other => Err(As2Error::Sealed(SealedFault::Nested)),
            };
        }
        self.payload_alone(&entity, &mut content)
    }

    /// Inflates what stands around a signature, or around a payload that has none.
    fn compressed(&mut self, cms: &mut dyn BufRead, within: Within) -> Result<Measured, As2Error> {
        let mut inside = self.inflate(cms)?;
        self.hidden = true;
        let (entity, mut content) = Entity::inflated(&mut inside, self.limits).map_err(As2Error::Unreadable)?;
        let result = if entity.content_type.is("multipart/signed") {
            let mut content = BufReader::new(TransferReader::new(&mut content, entity.encoding));
            self.signed(&entity.content_type, &mut content, within)
        } else {
            self.payload_alone(&entity, &mut content)
        };
        drop(content);
        drain(&mut inside).map_err(unreadable)?;
        if within == Within::Envelope && !inside.nothing_follows().map_err(unreadable)? {
            // As behind a signed message: see below.
            return Err(As2Error::Unreadable(MimeFault::Epilogue));
        }
        result
    }

    /// Begins to inflate; a second time is once too often (RFC 5402, section 3).
    fn inflate<'r>(&mut self, cms: &'r mut dyn BufRead) -> Result<CompressedReader<&'r mut dyn BufRead>, As2Error> {
        if self.layers.compressed {
            return Err(As2Error::Decompression(SmimeError::DecompressionFailed {
                what: "it is compressed twice".into(),
            }));
        }
        self.layers.compressed = true;
        CompressedReader::open(cms, self.limits).map_err(As2Error::Decompression)
    }

    /// Reads a payload that is not signed. The MIC covers its headers too, where it has any of its own.
    fn payload_alone(&mut self, entity: &Entity, content: &mut dyn BufRead) -> Result<Measured, As2Error> {
        let mut measure = self.measure_of_unsigned(entity);
        let mut content = BufReader::new(Tee { source: content, measure: &mut measure });
        let written = self.covered(entity, entity.head().to_vec(), &mut content);
        drain(&mut content).map_err(unreadable)?;
        drop(content);
        let measured = measure.finish();
        self.measured = Some(measured.clone());
        written.map(|()| measured)
    }

    /// What measures an entity without a signature, its headers taken in.
    fn measure_of_unsigned(&self, entity: &Entity) -> Measure {
        let (algorithms, rules) = (&self.security.signature.digests, self.security.mic);
        let has_http_headers = entity.headers.is_none() && !self.hidden;
        let head_of_its_own: &[u8] = match rules.headers {
            MicHeaders::With if has_http_headers => &self.request.mime_head,
            MicHeaders::Auto | MicHeaders::With | MicHeaders::Without => b"",
        };
        let leaves_out = rules.headers == MicHeaders::Without && entity.headers.is_some();
        let mut measure = if rules.lines == MicLines::Crlf || leaves_out || !head_of_its_own.is_empty() {
            Measure::with_mic_of_its_own(algorithms, rules.lines, head_of_its_own)
        } else {
            Measure::new(algorithms)
        };
        if leaves_out {
            measure.update_content_alone(entity.head())
        } else {
            measure.update(entity.head())
        }
        measure
    }

    /// Reads a multipart/signed (RFC 1847, section 2.1). The MIC covers its first part, from its first header byte to
    /// the byte before the line break that belongs to the boundary.
    fn signed(
        &mut self,
        content_type: &ContentType,
        body: &mut dyn BufRead,
        within: Within,
    ) -> Result<Measured, As2Error> {
        let boundary = content_type.boundary(self.limits).map_err(As2Error::Unreadable)?;
        let mut multipart = Multipart::new(body, boundary, self.limits);

        let part = multipart.next_part().map_err(As2Error::Unreadable)?.ok_or(As2Error::NotTwoParts)?;
        let mut measure = match self.security.mic.lines {
            MicLines::AsReceived => Measure::new(&self.security.signature.digests),
            MicLines::Crlf => Measure::with_mic_of_its_own(&self.security.signature.digests, MicLines::Crlf, b""),
        }
        .and_canonical_lines();
        let mut content = BufReader::new(Tee { source: part, measure: &mut measure });
        let entity = Entity::read(&mut content, self.limits).map_err(As2Error::Unreadable);
        let is_text = entity.as_ref().is_ok_and(|(entity, _)| entity.is_text());
        let written =
            entity.and_then(|(entity, mut content)| self.covered(&entity, entity.head_with_lead(), &mut content));
        drain(&mut content).map_err(unreadable)?;
        drop(content);
        let measured = if is_text { measure.finish() } else { measure.finish().without_canonical_lines() };
        self.measured = Some(measured.clone());

        let mut part = multipart.next_part().map_err(As2Error::Unreadable)?.ok_or(As2Error::NotTwoParts)?;
        let bytes = signature_bytes(&mut part, self.limits)?;
        let signature = Signature::parse(bytes.as_slice(), self.limits).map_err(As2Error::UnreadableSignature)?;
        if multipart.next_part().map_err(As2Error::Unreadable)?.is_some() {
            return Err(As2Error::NotTwoParts);
        }
        if within == Within::Envelope {
            // Blocks put behind the message would otherwise tell whether their padding is right.
            multipart.expect_no_epilogue().map_err(As2Error::Unreadable)?;
        }
        let measured = self.verify(&signature, measured)?;
        if let Some(inner) = &mut self.inner {
            inner.signature = Some(bytes);
        }
        written.map(|()| measured)
    }

    /// Verifies over the content as it came, and where that differs from what was signed, and is text, over the same with
    /// CRLF line ends: some products sign that (RFC 8551, section 3.1.1) and send the other. Gives what the signature covers.
    fn verify(&mut self, signature: &Signature, measured: Measured) -> Result<Measured, As2Error> {
        let named = signature.digest_algorithms();
        self.signature_algorithm = named.into_iter().find(|algorithm| measured.digests.get(*algorithm).is_some());
        let over =
            |measured: &Measured| signature.verify(&measured.digests, &self.security.verify, &self.security.signature);
        let (verified, covered) = match over(&measured) {
            Err(fault @ SignatureFault::DigestDiffers { .. }) => {
                let canonical = measured.with_canonical_lines().and_then(|one| Some((over(&one).ok()?, one)));
                let (verified, canonical) = canonical.ok_or(As2Error::Signature(fault))?;
                self.layers.canonical_lines = true;
                self.measured = Some(canonical.clone());
                (verified, canonical)
            }
            verified => (verified.map_err(As2Error::Signature)?, measured),
        };
        self.layers.signature = Some(verified);
        Ok(covered)
    }

    /// Reads what the MIC covers from behind its headers to its end, and keeps it where it is hidden.
    fn covered(&mut self, entity: &Entity, head: Vec<u8>, content: &mut dyn BufRead) -> Result<(), As2Error> {
        let Some(sink) = self.sink.take().filter(|_| self.hidden) else { return self.payload(entity, content) };
        let is_payload = !entity.content_type.is("application/pkcs7-mime") && !entity.content_type.is_multipart();
        if is_payload && entity.encoding == TransferEncoding::Identity {
            let kept = InnerContent::HeadOfPayload(head);
            self.inner = Some(InnerEntity { content: kept, signature: None });
            return self.payload(entity, content);
        }
        self.inner = Some(InnerEntity { content: InnerContent::Written, signature: None });
        sink.write_all(&head).map_err(unreadable)?;
        let mut content = BufReader::new(Copied { source: content, copy: sink });
        let written = self.payload(entity, &mut content);
        drain(&mut content).map_err(unreadable)?;
        written
    }

    /// Decodes a payload into the sink. What is no payload but another layer is refused.
    fn payload(&mut self, entity: &Entity, content: &mut dyn BufRead) -> Result<(), As2Error> {
        if entity.content_type.is("application/pkcs7-mime") {
            let mut cms = Cms::told(&entity.content_type, content).map_err(unreadable)?;
            return match cms.kind {
                CmsKind::Compressed => self.compressed_payload(&mut cms.content),
                CmsKind::Other => Err(As2Error::SignedOutsideEncrypted),
            };
        }
        self.payload.write(entity, content, self.limits)
    }

    /// Inflates a payload whose signature, if it has one, covers it as it is compressed.
    fn compressed_payload(&mut self, cms: &mut dyn BufRead) -> Result<(), As2Error> {
        let mut inside = self.inflate(cms)?;
        let (entity, mut content) = Entity::inflated(&mut inside, self.limits).map_err(As2Error::Unreadable)?;
        self.payload.write(&entity, &mut content, self.limits)?;
        drop(content);
        drain(&mut inside).map_err(unreadable)
    }

    /// Policy is judged by the layers that were there, not by what headers say.
    fn is_protected_as_agreed(&self) -> Result<(), As2Error> {
        if self.security.encrypted == Requirement::Required && self.layers.encryption.is_none() {
            return Err(As2Error::NotEncrypted);
        }
        if self.security.signed == Requirement::Required && self.layers.signature.is_none() {
            return Err(As2Error::NotSigned);
        }
        if self.security.compressed == Requirement::Required && !self.layers.compressed {
            return Err(As2Error::NotCompressed);
        }
        Ok(())
    }

    fn conclude(self, result: Result<Measured, As2Error>) -> Result<Received, Refusal> {
        match result {
            Ok(measured) => {
                let mic = self.mic(&measured);
                let Written { content_type, file_name, payload, attachments } = self.payload.finish();
                let content = measured.content;
                let (layers, inner) = (self.layers, self.inner);
                Ok(Received { content_type, file_name, payload, attachments, mic, content, layers, inner })
            }
            // What did not decrypt has no MIC.
            Err(error @ As2Error::Sealed(_)) => Err(Refusal::unopened(error)),
            Err(error) => {
                let mic = self.measured.as_ref().map(|measured| self.mic(measured));
                Err(Refusal { error, mic, content: self.measured.map(|measured| measured.content) })
            }
        }
    }

    /// By the signature's algorithm (RFC 4130, section 7.4.3), else the first one the sender asks for that is accepted,
    /// else SHA-256; named as the sender names it.
    fn mic(&self, measured: &Measured) -> Mic {
        let terms = self.request.receipt.terms();
        let asked = || terms.and_then(|terms| terms.first_of(&self.security.signature.digests));
        let algorithm = self.signature_algorithm.or_else(asked).unwrap_or(DigestAlgorithm::Sha256);
        let mic = Mic::new(measured.mic(algorithm));
        match terms.and_then(|terms| terms.spelling(mic.algorithm())) {
            Some(spelling) => mic.spelled(spelling),
            None => mic,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Envelope,
}

/// The CMS of a signature's part, one byte more than the bound at most: that shows that there is more.
fn signature_bytes(part: &mut dyn Read, limits: &Limits) -> Result<Vec<u8>, As2Error> {
    let mut part = BufReader::new(part);
    HeaderList::read_from(&mut part, limits).map_err(As2Error::Unreadable)?;
    let content = cms_content(&mut part).map_err(unreadable)?;
    let mut bytes = Vec::new();
    content.take(limits.signature as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn unreadable(error: io::Error) -> As2Error {
    As2Error::Unreadable(error.into())
}

fn of_cms(fault: SmimeError) -> As2Error {
    As2Error::Sealed(SealedFault::Cms(fault))
}

/// Calls a fault of inflating by its name, wherever on the way through the readers it was met.
fn decompression(error: As2Error) -> As2Error {
    match error {
        As2Error::Unreadable(MimeFault::Source(error)) => match SmimeError::from(error) {
            fault @ SmimeError::DecompressionFailed { .. } => As2Error::Decompression(fault),
            other => As2Error::Unreadable(MimeFault::Source(other.into())),
        },
        other => other,
    }
}

/// What a fault is called when it was met inside an envelope.
fn sealed(error: As2Error) -> As2Error {
    As2Error::Sealed(match error {
        As2Error::Unreadable(MimeFault::Source(error)) => SealedFault::Cms(error.into()),
        As2Error::Unreadable(fault) => SealedFault::Mime(fault),
        As2Error::Decompression(fault) => SealedFault::Cms(fault),
        As2Error::UnreadableSignature(fault) => SealedFault::Signature(fault),
        As2Error::NotTwoParts => SealedFault::NotTwoParts,
        As2Error::Signature(fault @ (SignatureFault::Malformed { .. } | SignatureFault::Unsupported { .. })) => {
            SealedFault::SignatureFault(fault)
        }
        other => return other,
    })
}
