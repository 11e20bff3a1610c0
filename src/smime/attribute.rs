//! Signed attributes (RFC 5652, sections 5.3 and 11).

use super::algorithm::{AlgorithmIdentifier, oid, read_oid};
use super::ber::{BerReader, Tag};
use super::{SmimeError, der};
use crate::base::Timestamp;

/// The signed attributes of a signer, as received, and those that matter taken out.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    /// The whole value, `[0]` and all.
    raw: Vec<u8>,
    /// The values of every content-type attribute: one is right.
    content_types: Vec<Vec<u8>>,
    /// The values of every message-digest attribute: one is right.
    message_digests: Vec<Vec<u8>>,
    pub(crate) signing_time: Option<Timestamp>,
    /// The values of every CMSAlgorithmProtection attribute (RFC 6211): digest and signature algorithm.
    protections: Vec<(AlgorithmIdentifier, Option<AlgorithmIdentifier>)>,
}

impl Attributes {
    pub(crate) fn read(raw: Vec<u8>, depth: usize) -> Result<Self, SmimeError> {
        const WHAT: &str = "its signed attributes";
        /// The content of a content type or a digest.
        const MOST: usize = 64;
        let (mut content_types, mut message_digests, mut signing_time) = (Vec::new(), Vec::new(), None);
        let mut protections = Vec::new();
        let mut reader = BerReader::new(raw.as_slice(), depth);
        reader.enter(Tag::context(0), WHAT)?;
        while reader.peek()?.is_some() {
            reader.enter(Tag::SEQUENCE, WHAT)?;
            let name = read_oid(&mut reader, WHAT)?;
            reader.enter(Tag::SET, WHAT)?;
            while let Some(tag) = reader.peek()? {
                match name.as_slice() {
                    oid::CONTENT_TYPE => content_types.push(read_oid(&mut reader, WHAT)?),
                    oid::MESSAGE_DIGEST => message_digests.push(reader.octets(Tag::OCTET_STRING, WHAT, MOST)?),
                    oid::SIGNING_TIME if tag == Tag::UTC_TIME || tag == Tag::GENERALIZED_TIME => {
                        signing_time = instant(tag, &reader.primitive(tag, WHAT, MOST)?);
                    }
                    oid::ALGORITHM_PROTECTION => protections.push(read_protection(&mut reader)?),
                    // S/MIME capabilities and the like.
                    _ => reader.skip()?,
                }
            }
            reader.leave(WHAT)?;
            reader.leave(WHAT)?;
        }
        reader.leave(WHAT)?;
        Ok(Self { raw, content_types, message_digests, signing_time, protections })
    }

    /// The digest of the content that was signed, when the attributes are as RFC 5652, section 11 wants them: a
    /// content-type equal to that of the content and a message-digest, each once with one value.
    pub(crate) fn message_digest(&self, content_type: &[u8]) -> Result<&[u8], &'static str> {
        match self.content_types.as_slice() {
            [one] if one == content_type => {}
            [_] => return Err("its content-type attribute differs from its content type"),
            _ => return Err("it must have one content-type attribute"),
        }
        match self.message_digests.as_slice() {
            [one] => Ok(one),
            _ => Err("it must have one message-digest attribute"),
        }
    }

    /// Whether a CMSAlgorithmProtection attribute, where there is one, names the algorithms that the signer does (RFC
    /// 6211, section 3). NULL parameters are as good as none.
    pub(crate) fn protects(&self, digest: &AlgorithmIdentifier, signature: &AlgorithmIdentifier) -> bool {
        let parameters = |one: &AlgorithmIdentifier| one.parameters.clone().filter(|bytes| bytes != der::NULL);
        let alike = |one: &AlgorithmIdentifier, other: &AlgorithmIdentifier| {
            one.oid == other.oid && parameters(one) == parameters(other)
        };
        let right = |(by_digest, by_signature): &(AlgorithmIdentifier, Option<AlgorithmIdentifier>)| {
            alike(by_digest, digest) && by_signature.as_ref().is_some_and(|named| alike(named, signature))
        };
        self.protections.len() <= 1 && self.protections.iter().all(right)
    }

    /// The attributes as the SET OF they are signed as (RFC 5652, section 5.4), byte for byte otherwise as received.
    pub(crate) fn as_set(&self) -> Vec<u8> {
        let mut set = self.raw.clone();
        if let Some(identifier) = set.first_mut() {
            *identifier = der::SET;
        }
        set
    }

    /// The attributes as DER, which is what should have been signed however they travelled.
    pub(crate) fn as_der_set(&self, depth: usize) -> Result<Vec<u8>, SmimeError> {
        der::from_ber(&self.as_set(), depth)
    }
}

