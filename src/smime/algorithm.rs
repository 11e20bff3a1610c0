//! Object identifiers, and the algorithms they stand for.

use std::fmt;
use std::io::BufRead;

use openssl::symm::Cipher;

use super::ber::{BerReader, Tag};
use super::{DigestAlgorithm, SmimeError, der};

/// Content octets of object identifiers (X.690, section 8.19).
pub(crate) mod oid {
    /// 1.2.840.113549.1.7.1 (RFC 5652, section 4)
    pub(crate) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    /// 1.2.840.113549.1.7.2 (RFC 5652, section 5.1)
    pub(crate) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    /// 1.2.840.113549.1.7.3 (RFC 5652, section 6.1)
    pub(crate) const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
    /// 1.2.840.113549.1.9.3 (RFC 5652, section 11.1)
    pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
    /// 1.2.840.113549.1.9.4 (RFC 5652, section 11.2)
    pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
    /// 1.2.840.113549.1.9.5 (RFC 5652, section 11.3)
    pub(crate) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
    /// 1.2.840.113549.1.1.1 (RFC 3370, section 3.2)
    pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    /// 1.2.840.113549.1.1.10 (RFC 4056)
    pub(crate) const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    /// 1.2.840.113549.1.1.8 (RFC 4055, section 2.2)
    pub(crate) const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    /// 1.2.840.113549.1.9.16.1.23 (RFC 5083, section 2.1)
    pub(crate) const AUTH_ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17];
    /// 1.2.840.113549.1.9.16.1.9 (RFC 3274, section 1.1)
    pub(crate) const COMPRESSED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09];
    /// 1.2.840.113549.1.9.16.3.8 (RFC 3274, section 2)
    pub(crate) const ZLIB: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x08];
    /// 1.2.840.113549.1.9.52 (RFC 6211, section 2)
    pub(crate) const ALGORITHM_PROTECTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x34];
    /// 1.2.840.113549.1.1.7 (RFC 3560, section 2)
    pub(crate) const RSAES_OAEP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07];
    /// 1.2.840.113549.1.1.9 (RFC 4055, section 4.1)
    pub(crate) const P_SPECIFIED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x09];
    /// 1.2.840.10045.2.1 (RFC 5753, section 7.1.2)
    pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    /// 1.2.840.113549.2.5 (RFC 3370, section 2.2)
    pub(crate) const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];
    /// 1.2.840.113549.1.1.4 (RFC 3370, section 3.2)
    pub(crate) const MD5_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04];
}

const DIGESTS: [(DigestAlgorithm, &[u8]); 4] = [
    // 1.3.14.3.2.26 (RFC 3370, section 2.1)
    (DigestAlgorithm::Sha1, &[0x2b, 0x0e, 0x03, 0x02, 0x1a]),
    // 2.16.840.1.101.3.4.2.1 to .3 (RFC 5754, section 2)
    (DigestAlgorithm::Sha256, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]),
    (DigestAlgorithm::Sha384, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02]),
    (DigestAlgorithm::Sha512, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03]),
];

pub(crate) const RSA_WITH_DIGEST: [(DigestAlgorithm, &[u8]); 4] = [
    // 1.2.840.113549.1.1.5 (RFC 3370, section 3.2) and .11 to .13 (RFC 5754, section 3.2)
    (DigestAlgorithm::Sha1, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05]),
    (DigestAlgorithm::Sha256, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]),
    (DigestAlgorithm::Sha384, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c]),
    (DigestAlgorithm::Sha512, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d]),
];

pub(crate) const ECDSA_WITH_DIGEST: [(DigestAlgorithm, &[u8]); 4] = [
    // 1.2.840.10045.4.1 (RFC 5753, section 7.1.3) and .4.3.2 to .4 (RFC 5754, section 3.3)
    (DigestAlgorithm::Sha1, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01]),
    (DigestAlgorithm::Sha256, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]),
    (DigestAlgorithm::Sha384, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03]),
    (DigestAlgorithm::Sha512, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04]),
];

const CIPHERS: [(ContentEncryption, &[u8]); 7] = [
    // 2.16.840.1.101.3.4.1.2, .22 and .42 (RFC 3565, section 4.1)
    (ContentEncryption::Aes128Cbc, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02]),
    (ContentEncryption::Aes192Cbc, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16]),
    (ContentEncryption::Aes256Cbc, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a]),
    // 2.16.840.1.101.3.4.1.6, .26 and .46 (RFC 5084, section 3.2)
    (ContentEncryption::Aes128Gcm, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x06]),
    (ContentEncryption::Aes192Gcm, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x1a]),
    (ContentEncryption::Aes256Gcm, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e]),
    // 1.2.840.113549.3.7 (RFC 3370, section 5.1)
    (ContentEncryption::TripleDesCbc, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07]),
];

pub(crate) fn named_by<T: Copy>(table: &[(T, &[u8])], oid: &[u8]) -> Option<T> {
    table.iter().find(|(_, name)| *name == oid).map(|(named, _)| *named)
}

