//! The terms of one partner, without the keys and certificates that a gateway needs beside them.

use std::path::Path;

use jiff::tz::TimeZone;

use super::folder::Folder;
use crate::base::table::{Faults, Located};
use crate::base::{Diagnostic, PartnerId};
use crate::partner::{PartnerFile, Terms};

/// What `partners/ID/partner.toml` beside the edigate.toml at `path` says of reading and writing messages; `None` when
/// there is no such partner.
///
/// # Errors
/// Every fault of that file; nothing else is looked at.
pub fn partner_terms(path: &Path, id: &PartnerId) -> Result<Option<Terms>, Vec<Diagnostic>> {
    let folder = Folder::of(path);
    let name = format!("partners/{id}/partner.toml");
    if !folder.place(&name).is_file() {
        return Ok(None);
    }
    let faults = Faults::new();
    let file = folder.source(&name, "make it readable", &faults);
    let file = file.and_then(|source| PartnerFile::read(id.clone(), &source, &faults));
    let zone = file.as_ref().map(|file| file.timezone.as_ref().map_or(Some(TimeZone::UTC), |name| zone(name, &faults)));
    match (file, zone.flatten()) {
        (Some(file), Some(zone)) if !faults.any_error() => Ok(Some(file.terms(zone))),
        _ => Err(faults.into_sorted()),
    }
}

/// A time zone by its IANA name.
pub(super) fn zone(name: &Located<String>, faults: &Faults) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        let fault = Diagnostic::error("not-found", format!("this machine knows no time zone '{}'", **name));
        faults.add(
            fault
                .at(name.at.clone())
                .expecting("an IANA name such as \"America/New_York\" or \"Europe/Berlin\"")
                .hinting("if the name is right, install the package tzdata"),
        );
    }
    zone
}
