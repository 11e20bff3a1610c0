//! What a reader of EDI gives: envelopes and transaction sets, in words that fit both dialects.

use std::fmt;
use std::sync::Arc;

use crate::base::Severity;

use super::charset::CharacterSet;
use super::delimiter::Delimiters;
use super::finding::{Finding, worst};
use super::place::Place;
use super::table::SegmentTable;
use super::token::{Element, Segment};

/// The family of rules a file is written by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standard {
    /// ASC X12.
    X12,
    /// UN/EDIFACT (ISO 9735).
    Edifact,
}

impl Standard {
    /// The word used in keys and paths: `x12`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X12 => "x12",
            Self::Edifact => "edifact",
        }
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::X12 => "X12",
            Self::Edifact => "EDIFACT",
        })
    }
}

/// Whether an interchange is meant (ISA15, UNB 0035).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// `P`, and in EDIFACT nothing: business.
    Production,
    /// `T`, and in EDIFACT `1`: a test.
    Test,
    /// `I`: for information.
    Information,
    /// Something else, or nothing.
    Unknown,
}

/// A sender or receiver as an envelope names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party {
    /// Who gave the id (ISA05, ISA07; 0007): `01` for DUNS, `ZZ` by agreement, `14` for GLN. X12 groups have none.
    pub qualifier: String,
    /// The id, without blanks around it.
    pub id: String,
}

/// What the head of an interchange may say besides who, when and which. Nobody decides by it; it is kept so that an
/// interchange can be written again as it came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Kind of the authorization information (ISA01).
    pub authorization_qualifier: String,
    /// Authorization information (ISA02).
    pub authorization: String,
    /// Kind of the security information (ISA03, 0025).
    pub security_qualifier: String,
    /// Security information or password (ISA04, 0022).
    pub security: String,
    /// Application reference (0026).
    pub application_reference: String,
    /// Processing priority (0029).
    pub priority: String,
    /// Interchange agreement (0032).
    pub agreement: String,
    /// What stands behind syntax identifier and version in S001: 0080, 0133, and in syntax version 4 also 0076.
    pub encoding: Vec<String>,
}

/// Authorization and password stay out of logs.
impl fmt::Debug for Particulars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Particulars")
            .field("authorization_qualifier", &self.authorization_qualifier)
            .field("security_qualifier", &self.security_qualifier)
            .field("application_reference", &self.application_reference)
            .field("priority", &self.priority)
            .field("agreement", &self.agreement)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}

/// The head of an interchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterchangeHead {
    /// The family of rules.
    pub standard: Standard,
    /// Who sends (ISA05, ISA06; UNB S002).
    pub sender: Party,
    /// Who is meant to receive (ISA07, ISA08; UNB S003).
    pub receiver: Party,
    /// EDIFACT's ids inside the sender's house: 0008, and in syntax version 4 also 0042.
    pub sender_internal: Vec<String>,
    /// EDIFACT's ids inside the receiver's house: 0014, and in syntax version 4 also 0046.
    pub receiver_internal: Vec<String>,
    /// Date as sent (ISA09: YYMMDD; 0017: YYMMDD, CCYYMMDD in syntax version 4).
    pub date: String,
    /// Time as sent (ISA10, 0019: HHMM).
    pub time: String,
    /// EDIFACT's syntax identifier (0001: `UNOC`); empty in X12.
    pub syntax: String,
    /// Version of the envelope (ISA12: `00401`; 0002: `3`). It says nothing about the transaction sets inside.
    pub version: String,
    /// Control number as sent (ISA13, 0020).
    pub control_number: String,
    /// Whether an interchange acknowledgement is asked for (ISA14 or 0031 is `1`).
    pub acknowledgement_asked: bool,
    /// Test or production (ISA15, 0035).
    pub usage: Usage,
    /// The character set its text is in, as the agreement says, else as it says itself. Text that is in truth in another
    /// one is read so, and a finding tells: [`TransactionSet::character_set`].
    pub character_set: CharacterSet,
    /// What else it says.
    pub particulars: Particulars,
    /// The delimiters in force until the interchange ends.
    pub delimiters: Delimiters,
    /// What parts whole numbers from decimals as the sender says (UNA position 3); both `.` and `,` are read.
    pub decimal_mark: u8,
    /// Where the head stands.
    pub place: Place,
    /// What is wrong with the head. With an error among them it stands in an [`UnreadableInterchange`].
    pub findings: Vec<Finding>,
}

/// An interchange whose head cannot be read. It was passed over, up to the head of the next one or the end of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableInterchange {
    /// What could be read of its head: enough to reject it (TA1, UCI) when there is a control number; what could not be
    /// read is empty. Its findings say what is wrong, one of them an error: `header-unreadable`, or the delimiter that
    /// cannot be one.
    pub head: Arc<InterchangeHead>,
    /// The bytes that were passed over, head and all.
    pub place: Place,
}

/// The head of a functional group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupHead {
    /// What kind of transaction sets it holds (GS01: `PO`; UNG 0038: `ORDERS`).
    pub functional_id: String,
    /// Sender inside the sender's house (GS02, UNG S006).
    pub sender: Party,
    /// Receiver inside the receiver's house (GS03, UNG S007).
    pub receiver: Party,
    /// Date as sent (GS04, UNG S004).
    pub date: String,
    /// Time as sent (GS05, UNG S004).
    pub time: String,
    /// Control number as sent (GS06, UNG 0048).
    pub control_number: String,
    /// Who answers for the version (GS07: `X`; UNG 0051: `UN`).
    pub agency: String,
    /// Release of the transaction sets inside (GS08): `004010`, or with an implementation guide `005010X231A1`; UNG S008
    /// as `D.96A`.
    pub version: String,
    /// Where the head stands.
    pub place: Place,
}

