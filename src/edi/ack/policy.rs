//! When and how a partner is answered: plain data, so that a partner file can hold it.

use jiff::civil::DateTime;

/// When and how a partner's interchanges are acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckPolicy {
    /// When an X12 interchange gets a TA1.
    pub interchange: InterchangeAck,
    /// What X12 functional groups get.
    pub functional: FunctionalAck,
    /// When an EDIFACT interchange gets a CONTRL.
    pub contrl: ContrlAck,
    /// Which CONTRL.
    pub contrl_version: ContrlVersion,
    /// Whether a CONTRL waits until UNB 0031 asks for it.
    pub contrl_request: ContrlRequest,
    /// Whether sets without errors are listed (AK2, UCM), or only counted.
    pub accepted_sets: AcceptedSets,
    /// Whether warnings are told. A set with warnings alone is then accepted with errors noted.
    pub warnings: Warnings,
    /// What AK303 and IK303 hold.
    pub loop_ids: LoopIds,
    /// TA105 notes of errors that are accepted with TA104 `E` and not rejected.
    pub notes_accepted: Vec<String>,
    /// ISA12 of the answer; none: as it came.
    pub interchange_version: Option<String>,
    /// GS08 of a 997; none: the release of the group that came.
    pub functional_version: Option<String>,
}

impl Default for AckPolicy {
    fn default() -> Self {
        Self {
            interchange: InterchangeAck::OnRequest,
            functional: FunctionalAck::Group997,
            contrl: ContrlAck::Final,
            contrl_version: ContrlVersion::OfSyntax,
            contrl_request: ContrlRequest::Honoured,
            accepted_sets: AcceptedSets::Listed,
            warnings: Warnings::Untold,
            loop_ids: LoopIds::Omitted,
            notes_accepted: NOTES_ACCEPTED.map(str::to_owned).to_vec(),
            interchange_version: None,
            functional_version: None,
        }
    }
}

/// What the large gateways accept with errors: numbers and counts that differ, ids that are odd, flags.
const NOTES_ACCEPTED: [&str; 8] = ["001", "002", "006", "008", "009", "019", "020", "021"];

/// When an X12 interchange gets a TA1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InterchangeAck {
    /// Never.
    Never,
    /// When ISA14 asks, and where nothing else could tell: the interchange is rejected as a whole, or holds a set that
    /// stands in no functional group.
    #[default]
    OnRequest,
    /// When something is wrong with it, asked or not.
    OnError,
    /// Always.
    Always,
}

/// What X12 functional groups get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunctionalAck {
    /// Nothing.
    None,
    /// A 997.
    #[default]
    Group997,
    /// A 999 (005010X231A1).
    Group999,
}

/// When an EDIFACT interchange gets a CONTRL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContrlAck {
    /// Never.
    None,
    /// That it came, by [`receipt`](super::receipt()).
    Receipt,
    /// What became of it, by [`acknowledge`](super::acknowledge()).
    #[default]
    Final,
    /// Both.
    Both,
}

/// Which CONTRL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContrlVersion {
    /// D:3 for syntax versions 1 to 3, 4:1 for version 4.
    #[default]
    OfSyntax,
    /// `CONTRL:D:3:UN`.
    D3,
    /// `CONTRL:4:1:UN`.
    V41,
    /// `CONTRL:2:2:UN:EAN002`, for older partners.
    V22,
}

/// Whether a CONTRL waits until UNB 0031 asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContrlRequest {
    /// Only what asks is answered.
    #[default]
    Honoured,
    /// Everything is answered.
    Ignored,
}

/// Whether sets without errors are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AcceptedSets {
    /// Each is named.
    #[default]
    Listed,
    /// They are counted only.
    LeftOut,
}

/// Whether warnings are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Warnings {
    /// The partner does not hear of them.
    #[default]
    Untold,
    /// They are errors noted.
    Noted,
}

/// What AK303 and IK303 hold. The standard means the id between LS and LE; some partners want to see the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoopIds {
    /// Nothing.
    #[default]
    Omitted,
    /// The loop's name in the guide, where it fits.
    Names,
}

/// When an answer is made, and its control numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckStamp {
    /// Date and time, in the zone the partner is answered in.
    pub at: DateTime,
    /// Control number of the interchange.
    pub interchange: String,
    /// Control number of the first functional group; the next ones count on.
    pub group: u32,
    /// Control number of the first transaction set of every group, or of the message; the next ones count on.
    pub set: u32,
}

impl AckStamp {
    /// CCYYMMDD.
    pub(super) fn long_date(&self) -> String {
        let date = self.at.date();
        format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
    }

    /// YYMMDD.
    pub(super) fn short_date(&self) -> String {
        let date = self.at.date();
        format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day())
    }

    /// HHMM.
    pub(super) fn time(&self) -> String {
        format!("{:02}{:02}", self.at.hour(), self.at.minute())
    }
}
