//! Packing a message: compressing, signing, encrypting, and asking for a receipt.
//!
//! The payload is held once, by the caller; layers are put around it in pieces, and the envelope is encrypted while it
//! is written.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read, Write};

use crate::base::{Entropy, Timestamp};
use crate::mime::base64_lines;
use crate::smime::{DigestAlgorithm, Sealing, SmimeError, compress, seal_envelope};

use super::answer::http_date;
use super::candidates::{Covered, MicCandidates};
use super::inner::{InnerContent, InnerEntity};
use super::outgoing::{Compress, Encoding, EncodingHeader, FileNameQuotes, Outgoing, SignatureEncoding, SignedReceipt};
use super::signed::{mint_boundary, signed_parts};
use super::{MessageId, ReceiptWanted, safe_file_name};

/// A message whose body was written, ready to be sent, and to be sent again as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Headers in the order to be sent; Host and Content-Length are HTTP's.
    pub headers: Vec<(String, String)>,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// The MICs a receipt may show.
    pub mics: MicCandidates,
    /// The receipt asked for.
    pub receipt: ReceiptWanted,
    /// The entity that the MIC covers, where the body does not show it.
    pub inner: Option<InnerEntity>,
}

/// Why a message was not packed.
#[derive(Debug)]
pub enum PackFault {
    /// A key cannot sign, a certificate cannot be encrypted for, or OpenSSL failed.
    Protection(SmimeError),
    /// The body could not be written.
    Write(io::Error),
}

impl From<SmimeError> for PackFault {
    fn from(fault: SmimeError) -> Self {
        match fault {
            SmimeError::Io(fault) => Self::Write(fault),
            other => Self::Protection(other),
        }
    }
}

impl fmt::Display for PackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protection(fault) => fault.fmt(f),
            Self::Write(fault) => write!(f, "the body could not be written: {fault}"),
        }
    }
}

impl std::error::Error for PackFault {}

/// Packs a payload: its body goes to `out`.
///
/// With RSA by PKCS #1 the same arguments and entropy give the same bytes; PSS, OAEP and elliptic curves take randomness
/// of OpenSSL's.
///
/// # Errors
/// When the key cannot sign, the recipients' certificates cannot be encrypted for, or `out` cannot be written.
pub fn pack(
    payload: &[u8],
    outgoing: &Outgoing<'_>,
    now: Timestamp,
    entropy: &dyn Entropy,
    out: &mut dyn Write,
) -> Result<Packed, PackFault> {
    pack_for_evidence(payload, outgoing, now, entropy, out, &mut io::sink())
}