/// CMSAlgorithmProtection (RFC 6211, section 2): the digest's algorithm and, as [1], the signature's.
fn read_protection(
    reader: &mut BerReader<&[u8]>,
) -> Result<(AlgorithmIdentifier, Option<AlgorithmIdentifier>), SmimeError> {
    const WHAT: &str = "its algorithm protection";
    const MOST: usize = 1200;
    const DEPTH: usize = 8;
    reader.enter(Tag::SEQUENCE, WHAT)?;
    let digest = AlgorithmIdentifier::read(reader)?;
    let mut signature = None;
    while let Some(tag) = reader.peek()? {
        if tag != Tag::context(1) {
            reader.skip()?;
            continue;
        }
        let mut raw = reader.raw(WHAT, MOST)?;
        if let Some(identifier) = raw.first_mut() {
            *identifier = der::SEQUENCE;
        }
        signature = Some(AlgorithmIdentifier::read(&mut BerReader::new(raw.as_slice(), DEPTH))?);
    }
    reader.leave(WHAT)?;
    Ok((digest, signature))
}

/// UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ` (RFC 5652, section 11.3). Anything else is no claim.
fn instant(tag: Tag, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = if tag == Tag::UTC_TIME {
        let (year, rest) = text.split_at_checked(2)?;
        let year: i16 = year.parse().ok()?;
        (if year < 50 { 2000 + year } else { 1900 + year }, rest)
    } else {
        let (year, rest) = text.split_at_checked(4)?;
        (year.parse().ok()?, rest)
    };
    if rest.len() != 10 {
        return None;
    }
    let mut pairs = rest.as_bytes().chunks_exact(2).map(|pair| match pair {
        [tens, ones] => (tens - b'0') as i8 * 10 + (ones - b'0') as i8,
        _ => -1,
    });
    let mut next = || pairs.next().unwrap_or(-1);
    let civil = jiff::civil::DateTime::new(year, next(), next(), next(), next(), next(), 0).ok()?;
    let instant = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_and_lets_others_go() {
        let check = |tag: Tag, text: &str, expect: Option<&str>| {
            assert_eq!(instant(tag, text.as_bytes()).map(|at| at.to_string()).as_deref(), expect, "{text}");
        };
        check(Tag::UTC_TIME, "261124153045Z", Some("2026-11-24T15:30:45.000Z"));
        check(Tag::UTC_TIME, "491231235959Z", Some("2049-12-31T23:59:59.000Z"));
        check(Tag::UTC_TIME, "500101000000Z", Some("1950-01-01T00:00:00.000Z"));
        check(Tag::GENERALIZED_TIME, "20500101000000Z", Some("2050-01-01T00:00:00.000Z"));
        for text in [
            "",
            "Z",
            "261324153045Z",
            "261124153045",
            "2611241530Z",
            "26112415304xZ",
            "261124153045.5Z",
            "+61124153045Z",
        ] {
            check(Tag::UTC_TIME, text, None);
        }
        check(Tag::GENERALIZED_TIME, "261124153045Z", None);
    }
}
