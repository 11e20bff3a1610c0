//! Profiles: named sets of switches for the AS2 products that need them. A partner file's own keys beat its profile,
//! the profile beats the defaults.

use crate::base::table::{Faults, Source, Table, read};

/// Lists profiles with their texts, each a file of this folder.
macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("profiles/", $name, ".toml")))),*]
    };
}

/// The profiles there are.
const SHIPPED: [(&str, &str); 15] = shipped![
    "amazon",
    "axway",
    "azure-logic-apps",
    "biztalk",
    "cleo",
    "datapower",
    "django-pyas2",
    "libas2",
    "mendelson",
    "mule",
    "openas2",
    "pyas2",
    "seeburger",
    "sterling",
    "webmethods",
];

/// The names and texts of all profiles, as words to choose from.
pub(crate) fn words() -> [(&'static str, &'static str); 15] {
    SHIPPED
}

/// Lets `walk` read the tables of a profile's text.
pub(crate) fn over<T>(text: &str, faults: &Faults, walk: impl FnOnce(&Table<'_>) -> T) -> Option<T> {
    read(&Source::new("(profile)", text), faults, walk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::layers::Layers;
    use crate::partner::receive::Receive;
    use crate::partner::send::SendEntry;

    /// Every `table.key = value` of a profile, as docs/configuration.md lists them.
    fn sets(text: &str) -> Vec<String> {
        fn walk(name: &str, value: &toml::Value, found: &mut Vec<String>) {
            match value {
                toml::Value::Table(table) => {
                    for (key, value) in table {
                        walk(&if name.is_empty() { key.clone() } else { format!("{name}.{key}") }, value, found);
                    }
                }
                value => found.push(format!("`{name} = {value}`")),
            }
        }
        let mut found = Vec::new();
        walk("", &toml::Value::Table(toml::from_str(text).unwrap()), &mut found);
        found
    }

    #[test]
    fn every_shipped_profile_is_clean_and_listed_with_what_it_sets() {
        let docs = include_str!("../../docs/configuration.md");
        for (name, text) in SHIPPED {
            let faults = Faults::new();
            let known = |profile: &Table<'_>| {
                Receive::read(&Layers::new(None, profile.table("receive")));
                SendEntry::read(&Layers::new(None, profile.table("send")), profile.at());
            };
            assert!(over(text, &faults, known).is_some(), "{name}");
            assert_eq!(faults.into_sorted(), [], "{name}");
            assert!(text.starts_with("# "), "{name} does not say why");
            let sets = sets(text);
            let sets = if sets.is_empty() { "nothing".to_owned() } else { sets.join(", ") };
            let line = format!("| `\"{name}\"` | {sets} |");
            assert!(docs.contains(&line), "docs/configuration.md lacks\n{line}");
        }
    }

    #[test]
    fn a_files_own_keys_beat_its_profile_and_the_profile_beats_the_defaults() {
        let check = |own: &str, profile: &str, required: bool| {
            let faults = Faults::new();
            let receive = over(own, &faults, |own| {
                let read =
                    |profile: &Table<'_>| Receive::read(&Layers::new(own.table("receive"), profile.table("receive")));
                over(profile, &faults, read)
            });
            assert_eq!(receive.flatten().unwrap().require_signed_attributes, required);
        };
        let (strict, lenient) =
            ("[receive]\nrequire_signed_attributes = true", "[receive]\nrequire_signed_attributes = false");
        check("", "", true);
        check("", lenient, false);
        check(strict, lenient, true);
        check(lenient, strict, false);
    }
}
