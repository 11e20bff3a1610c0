//! `[x12]` and `[edifact]`: under which identities interchanges are exchanged, and how they are read and written.

use crate::base::table::{Located, Table};
use crate::edi::{FindingCode, Party, Severities, Weight};
use crate::mapping::UnlistedCode;

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

/// A party as it is written in a partner file.
pub(super) fn written(party: &Party) -> String {
    format!("{}/{}", party.qualifier, party.id)
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
    /// What findings weigh otherwise than by default (`read.severities`).
    pub severities: Severities,
}

impl X12 {
    /// Reads `[x12]`.
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        table.require("us", "{ isa = \"01/123456789\", gs = \"123456789\" }");
        table.require("them", "{ isa = \"ZZ/ACMEBRG\", gs = \"ACMEBRG\" }");
        let us = table.table("us").map(|us| identity(&us));
        let them = table.table("them").map(|them| (identity(&them), aliases(&them)));
        let severities = table.table("read").map(|read| x12_read(&read)).unwrap_or_default();
        if let Some(write) = table.table("write") {
            x12_write(&write);
            table.not_yet("write", "nothing is sent to partners in this version");
        }
        if let Some(ack) = table.table("ack") {
            x12_ack(&ack);
            table.not_yet("ack", "functional acknowledgements are neither sent nor expected in this version");
        }
        let (us, us_group) = us?;
        let ((them, them_group), aliases) = them?;
        let them = std::iter::once(them?).chain(aliases).collect();
        Some(Self { us: us?, us_group, them, them_group, severities })
    }

    /// What a code means that no list of the mapping has: the class `code` is about these too.
    pub fn unlisted_code(&self) -> UnlistedCode {
        match self.severities.weight(FindingCode::CodeUnknown) {
            Some(Weight::Reject) => UnlistedCode::Reject,
            Some(Weight::Warn) => UnlistedCode::Warn,
            Some(Weight::Ignore) => UnlistedCode::Ignore,
            None => UnlistedCode::default(),
        }
    }
}

fn identity(table: &Table<'_>) -> (Option<Located<Party>>, Option<String>) {
    table.require("isa", ISA_ID);
    let isa = table.value("isa").and_then(|value| {
        let at = value.at();
        value.parsed(ISA_ID, |text| Some(Located { value: isa_id(text)?, at }))
    });
    let group = table
        .parsed("gs", "a GS id of 2 to 15 characters", |text| (2..=15).contains(&text.len()).then(|| text.to_owned()));
    (isa, group)
}

fn aliases(table: &Table<'_>) -> Vec<Located<Party>> {
    let read = |value: &crate::base::table::Value<'_>| {
        let at = value.at();
        value.parsed(ISA_ID, |text| Some(Located { value: isa_id(text)?, at }))
    };
    table.list("aliases").iter().filter_map(read).collect()
}

/// What is said of findings; the rest is checked.
fn x12_read(read: &Table<'_>) -> Severities {
    read.only("charset", charset(read), "auto", "the character set is found out");
    let on_error = read.one_of("on_error", &[("reject-set", true), ("reject-interchange", false)]);
    read.only("on_error", on_error, true, "each transaction set is judged by itself in this version");
    duplicates(read);
    read.not_yet("duplicates", "duplicates are recognised by Message-ID and content in this version");
    severities(read)
}

fn charset(table: &Table<'_>) -> Option<&'static str> {
    let known = ["auto", "x12-basic", "x12-extended", "utf-8", "windows-1252", "iso-8859-1"];
    table.one_of("charset", &known.map(|word| (word, word)))
}

/// `severities = { "count" = "reject", … }`: classes of findings that weigh otherwise than by default.
fn severities(read: &Table<'_>) -> Severities {
    let mut severities = Severities::default();
    let Some(table) = read.table("severities") else { return severities };
    let words = [("reject", Weight::Reject), ("warn", Weight::Warn), ("ignore", Weight::Ignore)];
    for class in Severities::classes() {
        if let Some(weight) = table.one_of(class, &words) {
            severities.set(class, weight);
        }
    }
    severities
}

fn duplicates(read: &Table<'_>) {
    let Some(duplicates) = read.table("duplicates") else { return };
    for level in ["interchange", "group", "document"] {
        duplicates.one_of(level, &[("accept", ()), ("flag", ()), ("reject", ())]);
    }
    duplicates.duration("window");
}

fn x12_write(write: &Table<'_>) {
    if let Some(versions) = write.table("versions") {
        versions.string("isa");
        versions.string("gs");
    }
    if let Some(delimiters) = write.table("delimiters") {
        for key in ["element", "component", "repetition", "segment"] {
            delimiters.parsed(key, "one character", |text| (text.chars().count() == 1).then_some(()));
        }
        delimiters.one_of("suffix", &[("none", ()), ("cr", ()), ("lf", ()), ("crlf", ())]);
    }
    charset(write);
    unencodable(write);
    if let Some(control) = write.table("control") {
        control.integer("start", 1..=999_999_999);
        control.flag("gap_free");
        control.one_of("set_number", &[("per-group", ()), ("per-partner", ())]);
    }
    if let Some(batch) = write.table("batch") {
        batch.one_of("mode", &[("single", ()), ("collect", ())]);
        batch.duration("every");
        batch.integer("count", 1..=100_000);
        batch.size("size");
    }
}

fn unencodable(write: &Table<'_>) {
    write.one_of("unencodable", &[("reject", ()), ("replace", ())]);
    write.string("replace");
}

fn x12_ack(ack: &Table<'_>) {
    let functional = [("none", ()), ("997", ()), ("999", ())];
    if let Some(send) = ack.table("send") {
        send.one_of("ta1", &[("never", ()), ("on-request", ()), ("on-error", ()), ("always", ())]);
        send.one_of("functional", &functional);
        send.flag("accepted_sets");
        send.one_of("when", &[("at-once", ()), ("batched", ())]);
    }
    if let Some(expect) = ack.table("expect") {
        expect.one_of("functional", &functional);
        expect.duration("within");
    }
}

/// Checks `[edifact]`, the twin of `[x12]`; EDIFACT is not read in this version.
pub(crate) fn check_edifact(table: &Table<'_>) {
    for key in ["us", "them"] {
        if let Some(identity) = table.table(key) {
            identity.string("unb");
            identity.string("internal");
            identity.strings("aliases");
        }
    }
    if let Some(read) = table.table("read") {
        read.string("charset");
        severities(&read);
        read.one_of("on_error", &[("reject-set", ()), ("reject-interchange", ())]);
        duplicates(&read);
    }
    if let Some(write) = table.table("write") {
        if let Some(versions) = write.table("versions") {
            for key in ["syntax", "directory", "association"] {
                versions.string(key);
            }
        }
        write.one_of("una", &[("if-needed", ()), ("always", ()), ("never", ())]);
        write.flag("ung");
        write.one_of("decimal", &[(".", ()), (",", ())]);
        write.string("charset");
        unencodable(&write);
    }
    if let Some(send) = table.table("ack").and_then(|ack| ack.table("send")) {
        send.one_of("contrl", &[("none", ()), ("receipt", ()), ("final", ())]);
        send.flag("receipt");
        send.string("version");
        send.flag("honour_0031");
    }
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
}