/// As [`pack`], and where the body does not show the entity that the MIC covers and that entity is not its head and the
/// payload behind it, it goes to `inner`: see [`Packed::inner`].
///
/// # Errors
/// As [`pack`], and when `inner` cannot be written.
pub fn pack_for_evidence(
    payload: &[u8],
    outgoing: &Outgoing<'_>,
    now: Timestamp,
    entropy: &dyn Entropy,
    out: &mut dyn Write,
    inner: &mut dyn Write,
) -> Result<Packed, PackFault> {
    let wire = &outgoing.wire;
    let algorithm = outgoing.sign.map_or(DigestAlgorithm::Sha256, |signing| signing.digest);
    // RFC 4130, section 7.3.1 has SHA-1 for what is not signed, and some products make nothing else; others answer with
    // SHA-256 whatever was asked.
    let mut algorithms = vec![algorithm];
    if algorithm != DigestAlgorithm::Sha256 {
        algorithms.push(DigestAlgorithm::Sha256);
    }
    if outgoing.sign.is_none() {
        algorithms.push(DigestAlgorithm::Sha1);
    }
    let of_payload = |covered: &Layer<'_>| {
        let (entity, body) = (covered.entity(), covered.pieces());
        let right = Covered { right: borrowed(&entity), without_headers: Some(body), uncompressed: None };
        MicCandidates::of(&right, &algorithms)
    };

    let plain = Layer::payload(payload, outgoing);
    let is_compressed = outgoing.compress != Compress::None;
    let is_hidden = outgoing.encrypt.is_some()
        || is_compressed && (outgoing.sign.is_none() || outgoing.compress == Compress::AfterSigning);
    let mut keep = |covered: &Layer<'_>, signature: Option<Vec<u8>>| -> Result<Option<InnerEntity>, PackFault> {
        if !is_hidden {
            return Ok(None);
        }
        let content = if covered.is_plain() {
            InnerContent::HeadOfPayload(covered.head())
        } else {
            borrowed(&covered.entity())
                .iter()
                .try_for_each(|piece| inner.write_all(piece))
                .map_err(PackFault::Write)?;
            InnerContent::Written
        };
        Ok(Some(InnerEntity { content, signature }))
    };
    let (mut layer, mics, kept) = match &outgoing.sign {
        None if is_compressed => (plain.compressed(wire.payload_encoding)?, of_payload(&plain), keep(&plain, None)?),
        None if outgoing.encrypt.is_some() => (plain.clone(), of_payload(&plain), keep(&plain, None)?),
        // The MIC covers the body alone.
        None => {
            let covered = Covered { right: plain.pieces(), without_headers: None, uncompressed: None };
            let mics = MicCandidates::of(&covered, &algorithms);
            (plain.clone(), mics, None)
        }
        Some(signing) => {
            let inner = match outgoing.compress {
                Compress::BeforeSigning => plain.compressed(wire.payload_encoding)?,
                Compress::None | Compress::AfterSigning => plain.clone(),
            };
            let (entity, original) = (inner.entity(), plain.entity());
            let covered = Covered {
                right: borrowed(&entity),
                without_headers: Some(inner.pieces()),
                uncompressed: (outgoing.compress == Compress::BeforeSigning).then(|| borrowed(&original)),
            };
            let mics = MicCandidates::of(&covered, &algorithms);
            let micalg = wire.micalg_style.name(algorithm);
            let in_base64 = wire.signature_encoding == SignatureEncoding::Base64;
            let boundary = mint_boundary(entropy);
            let around = signed_parts(&covered.right, signing, &boundary, micalg, in_base64, now)?;
            let kept = keep(&inner, Some(around.signature))?;
            let body = [vec![Cow::Owned(around.before)], entity, vec![Cow::Owned(around.behind)]].concat();
            let signed = Layer { content_type: around.content_type, encoding: None, disposition: None, body };
            match outgoing.compress {
                Compress::AfterSigning => (signed.compressed(Encoding::Binary)?, mics, kept),
                Compress::None | Compress::BeforeSigning => (signed, mics, kept),
            }
        }
    };
    let mut out = Counted { out, bytes: 0 };
    if let Some(sealing) = &outgoing.encrypt {
        layer = layer.sealed(sealing, wire.outer_encoding, entropy, &mut out)?;
    } else {
        if layer.is_cms() {
            layer = layer.with_encoding(wire.outer_encoding);
        }
        layer.body.iter().try_for_each(|piece| out.write_all(piece)).map_err(PackFault::Write)?;
    }
    let receipt = match outgoing.receipt.map(|request| request.signed) {
        None => ReceiptWanted::None,
        Some(SignedReceipt::NotAsked) => ReceiptWanted::Unsigned,
        Some(SignedReceipt::Asked) => ReceiptWanted::Signed,
    };
    let headers = headers(outgoing, &layer, algorithm, now);
    Ok(Packed { headers, message_id: outgoing.message_id.clone(), body_bytes: out.bytes, mics, receipt, inner: kept })
}

/// A MIME entity: a body, in pieces, and its headers.
#[derive(Clone)]
struct Layer<'a> {
    content_type: String,
    encoding: Option<Encoding>,
    disposition: Option<String>,
    body: Vec<Cow<'a, [u8]>>,
}

