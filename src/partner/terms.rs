//! What translating a message by hand needs to know of a partner: its file, less all that is about transport.

use jiff::tz::TimeZone;

use super::{PartnerFile, Reading};
use crate::base::Limits;
use crate::edi::{Finding, Standard};
use crate::mapping::{PartyEntry, ReadContext};

/// What messages of a partner are read and written with.
#[derive(Clone, Debug)]
pub struct Terms {
    time_zone: TimeZone,
    parties: Vec<PartyEntry>,
    x12: Reading,
    edifact: Reading,
    document_limit: usize,
}

/// Terms of nobody: universal time, no parties, findings as they weigh by default.
impl Default for Terms {
    fn default() -> Self {
        Self {
            time_zone: TimeZone::UTC,
            parties: Vec::new(),
            x12: Reading::default(),
            edifact: Reading::default(),
            document_limit: Limits::default().document,
        }
    }
}

impl PartnerFile {
    /// The terms that the file states; `zone` is the one it names.
    pub(crate) fn terms(self, zone: TimeZone) -> Terms {
        Terms {
            time_zone: zone,
            parties: self.parties,
            x12: self.x12.map(|x12| x12.reading).unwrap_or_default(),
            edifact: self.edifact.map(|edifact| edifact.reading).unwrap_or_default(),
            ..Terms::default()
        }
    }
}

impl Terms {
    /// Gives findings the severity they have with this partner.
    pub fn weigh(&self, standard: Standard, findings: &mut [Finding]) {
        self.reading(standard).severities.weigh(findings);
    }

    /// What a mapping needs to know; it is to say where each member is from.
    pub fn context(&self, standard: Standard) -> ReadContext<'_> {
        ReadContext {
            parties: &self.parties,
            time_zone: &self.time_zone,
            document_limit: self.document_limit,
            trace: true,
            unlisted: self.reading(standard).unlisted_code(),
        }
    }

    fn reading(&self, standard: Standard) -> &Reading {
        match standard {
            Standard::X12 => &self.x12,
            Standard::Edifact => &self.edifact,
        }
    }
}
