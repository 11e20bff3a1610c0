//! What a receipt for a message of ours may show as its MIC: the one that is right, and those that products make.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::smime::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm, Mic};

use super::measure::MicDigester;

/// The MICs of one message, made when it was packed and kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MicCandidates(Vec<Candidate>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Candidate {
    /// In what it deviates; nothing for the right one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    deviation: Option<MicDeviation>,
    #[serde(serialize_with = "write_mic", deserialize_with = "read_mic")]
    mic: Mic,
}

/// How a MIC was made that was not made as RFC 4130, section 7.3.1 and RFC 5402, section 4 have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MicDeviation {
    /// Over the content without its MIME headers.
    WithoutHeaders,
    /// Over the content with every line end made CRLF.
    CanonicalLines,
    /// Over the content as it was before it was compressed, where the signature covers it compressed.
    Uncompressed,
}

impl MicDeviation {
    /// Its name, as configuration and records have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithoutHeaders => "without-headers",
            Self::CanonicalLines => "canonical-lines",
            Self::Uncompressed => "uncompressed",
        }
    }
}

/// What a MIC is made over.
pub(super) struct Covered<'a> {
    /// The right content, in pieces.
    pub(super) right: Vec<&'a [u8]>,
    /// The same without its headers, where it has any.
    pub(super) without_headers: Option<Vec<&'a [u8]>>,
    /// The same before it was compressed, where it is.
    pub(super) uncompressed: Option<Vec<&'a [u8]>>,
}

impl MicCandidates {
    pub(super) fn of(covered: &Covered<'_>, algorithms: &[DigestAlgorithm]) -> Self {
        let forms = [
            (None, Some(digests(&covered.right, algorithms))),
            (
                Some(MicDeviation::WithoutHeaders),
                covered.without_headers.as_ref().map(|pieces| digests(pieces, algorithms)),
            ),
            (Some(MicDeviation::CanonicalLines), Some(canonical_digests(&covered.right, algorithms))),
            (Some(MicDeviation::Uncompressed), covered.uncompressed.as_ref().map(|pieces| digests(pieces, algorithms))),
        ];
        let mut all: Vec<Candidate> = Vec::new();
        for (deviation, digests) in forms {
            for digest in algorithms.iter().filter_map(|one| digests.as_ref()?.get(*one)) {
                let mic = Mic::new(*digest);
                if !all.iter().any(|known| known.mic == mic) {
                    all.push(Candidate { deviation, mic });
                }
            }
        }
        Self(all)
    }

    /// The MIC that is right, by the algorithm that was asked for.
    pub fn right(&self) -> Option<&Mic> {
        self.0.iter().find(|one| one.deviation.is_none()).map(|one| &one.mic)
    }

    /// Which of them a receipt's MIC is: the right one, or one that deviates.
    pub(super) fn find(&self, received: &Mic) -> Option<Option<MicDeviation>> {
        self.0.iter().find(|one| same_content(received.digest(), one.mic.digest())).map(|one| one.deviation)
    }
}

/// Compares the digests, however they were spelled, in constant time.
fn same_content(received: &ContentDigest, sent: &ContentDigest) -> bool {
    // memcmp::eq wants equal lengths, which one algorithm gives.
    received.algorithm() == sent.algorithm() && openssl::memcmp::eq(received.as_bytes(), sent.as_bytes())
}

fn digests(pieces: &[&[u8]], algorithms: &[DigestAlgorithm]) -> ContentDigests {
    let mut digester = ContentDigester::new(algorithms.iter().copied());
    pieces.iter().for_each(|piece| digester.update(piece));
    digester.finish()
}

fn canonical_digests(pieces: &[&[u8]], algorithms: &[DigestAlgorithm]) -> ContentDigests {
    let mut digester = MicDigester::canonical(algorithms);
    pieces.iter().for_each(|piece| digester.update(piece));
    digester.finish()
}

fn write_mic<S: Serializer>(mic: &Mic, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(mic)
}

fn read_mic<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mic, D::Error> {
    let text = String::deserialize(deserializer)?;
    Mic::parse(&text).ok_or_else(|| de::Error::custom(format!("'{text}' is no MIC")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DigestAlgorithm::{Sha1, Sha256};

    #[test]
    fn each_form_is_found_and_named_and_survives_storing() {
        let (head, body) = (b"Content-Type: x/y\r\n\r\n".as_slice(), b"a\nb\r".as_slice());
        let covered = Covered {
            right: vec![head, body, b"\nc"],
            without_headers: Some(vec![body, b"\nc"]),
            uncompressed: Some(vec![b"plain"]),
        };
        let candidates = MicCandidates::of(&covered, &[Sha256, Sha1]);
        let stored = serde_json::to_string(&candidates).unwrap();
        let candidates: MicCandidates = serde_json::from_str(&stored).unwrap();
        let check = |content: &str, expect: Option<Option<MicDeviation>>| {
            for algorithm in [Sha256, Sha1] {
                assert_eq!(candidates.find(&Mic::new(algorithm.digest(content.as_bytes()))), expect, "{content}");
            }
        };
        check("Content-Type: x/y\r\n\r\na\nb\r\nc", Some(None));
        check("a\nb\r\nc", Some(Some(MicDeviation::WithoutHeaders)));
        check("Content-Type: x/y\r\n\r\na\r\nb\r\nc", Some(Some(MicDeviation::CanonicalLines)));
        check("plain", Some(Some(MicDeviation::Uncompressed)));
        check("other", None);
        assert_eq!(candidates.right().unwrap().algorithm(), Sha256);
        assert!(stored.contains("\"deviation\":\"without-headers\""), "{stored}");
        assert!(serde_json::from_str::<MicCandidates>("[{\"mic\":\"x\"}]").is_err());
    }

    #[test]
    fn forms_that_are_alike_are_kept_once() {
        let covered = Covered { right: vec![b"a\r\n"], without_headers: None, uncompressed: None };
        assert_eq!(MicCandidates::of(&covered, &[Sha256]).0.len(), 1);
    }
}
