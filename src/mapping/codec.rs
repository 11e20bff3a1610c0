//! Codecs: looks them up and holds their types together, from the element of the guide to the member of the schema.

use super::code::{CodeList, Meaning};
use super::compile::Compiler;
use super::convert::constant_fits;
use super::file::Node;
use super::nearest::did_you_mean;
use super::program::{Codec, DateFormat};
use super::rule;
use super::table::LookupTable;
use crate::base::Diagnostic;
use crate::canon::Kind;
use crate::edi::guide::ElementType;

/// What stands between two codecs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// One element.
    Element(ElementType),
    /// A date or time with a code beside it that says how it is written.
    Period,
    /// Several elements.
    Elements(Vec<ElementType>),
    /// A text of ours.
    Text,
    /// A value of the document.
    Ready(Kind),
}

const KNOWN: [&str; 17] = [
    "code",
    "lookup",
    "flag",
    "date",
    "instant",
    "from",
    "until",
    "implied",
    "default",
    "text",
    "lines",
    "gtin",
    "sscc",
    "trim",
    "upper",
    "strip-zeros",
    "split",
];

impl Compiler<'_> {
    /// Compiles codecs for a member of this kind. `from` is where each source of the rule starts.
    pub(super) fn codecs(&mut self, node: &Node, codecs: &[rule::Codec], from: &[Stage], kind: &Kind) -> Vec<Codec> {
        let mut stages = from.to_vec();
        let mut compiled = Vec::new();
        for (index, codec) in codecs.iter().enumerate() {
            let is_last = index + 1 == codecs.len();
            let Some(next) = self.codec(node, codec, kind, is_last) else { return compiled };
            for stage in &mut stages {
                match after(&next, stage, kind) {
                    Ok(following) => *stage = following,
                    Err(expected) => {
                        let message = format!("'{}' cannot take {}", codec.name, describe(stage));
                        let fault = Diagnostic::error("type-clash", message).expecting(expected);
                        self.faults.at(&node.spot_in(codec.at), fault);
                        return compiled;
                    }
                }
            }
            compiled.push(next);
        }
        if compiled.is_empty()
            && *kind == Kind::Instant
            && stages.iter().all(|stage| matches!(stage, Stage::Elements(_)))
        {
            compiled.push(Codec::Instant);
            return compiled;
        }
        for stage in &stages {
            if let Err(hint) = becomes(stage, kind) {
                let message = format!("{} cannot become {}", describe(stage), in_words(kind));
                let hint = self.fitting_list(kind).map_or(hint, |list| format!("give a list: ' | code({list})'"));
                self.faults.at(&node.at, Diagnostic::error("type-clash", message).hinting(hint));
                break;
            }
        }
        compiled
    }

    /// A list of codes that is there and gives words of this kind.
    fn fitting_list(&self, kind: &Kind) -> Option<&str> {
        let Kind::Word(_) = kind else { return None };
        let fits = |meaning: &Meaning| matches!(meaning, Meaning::Word(word) if constant_fits(word, kind));
        let all_fit = |list: &&CodeList| list.entries.iter().all(|entry| fits(&entry.meaning));
        self.lists.iter().filter(all_fit).find(|list| !list.entries.is_empty()).map(|list| list.name.as_str())
    }

    fn codec(&mut self, node: &Node, codec: &rule::Codec, kind: &Kind, is_last: bool) -> Option<Codec> {
        let single = codec.arguments.first().and_then(|words| words.first()).cloned();
        let compiled = match (codec.name.as_str(), codec.arguments.as_slice(), single) {
            ("code", [words], Some(name)) if words.len() == 1 => {
                self.list(node, codec, &name, kind).map(Codec::Code)?
            }
            ("flag", [yes, no], _) if !yes.is_empty() && !no.is_empty() => {
                Codec::Flag { yes: yes.clone(), no: no.clone() }
            }
            ("date", [words], Some(format)) if words.len() == 1 => match date_format(&format) {
                Some(format) => Codec::Date(format),
                None => return self.bad_arguments(node, codec),
            },
            ("implied", [words], Some(digits)) if words.len() == 1 => match digits.parse() {
                Ok(digits) if digits <= 9 => Codec::Implied(digits),
                _ => return self.bad_arguments(node, codec),
            },
            ("default", [words], Some(value)) if words.len() == 1 => {
                self.default(node, codec, value, kind, is_last).map(|value| Codec::Default { value, always: false })?
            }
            ("default", [words, always], Some(value))
                if words.len() == 1 && always.len() == 1 && always.iter().all(|word| word == "always") =>
            {
                self.default(node, codec, value, kind, is_last).map(|value| Codec::Default { value, always: true })?
            }
            ("strip-zeros", [words], Some(digits)) if words.len() == 1 && digits.parse::<u8>().is_ok() => {
                Codec::Pad { width: digits.parse().unwrap_or_default(), filler: '0' }
            }
            ("pad", [width, filler], Some(digits)) if width.len() == 1 && digits.parse::<u8>().is_ok() => {
                match filler.first().map(|text| text.chars().collect::<Vec<_>>()).as_deref() {
                    Some([filler]) => Codec::Pad { width: digits.parse().unwrap_or_default(), filler: *filler },
                    _ => return self.bad_arguments(node, codec),
                }
            }
            ("lookup", [table, wire, canonical], Some(name)) => {
                match (table.len(), wire.as_slice(), canonical.as_slice()) {
                    (1, [wire], [canonical]) => Codec::Lookup(self.lookup(node, codec, &name, wire, canonical)?),
                    _ => return self.bad_arguments(node, codec),
                }
            }
            ("instant", [], _) => Codec::Instant,
            ("from", [], _) => Codec::From,
            ("until", [], _) => Codec::Until,
            ("text", [], _) => Codec::Text,
            ("lines", [], _) => Codec::Lines,
            ("gtin", [], _) => Codec::Gtin,
            ("sscc", [], _) => Codec::Sscc { identifier: false },
            ("sscc", [words], Some(ai)) if words.len() == 1 && ai == "ai" => Codec::Sscc { identifier: true },
            ("trim", [], _) => Codec::Trim,
            ("upper", [], _) => Codec::Upper,
            _ => return self.bad_arguments(node, codec),
        };
        Some(compiled)
    }

    /// A table beside the mapping file, read once for each pair of columns.
    fn lookup(&mut self, node: &Node, codec: &rule::Codec, name: &str, wire: &str, canonical: &str) -> Option<usize> {
        let spot = node.spot_in(codec.at);
        let folder =
            spot.file.strip_prefix("mappings/").and_then(|file| file.rsplit_once('/')).map(|(folder, _)| folder);
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let path = folder.filter(|_| is_name).map(|folder| format!("{folder}/{name}.csv"));
        let Some(text) = path.as_deref().and_then(self.sources) else {
            let fault = Diagnostic::error("unknown-table", format!("there is no table {name}.csv beside this file"));
            self.faults
                .at(&spot, fault.expecting("a CSV file in the folder of the mapping, its first row the columns"));
            return None;
        };
        match LookupTable::read(&format!("{name}.csv"), &text, wire, canonical) {
            Ok(table) => {
                self.tables.push(table);
                Some(self.tables.len() - 1)
            }
            Err(fault) => {
                let diagnostic =
                    Diagnostic { expected: fault.expected, ..Diagnostic::error(fault.code, fault.message) };
                self.faults.at(&spot, diagnostic);
                None
            }
        }
    }

    fn default(
        &mut self,
        node: &Node,
        codec: &rule::Codec,
        value: String,
        kind: &Kind,
        is_last: bool,
    ) -> Option<String> {
        if is_last && !constant_fits(&value, kind) {
            let fault = Diagnostic::error("type-clash", format!("'{value}' cannot stand there"));
            self.faults.at(&node.spot_in(codec.at), fault.expecting(in_words(kind)));
            return None;
        }
        Some(value)
    }

    fn bad_arguments(&mut self, node: &Node, codec: &rule::Codec) -> Option<Codec> {
        let spot = node.spot_in(codec.at);
        let expected = match codec.name.as_str() {
            "code" => "code(list), a list of [codes]",
            "flag" => "flag(codes for true, codes for false), such as flag(Y, N)",
            "date" => "date(CCYYMMDD), date(YYMMDD) or date(YYYY-MM-DD)",
            "implied" => "implied(decimals), from 0 to 9",
            "default" => "default(value) or default(value, always)",
            "strip-zeros" => "strip-zeros(width)",
            "pad" => "pad(width, character)",
            "instant" | "from" | "until" | "text" | "lines" | "gtin" | "trim" | "upper" => "no arguments",
            "sscc" => "sscc or sscc(ai)",
            "lookup" => "lookup(table, column of the wire, column of the document), a CSV file beside the mapping",
            "split" => "split(separator), at the end of the rule of an array of texts",
            unknown => {
                let mut fault = Diagnostic::error("unknown-codec", format!("there is no codec '{unknown}'"));
                fault.hint = did_you_mean(unknown, KNOWN);
                self.faults.at(&spot, fault.expecting(format!("one of {}, pad", KNOWN.join(", "))));
                return None;
            }
        };
        let message = format!("the arguments of '{}' are wrong", codec.name);
        self.faults.at(&spot, Diagnostic::error("codec-arguments", message).expecting(expected));
        None
    }
}