pub(crate) fn name_of<T: PartialEq>(table: &[(T, &'static [u8])], named: &T) -> &'static [u8] {
    // Every table names every variant; `every_algorithm_has_a_name` holds this.
    table.iter().find(|(one, _)| one == named).map_or(&[], |(_, name)| name)
}

impl DigestAlgorithm {
    pub(crate) fn oid(self) -> &'static [u8] {
        name_of(&DIGESTS, &self)
    }

    pub(crate) fn from_oid(oid: &[u8]) -> Option<Self> {
        named_by(&DIGESTS, oid)
    }
}

/// The ciphers an envelope's content may be encrypted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentEncryption {
    /// AES-128 in CBC mode (RFC 3565).
    Aes128Cbc,
    /// AES-192 in CBC mode.
    Aes192Cbc,
    /// AES-256 in CBC mode.
    Aes256Cbc,
    /// AES-128 in GCM, which shows any change (RFC 5084).
    Aes128Gcm,
    /// AES-192 in GCM.
    Aes192Gcm,
    /// AES-256 in GCM.
    Aes256Gcm,
    /// Triple DES in CBC mode (RFC 3370, section 5.1): for partners whose file says so, never the default.
    TripleDesCbc,
}

/// The longest initialisation vector and the longest block.
pub(crate) const BLOCK: usize = 16;

/// Bytes of the authentication code GCM writes.
pub(crate) const TAG: usize = 16;

impl ContentEncryption {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Aes128Cbc,
        Self::Aes192Cbc,
        Self::Aes256Cbc,
        Self::Aes128Gcm,
        Self::Aes192Gcm,
        Self::Aes256Gcm,
        Self::TripleDesCbc,
    ];

    /// Those with AES: all that need no exception.
    pub const AES: [Self; 6] =
        [Self::Aes128Cbc, Self::Aes192Cbc, Self::Aes256Cbc, Self::Aes128Gcm, Self::Aes192Gcm, Self::Aes256Gcm];

    /// Whether it authenticates the content, so that it travels as AuthEnvelopedData (RFC 5083).
    pub const fn is_authenticated(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm)
    }

    pub(crate) fn oid(self) -> &'static [u8] {
        name_of(&CIPHERS, &self)
    }

    pub(crate) fn from_oid(oid: &[u8]) -> Option<Self> {
        named_by(&CIPHERS, oid)
    }

    pub(crate) const fn key_length(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes128Gcm => 16,
            Self::Aes192Cbc | Self::Aes192Gcm | Self::TripleDesCbc => 24,
            Self::Aes256Cbc | Self::Aes256Gcm => 32,
        }
    }

    /// Bytes of the initialisation vector or nonce we write.
    pub(crate) const fn vector_length(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes192Cbc | Self::Aes256Cbc => 16,
            // RFC 5084, section 3.2.
            Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm => 12,
            Self::TripleDesCbc => 8,
        }
    }

    /// Bytes of a block that the content is padded to, zero where it is not.
    pub(crate) const fn padded_to(self) -> usize {
        if self.is_authenticated() { 0 } else { self.vector_length() }
    }

    pub(crate) fn cipher(self) -> Cipher {
        match self {
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes192Cbc => Cipher::aes_192_cbc(),
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes192Gcm => Cipher::aes_192_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
            Self::TripleDesCbc => Cipher::des_ede3_cbc(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Aes128Cbc => "aes-128-cbc",
            Self::Aes192Cbc => "aes-192-cbc",
            Self::Aes256Cbc => "aes-256-cbc",
            Self::Aes128Gcm => "aes-128-gcm",
            Self::Aes192Gcm => "aes-192-gcm",
            Self::Aes256Gcm => "aes-256-gcm",
            Self::TripleDesCbc => "3des",
        }
    }
}

/// As operators write it: `aes-256-cbc`.
impl fmt::Display for ContentEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An AlgorithmIdentifier as received, its parameters whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AlgorithmIdentifier {
    pub(crate) oid: Vec<u8>,
    pub(crate) parameters: Option<Vec<u8>>,
}

impl AlgorithmIdentifier {
    pub(crate) fn read<R: BufRead>(reader: &mut BerReader<R>) -> Result<Self, SmimeError> {
        const WHAT: &str = "an algorithm identifier";
        /// RSASSA-PSS needs about sixty bytes; nothing known needs more than a few hundred.
        const MOST_PARAMETERS: usize = 1024;
        reader.enter(Tag::SEQUENCE, WHAT)?;
        let oid = read_oid(reader, WHAT)?;
        let parameters = match reader.peek()? {
            Some(_) => Some(reader.raw(WHAT, MOST_PARAMETERS)?),
            None => None,
        };
        reader.leave(WHAT)?;
        Ok(Self { oid, parameters })
    }
}

/// The content octets of the object identifier that comes next.
pub(crate) fn read_oid<R: BufRead>(reader: &mut BerReader<R>, what: &'static str) -> Result<Vec<u8>, SmimeError> {
    /// Nothing named here has more than eleven; 64 leaves room to name an unknown one to the operator.
    const MOST: usize = 64;
    reader.primitive(Tag::OBJECT_IDENTIFIER, what, MOST)
}

