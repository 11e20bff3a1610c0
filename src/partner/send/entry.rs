//! `[as2.send]` as it is written, and what it comes to.

use super::http::{HttpEntry, TlsMin, TlsTrust};
use super::legacy::Legacy;
use super::{
    As2Version, Compress, Encoding, EncryptAs, KeyTransport, MdnMode, MicalgStyle, PayloadEncoding, Retry, Send,
    SendCipher, SendMdn, SignAs, SignaturePadding,
};
use crate::base::table::{Located, Value};
use crate::base::{Diagnostic, Location};
use crate::partner::layers::Layers;
use crate::partner::{Resolving, TheirRole};
use crate::smime::DigestAlgorithm;

/// `[as2.send]` over its profile: what is decided by the files alone, and where what must still be looked at stands.
#[derive(Clone, Debug)]
pub(crate) struct SendEntry {
    sign: Option<SignAs>,
    encrypt: Option<EncryptAs>,
    compress: Compress,
    micalg_style: MicalgStyle,
    omit_cms_algorithm_protection: bool,
    embed_certificate: bool,
    payload_cte: PayloadEncoding,
    signature_cte: Encoding,
    outer_cte: Encoding,
    send_cte_http_header: bool,
    send_filename: bool,
    quote_filename: bool,
    content_type: Option<String>,
    subject: Option<String>,
    as2_version: As2Version,
    mdn: Located<SendMdn>,
    http: HttpEntry,
    retry: Retry,
    legacy: Legacy,
    encrypt_at: Location,
}

impl SendEntry {
    /// Reads the table; `channel` is the place of `[as2]`, to which faults of defaults are put down.
    pub(crate) fn read(table: &Layers<'_>, channel: Location) -> Self {
        let place = table.at().unwrap_or(channel);
        let digests = [
            ("none", None),
            ("sha-1", Some(DigestAlgorithm::Sha1)),
            ("sha-256", Some(DigestAlgorithm::Sha256)),
            ("sha-384", Some(DigestAlgorithm::Sha384)),
            ("sha-512", Some(DigestAlgorithm::Sha512)),
        ];
        let digest = located(table.one_of("sign_alg", &digests), Some(DigestAlgorithm::Sha256), &place);
        let padding = match table.flag("pss") {
            Some(true) => SignaturePadding::Pss,
            Some(false) | None => SignaturePadding::Pkcs1,
        };
        let cipher = located(table.one_of("encrypt_alg", &CIPHERS), Some(SendCipher::Aes256Cbc), &place);
        let transports = [("pkcs1", KeyTransport::Pkcs1), ("oaep", KeyTransport::Oaep)];
        let key_transport = table.one_of("key_transport", &transports).map_or(KeyTransport::Pkcs1, |one| one.value);
        let mdn = table.table("mdn");
        let mdn = Located { value: SendMdn::read(&mdn), at: mdn.at().unwrap_or_else(|| place.clone()) };
        let http = HttpEntry::read(&table.table("http"));

        let mut used = Vec::new();
        if digest.value == Some(DigestAlgorithm::Sha1) {
            used.push(("SHA-1", digest.at));
        }
        if cipher.value == Some(SendCipher::TripleDes) {
            used.push(("3DES", cipher.at.clone()));
        }
        if http.tls.min < TlsMin::V1_2 {
            used.push(("TLS below 1.2", http.min_at.clone().unwrap_or_else(|| place.clone())));
        }
        let cte = [("base64", Encoding::Base64), ("binary", Encoding::Binary)];
        Self {
            sign: digest.value.map(|digest| SignAs { digest, padding }),
            encrypt: cipher.value.map(|cipher| EncryptAs { cipher, key_transport }),
            compress: word(table.one_of("compress", &COMPRESS)),
            micalg_style: word(table.one_of("micalg_style", &MICALG_STYLES)),
            omit_cms_algorithm_protection: table.flag("omit_cms_algorithm_protection").unwrap_or(false),
            embed_certificate: table.flag("embed_certificate").unwrap_or(true),
            payload_cte: word(table.one_of("payload_cte", &PAYLOAD_ENCODINGS)),
            signature_cte: table.one_of("signature_cte", &cte).map_or(Encoding::Base64, |one| one.value),
            outer_cte: table.one_of("outer_cte", &cte).map_or(Encoding::Binary, |one| one.value),
            send_cte_http_header: table.flag("send_cte_http_header").unwrap_or(false),
            send_filename: table.flag("send_filename").unwrap_or(true),
            quote_filename: table.flag("quote_filename").unwrap_or(true),
            content_type: table.parsed("content_type", MEDIA_TYPE, media_type),
            subject: table.parsed("subject", "one line of printable ASCII, at most 200 characters", subject),
            as2_version: word(table.one_of("as2_version", &[("1.2", As2Version::V1_2), ("1.3", As2Version::V1_3)])),
            mdn,
            http,
            retry: Retry::read(&table.table("retry")),
            legacy: Legacy { used, until: table.get("legacy_until", Value::end_of_date) },
            encrypt_at: cipher.at,
        }
    }

