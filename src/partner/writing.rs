//! `[x12.write]` and `[edifact.write]`: how interchanges for a partner are written, numbered and batched.

use std::time::Duration;

use crate::base::table::Table;
use crate::edi::write::{TerminatorSuffix, UnaPolicy, Unsendable, WriteOptions};
use crate::edi::{CharacterSet, Delimiters};

/// How interchanges for a partner are written.
#[derive(Clone, Debug)]
pub struct Writing {
    /// Delimiters, character set and what becomes of what cannot be sent.
    pub options: WriteOptions,
    /// ISA12, or the syntax version (0002); none: as the message's release has it.
    pub version: Option<String>,
    /// The syntax identifier (0001); EDIFACT only.
    pub syntax: String,
    /// GS08; none: the release of the message agreed on.
    pub group_version: Option<String>,
    /// The association assigned code (0057); EDIFACT only.
    pub association: Option<String>,
    /// Whether messages of EDIFACT stand in functional groups (UNG).
    pub grouped: bool,
    /// The first control number given on each level.
    pub first_number: u64,
    /// How transaction sets are numbered.
    pub set_numbers: SetNumbers,
    /// When an interchange is made.
    pub batch: Batch,
}

/// How transaction sets are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetNumbers {
    /// From 1 in each functional group, or in each interchange where there are none.
    #[default]
    PerGroup,
    /// On and on with this partner.
    PerPartner,
}

/// When an interchange is made of documents that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batch {
    /// At once, one document each.
    #[default]
    Single,
    /// When one of these is reached.
    Collect {
        /// So long after the first document came.
        every: Duration,
        /// So many documents.
        count: usize,
        /// So many bytes of documents.
        size: u64,
    },
}

/// Documents of one interchange: so many are known by number while they are on their way.
pub(super) const MOST_DOCUMENTS: u64 = 250;

impl Writing {
    /// What holds for X12 where the file says nothing.
    pub(super) fn x12() -> Self {
        Self {
            options: WriteOptions::x12(),
            version: None,
            syntax: String::new(),
            group_version: None,
            association: None,
            grouped: true,
            first_number: 1,
            set_numbers: SetNumbers::PerGroup,
            batch: Batch::Single,
        }
    }

    /// What holds for EDIFACT where the file says nothing.
    pub(super) fn edifact() -> Self {
        Self {
            options: WriteOptions { una: UnaPolicy::IfNeeded, ..WriteOptions::edifact() },
            syntax: "UNOC".to_owned(),
            grouped: false,
            ..Self::x12()
        }
    }

    /// Reads `[x12.write]`.
    pub(super) fn read_x12(table: &Table<'_>) -> Self {
        let mut writing = Self::x12();
        if let Some(versions) = table.table("versions") {
            writing.version = versions.parsed("isa", "five digits, such as \"00401\"", |text| digits(text, 5..=5));
            writing.group_version = versions.parsed("gs", "up to 12 letters and digits, such as \"004010\"", |text| {
                let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                ((1..=12).contains(&text.len()) && plain).then(|| text.to_owned())
            });
        }
        if let Some(delimiters) = table.table("delimiters") {
            writing.options.delimiters = x12_delimiters(&delimiters, writing.options.delimiters);
            let suffixes = [
                ("none", TerminatorSuffix::None),
                ("cr", TerminatorSuffix::Cr),
                ("lf", TerminatorSuffix::Lf),
                ("crlf", TerminatorSuffix::CrLf),
            ];
            writing.options.suffix = delimiters.one_of("suffix", &suffixes).unwrap_or_default();
        }
        let sets = [
            ("x12-basic", CharacterSet::X12Basic),
            ("x12-extended", CharacterSet::X12Extended),
            ("utf-8", CharacterSet::Utf8),
            ("windows-1252", CharacterSet::Windows1252),
            ("iso-8859-1", CharacterSet::Iso8859_1),
        ];
        writing.options.characters = table.one_of("charset", &sets).or(Some(CharacterSet::X12Extended));
        writing.common(table);
        writing
    }