/// An object identifier as people write it. Arcs beyond 64 bits are shown as `?`.
pub(crate) fn dotted(oid: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc: Option<u64> = Some(0);
    for octet in oid {
        arc = arc.and_then(|arc| arc.checked_mul(128)).map(|arc| arc | u64::from(octet & 0x7f));
        if octet & 0x80 == 0 {
            match (arcs.is_empty(), arc) {
                // X.690, section 8.19.4: the first octets hold two arcs.
                (true, Some(first)) => {
                    let top = (first / 40).min(2);
                    arcs.push(top.to_string());
                    arcs.push((first - top * 40).to_string());
                }
                (_, Some(arc)) => arcs.push(arc.to_string()),
                (_, None) => arcs.push("?".to_owned()),
            }
            arc = Some(0);
        }
    }
    arcs.join(".")
}

/// The DigestInfo that RSASSA-PKCS1-v1_5 signs (RFC 8017, section 9.2), its parameters NULL or left out.
pub(crate) fn digest_info(algorithm: DigestAlgorithm, digest: &[u8], parameters: &[u8]) -> Vec<u8> {
    let identifier = der::algorithm(algorithm.oid(), parameters);
    der::value(der::SEQUENCE, &[&identifier, &der::value(der::OCTET_STRING, &[digest])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_are_what_their_comments_say() {
        let check = |oid: &[u8], expect: &str| {
            assert_eq!(dotted(oid), expect);
            let known = openssl::asn1::Asn1Object::from_str(expect).unwrap();
            assert_eq!(known.as_slice(), oid);
        };
        check(oid::DATA, "1.2.840.113549.1.7.1");
        check(oid::SIGNED_DATA, "1.2.840.113549.1.7.2");
        check(oid::ENVELOPED_DATA, "1.2.840.113549.1.7.3");
        check(oid::CONTENT_TYPE, "1.2.840.113549.1.9.3");
        check(oid::MESSAGE_DIGEST, "1.2.840.113549.1.9.4");
        check(oid::SIGNING_TIME, "1.2.840.113549.1.9.5");
        check(oid::RSA_ENCRYPTION, "1.2.840.113549.1.1.1");
        check(oid::RSASSA_PSS, "1.2.840.113549.1.1.10");
        check(oid::MGF1, "1.2.840.113549.1.1.8");
        check(oid::MD5, "1.2.840.113549.2.5");
        check(oid::MD5_WITH_RSA, "1.2.840.113549.1.1.4");
        check(oid::AUTH_ENVELOPED_DATA, "1.2.840.113549.1.9.16.1.23");
        check(oid::COMPRESSED_DATA, "1.2.840.113549.1.9.16.1.9");
        check(oid::ZLIB, "1.2.840.113549.1.9.16.3.8");
        check(oid::ALGORITHM_PROTECTION, "1.2.840.113549.1.9.52");
        check(oid::RSAES_OAEP, "1.2.840.113549.1.1.7");
        check(oid::P_SPECIFIED, "1.2.840.113549.1.1.9");
        check(oid::EC_PUBLIC_KEY, "1.2.840.10045.2.1");
        let tables = [&DIGESTS, &RSA_WITH_DIGEST, &ECDSA_WITH_DIGEST];
        let named = ["1.3.14.3.2.26", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];
        tables.into_iter().zip(named).for_each(|(table, name)| check(table[0].1, name));
        for (index, (_, oid)) in DIGESTS.iter().enumerate().skip(1) {
            check(oid, &format!("2.16.840.1.101.3.4.2.{index}"));
            check(RSA_WITH_DIGEST[index].1, &format!("1.2.840.113549.1.1.{}", index + 10));
            check(ECDSA_WITH_DIGEST[index].1, &format!("1.2.840.10045.4.3.{}", index + 1));
        }
        for (index, (_, oid)) in CIPHERS.iter().enumerate().take(6) {
            check(oid, &format!("2.16.840.1.101.3.4.1.{}", index % 3 * 20 + index / 3 * 4 + 2));
        }
        check(CIPHERS[6].1, "1.2.840.113549.3.7");
    }

    #[test]
    fn every_algorithm_has_a_name() {
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(DigestAlgorithm::from_oid(algorithm.oid()), Some(algorithm));
        }
        for cipher in ContentEncryption::ALL {
            assert_eq!(ContentEncryption::from_oid(cipher.oid()), Some(cipher));
            assert_eq!(cipher.cipher().key_len(), cipher.key_length());
            assert_eq!(cipher.cipher().iv_len(), Some(cipher.vector_length()));
        }
    }

    #[test]
    fn strange_object_identifiers_are_shown_and_never_panic() {
        assert_eq!(dotted(&[]), "");
        assert_eq!(dotted(&[0x88, 0x37, 0x01]), "2.999.1");
        assert_eq!(dotted(&[0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), "1.2.?");
        assert_eq!(dotted(&[0x80]), "");
    }
}