fn date_format(name: &str) -> Option<DateFormat> {
    match name {
        "CCYYMMDD" | "YYYYMMDD" => Some(DateFormat::Long),
        "YYMMDD" => Some(DateFormat::Short),
        "YYYY-MM-DD" | "CCYY-MM-DD" => Some(DateFormat::Iso),
        _ => None,
    }
}

/// What a codec makes of a stage, or what it wants instead.
fn after(codec: &Codec, stage: &Stage, kind: &Kind) -> Result<Stage, &'static str> {
    let is_textual = matches!(
        stage,
        Stage::Text
            | Stage::Element(
                ElementType::An
                    | ElementType::Alpha
                    | ElementType::Id
                    | ElementType::N(0)
                    | ElementType::R
                    | ElementType::Numeric
            )
    );
    match codec {
        Codec::Default { .. } => Ok(stage.clone()),
        Codec::Text | Codec::Lines => match stage {
            Stage::Element(_) | Stage::Elements(_) | Stage::Text => Ok(Stage::Text),
            Stage::Period | Stage::Ready(_) => Err("one or several places that are no date"),
        },
        Codec::From | Codec::Until => match stage {
            Stage::Period => Ok(Stage::Ready(Kind::Date)),
            _ => Err("a date or period with the code beside it that says how it is written (2380)"),
        },
        Codec::Instant => match stage {
            Stage::Element(ElementType::Dt | ElementType::An) => Ok(Stage::Ready(Kind::Instant)),
            // It becomes an instant by itself; whoever says so is not wrong.
            Stage::Period => Ok(Stage::Period),
            Stage::Elements(types) if is_date_and_time(types) => Ok(Stage::Ready(Kind::Instant)),
            _ => Err("a date, or a date, a time and perhaps a time code, with ' + ' between them"),
        },
        Codec::Date(_) if is_textual || *stage == Stage::Element(ElementType::Dt) => Ok(Stage::Ready(Kind::Date)),
        // Whoever says how it is written does not ask the code beside it.
        Codec::Date(_) if *stage == Stage::Period => Ok(Stage::Ready(Kind::Date)),
        Codec::Implied(_) if is_textual => Ok(Stage::Ready(Kind::Decimal)),
        Codec::Flag { .. } if is_textual => Ok(Stage::Ready(Kind::Boolean)),
        Codec::Lookup(_) if is_textual => Ok(Stage::Text),
        // The words of the list were held against the member's kind when the list was looked up.
        Codec::Code(_) if is_textual => Ok(Stage::Ready(kind.clone())),
        Codec::Gtin | Codec::Sscc { .. } | Codec::Trim | Codec::Upper | Codec::Pad { .. } if is_textual => {
            Ok(Stage::Text)
        }
        _ => Err("the text of one element"),
    }
}