/// An acknowledgement of an interchange (TA1). It stands beside the groups, not in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterchangeAcknowledgement {
    /// Control number of the interchange that is acknowledged (TA101).
    pub control_number: String,
    /// That interchange's date as sent (TA102).
    pub date: String,
    /// That interchange's time as sent (TA103).
    pub time: String,
    /// `A` accepted, `E` accepted with errors, `R` rejected (TA104).
    pub code: String,
    /// Why (TA105): `000` for no error.
    pub note: String,
    /// Where it stands.
    pub place: Place,
}

/// A trailer as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The count it gives (SE01, GE01, IEA01; UNT 0074, UNE 0060, UNZ 0036).
    pub count: String,
    /// The control number it gives (SE02, GE02, IEA02; UNT 0062, UNE 0048, UNZ 0020).
    pub control_number: String,
    /// Where it stands.
    pub place: Place,
}

/// The end of a functional group, whether its trailer came or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEnd {
    /// The head it belongs to.
    pub head: Arc<GroupHead>,
    /// Transaction sets that were counted, and in EDIFACT packages.
    pub sets: u64,
    /// The trailer (GE), when it came.
    pub trailer: Option<Trailer>,
    /// What is wrong: a missing trailer, a wrong count, another control number.
    pub findings: Vec<Finding>,
}

/// The end of an interchange, whether its trailer came or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterchangeEnd {
    /// The head it belongs to.
    pub head: Arc<InterchangeHead>,
    /// What its trailer counts: functional groups, or in EDIFACT without groups messages and packages.
    pub groups: u64,
    /// The trailer (IEA), when it came.
    pub trailer: Option<Trailer>,
    /// What is wrong: a missing trailer, a wrong count, another control number.
    pub findings: Vec<Finding>,
}

impl GroupEnd {
    /// Whether trailer, count and control number are as they must be.
    pub fn is_sound(&self) -> bool {
        worst(&self.findings) < Some(Severity::Error)
    }
}

impl InterchangeEnd {
    /// Whether trailer, count and control number are as they must be.
    pub fn is_sound(&self) -> bool {
        worst(&self.findings) < Some(Severity::Error)
    }
}

/// One transaction set, whole, with the envelopes it came in.
#[derive(Clone, Debug)]
pub struct TransactionSet {
    /// The interchange it came in.
    pub interchange: Arc<InterchangeHead>,
    /// The functional group it came in. EDIFACT rarely has groups; an X12 set outside any has an error finding.
    pub group: Option<Arc<GroupHead>>,
    /// What it is (ST01: `850`; UNH 0065: `ORDERS`).
    pub id: String,
    /// The release it is written in (GS08: `004010`; UNH 0052 and 0054: `D.96A`). Empty in an X12 set without a group.
    pub release: String,
    /// Who answers for the release (GS07: `X`; UNH 0051: `UN`).
    pub agency: String,
    /// Control number as sent (ST02, UNH 0062).
    pub control_number: String,
    /// Implementation convention (ST03, from 005010 on) or association assigned code (UNH 0057: `EAN008`).
    pub implementation: Option<String>,
    /// The trailer (SE, UNT), when it came.
    pub trailer: Option<Trailer>,
    /// What is wrong with the envelope and the tokens. [`structure`](super::structure()) finds the rest.
    pub findings: Vec<Finding>,
    pub(crate) table: SegmentTable,
}

impl TransactionSet {
    /// The segments in order, from ST to SE, from UNH to UNT.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> + Clone {
        self.table.segments()
    }

    /// How many segments there are, ST and SE counted.
    pub fn segment_count(&self) -> usize {
        self.table.len()
    }

    /// The segment at a position, ST being 1.
    pub fn segment(&self, position: usize) -> Option<Segment<'_>> {
        self.table.segment(position.checked_sub(1)?)
    }

    /// Where its header says which set it is: ST01; 0065 in S009 of UNH.
    pub(crate) fn id_element(&self) -> Option<Element<'_>> {
        let header = self.segment(1)?;
        Some(match self.interchange.standard {
            Standard::X12 => header.element(1),
            Standard::Edifact => header.element(2).component(1),
        })
    }

    /// The bytes as sent, from the first of ST to the terminator of SE: what is kept when the set is parked.
    pub fn raw(&self) -> &[u8] {
        self.table.raw()
    }

    /// The delimiters it is written with.
    pub fn delimiters(&self) -> &Delimiters {
        &self.table.delimiters
    }

    /// The character set its text is read in.
    pub fn character_set(&self) -> CharacterSet {
        self.table.charset
    }

    /// Where it stands in the file.
    pub fn place(&self) -> Place {
        let start = self.table.segment(0).map(|first| first.place()).unwrap_or_default();
        Place { end: start.start + self.raw().len() as u64, ..start }
    }

    /// Whether nothing that was found is an error.
    pub fn is_sound(&self) -> bool {
        worst(&self.findings) < Some(Severity::Error)
    }
}
