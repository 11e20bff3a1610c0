//! `[as2.send]`: how we send to a partner.

mod entry;
mod http;
mod legacy;
mod mdn;
mod retry;

pub use http::{Auth, Proxy, SendHttp, SendTls, TlsMin, TlsMode, TlsTrust};
pub use mdn::{MdnMode, SendMdn};
pub use retry::Retry;

pub(crate) use entry::SendEntry;

use crate::base::Timestamp;
use crate::smime::DigestAlgorithm;

/// How we send to a partner, all switches decided.
#[derive(Clone, Debug)]
pub struct Send {
    /// How messages are signed; `None`: not at all.
    pub sign: Option<SignAs>,
    /// How they are encrypted; `None`: not at all.
    pub encrypt: Option<EncryptAs>,
    /// Whether, and where, they are compressed (RFC 5402, section 3).
    pub compress: Compress,
    /// How digests are spelt in `micalg` and in the request for a receipt.
    pub micalg_style: MicalgStyle,
    /// Leave out the CMSAlgorithmProtection attribute (RFC 6211).
    pub omit_cms_algorithm_protection: bool,
    /// Put our certificate into signatures.
    pub embed_certificate: bool,
    /// Content-Transfer-Encoding of the payload.
    pub payload_cte: PayloadEncoding,
    /// That of a detached signature.
    pub signature_cte: Encoding,
    /// That of an envelope or compressed message.
    pub outer_cte: Encoding,
    /// Say the outer encoding in a header of HTTP too.
    pub send_cte_http_header: bool,
    /// Say the payload's file name.
    pub send_filename: bool,
    /// Put that name in quotes.
    pub quote_filename: bool,
    /// Content-Type of the payload, where it is not to follow from the payload.
    pub content_type: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Which version we say we speak.
    pub as2_version: As2Version,
    /// The receipt we ask for.
    pub mdn: SendMdn,
    /// How the message travels.
    pub http: SendHttp,
    /// When it is sent again.
    pub retry: Retry,
    /// Set when something legacy is sent: the first instant at which nothing may be sent like this any more.
    pub legacy_until: Option<Timestamp>,
}

impl Send {
    /// Whether messages may be packed and sent like this at `now`: legacy algorithms have their end.
    pub fn may_send(&self, now: Timestamp) -> bool {
        self.legacy_until.is_none_or(|until| now < until)
    }
}

/// How messages are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignAs {
    /// The digest, which is also the one asked for in the receipt.
    pub digest: DigestAlgorithm,
    /// How RSA signs; nothing else has a choice.
    pub padding: SignaturePadding,
}

/// How RSA signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignaturePadding {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2).
    Pkcs1,
    /// RSASSA-PSS (RFC 4056).
    Pss,
}

/// How messages are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptAs {
    /// The cipher of the content.
    pub cipher: SendCipher,
    /// How RSA carries its key; nothing else has a choice.
    pub key_transport: KeyTransport,
}

/// Ciphers of what we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendCipher {
    /// Triple DES in CBC mode: legacy.
    TripleDes,
    /// AES-128 in CBC mode.
    Aes128Cbc,
    /// AES-192 in CBC mode.
    Aes192Cbc,
    /// AES-256 in CBC mode.
    Aes256Cbc,
    /// AES-128 in GCM (RFC 5084).
    Aes128Gcm,
    /// AES-192 in GCM.
    Aes192Gcm,
    /// AES-256 in GCM.
    Aes256Gcm,
}

/// How RSA carries the key of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5 (RFC 3370, section 4.2.1).
    Pkcs1,
    /// RSAES-OAEP (RFC 3560).
    Oaep,
}

/// Whether, and where, a message is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Compress {
    /// Not at all.
    #[default]
    None,
    /// The signature covers the compressed content.
    BeforeSign,
    /// The signature is compressed with what it covers.
    AfterSign,
}

/// How digests are spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MicalgStyle {
    /// `sha1`, `sha-256` (RFC 5751, section 3.4.3.2).
    #[default]
    Rfc5751,
    /// `sha1`, `sha256` (RFC 3851, section 3.4.3.2).
    Rfc3851,
    /// `sha1`, `sha2-256`.
    Sha2,
}

/// Content-Transfer-Encodings of a payload. `8bit` and `7bit` are names for the same bytes as `binary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PayloadEncoding {
    /// As it is.
    #[default]
    Binary,
    /// As it is, under this name.
    EightBit,
    /// As it is, under this name.
    SevenBit,
    /// In base64.
    Base64,
}

/// Content-Transfer-Encodings of CMS parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Binary,
    /// In base64.
    Base64,
}

/// Which version of AS2 we say we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum As2Version {
    /// 1.2 (RFC 6017).
    #[default]
    V1_2,
    /// 1.3 (draft-ietf-ediint-rfc4130bis).
    V1_3,
}
