//! One finding as one flat row: what programs read, filter and count by.

use serde::Serialize;

use super::check::Checked;
use super::finding::Finding;
use super::report::InterchangeReport;
use crate::base::Severity;

/// A finding with the place of its interchange, group and set in the file. Members that say nothing are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingRecord {
    /// How much it weighs with this partner.
    pub severity: Severity,
    /// What kind of thing: `too-long`.
    pub code: &'static str,
    /// The family of the code: `envelope`, `structure`, `element`, `code`, `syntax-note`, `duplicate`, `guide` or
    /// `characters`.
    pub family: &'static str,
    /// What it is about: `file`, `interchange`, `group`, `set`, `segment` or `element`.
    pub level: &'static str,
    /// Whose rule it breaks: `standard` or `partner`.
    pub authority: &'static str,
    /// The interchange's place in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interchange: Option<u32>,
    /// The functional group's place in the interchange, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<u32>,
    /// The transaction set's place in the group, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<u32>,
    /// Tag of the segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Position of the segment in the transaction set, the header being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_position: Option<u32>,
    /// Element of the segment, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<u32>,
    /// Repetition of the element, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition: Option<u32>,
    /// Component of the element, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<u32>,
    /// Offset in the file of the first byte it is about.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// What was expected there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The text that is wrong, at most 99 characters of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offending: Option<String>,
    /// Number of the element in the standard's dictionary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_element: Option<String>,
    /// The loop it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_name: Option<String>,
    /// The next step to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

/// Where a finding's envelopes stand, as far as it is in any.
#[derive(Clone, Copy, Debug, Default)]
pub struct Indices {
    /// The interchange's place in the file, from 1.
    pub interchange: Option<u32>,
    /// The functional group's place in the interchange, from 1.
    pub group: Option<u32>,
    /// The transaction set's place in the group, from 1.
    pub set: Option<u32>,
}

impl FindingRecord {
    /// The row of a finding in these envelopes.
    pub fn new(finding: &Finding, indices: Indices) -> Self {
        record(finding, indices)
    }
}

fn record(finding: &Finding, indices: Indices) -> FindingRecord {
    let place = &finding.place;
    FindingRecord {
        severity: finding.severity,
        code: finding.code.as_str(),
        family: finding.code.family().as_str(),
        level: finding.level.as_str(),
        authority: finding.authority.as_str(),
        interchange: indices.interchange,
        group: indices.group,
        set: indices.set,
        segment: place.tag.map(|tag| tag.as_str().to_owned()),
        segment_position: place.segment_position,
        element: place.element,
        repetition: place.repetition,
        component: place.component,
        start: place.start,
        end: place.end,
        message: finding.text.clone().into_owned(),
        expected: finding.expected.as_deref().map(str::to_owned),
        offending: finding.offending.as_deref().map(str::to_owned),
        data_element: finding.data_element.as_deref().map(str::to_owned),
        loop_name: finding.loop_name.as_deref().map(str::to_owned),
        hint: finding.code.hint(),
    }
}

impl InterchangeReport {
    /// Every finding as a row: those of the interchange, then group by group those of the group and of its sets.
    pub fn records(&self) -> impl Iterator<Item = FindingRecord> + '_ {
        let here = Indices { interchange: Some(self.number), ..Indices::default() };
        let groups = self.groups.iter().flat_map(move |group| {
            let in_group = Indices { group: Some(group.number), ..here };
            let sets = group.sets.iter().flat_map(move |set| {
                let in_set = Indices { set: Some(set.number), ..in_group };
                set.findings.iter().map(move |finding| record(finding, in_set))
            });
            group.findings.iter().map(move |finding| record(finding, in_group)).chain(sets)
        });
        self.findings.iter().map(move |finding| record(finding, here)).chain(groups)
    }
}

impl Checked {
    /// Every finding as a row.
    pub fn records(&self) -> Vec<FindingRecord> {
        match self {
            Self::Interchange(report) => report.records().collect(),
            Self::Outside(finding) => vec![record(finding, Indices::default())],
        }
    }
}
