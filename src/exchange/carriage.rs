//! How a publication travels to the ERP: in which of CloudEvents' two modes, and whether its body goes along or is left to
//! be fetched.

use super::record::Row;
use crate::canon::claim::Claim;

/// How a CloudEvent travels over AMQP (CloudEvents 1.0, AMQP binding, section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContentMode {
    /// Attributes as headers, the document as body.
    #[default]
    Binary,
    /// Attributes and document in one JSON body.
    Structured,
}

/// Which documents do not go along, and where they are fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimCheck {
    /// Bytes of the largest document that still goes along.
    pub above: u64,
    /// What the URL of each begins with; the id of its row follows. It ends in `/`.
    pub url: String,
}

impl ClaimCheck {
    /// What stands for the body of `row` when it does not go along. Events always do.
    ///
    /// A document is named by its row and not by its content: a row is what a message is about, a replay has one of its
    /// own, and nobody can tell by a name whether somebody else has the same document.
    pub fn claim(&self, row: &Row) -> Option<Claim> {
        let is_left = row.document.is_some() && row.body.length > self.above;
        is_left.then(|| Claim {
            dataref: format!("{}{}", self.url, row.id),
            bytes: row.body.length,
            sha256: row.body.sha256,
        })
    }
}

/// The body of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// All of it, in JSON.
    Whole(Vec<u8>),
    /// It is left to be fetched.
    Claimed(Claim),
}

impl Body {
    /// The attribute `dataref` (CloudEvents extension "Dataref (Claim Check Pattern)").
    pub fn dataref(&self) -> Option<&str> {
        match self {
            Self::Whole(_) => None,
            Self::Claimed(claim) => Some(&claim.dataref),
        }
    }

    /// What travels: the document, or what stands for it.
    pub fn into_json(self) -> Vec<u8> {
        match self {
            Self::Whole(body) => body,
            Self::Claimed(claim) => serde_json::to_vec(&claim).expect("texts and a number are JSON"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{DocumentId, RowId, Sha256};
    use crate::exchange::{BlobRef, Encoding, Lane, RowStage};

    #[test]
    fn a_document_above_the_bound_is_left_under_the_id_of_its_row_and_an_event_never_is() {
        let check = |document: Option<DocumentId>, length: u64, is_left: bool| {
            let blob = |length| BlobRef { sha256: Sha256::of(b"body"), length, encoding: Encoding::Plain };
            let row = Row {
                id: RowId::from_bytes([1; 16]),
                sequence: 1,
                partner: "acme-bearings".parse().unwrap(),
                document,
                lane: Lane::of("acme-bearings|order|1"),
                stage: RowStage::Waiting,
                published_at: None,
                envelope: blob(10),
                body: blob(length),
            };
            let claim_check = ClaimCheck { above: 1000, url: "https://edigate.example/v1/documents/".to_owned() };
            let expect = is_left.then(|| Claim {
                dataref: format!("https://edigate.example/v1/documents/{}", row.id),
                bytes: length,
                sha256: Sha256::of(b"body"),
            });
            assert_eq!(claim_check.claim(&row), expect, "{length}");
        };
        let document = Some(DocumentId::from_bytes([2; 16]));
        check(document, 1000, false);
        check(document, 1001, true);
        check(None, 1_000_000, false);
    }

    #[test]
    fn what_travels_in_place_of_a_document_says_where_it_is_and_what_it_is() {
        let sha256 = Sha256::of(b"{}");
        let claim = Claim { dataref: "https://edigate.example/1".to_owned(), bytes: 2, sha256 };
        let body = Body::Claimed(claim.clone());
        assert_eq!(body.dataref(), Some("https://edigate.example/1"));
        let json: serde_json::Value = serde_json::from_slice(&body.into_json()).unwrap();
        assert_eq!(json, serde_json::json!({"dataref": claim.dataref, "bytes": 2, "sha256": sha256.to_string()}));
        assert_eq!(Body::Whole(b"{}".to_vec()).dataref(), None);
    }
}
