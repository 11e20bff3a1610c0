//! `[x12]` and `[edifact]`: under which identities interchanges are exchanged, and how they are read and written.

use crate::base::table::{Located, Table, Value};
use crate::edi::{Party, Standard};

use super::acknowledging::Acknowledging;
use super::reading::Reading;
use super::writing::Writing;

/// What a party looks like as it is written, for an operator.
const ISA_ID: &str = "an ISA qualifier and id such as \"01/123456789\" or \"ZZ/ACMEBRG\"";

/// Reads `ZZ/ACMEBRG`: a qualifier of two characters and an id of 1 to 15, without the blanks that fill it up in the
/// ISA (X12.5, elements I05, I06 and I07).
fn isa_id(text: &str) -> Option<Party> {
    let (qualifier, id) = text.split_once('/')?;
    let plain = |part: &str| part.bytes().all(|b| (b' '..=b'~').contains(&b)) && part.trim() == part;
    (qualifier.len() == 2 && (1..=15).contains(&id.len()) && plain(qualifier) && plain(id))
        .then(|| Party { qualifier: qualifier.to_owned(), id: id.to_owned() })
}

/// A party of an interchange as it is written in a partner file: `01/123456789`, `4012345000009:14`.
pub fn written(standard: Standard, party: &Party) -> String {
    let Party { qualifier, id } = party;
    match standard {
        Standard::X12 => format!("{qualifier}/{id}"),
        Standard::Edifact if qualifier.is_empty() => id.clone(),
        Standard::Edifact => format!("{id}:{qualifier}"),
    }
}

/// `[x12]` resolved: who we are and who they are on X12 envelopes.
#[derive(Clone, Debug)]
pub struct X12 {
    /// Our id in the ISA.
    pub us: Located<Party>,
    /// Our id in the GS.
    pub us_group: Option<String>,
    /// Their id in the ISA, and after it the aliases under which they send too.
    pub them: Vec<Located<Party>>,
    /// Their id in the GS.
    pub them_group: Option<String>,
    /// How their interchanges are read.
    pub reading: Reading,
    /// How interchanges for them are written.
    pub writing: Writing,
    /// Which functional acknowledgements are exchanged.
    pub acknowledging: Acknowledging,
}

impl X12 {
    /// Reads `[x12]`.
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        table.require("us", "{ isa = \"01/123456789\", gs = \"123456789\" }");
        table.require("them", "{ isa = \"ZZ/ACMEBRG\", gs = \"ACMEBRG\" }");
        let us = table.table("us").map(|us| identity(&us));
        let them = table.table("them").map(|them| (identity(&them), aliases(&them)));
        let reading = table.table("read").map(|read| x12_read(&read)).unwrap_or_default();
        let writing = table.table("write").map_or_else(Writing::x12, |write| Writing::read_x12(&write));
        let acknowledging = table.table("ack").map_or_else(Acknowledging::none, |ack| Acknowledging::read_x12(&ack));
        let (us, us_group) = us?;
        let ((them, them_group), aliases) = them?;
        let them = std::iter::once(them?).chain(aliases).collect();
        Some(Self { us: us?, us_group, them, them_group, reading, writing, acknowledging })
    }
}

fn identity(table: &Table<'_>) -> (Option<Located<Party>>, Option<String>) {
    table.require("isa", ISA_ID);
    let isa = table.value("isa").and_then(|value| party(&value, ISA_ID, isa_id));
    let group = table
        .parsed("gs", "a GS id of 2 to 15 characters", |text| (2..=15).contains(&text.len()).then(|| text.to_owned()));
    (isa, group)
}

/// A party, with the place it is written at.
fn party(value: &Value<'_>, expected: &str, read: fn(&str) -> Option<Party>) -> Option<Located<Party>> {
    let at = value.at();
    value.parsed(expected, |text| Some(Located { value: read(text)?, at }))
}

fn aliases(table: &Table<'_>) -> Vec<Located<Party>> {
    table.list("aliases").iter().filter_map(|value| party(value, ISA_ID, isa_id)).collect()
}

fn x12_read(read: &Table<'_>) -> Reading {
    read.only("charset", charset(read), "auto", "the character set is found out");
    Reading::read(read)
}

