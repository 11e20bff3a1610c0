//! The grammar of rules.
//!
//! ```text
//! rule      = source { " or " source } { " | " codec }
//! source    = places [ " if " condition { " and " condition } ] | "'" text "'"
//! places    = place { " + " place }
//! place     = [ "/" | "^" LEVEL "." ] { LOOP "/" } SEG ( EE [ "-" component ] [ "(" repetition ")" ] | "[" qualifier "]" )
//! condition = place "=" value | place [ " not" ] " in (" value { " " value } ")" | place " not named"
//!           | ( place | SEG ) ( " present" | " absent" )    of the place's segment, or by its path of one beside it
//! instance  = { LOOP "/" } LOOP [ " if " condition { " and " condition } { " or " … } ]      after `each` and `in`
//! emit      = said { " or " said }                         behind `place [ " if " condition { " and " condition } ] =`
//! said      = "'" text "'" | ( "count" | "sum" ) "(" path ")" | "segments(" SEG ")" | "levels()" | { "^." } path { " | " codec }
//! ```
//!
//! A segment's tag has two or three characters and an element two digits, so `N101` is element 01 of N1 and `PO101`
//! element 01 of PO1. Everything counts from 1, as X12 and EDIFACT guides write it.

use super::scan::{RuleFault, Scanner};

/// The most alternatives, places, conditions or codecs in one rule. Rules are read by people; a longer one is a slip.
const MAX_PARTS: usize = 32;

/// A member's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub sources: Vec<Source>,
    pub codecs: Vec<Codec>,
}

/// Where a value is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A text that is always the same.
    Constant(String),
    /// One element, or several that make one value.
    Places { places: Vec<Place>, conditions: Vec<Condition> },
}

/// A place in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Offset in the rule's text.
    pub at: usize,
    pub from: From,
    pub loops: Vec<String>,
    pub segment: String,
    pub part: Part,
}

/// Where a place's path starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The instance the rule is applied to.
    Here,
    /// The whole message.
    Message,
    /// The nearest enclosing loop of this name, or level of this name in a hierarchy.
    Level(String),
}

/// Which part of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Element {
        element: u32,
        component: Option<u32>,
        repetition: Option<u32>,
    },
    /// The value whose qualifier this is.
    Pair(String),
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub place: Place,
    pub test: Test,
}

/// What must hold of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    OneOf(Vec<String>),
    /// No value there is one of these; none at all will do.
    NoneOf(Vec<String>),
    /// No other rule of the same instance names its value. The compiler makes it [`Test::NoneOf`].
    NotNamed,
    Present,
    Absent,
}

/// A conversion, with its arguments: between commas, each a list of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codec {
    /// Offset in the rule's text.
    pub at: usize,
    pub name: String,
    pub arguments: Vec<Vec<String>>,
}

/// What `each` and `in` name: a loop, and what must hold of an instance. The conditions are alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instances {
    pub place: Place,
    pub alternatives: Vec<Vec<Condition>>,
}

/// Where an `emit` writes: a place, in the segments in which the conditions hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EmitPlace {
    pub place: Place,
    pub conditions: Vec<Condition>,
}

/// The value of an `emit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Emit {
    Constant(String),
    Count(String),
    Sum(String),
    Segments(String),
    /// The levels of a tree, in words that a list has codes for.
    Levels(Vec<Codec>),
    /// A member of the item, or of an enclosing one: one `^.` for each step out.
    Member {
        outward: usize,
        path: String,
        codecs: Vec<Codec>,
    },
}

impl Rule {
    pub(super) fn parse(text: &str) -> Result<Self, RuleFault> {
        let mut scanner = Scanner::new(text);
        let sources = several(&mut scanner, "or", source)?;
        let codecs = codecs(&mut scanner)?;
        scanner.end("' or ', ' if ', ' and ', ' + ' or ' | '")?;
        Ok(Self { sources, codecs })
    }
}

impl Instances {
    pub(super) fn parse(text: &str) -> Result<Self, RuleFault> {
        let mut scanner = Scanner::new(text);
        let place = place(&mut scanner)?;
        if place.part != Part::Whole {
            let fault = RuleFault::new(place.at, format!("'{text}' is an element, not a loop"));
            return Err(fault.expecting(format!("the loop's first segment or its name, such as {}", place.segment)));
        }
        let alternatives = if scanner.word("if") {
            several(&mut scanner, "or", |scanner| several(scanner, "and", condition))?
        } else {
            Vec::new()
        };
        scanner.end("' if ', ' and ' or ' or '")?;
        Ok(Self { place, alternatives })
    }
}

impl EmitPlace {
    /// Reads the key of an `emit`.
    pub(super) fn parse(text: &str) -> Result<Self, RuleFault> {
        let mut scanner = Scanner::new(text);
        let place = place(&mut scanner)?;
        let conditions = if scanner.word("if") { several(&mut scanner, "and", condition)? } else { Vec::new() };
        scanner.end("' if ', ' and ' or nothing after the place")?;
        Ok(Self { place, conditions })
    }
}