    /// Fetches what is still missing, for a partner that receives at `url` and whose certificates have `roles`.
    /// `None` when nothing can be sent because of faults, which are recorded.
    pub(crate) fn resolve(self, url: &str, roles: &[TheirRole], with: &Resolving<'_>) -> Option<Send> {
        let missing = |role: &str, message: &str, at: Location, otherwise: &str| {
            with.faults.add(
                Diagnostic::error(
                    "missing-certificate",
                    format!("no certificate has the role \"{role}\", and {message}"),
                )
                .at(at)
                .expecting(format!("[[as2.certificates]] with roles = [\"{role}\"]"))
                .hinting(format!("add the partner's certificate; only by choice write {otherwise}")),
            );
        };
        if self.encrypt.is_some() && !roles.contains(&TheirRole::Encrypt) {
            missing("encrypt", "what is sent is encrypted", self.encrypt_at, "encrypt_alg = \"none\" in [as2.send]");
        }
        if self.http.tls.trust == TlsTrust::Pinned && !roles.contains(&TheirRole::TlsTrust) {
            let at = self.http.trust_at.clone().unwrap_or_default();
            missing("tls-trust", "trust is \"pinned\"", at, "trust = \"public\"");
        }
        let mut mdn = self.mdn.value;
        if mdn.mode == MdnMode::Async && mdn.url.is_none() {
            mdn.url = with.receipt_url.map(str::to_owned);
            if mdn.url.is_none() {
                with.faults.add(
                    Diagnostic::error("no-receipt-url", "it is not known where asynchronous receipts are to be sent")
                        .at(self.mdn.at)
                        .expecting("url = \"https://…\" in a [[listener]] of edigate.toml, as partners reach it")
                        .hinting("or write 'url' in [as2.send.mdn] for this partner alone"),
                );
            }
        }
        let legacy_until = self.legacy.end(with.now, with.faults);
        let http = self.http.resolve(url, with.surroundings, with.faults);
        Some(Send {
            sign: self.sign,
            encrypt: self.encrypt,
            compress: self.compress,
            micalg_style: self.micalg_style,
            omit_cms_algorithm_protection: self.omit_cms_algorithm_protection,
            embed_certificate: self.embed_certificate,
            payload_cte: self.payload_cte,
            signature_cte: self.signature_cte,
            outer_cte: self.outer_cte,
            send_cte_http_header: self.send_cte_http_header,
            send_filename: self.send_filename,
            quote_filename: self.quote_filename,
            content_type: self.content_type,
            subject: self.subject,
            as2_version: self.as2_version,
            mdn,
            http: http?,
            retry: self.retry,
            legacy_until,
        })
    }
}

const CIPHERS: [(&str, Option<SendCipher>); 8] = [
    ("none", None),
    ("3des", Some(SendCipher::TripleDes)),
    ("aes-128-cbc", Some(SendCipher::Aes128Cbc)),
    ("aes-192-cbc", Some(SendCipher::Aes192Cbc)),
    ("aes-256-cbc", Some(SendCipher::Aes256Cbc)),
    ("aes-128-gcm", Some(SendCipher::Aes128Gcm)),
    ("aes-192-gcm", Some(SendCipher::Aes192Gcm)),
    ("aes-256-gcm", Some(SendCipher::Aes256Gcm)),
];

const COMPRESS: [(&str, Compress); 3] =
    [("none", Compress::None), ("before-sign", Compress::BeforeSign), ("after-sign", Compress::AfterSign)];

const MICALG_STYLES: [(&str, MicalgStyle); 3] =
    [("rfc5751", MicalgStyle::Rfc5751), ("rfc3851", MicalgStyle::Rfc3851), ("sha2-256", MicalgStyle::Sha2)];

// Not quoted-printable: it breaks more partners than it helps (as a payload of ours it has no use), and is only read.
const PAYLOAD_ENCODINGS: [(&str, PayloadEncoding); 4] = [
    ("binary", PayloadEncoding::Binary),
    ("8bit", PayloadEncoding::EightBit),
    ("7bit", PayloadEncoding::SevenBit),
    ("base64", PayloadEncoding::Base64),
];

const MEDIA_TYPE: &str = "a media type such as \"application/edi-x12\"";

/// A media type with nothing that could end its header: type and subtype, and parameters of printable ASCII.
fn media_type(text: &str) -> Option<String> {
    let (kind, rest) = text.split_once('/')?;
    let subtype = rest.split(';').next().unwrap_or_default().trim_end();
    let token =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    (token(kind) && token(subtype) && printable(text)).then(|| text.to_owned())
}

fn subject(text: &str) -> Option<String> {
    /// A header line of 998 octets holds it with room to spare (RFC 5322, section 2.1.1).
    const MOST: usize = 200;
    (text.len() <= MOST && printable(text) && text.trim() == text && !text.is_empty()).then(|| text.to_owned())
}

fn printable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn word<T: Default>(read: Option<Located<T>>) -> T {
    read.map(|read| read.value).unwrap_or_default()
}

fn located<T>(read: Option<Located<T>>, default: T, place: &Location) -> Located<T> {
    read.unwrap_or_else(|| Located { value: default, at: place.clone() })
}
