//! Findings up to a bound.

use std::borrow::Cow;

use super::{Finding, FindingCode};
use crate::base::Severity;
use crate::edi::place::Place;

/// Collects findings up to a bound, so that a hostile document cannot fill memory with what is wrong with it.
#[derive(Debug)]
pub(crate) struct Findings {
    limit: usize,
    kept: Vec<Finding>,
    dropped: Option<(Severity, Place, u64)>,
}

impl Default for Findings {
    fn default() -> Self {
        Self::keeping(Self::KEPT)
    }
}

impl Findings {
    /// Findings kept for one transaction set or one end of an envelope. A person mends ten and reads again; a
    /// thousand are more than an acknowledgement will carry.
    pub(crate) const KEPT: usize = 1_000;

    /// A collection that keeps so many.
    pub(crate) fn keeping(limit: usize) -> Self {
        Self { limit, kept: Vec::new(), dropped: None }
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        if self.kept.len() < self.limit {
            self.kept.push(finding);
            return;
        }
        let (severity, _, count) = self.dropped.get_or_insert((finding.severity, finding.place, 0));
        *severity = (*severity).max(finding.severity);
        *count += 1;
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// How many are kept so far.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Says of those that were kept since there were `from` in which loop they are.
    pub(crate) fn inside(&mut self, from: usize, loop_name: &str) {
        for finding in self.kept.iter_mut().skip(from) {
            finding.loop_name = Some(loop_name.into());
        }
    }

    /// Those that were kept, and one that tells of the others, as weighty as the weightiest of them.
    pub(crate) fn into_vec(self) -> Vec<Finding> {
        let mut findings = self.kept;
        if let Some((severity, place, count)) = self.dropped {
            let text = match count {
                1 => Cow::Borrowed("1 more finding is not listed"),
                _ => format!("{count} more findings are not listed").into(),
            };
            findings.push(Finding::new(severity, FindingCode::MoreFindings, place, text));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity) -> Finding {
        Finding::new(severity, FindingCode::TooLong, Place::bytes(5, 9), "it is too long")
    }

    #[test]
    fn one_past_the_bound_is_counted_and_keeps_its_weight() {
        let mut findings = Findings::default();
        (0..Findings::KEPT).for_each(|_| findings.push(finding(Severity::Warning)));
        findings.push(finding(Severity::Info));
        findings.push(finding(Severity::Error));
        let findings = findings.into_vec();
        assert_eq!(findings.len(), Findings::KEPT + 1);
        let last = findings.last().unwrap();
        assert_eq!((last.code, last.severity), (FindingCode::MoreFindings, Severity::Error));
        assert_eq!(last.text, "2 more findings are not listed");
    }
}