/// What CMS layers are called (RFC 8551, section 3.2.1).
const CMS: &str = "application/pkcs7-mime";

impl<'a> Layer<'a> {
    fn payload(payload: &'a [u8], outgoing: &Outgoing<'_>) -> Self {
        let (encoding, disposition) = (outgoing.wire.payload_encoding, disposition(outgoing));
        let body = encoded(vec![Cow::Borrowed(payload)], encoding);
        Self { content_type: header_text(outgoing.content_type), encoding: Some(encoding), disposition, body }
    }

    fn pieces(&self) -> Vec<&[u8]> {
        borrowed(&self.body)
    }

    /// Whether the payload stands in it as it is.
    fn is_plain(&self) -> bool {
        !self.is_cms() && self.encoding == Some(Encoding::Binary)
    }

    /// Headers and body.
    fn entity(&self) -> Vec<Cow<'a, [u8]>> {
        [vec![Cow::Owned(self.head())], self.body.clone()].concat()
    }

    /// Headers and the empty line behind them.
    fn head(&self) -> Vec<u8> {
        let encoding = match self.encoding {
            Some(Encoding::Binary) => "Content-Transfer-Encoding: binary\r\n",
            Some(Encoding::Base64) => "Content-Transfer-Encoding: base64\r\n",
            None => "",
        };
        let disposition = self.disposition.as_ref().map(|value| format!("Content-Disposition: {value}\r\n"));
        let disposition = disposition.unwrap_or_default();
        format!("Content-Type: {}\r\n{encoding}{disposition}\r\n", self.content_type).into_bytes()
    }

    fn compressed(&self, encoding: Encoding) -> Result<Layer<'static>, SmimeError> {
        let entity = self.entity();
        let whole = compress(borrowed(&entity))?;
        Ok(Layer {
            content_type: format!("{CMS}; smime-type=compressed-data; name=\"smime.p7z\""),
            encoding: Some(encoding),
            disposition: Some("attachment; filename=\"smime.p7z\"".to_owned()),
            body: encoded(vec![Cow::Owned(whole.head), Cow::Owned(whole.octets)], encoding),
        })
    }

    /// Encrypts the entity into `out`. What comes back has no body.
    fn sealed(
        self,
        sealing: &Sealing<'_>,
        encoding: Encoding,
        entropy: &dyn Entropy,
        out: &mut dyn Write,
    ) -> Result<Self, SmimeError> {
        let entity = self.entity();
        let length = entity.iter().map(|piece| piece.len() as u64).sum();
        let content = Pieces { pieces: borrowed(&entity) };
        match encoding {
            Encoding::Binary => drop(seal_envelope(content, length, out, sealing, entropy)?),
            Encoding::Base64 => {
                let mut lines = Base64Lines { out, waiting: Vec::new() };
                seal_envelope(content, length, &mut lines, sealing, entropy)?;
                lines.finish()?;
            }
        }
        let kind = if sealing.encryption.is_authenticated() { "authEnveloped-data" } else { "enveloped-data" };
        Ok(Self {
            content_type: format!("{CMS}; smime-type={kind}; name=\"smime.p7m\""),
            encoding: Some(encoding),
            disposition: Some("attachment; filename=\"smime.p7m\"".to_owned()),
            body: Vec::new(),
        })
    }

    fn is_cms(&self) -> bool {
        self.content_type.starts_with(CMS)
    }

    fn with_encoding(self, encoding: Encoding) -> Self {
        if self.encoding == Some(Encoding::Binary) && encoding == Encoding::Base64 {
            return Self { encoding: Some(encoding), body: encoded(self.body, encoding), ..self };
        }
        self
    }
}

fn borrowed<'b>(pieces: &'b [Cow<'_, [u8]>]) -> Vec<&'b [u8]> {
    pieces.iter().map(AsRef::as_ref).collect()
}

fn encoded<'a>(pieces: Vec<Cow<'a, [u8]>>, encoding: Encoding) -> Vec<Cow<'a, [u8]>> {
    match encoding {
        Encoding::Binary => pieces,
        Encoding::Base64 => vec![Cow::Owned(base64_lines(&pieces.concat()).into_bytes())],
    }
}