impl Emit {
    /// The values that may stand there: the first is written.
    pub(super) fn parse(text: &str) -> Result<Vec<Self>, RuleFault> {
        let mut scanner = Scanner::new(text);
        let alternatives = several(&mut scanner, "or", emit)?;
        scanner.end("' or ', ' | ' or nothing")?;
        Ok(alternatives)
    }
}

fn emit(scanner: &mut Scanner<'_>) -> Result<Emit, RuleFault> {
    if let Some(text) = scanner.quoted()? {
        return Ok(Emit::Constant(text));
    }
    let mut outward = 0;
    while scanner.symbol("^.") {
        outward += 1;
    }
    let at = scanner.at();
    let path = scanner.path()?;
    match (path.as_str(), outward, scanner.symbol("(")) {
        (_, _, false) => Ok(Emit::Member { outward, path, codecs: codecs(scanner)? }),
        ("count", 0, true) => Ok(Emit::Count(argument(scanner)?)),
        ("sum", 0, true) => Ok(Emit::Sum(argument(scanner)?)),
        ("segments", 0, true) => Ok(Emit::Segments(argument(scanner)?)),
        ("levels", 0, true) => {
            scanner.demand(")")?;
            Ok(Emit::Levels(codecs(scanner)?))
        }
        (_, _, true) => Err(RuleFault::new(at, format!("there is no function '{path}' here"))
            .expecting("count(…), sum(…), segments(…) or levels()")),
    }
}

/// What stands between the `or` of a rule, as it is written.
pub(super) fn sources(text: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::new(text);
    let mut parts = Vec::new();
    loop {
        let start = scanner.at();
        source(&mut scanner).ok()?;
        let end = scanner.offset();
        parts.push(text.get(start..end)?.trim());
        if parts.len() > MAX_PARTS || !scanner.word("or") {
            return Some(parts);
        }
    }
}

fn argument(scanner: &mut Scanner<'_>) -> Result<String, RuleFault> {
    let path = scanner.path()?;
    scanner.demand(")")?;
    Ok(path)
}

/// One part, then more of it as long as `joint` stands between them.
fn several<'t, T>(
    scanner: &mut Scanner<'t>,
    joint: &str,
    mut part: impl FnMut(&mut Scanner<'t>) -> Result<T, RuleFault>,
) -> Result<Vec<T>, RuleFault> {
    let mut parts = vec![part(scanner)?];
    while scanner.word(joint) {
        if parts.len() >= MAX_PARTS {
            return Err(RuleFault::new(scanner.at(), format!("there are more than {MAX_PARTS} parts in one rule")));
        }
        parts.push(part(scanner)?);
    }
    Ok(parts)
}

fn source(scanner: &mut Scanner<'_>) -> Result<Source, RuleFault> {
    if let Some(text) = scanner.quoted()? {
        return Ok(Source::Constant(text));
    }
    let places = several(scanner, "+", |scanner| {
        let place = place(scanner)?;
        match place.part {
            Part::Whole => Err(whole(&place, scanner)),
            _ => Ok(place),
        }
    })?;
    let conditions = if scanner.word("if") { several(scanner, "and", condition)? } else { Vec::new() };
    Ok(Source::Places { places, conditions })
}

fn condition(scanner: &mut Scanner<'_>) -> Result<Condition, RuleFault> {
    let place = place(scanner)?;
    let at = scanner.at();
    let test = if scanner.symbol("=") {
        Test::OneOf(vec![scanner.value()?])
    } else if scanner.word("in") {
        Test::OneOf(values(scanner)?)
    } else if scanner.word("not") {
        match (scanner.word("named"), scanner.word("in")) {
            (true, _) => Test::NotNamed,
            (false, true) => Test::NoneOf(values(scanner)?),
            (false, false) => {
                let fault = RuleFault::new(scanner.at(), "'not' stands alone");
                return Err(fault.expecting("'not in (VALUE VALUE)' or 'not named'"));
            }
        }
    } else if scanner.word("present") {
        Test::Present
    } else if scanner.word("absent") {
        Test::Absent
    } else {
        let ways = "'=VALUE', ' in (VALUE VALUE)', ' not in (VALUE VALUE)', ' not named', ' present' or ' absent'";
        return Err(RuleFault::new(at, "the condition says nothing").expecting(ways));
    };
    if place.part == Part::Whole && matches!(test, Test::OneOf(_) | Test::NoneOf(_) | Test::NotNamed) {
        return Err(whole(&place, scanner));
    }
    Ok(Condition { place, test })
}

