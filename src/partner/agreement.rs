//! `[[agreement]]`: which documents are exchanged with a partner, as which message, by which mapping.

use std::sync::Arc;

use super::MessageName;
use crate::base::table::{Located, Table};
use crate::base::{Diagnostic, Location};
use crate::canon::Direction;
use crate::edi::{GuideKey, Standard};
use crate::mapping::Mapping;

/// The document by which a partner learns that one of its documents is refused, and its major version.
pub const ADVICE: &str = "application-advice@1";

/// One agreement as written.
#[derive(Clone, Debug)]
pub(crate) struct AgreementEntry {
    pub(crate) document: Located<String>,
    pub(crate) direction: Direction,
    pub(crate) message: Located<MessageName>,
    pub(crate) mapping: Located<String>,
    pub(crate) guide: Option<Located<String>>,
    pub(crate) site: Option<String>,
    pub(crate) on_refused: Option<(Standard, Location)>,
}

impl AgreementEntry {
    /// Reads one `[[agreement]]`.
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        for (key, expected) in [
            ("document", "a canonical document and its major version, such as \"order@1\""),
            ("direction", "\"in\" or \"out\""),
            ("message", MessageName::EXPECTED),
            ("mapping", "a mapping such as \"templates/x12/004010/order\": the file under mappings/, without .toml"),
        ] {
            table.require(key, expected);
        }
        let document = table.value("document").and_then(|value| {
            let at = value.at();
            value.parsed("a canonical document and its major version, such as \"order@1\"", |text| {
                document_name(text).then(|| Located { value: text.to_owned(), at })
            })
        });
        let direction = table.one_of("direction", &[("in", Direction::Inbound), ("out", Direction::Outbound)]);
        let message = table.value("message").and_then(|value| {
            let at = value.at();
            value.parsed(MessageName::EXPECTED, |text| Some(Located { value: text.parse().ok()?, at }))
        });
        let mapping = table.string("mapping");
        let guide = table.string("guide");
        let site = table.string("site").map(|site| site.value);
        let other_majors = table.strings("publish").iter().any(|major| **major != *"v1");
        table.only("publish", Some(other_majors), false, "each document is published in its one major version");
        let advice = [("824", Standard::X12), ("APERAK", Standard::Edifact)];
        let on_refused = table.one_of("on_refused", &advice).zip(table.value("on_refused").map(|value| value.at()));
        let (document, direction, message, mapping) = (document?, direction?, message?, mapping?);
        Some(Self { document, direction, message, mapping, guide, site, on_refused })
    }
}

impl AgreementEntry {
    /// The agreement by which a refusal is told, as it is shipped.
    pub(crate) fn advice(&self) -> Option<Self> {
        let (standard, at) = self.on_refused.clone()?;
        let (release, mapping, kind) = match standard {
            Standard::X12 if self.message.release.starts_with("005") => ("005010", "x12/005010", "824"),
            Standard::X12 => ("004010", "x12/004010", "824"),
            Standard::Edifact => ("D96A", "edifact/d96a", "APERAK"),
        };
        let located = |value: String| Located { value, at: at.clone() };
        Some(Self {
            document: located(ADVICE.to_owned()),
            direction: Direction::Outbound,
            message: Located { value: MessageName::new(standard, release, kind), at: at.clone() },
            mapping: located(format!("templates/{mapping}/application-advice")),
            guide: None,
            site: None,
            on_refused: None,
        })
    }
}

/// `order@1`: a name of `a-z` and `-`, and a major version.
fn document_name(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, major)| {
        let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let digits = major.bytes().all(|b| b.is_ascii_digit()) && !major.starts_with('0');
        named && digits && major.parse::<u16>().is_ok()
    })
}

/// One agreement, with its mapping compiled.
#[derive(Clone)]
pub struct Agreement {
    /// The canonical document and its major version: `order@1`.
    pub document: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The message it is on the wire; its release covers all that begin with it.
    pub message: MessageName,
    /// The mapping's name: `templates/x12/004010/order`.
    pub mapping_name: String,
    /// The mapping.
    pub mapping: Arc<Mapping>,
    /// The overlay to read it by; or a plain guide, to take when there is none of the message's own release.
    pub guide: Option<GuideKey>,
    /// The canonical path whose value is the site in the routing key: `shipTo.id`.
    pub site: Option<String>,
    /// Whether the partner gets an application advice when the ERP refuses one of these documents.
    pub advises_refusals: bool,
}

/// The first of `agreements` that fits.
pub(crate) fn first_match<'a>(
    agreements: &'a [Agreement],
    direction: Direction,
    message: &MessageName,
) -> Option<&'a Agreement> {
    agreements.iter().find(|one| one.direction == direction && one.message.covers(message))
}

/// Agreements that can never be reached because an earlier one fits first.
pub(crate) fn unreachable(entries: &[AgreementEntry]) -> Vec<Diagnostic> {
    let covered = |index: usize, later: &AgreementEntry| {
        entries.iter().take(index).any(|earlier| {
            earlier.direction == later.direction
                && earlier.direction == Direction::Inbound
                && earlier.message.covers(&later.message)
        })
    };
    entries
        .iter()
        .enumerate()
        .filter(|(index, later)| covered(*index, later))
        .map(|(_, later)| {
            Diagnostic::warning(
                "never-reached",
                format!("an agreement before this one fits every {} first", *later.message),
            )
            .at(later.message.at.clone())
            .hinting("put the narrower agreement first")
        })
        .collect()
}
