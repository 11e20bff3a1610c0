//! Which transaction sets a functional group may hold.

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::{Standard, TransactionSet};

/// Functional identifiers of X12 (GS01, element 479) by transaction set. A set that is not here may be in any group.
const FUNCTIONAL_IDS: &[(&str, &str)] = &[
    ("810", "IN"),
    ("820", "RA"),
    ("824", "AG"),
    ("830", "PS"),
    ("846", "IB"),
    ("850", "PO"),
    ("852", "PD"),
    ("855", "PR"),
    ("856", "SH"),
    ("860", "PC"),
    ("861", "RC"),
    ("862", "SS"),
    ("864", "TX"),
    ("865", "CA"),
    ("870", "RS"),
    ("997", "FA"),
    ("999", "FA"),
];

/// The functional identifier (GS01) of the groups that hold a transaction set of X12, where one is known.
pub fn functional_id(set: &str) -> Option<&'static str> {
    FUNCTIONAL_IDS.iter().find(|(id, _)| *id == set).map(|(_, functional)| *functional)
}

/// The transaction set (ST01) that a group of this kind holds.
pub(in crate::edi) fn set_of(functional_id: &str) -> Option<&'static str> {
    FUNCTIONAL_IDS.iter().find(|(_, kind)| *kind == functional_id).map(|(id, _)| *id)
}

/// Holds the kind of a set against the kind of its group: GS01 against ST01 (AK502 code 18), UNG 0038 against UNH 0065.
pub(super) fn check(set: &TransactionSet) -> Option<Finding> {
    let group = set.group.as_ref()?;
    let expected = match set.interchange.standard {
        Standard::X12 => functional_id(&set.id)?,
        Standard::Edifact => set.id.as_str(),
    };
    if group.functional_id == expected {
        return None;
    }
    let element = set.id_element()?;
    let text = format!("{} stands in a functional group of '{}'", set.id, group.functional_id);
    let finding = Finding::new(Severity::Error, FindingCode::SetNotOfGroup, element.place(), text);
    Some(finding.about(Level::Set).expecting(format!("a group of {expected}")).quoting(&set.id))
}