    /// Reads `[edifact.write]`.
    pub(super) fn read_edifact(table: &Table<'_>) -> Self {
        let mut writing = Self::edifact();
        if let Some(versions) = table.table("versions") {
            let expected = "a syntax identifier and version, such as \"UNOC:3\"";
            let syntax = versions.parsed("syntax", expected, |text| {
                let (identifier, version) = text.split_once(':')?;
                CharacterSet::for_syntax(identifier)?;
                let known = matches!(version, "1" | "2" | "3" | "4");
                known.then(|| (identifier.to_owned(), version.to_owned()))
            });
            if let Some((identifier, version)) = syntax {
                (writing.syntax, writing.version) = (identifier, Some(version));
            }
            let directory = versions.string("directory").map(|directory| directory.value);
            versions.only("directory", directory, String::new(), "the message agreed on says the directory");
            writing.association = versions
                .parsed("association", "up to six letters and digits, such as \"EAN008\"", |text| {
                    (text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| text.to_owned())
                })
                .filter(|code| !code.is_empty());
        }
        let una = [("if-needed", UnaPolicy::IfNeeded), ("always", UnaPolicy::Always), ("never", UnaPolicy::Never)];
        writing.options.una = table.one_of("una", &una).unwrap_or(UnaPolicy::IfNeeded);
        writing.grouped = table.flag("ung").unwrap_or(false);
        let decimal = table.one_of("decimal", &[(".", "."), (",", ",")]);
        table.only("decimal", decimal, ".", "decimals are written with a point in this version");
        writing.common(table);
        writing
    }

    /// What both standards have.
    fn common(&mut self, table: &Table<'_>) {
        let what = table.one_of("unencodable", &[("reject", false), ("replace", true)]);
        let replacement = table.parsed("replace", "one character", only_character);
        if what == Some(true) {
            let instead = Unsendable::Replace(replacement.unwrap_or(' '));
            (self.options.unencodable, self.options.separators) = (instead, instead);
        }
        if let Some(control) = table.table("control") {
            self.first_number = control.integer("start", 1..=999_999_999).unwrap_or(1);
            // A number is reserved with the very change that stores what carries it, so there are never gaps.
            control.flag("gap_free");
            let numbers = [("per-group", SetNumbers::PerGroup), ("per-partner", SetNumbers::PerPartner)];
            self.set_numbers = control.one_of("set_number", &numbers).unwrap_or_default();
        }
        if let Some(batch) = table.table("batch") {
            let collects = batch.one_of("mode", &[("single", false), ("collect", true)]).unwrap_or(false);
            let every = batch.duration("every").unwrap_or(Duration::from_secs(15 * 60));
            let count = batch.integer("count", 1..=MOST_DOCUMENTS).unwrap_or(100);
            let size = batch.size("size").unwrap_or(1 << 20);
            if collects {
                self.batch = Batch::Collect { every, count: usize::try_from(count).unwrap_or(1), size };
            }
        }
    }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<String> {
    (length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
}

fn only_character(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// The delimiters that are written; two that are the same cannot be told apart.
fn x12_delimiters(table: &Table<'_>, default: Delimiters) -> Delimiters {
    let one = |key| {
        table.parsed(key, "one character of ASCII that is no letter, digit or blank", |text| {
            let byte = u8::try_from(u32::from(only_character(text)?)).ok()?;
            (byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b' ').then_some(byte)
        })
    };
    // "U" in ISA11 says that there is no repetition separator.
    let repetition = table.parsed("repetition", "one character, or \"U\" for none", |text| match text {
        "U" => Some(None),
        other => {
            let byte = u8::try_from(u32::from(only_character(other)?)).ok()?;
            byte.is_ascii_punctuation().then_some(Some(byte))
        }
    });
    let chosen = Delimiters {
        element: one("element").unwrap_or(default.element),
        component: one("component").or(default.component),
        repetition: repetition.unwrap_or(default.repetition),
        terminator: one("segment").unwrap_or(default.terminator),
        ..default
    };
    let mut all: Vec<u8> = [Some(chosen.element), chosen.component, chosen.repetition, Some(chosen.terminator)]
        .into_iter()
        .flatten()
        .collect();
    let many = all.len();
    all.sort_unstable();
    all.dedup();
    if all.len() < many {
        let fault = crate::base::Diagnostic::error("delimiters-alike", "two delimiters are the same character");
        table.report(fault.at(table.at()).hinting("give element, component, repetition and segment one each"));
        return default;
    }
    chosen
}