fn is_date_and_time(types: &[ElementType]) -> bool {
    let is_text = |value: &ElementType| matches!(value, ElementType::An | ElementType::Alpha | ElementType::Id);
    match types {
        [date, time] | [date, time, _] => {
            (*date == ElementType::Dt || is_text(date)) && (*time == ElementType::Tm || is_text(time))
        }
        _ => false,
    }
}

/// Whether a stage becomes a value of this kind by itself; else what to do about it.
fn becomes(stage: &Stage, kind: &Kind) -> Result<(), String> {
    let fits = match (stage, kind) {
        (Stage::Ready(ready), kind) => ready == kind,
        (
            Stage::Text | Stage::Element(ElementType::An | ElementType::Alpha),
            Kind::Text | Kind::Decimal | Kind::Integer,
        ) => true,
        (Stage::Element(ElementType::Id | ElementType::Dt | ElementType::Tm), Kind::Text) => true,
        (Stage::Element(ElementType::N(_) | ElementType::R | ElementType::Numeric), Kind::Decimal) => true,
        (Stage::Element(ElementType::N(0) | ElementType::R | ElementType::Numeric), Kind::Integer | Kind::Text) => true,
        (Stage::Element(ElementType::Dt), Kind::Date) => true,
        (Stage::Period, Kind::Date | Kind::Instant | Kind::Text) => true,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(match (stage, kind) {
        (Stage::Elements(_), Kind::Text) => "join the places with ' | text'".to_owned(),
        (Stage::Elements(_), _) => "name one place, or give a codec that takes several".to_owned(),
        (_, Kind::Word(words)) => {
            format!("give a list: ' | code(list)' with [codes.list] from codes to {}", words.join(", "))
        }
        (_, Kind::Boolean) => "say which codes mean what: ' | flag(Y, N)'".to_owned(),
        (Stage::Element(ElementType::Dt), Kind::Instant) => "make it an instant: ' | instant'".to_owned(),
        (Stage::Text | Stage::Element(ElementType::An | ElementType::Alpha | ElementType::Id), Kind::Date) => {
            "say how it is written: ' | date(CCYYMMDD)'".to_owned()
        }
        _ => "name a place of a fitting type".to_owned(),
    })
}

/// A stage in words.
fn describe(stage: &Stage) -> String {
    match stage {
        Stage::Element(value) => format!("an element of type {}", type_name(*value)),
        Stage::Elements(_) => "several elements".to_owned(),
        Stage::Period => "a date or time".to_owned(),
        Stage::Text => "a text".to_owned(),
        Stage::Ready(kind) => in_words(kind),
    }
}

fn type_name(value: ElementType) -> String {
    match value {
        ElementType::An => "AN".to_owned(),
        ElementType::Id => "ID".to_owned(),
        ElementType::N(decimals) => format!("N{decimals}"),
        ElementType::R => "R".to_owned(),
        ElementType::Dt => "DT".to_owned(),
        ElementType::Tm => "TM".to_owned(),
        ElementType::B => "B".to_owned(),
        ElementType::Alpha => "a".to_owned(),
        ElementType::Numeric => "n".to_owned(),
    }
}

/// A kind in words.
pub(super) fn in_words(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Decimal => "a decimal".to_owned(),
        Kind::Date => "a date".to_owned(),
        Kind::Instant => "an instant".to_owned(),
        Kind::Integer => "an integer".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Word(words) => format!("one of {}", words.join(", ")),
    }
}
