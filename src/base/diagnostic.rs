//! One form for every fault a person must mend: in a configuration file, a mapping, a certificate or a partner's EDI.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Error,
}

/// Where a fault is: in a file of ours (path, line, column), in a partner's EDI (segment, element, byte), in a canonical
/// document (member), or in several of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Location {
    /// Path as the operator knows it: relative to edigate.toml.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Offsets in bytes from the start of the file or interchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Range<u64>>,
    /// Tag of the segment, such as `PO1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Position of the segment in its transaction set, ST or UNH being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_position: Option<u64>,
    /// Element in the segment, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<u32>,
    /// Repetition of the element, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition: Option<u32>,
    /// Component of the element, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<u32>,
    /// Path of the member in the canonical document: `lines[2].price.amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// A fault, where it is, what was expected and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// How much it weighs.
    pub severity: Severity,
    /// A word that never changes, for filters and documentation: `unknown-key`, `signature-untrusted`.
    pub code: Cow<'static, str>,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// Where.
    #[serde(default)]
    pub location: Location,
    /// What was expected there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The next step to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error without a place; add the rest with the `with` functions.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A piece of information.
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: Cow::Borrowed(code),
            message: message.into(),
            location: Location::default(),
            expected: None,
            hint: None,
        }
    }

    /// The same diagnostic at a place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// The same diagnostic, saying what was expected.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same diagnostic, saying what to do next.
    #[must_use]
    pub fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// `partners/acme/partner.toml:4:1: error[unknown-key]: … (expected …) — hint`, on one line.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.location)?;
        let severity = match self.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}[{}]: {}", self.code, self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " — {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
            if let Some(line) = self.line {
                write!(f, "{line}:")?;
            }
            if let Some(column) = self.column {
                write!(f, "{column}:")?;
            }
            f.write_str(" ")?;
        }
        if let Some(segment) = &self.segment {
            f.write_str(segment)?;
            if let Some(element) = self.element {
                write!(f, "{element:02}")?;
            }
            if let Some(component) = self.component {
                write!(f, "-{component}")?;
            }
            if let Some(position) = self.segment_position {
                write!(f, " (segment {position})")?;
            }
            if let Some(bytes) = &self.bytes {
                write!(f, " at byte {}", bytes.start)?;
            }
            f.write_str(": ")?;
        }
        if let Some(member) = &self.member {
            write!(f, "{member}: ")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_place_fault_expectation_and_next_step() {
        let in_file = Diagnostic::error("unknown-key", "there is no key 'as2_idd'")
            .at(Location { file: Some("a.toml".into()), line: Some(4), column: Some(1), ..Location::default() })
            .hinting("write 'as2_id'");
        assert_eq!(in_file.to_string(), "a.toml:4:1: error[unknown-key]: there is no key 'as2_idd' — write 'as2_id'");

        let in_edi = Diagnostic::error("not-a-date", "'2026' is no date").expecting("CCYYMMDD").at(Location {
            segment: Some("BEG".into()),
            element: Some(5),
            segment_position: Some(2),
            bytes: Some(130..134),
            ..Location::default()
        });
        assert_eq!(
            in_edi.to_string(),
            "BEG05 (segment 2) at byte 130: error[not-a-date]: '2026' is no date; expected CCYYMMDD"
        );
    }
}