/// Reads pieces one after another.
struct Pieces<'b> {
    pieces: Vec<&'b [u8]>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for piece in &mut self.pieces {
            if !piece.is_empty() {
                return piece.read(out);
            }
        }
        Ok(0)
    }
}

/// Counts what is written.
struct Counted<'b> {
    out: &'b mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes base64 in lines, holding back what makes no full line yet.
struct Base64Lines<'b> {
    out: &'b mut dyn Write,
    waiting: Vec<u8>,
}

impl Base64Lines<'_> {
    /// Bytes that make a full line.
    const LINE: usize = 57;

    fn finish(self) -> io::Result<()> {
        self.out.write_all(base64_lines(&self.waiting).as_bytes())
    }
}

impl Write for Base64Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        let rest = self.waiting.split_off(self.waiting.len() / Self::LINE * Self::LINE);
        let lines = std::mem::replace(&mut self.waiting, rest);
        self.out.write_all(base64_lines(&lines).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn disposition(outgoing: &Outgoing<'_>) -> Option<String> {
    let name = safe_file_name(outgoing.file_name?)?;
    let plain = header_text(&name);
    let is_token = plain.bytes().all(is_token_character);
    // Letters beyond ASCII are said as well as they can be, and once more for those who read RFC 8187.
    let whole = if plain == name { String::new() } else { format!("; filename*=UTF-8''{}", percent_encoded(&name)) };
    Some(match outgoing.wire.quote_file_name {
        FileNameQuotes::WhereNeeded if is_token => format!("attachment; filename={plain}{whole}"),
        FileNameQuotes::WhereNeeded | FileNameQuotes::Always => format!("attachment; filename=\"{plain}\"{whole}"),
    })
}

fn is_token_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&byte)
}

/// RFC 8187, section 3.2.1: all but letters, digits and some marks as `%20`.
fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn headers(
    outgoing: &Outgoing<'_>,
    layer: &Layer<'_>,
    algorithm: DigestAlgorithm,
    now: Timestamp,
) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    outgoing.wire.version.headers(outgoing.wire.reliability).into_iter().for_each(|(name, value)| add(name, value));
    add("AS2-From", outgoing.from.on_wire());
    add("AS2-To", outgoing.to.on_wire());
    add("Message-ID", outgoing.message_id.as_str());
    add("Date", &http_date(now));
    add("MIME-Version", "1.0");
    if let Some(subject) = outgoing.subject {
        add("Subject", &header_text(subject));
    }
    add("Content-Type", &layer.content_type);
    match (layer.encoding, outgoing.wire.http_transfer_encoding_header) {
        (Some(Encoding::Base64), _) => add("Content-Transfer-Encoding", "base64"),
        (_, EncodingHeader::Written) => add("Content-Transfer-Encoding", "binary"),
        (_, EncodingHeader::LeftOut) => {}
    }
    if let Some(disposition) = &layer.disposition {
        add("Content-Disposition", disposition);
    }
    if let Some(request) = outgoing.receipt {
        // Only that it is there counts (RFC 4130, section 7.3).
        add("Disposition-Notification-To", outgoing.from.on_wire());
        if request.signed == SignedReceipt::Asked {
            // One algorithm, the signature's, so that every product's reading of the list agrees.
            let micalg = outgoing.wire.micalg_style.name(algorithm);
            let options = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, ";
            add("Disposition-Notification-Options", &format!("{options}{micalg}"));
        }
        if let Some(url) = request.deliver_to {
            add("Receipt-Delivery-Option", &header_text(url));
        }
    }
    headers
}

/// A text fit for a header line: nothing in it can end the line.
fn header_text(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '_' }).collect()
}