/// A place without an element where a value is wanted, and what its writer may have meant.
fn whole(place: &Place, scanner: &mut Scanner<'_>) -> RuleFault {
    let name = &place.segment;
    let fault = RuleFault::new(place.at, format!("'{name}' names no element"));
    let upper = name.to_ascii_uppercase();
    if let (true, Ok((segment, Some(element)))) = (upper != *name, split_element(&upper, place.at)) {
        return fault.expecting(format!("{segment}{element:02}")).hinting("segments are written in capitals");
    }
    if let Some((segment, digit)) =
        name.split_at_checked(3).filter(|(_, rest)| matches!(rest.as_bytes(), [b'0'..=b'9']))
    {
        return fault.expecting(format!("{segment}0{digit}")).hinting("elements have two digits");
    }
    let fault = fault.expecting(format!("an element of the segment, such as {name}01"));
    match scanner.symbol("+") || scanner.symbol("*") {
        true => fault.hinting(format!("a qualifier stands in a condition: \"{name}01-2 if {name}01-1=CODE\" for a composite, \"{name}02 if {name}01=CODE\" for elements")),
        false => fault,
    }
}

/// `(CT ZZ)`
fn values(scanner: &mut Scanner<'_>) -> Result<Vec<String>, RuleFault> {
    scanner.demand("(")?;
    let mut values = vec![scanner.value()?];
    loop {
        scanner.blanks();
        if scanner.symbol(")") {
            return Ok(values);
        }
        let comma = scanner.unexpected();
        if scanner.symbol(",") {
            return Err(comma.expecting("the next value or ')'").hinting("blanks stand between values: (CT CZ)"));
        }
        values.push(scanner.value()?);
    }
}

fn place(scanner: &mut Scanner<'_>) -> Result<Place, RuleFault> {
    let start = scanner.at();
    let from = if scanner.symbol("/") {
        From::Message
    } else if scanner.symbol("^") {
        let level = scanner.name("the name of a level")?;
        scanner.demand(".")?;
        From::Level(level)
    } else {
        From::Here
    };
    let mut loops = Vec::new();
    let (at, last) = loop {
        let at = scanner.at();
        let name = scanner.name("a segment, such as BEG03")?;
        if !scanner.symbol("/") {
            break (at, name);
        }
        if loops.len() >= MAX_PARTS {
            return Err(RuleFault::new(at, format!("there are more than {MAX_PARTS} loops in one path")));
        }
        loops.push(name);
    };
    let (segment, element) = split_element(&last, at)?;
    let part = match element {
        Some(element) => element_part(scanner, element)?,
        None if scanner.symbol("[") => {
            let qualifier = scanner.value()?;
            scanner.demand("]")?;
            Part::Pair(qualifier)
        }
        None => Part::Whole,
    };
    Ok(Place { at: start, from, loops, segment, part })
}

fn element_part(scanner: &mut Scanner<'_>, element: u32) -> Result<Part, RuleFault> {
    let (mut component, mut repetition) = (None, None);
    loop {
        if component.is_none() && scanner.symbol("-") {
            component = Some(scanner.ordinal("the number of a component")?);
        } else if repetition.is_none() && scanner.symbol("(") {
            repetition = Some(scanner.ordinal("the number of a repetition")?);
            scanner.demand(")")?;
        } else {
            return Ok(Part::Element { element, component, repetition });
        }
    }
}

/// Cuts `PO101` into `PO1` and 1. Two or three characters alone are a whole segment, and so is any longer name that
/// does not look like a segment: guides name loops as they please.
fn split_element(name: &str, at: usize) -> Result<(String, Option<u32>), RuleFault> {
    let looks_like_a_segment =
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) && matches!(name.len(), 4 | 5);
    if !looks_like_a_segment {
        return Ok((name.to_owned(), None));
    }
    let (segment, digits) = name.split_at(name.len() - 2);
    match digits.parse::<u32>() {
        Ok(0) => Err(RuleFault::new(at, format!("'{name}' has no element")).expecting("elements count from 01")),
        Ok(element) => Ok((segment.to_owned(), Some(element))),
        Err(_) => Ok((name.to_owned(), None)),
    }
}

fn codecs(scanner: &mut Scanner<'_>) -> Result<Vec<Codec>, RuleFault> {
    let mut codecs = Vec::new();
    while scanner.word("|") {
        let at = scanner.at();
        if codecs.len() >= MAX_PARTS {
            return Err(RuleFault::new(at, format!("there are more than {MAX_PARTS} codecs in one rule")));
        }
        let name = scanner.name("the name of a codec, such as code(list)")?;
        let arguments = if scanner.symbol("(") { codec_arguments(scanner)? } else { Vec::new() };
        codecs.push(Codec { at, name, arguments });
    }
    Ok(codecs)
}

fn codec_arguments(scanner: &mut Scanner<'_>) -> Result<Vec<Vec<String>>, RuleFault> {
    let mut arguments = vec![Vec::new()];
    loop {
        scanner.blanks();
        if scanner.symbol(")") {
            return Ok(arguments);
        }
        if scanner.symbol(",") {
            arguments.push(Vec::new());
            continue;
        }
        let value = scanner.value()?;
        if let Some(words) = arguments.last_mut() {
            words.push(value);
        }
    }
}

#[cfg(test)]
mod tests;
