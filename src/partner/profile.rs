//! Profiles: named sets of switches for the AS2 products that need them. A partner file's own keys beat its profile,
//! the profile beats the defaults.

use super::layers::Layers;
use super::receive::ReceiveKeys;
use super::send::SendEntry;
use crate::base::table::{Faults, Source, read};

/// The profiles there are.
const SHIPPED: [(&str, &str); 4] = [
    ("mendelson", include_str!("profiles/mendelson.toml")),
    ("openas2", include_str!("profiles/openas2.toml")),
    ("pyas2", include_str!("profiles/pyas2.toml")),
    ("sterling", include_str!("profiles/sterling.toml")),
];

/// The names and texts of all profiles, as words to choose from.
pub(crate) fn words() -> [(&'static str, &'static str); 4] {
    SHIPPED
}

/// The receive switches of a profile's text.
pub(crate) fn receive_keys(text: &str, faults: &Faults) -> ReceiveKeys {
    let source = Source::new("(profile)", text);
    read(&source, faults, |table| {
        if let Some(send) = table.table("send") {
            // Read for its faults; a partner file reads it under its own.
            drop(SendEntry::read(&Layers::new(Some(send), None), table.at()));
        }
        table.table("receive").map(|receive| ReceiveKeys::read(&receive))
    })
    .flatten()
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_is_clean() {
        for (name, text) in SHIPPED {
            let faults = Faults::new();
            receive_keys(text, &faults);
            assert_eq!(faults.into_sorted(), [], "{name}");
        }
    }

    #[test]
    fn a_files_own_keys_beat_its_profile_and_the_profile_beats_the_defaults() {
        let check = |own: &str, profile: &str, required: bool| {
            let faults = Faults::new();
            let (own, profile) = (receive_keys(own, &faults), receive_keys(profile, &faults));
            assert_eq!(own.over(&profile).require_signed_attributes, required);
        };
        let (strict, lenient) =
            ("[receive]\nrequire_signed_attributes = true", "[receive]\nrequire_signed_attributes = false");
        check("", "", true);
        check("", lenient, false);
        check(strict, lenient, true);
        check(lenient, strict, false);
    }
}
