//! Names of messages: `x12/004010/850`, and the prefix rule by which an agreement covers releases.

use std::fmt;
use std::str::FromStr;

use crate::edi::{GuideKey, Standard, TransactionSet};

/// Standard, release and type of a message: `x12/004010/850`, `edifact/D96A/ORDERS`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageName {
    /// The standard.
    pub standard: Standard,
    /// The release, or the first letters of those that are meant: `004010`, `D96A`.
    pub release: String,
    /// The transaction set or message type: `850`, `ORDERS`.
    pub kind: String,
}

impl MessageName {
    /// What one looks like, for an operator.
    pub const EXPECTED: &str = "a message such as \"x12/004010/850\" or \"edifact/D96A/ORDERS\"";

    /// The name of what is on the wire: `D.96A` is named `D96A`, as guides are.
    pub fn new(standard: Standard, release: &str, kind: &str) -> Self {
        let key = GuideKey::new(standard.as_str(), release, kind);
        Self { standard, release: key.release, kind: key.set }
    }

    /// The name of a message that arrived.
    pub fn of(set: &TransactionSet) -> Self {
        Self::new(set.interchange.standard, &set.release, &set.id)
    }

    /// Whether an agreement about this message covers `wire`: same standard and type, and the release of `wire`
    /// begins with ours (GS08 `004010VICS` is covered by `004010`).
    pub fn covers(&self, wire: &Self) -> bool {
        self.standard == wire.standard && self.kind == wire.kind && wire.release.starts_with(&self.release)
    }
}

impl FromStr for MessageName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('/');
        let (Some(standard), Some(release), Some(kind), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Self::EXPECTED);
        };
        let standard = match standard {
            "x12" => Standard::X12,
            "edifact" => Standard::Edifact,
            _ => return Err(Self::EXPECTED),
        };
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !plain(release) || !plain(kind) {
            return Err(Self::EXPECTED);
        }
        Ok(Self::new(standard, release, kind))
    }
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.standard.as_str(), self.release, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edi::{Piece, ReadOptions, Reader};

    #[test]
    fn a_release_is_covered_by_its_first_letters() {
        let check = |agreed: &str, wire: &str, covered: bool| {
            let (agreed, wire): (MessageName, MessageName) = (agreed.parse().unwrap(), wire.parse().unwrap());
            assert_eq!(agreed.covers(&wire), covered, "{agreed} {wire}");
        };
        check("x12/004010/850", "x12/004010/850", true);
        check("x12/004010/850", "x12/004010VICS/850", true);
        check("x12/0040/850", "x12/004010/850", true);
        check("x12/004010/850", "x12/00401/850", false);
        check("x12/004010/850", "x12/005010/850", false);
        check("x12/004010/850", "x12/004010/855", false);
        check("x12/0/850", "edifact/0/850", false);
        let wire = MessageName::new(Standard::Edifact, "D.96A", "ORDERS");
        assert!("edifact/D96A/ORDERS".parse::<MessageName>().unwrap().covers(&wire));
    }

    #[test]
    fn the_association_code_of_an_implementation_guide_makes_no_other_message() {
        let name = |s009: &str| {
            let file = format!("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+{s009}'UNT+2+1'UNZ+1+1'");
            let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
            let pieces = std::iter::from_fn(|| reader.next_piece().unwrap());
            let mut sets = pieces.filter_map(|piece| if let Piece::Set(set) = piece { Some(*set) } else { None });
            MessageName::of(&sets.next().unwrap())
        };
        let agreed: MessageName = "edifact/D96A/ORDERS".parse().unwrap();
        assert!(agreed.covers(&name("ORDERS:D:96A:UN")));
        assert!(agreed.covers(&name("ORDERS:D:96A:UN:EAN008")));
        assert!(!agreed.covers(&name("ORDERS:D:01B:UN:EAN010")));
    }

    #[test]
    fn names_have_three_plain_parts() {
        for text in ["", "x12", "x12/004010", "x12/004010/850/1", "x12//850", "x13/004010/850", "x12/../850"] {
            assert!(text.parse::<MessageName>().is_err(), "{text}");
        }
        assert_eq!("edifact/D96A/ORDERS".parse::<MessageName>().unwrap().to_string(), "edifact/D96A/ORDERS");
    }
}
