//! What stands around messages for a partner: who sends and receives, under which version, how it is written.

use crate::base::Timestamp;
use crate::canon::Usage;
use crate::edi::write::WriteOptions;
use crate::edi::{
    self, OutgoingGroup, OutgoingGroupHead, OutgoingInterchange, OutgoingInterchangeHead, Particulars, Party, Standard,
};
use crate::exchange::{Document, Lane};
use crate::partner::{Agreement, Partner, Writing};

/// The envelope of interchanges for a partner.
pub(super) struct Envelope<'p> {
    partner: &'p Partner,
    pub(super) standard: Standard,
    pub(super) us: &'p Party,
    pub(super) them: &'p Party,
    pub(super) writing: &'p Writing,
}

impl<'p> Envelope<'p> {
    /// The envelope by the partner's file; `None` when it has no identities of this standard.
    pub(super) fn of(partner: &'p Partner, standard: Standard) -> Option<Self> {
        let (us, them) = partner.identities(standard)?;
        let (writing, them) = (partner.writing(standard)?, them.first()?);
        Some(Self { partner, standard, us: &us.value, them: &them.value, writing })
    }

    /// How it is written.
    pub(super) fn options(&self) -> WriteOptions {
        self.writing.options.for_syntax(&self.writing.syntax)
    }

    /// Messages of one lane may go into one interchange: what stands in its head is the same.
    pub(super) fn lane(&self, agreement: &Agreement, document: &Document) -> Lane {
        let version = self.version(&agreement.mapping.message().release);
        Lane::of(&format!("{}|{}|{version}|documents", document.partner, self.standard.as_str()))
    }

    /// Acknowledgements travel apart from documents: a CONTRL must, and a 997 may not wait for an order.
    pub(super) fn acknowledgement_lane(&self, version: &str) -> Lane {
        Lane::of(&format!("{}|{}|{version}|acknowledgements", self.partner.id, self.standard.as_str()))
    }

    /// ISA12 or 0002, for a message of this release.
    pub(super) fn version(&self, release: &str) -> String {
        let default = match self.standard {
            // Repetitions came with 004020, and the envelopes that have them in use are 00501.
            Standard::X12 if release.get(..6).is_some_and(|release| release >= "004020") => "00501",
            Standard::X12 => "00401",
            Standard::Edifact => "3",
        };
        self.writing.version.clone().unwrap_or_else(|| default.to_owned())
    }

    /// The head of an interchange.
    pub(super) fn head(&self, version: &str, number: u64, at: Timestamp, asks: bool) -> OutgoingInterchangeHead {
        let (date, time) = self.stamp(at);
        // 0017 has eight digits from syntax version 4 on; ISA09 six.
        let is_long = self.standard == Standard::Edifact && version >= "4";
        OutgoingInterchangeHead {
            standard: self.standard,
            sender: self.us.clone(),
            receiver: self.them.clone(),
            sender_internal: Vec::new(),
            receiver_internal: Vec::new(),
            date: if is_long { date } else { date.get(2..).unwrap_or_default().to_owned() },
            time,
            syntax: self.writing.syntax.clone(),
            version: version.to_owned(),
            control_number: number.to_string(),
            acknowledgement_asked: asks,
            usage: match self.partner.usage {
                Usage::Production => edi::Usage::Production,
                Usage::Test => edi::Usage::Test,
            },
            particulars: Particulars::default(),
        }
    }

    /// The head of a functional group of sets of this kind and release.
    pub(super) fn group(&self, functional_id: &str, release: &str, number: u64, at: Timestamp) -> OutgoingGroupHead {
        let (date, time) = self.stamp(at);
        let plain = |id: &str| Party { qualifier: String::new(), id: id.to_owned() };
        let (us, them) = match (self.standard, &self.partner.x12) {
            (Standard::X12, Some(x12)) => (
                plain(x12.us_group.as_deref().unwrap_or(&self.us.id)),
                plain(x12.them_group.as_deref().unwrap_or(&self.them.id)),
            ),
            _ => (self.us.clone(), self.them.clone()),
        };
        OutgoingGroupHead {
            functional_id: functional_id.to_owned(),
            sender: us,
            receiver: them,
            date,
            time,
            control_number: number.to_string(),
            agency: match self.standard {
                Standard::X12 => "X".to_owned(),
                Standard::Edifact => "UN".to_owned(),
            },
            version: self.writing.group_version.clone().unwrap_or_else(|| release.to_owned()),
        }
    }

    /// Date and time as the partner reads them: CCYYMMDD and HHMM in its zone.
    fn stamp(&self, at: Timestamp) -> (String, String) {
        let local = self.partner.time_zone.to_datetime(at.to_jiff());
        (local.strftime("%Y%m%d").to_string(), local.strftime("%H%M").to_string())
    }

    /// An interchange of one message with the heads that it will have.
    pub(super) fn rehearsed(&self, alone: &OutgoingInterchange) -> OutgoingInterchange {
        let release = alone.groups.first().map(|group| group.head.version.clone()).unwrap_or_default();
        let at = Timestamp::from_millis(0);
        let version = self.version(&release);
        let groups = alone.groups.iter().map(|group| OutgoingGroup {
            head: self.group(&group.head.functional_id, &release, 1, at),
            sets: group.sets.clone(),
        });
        OutgoingInterchange {
            head: self.head(&version, 1, at, false),
            acknowledgements: Vec::new(),
            groups: groups.collect(),
            messages: alone.messages.clone(),
        }
    }
}