fn charset(table: &Table<'_>) -> Option<&'static str> {
    let known = ["auto", "x12-basic", "x12-extended", "utf-8", "windows-1252", "iso-8859-1"];
    table.one_of("charset", &known.map(|word| (word, word)))
}

/// What a party of an EDIFACT interchange looks like as it is written, for an operator.
const UNB_ID: &str = "an id, and behind a colon its qualifier, as in the UNB: \"4012345000009:14\" or \"ACME\"";

/// Reads `4012345000009:14`: an id of 1 to 35 characters and a qualifier of up to 4 (0004, 0010 and 0007).
fn unb_id(text: &str) -> Option<Party> {
    let (id, qualifier) = text.split_once(':').unwrap_or((text, ""));
    let plain = |part: &str| !part.contains([':', '\'']) && !part.contains(char::is_control) && part.trim() == part;
    let fits = (1..=35).contains(&id.chars().count()) && qualifier.len() <= 4 && plain(id) && plain(qualifier);
    fits.then(|| Party { qualifier: qualifier.to_owned(), id: id.to_owned() })
}

/// `[edifact]` resolved: who we are and who they are on EDIFACT envelopes.
#[derive(Clone, Debug)]
pub struct Edifact {
    /// Our id in the UNB.
    pub us: Located<Party>,
    /// Their id in the UNB, and after it the aliases under which they send too.
    pub them: Vec<Located<Party>>,
    /// How their interchanges are read.
    pub reading: Reading,
    /// How interchanges for them are written.
    pub writing: Writing,
    /// Which functional acknowledgements are exchanged.
    pub acknowledging: Acknowledging,
}

impl Edifact {
    /// Reads `[edifact]`, the twin of `[x12]`.
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        table.require("us", "{ unb = \"4012345000009:14\" }");
        table.require("them", "{ unb = \"4012345000016:14\" }");
        let us = table.table("us").map(|us| unb_identity(&us));
        let them = table.table("them").map(|them| {
            let aliases: Vec<_> =
                them.list("aliases").iter().filter_map(|value| party(value, UNB_ID, unb_id)).collect();
            (unb_identity(&them), aliases)
        });
        let reading = table.table("read").map(|read| edifact_read(&read)).unwrap_or_default();
        let writing = table.table("write").map_or_else(Writing::edifact, |write| Writing::read_edifact(&write));
        let acknowledging =
            table.table("ack").map_or_else(Acknowledging::none, |ack| Acknowledging::read_edifact(&ack));
        let (them, aliases) = them?;
        let them = std::iter::once(them?).chain(aliases).collect();
        Some(Self { us: us??, them, reading, writing, acknowledging })
    }
}

fn unb_identity(table: &Table<'_>) -> Option<Located<Party>> {
    table.require("unb", UNB_ID);
    let internal = table.string("internal").map(|internal| internal.value);
    table.only("internal", internal, String::new(), "parties are told apart by id and qualifier in this version");
    table.value("unb").and_then(|value| party(&value, UNB_ID, unb_id))
}

fn edifact_read(read: &Table<'_>) -> Reading {
    let charset = read.string("charset").map(|charset| charset.value);
    read.only("charset", charset, "auto".to_owned(), "the syntax identifier says which character set it is");
    Reading::read(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isa_ids_are_qualifier_and_id_without_padding() {
        let check = |text: &str, fits: bool| assert_eq!(isa_id(text).is_some(), fits, "{text}");
        check("ZZ/ACMEBRG", true);
        check("01/123456789012345", true);
        check("01/1234567890123456", false);
        check("1/123", false);
        check("ZZ/", false);
        check("ZZACME", false);
        check("ZZ/ACME ", false);
        assert_eq!(isa_id("ZZ/ACMEBRG"), Some(Party { qualifier: "ZZ".into(), id: "ACMEBRG".into() }));
    }
    #[test]
    fn unb_ids_are_id_and_perhaps_qualifier() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            let party = expect.map(|(id, qualifier)| Party { qualifier: qualifier.into(), id: id.into() });
            assert_eq!(unb_id(text), party, "{text}");
        };
        check("4012345000009:14", Some(("4012345000009", "14")));
        check("ACME", Some(("ACME", "")));
        check("ACME:", Some(("ACME", "")));
        check("Käufer GmbH:ZZZ", Some(("Käufer GmbH", "ZZZ")));
        check("", None);
        check(":14", None);
        check("ACME :14", None);
        check("ACME:14:DEPT", None);
        check("ACME:12345", None);
        check(&"1".repeat(35), Some((&"1".repeat(35), "")));
        check(&"1".repeat(36), None);
    }
}
