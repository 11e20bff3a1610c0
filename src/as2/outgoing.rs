//! What to send, to whom, and how: the wishes that [`pack`](super::pack()) fulfils.

use crate::smime::{AlgorithmProtection, DigestAlgorithm, RsaPadding, Sealing, SignatureForm, SignerCertificate};

use super::{As2Name, MessageId, Signer};

/// What to send, to whom, and how.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// AS2-From: our name.
    pub from: &'a As2Name,
    /// AS2-To: the partner's.
    pub to: &'a As2Name,
    /// Message-ID: one per message, kept over every retry.
    pub message_id: &'a MessageId,
    /// Subject.
    pub subject: Option<&'a str>,
    /// Content-Type of the payload: `application/edi-x12`.
    pub content_type: &'a str,
    /// The file name the payload is given.
    pub file_name: Option<&'a str>,
    /// How to sign.
    pub sign: Option<Signing<'a>>,
    /// For whom and how to encrypt.
    pub encrypt: Option<Sealing<'a>>,
    /// Whether and when to compress.
    pub compress: Compress,
    /// The receipt to ask for.
    pub receipt: Option<ReceiptRequest<'a>>,
    /// How it is written, where products differ.
    pub wire: Wire,
}

/// By which key and how to sign. No `Debug`, as it leads to a key.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    /// Certificate and key.
    pub signer: &'a Signer,
    /// The digest, by which the receipt's MIC is asked for too.
    pub digest: DigestAlgorithm,
    /// How an RSA key signs.
    pub padding: RsaPadding,
    /// Whether the algorithms are signed too (RFC 6211).
    pub algorithm_protection: AlgorithmProtection,
    /// Whether our certificate travels along.
    pub certificate: SignerCertificate,
}

impl<'a> Signing<'a> {
    /// Signing in the form that suits most.
    pub fn new(signer: &'a Signer, digest: DigestAlgorithm) -> Self {
        let SignatureForm { padding, algorithm_protection, certificate } = SignatureForm::default();
        Self { signer, digest, padding, algorithm_protection, certificate }
    }

    pub(super) fn form(&self) -> SignatureForm {
        let Self { padding, algorithm_protection, certificate, .. } = *self;
        SignatureForm { padding, algorithm_protection, certificate }
    }
}

/// Whether and when to compress: once at most, and always inside encryption (RFC 5402, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Compress {
    /// Not at all.
    #[default]
    None,
    /// The payload, which is then signed as compressed.
    BeforeSigning,
    /// What was signed. Without a signature it is the same as before.
    AfterSigning,
}

/// The receipt to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptRequest<'a> {
    /// Whether it is to be signed.
    pub signed: SignedReceipt,
    /// Where to send it later (Receipt-Delivery-Option); in the answer when left out.
    pub deliver_to: Option<&'a str>,
}

/// Whether a receipt is to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedReceipt {
    /// It is.
    Asked,
    /// It need not be.
    NotAsked,
}

/// How a message is written, where products differ. The default suits most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Wire {
    /// Content-Transfer-Encoding of the payload, and of compressed content that is signed.
    pub payload_encoding: Encoding,
    /// That of the signature.
    pub signature_encoding: SignatureEncoding,
    /// That of the body as a whole where it is CMS; a multipart must not be encoded (RFC 2045, section 6.4).
    pub outer_encoding: Encoding,
    /// Whether HTTP's header says the encoding of the body. It always does where that is base64.
    pub http_transfer_encoding_header: EncodingHeader,
    /// How digests are spelled.
    pub micalg_style: MicalgStyle,
    /// Whether a file name is quoted where it need not be.
    pub quote_file_name: FileNameQuotes,
    /// AS2-Version.
    pub version: Version,
    /// Whether AS2-Reliability is announced.
    pub reliability: Reliability,
}

/// How bytes are encoded for their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// As they are, so that no product has a reason to change line ends.
    #[default]
    Binary,
    /// In base64.
    Base64,
}

/// How a signature is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SignatureEncoding {
    /// In base64, as most expect it.
    #[default]
    Base64,
    /// As it is.
    Binary,
}

/// Whether HTTP's header has a Content-Transfer-Encoding, which HTTP has no need of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EncodingHeader {
    /// It has none.
    #[default]
    LeftOut,
    /// It has one.
    Written,
}

/// How the names of digests are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MicalgStyle {
    /// `sha1`, `sha-256`: as RFC 5751 has SHA-2, and as every certified product reads them.
    #[default]
    Rfc5751,
    /// `sha1`, `sha256`: as RFC 3851 has them.
    Rfc3851,
    /// `sha1`, `sha2-256`.
    Sha2,
}

/// Whether a file name stands in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FileNameQuotes {
    /// Always.
    #[default]
    Always,
    /// Only where a character in it asks for them (RFC 2045, section 5.1).
    WhereNeeded,
}

/// Whether EDIINT-Features says AS2-Reliability: that a Message-ID is kept over every retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reliability {
    /// It does.
    #[default]
    Announced,
    /// It does not: each attempt has an id of its own.
    LeftOut,
}

/// The AS2-Version that is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Version {
    /// 1.2: compression is read, and EDIINT-Features tells the rest (RFC 6017).
    #[default]
    V1_2,
    /// 1.3, with AS2-Product, as the successor of RFC 4130 has it.
    V1_3,
}

impl MicalgStyle {
    /// A digest in this spelling.
    pub const fn name(self, algorithm: DigestAlgorithm) -> &'static str {
        match (self, algorithm) {
            (Self::Rfc5751, algorithm) => algorithm.micalg(),
            (_, DigestAlgorithm::Sha1) => "sha1",
            (Self::Rfc3851, DigestAlgorithm::Sha256) => "sha256",
            (Self::Rfc3851, DigestAlgorithm::Sha384) => "sha384",
            (Self::Rfc3851, DigestAlgorithm::Sha512) => "sha512",
            (Self::Sha2, DigestAlgorithm::Sha256) => "sha2-256",
            (Self::Sha2, DigestAlgorithm::Sha384) => "sha2-384",
            (Self::Sha2, DigestAlgorithm::Sha512) => "sha2-512",
        }
    }
}

impl Version {
    /// The headers that tell it. What is named are features that are there: several attachments are taken (RFC 6362), a
    /// Message-ID is kept over every retry, and a repeated message gets the receipt it got before (AS2-Reliability).
    pub(super) fn headers(self, reliability: Reliability) -> Vec<(&'static str, &'static str)> {
        let version = match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        };
        let features = match reliability {
            Reliability::Announced => "multiple-attachments, AS2-Reliability",
            Reliability::LeftOut => "multiple-attachments",
        };
        let mut headers = vec![("AS2-Version", version), ("EDIINT-Features", features)];
        if self == Self::V1_3 {
            headers.push(("AS2-Product", "edigate"));
        }
        headers
    }
}
