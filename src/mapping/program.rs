//! A compiled mapping: what is left of a file when every name in it was looked up.

use std::sync::Arc;

use serde_json::Value;

use super::code::CodeList;
use super::derive::{Derivation, Expression};
use super::expression::ValueExpression;
use super::file::Spot;
use super::hierarchy::Hierarchy;
use super::table::LookupTable;
use crate::base::Diagnostic;
use crate::canon::Kind;
use crate::edi::Tag;
use crate::edi::guide::ElementType;

/// All rules of a mapping.
#[derive(Debug)]
pub(super) struct Program {
    pub root: Section,
    pub lists: Vec<CodeList>,
    pub tables: Vec<LookupTable>,
    /// Which ways the mapping goes.
    pub ways: Ways,
    /// Why it does not go both ways.
    pub one_way: Vec<Diagnostic>,
    /// In the order of their dependencies.
    pub derive: Vec<Derivation>,
    /// Canonical paths of the parties, for their ids.
    pub parties: Vec<Vec<PathStep>>,
    /// Where the rules of a path stand, for findings: generic paths such as `lines[*].quantity.value`.
    pub spots: Vec<(String, Spot)>,
    /// What is never written, on purpose.
    pub unsent: Vec<Vec<PathStep>>,
    /// Levels, where the document has them.
    pub hierarchy: Option<Hierarchy>,
    /// Whether a PIA takes five pairs; otherwise one.
    pub packs_pia: bool,
}

impl Program {
    /// Lists of a file that no rule uses.
    pub(super) fn unused_lists(&self, file: &str) -> Vec<Diagnostic> {
        let own = |list: &&CodeList| list.entries.iter().any(|entry| *entry.at.file == *file);
        let unused = self.lists.iter().filter(|list| !list.is_used).filter(own);
        let remark = |list: &CodeList| {
            let remark = Diagnostic::info("list-unused", format!("no rule uses [codes.{}]", list.name));
            let at = list.entries.iter().find(|entry| *entry.at.file == *file).map(|entry| entry.at.location());
            remark.hinting("name it in a rule: ' | code(…)'").at(at.unwrap_or_default())
        };
        unused.map(remark).collect()
    }
}

/// Which ways a mapping goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// From the wire to documents.
    pub read: bool,
    /// From documents to the wire.
    pub write: bool,
}

/// A step of a canonical path that holds for every document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathStep {
    /// A member of an object.
    Member(String),
    /// A member that is an array, and all of its items.
    Items(String),
}

impl PathStep {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Member(name) | Self::Items(name) => name,
        }
    }
}

/// A path as findings write it: `lines[*].quantity.value`.
pub(super) fn path_text(path: &[PathStep]) -> String {
    let mut text = String::new();
    for step in path {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(step.name());
        if matches!(step, PathStep::Items(_)) {
            text.push_str("[*]");
        }
    }
    text
}

/// The rules of one object.
#[derive(Debug)]
pub(super) struct Section {
    /// The object's members in the order of the schema; rules fill slots, and empty slots are absent members.
    pub names: Vec<String>,
    /// In the order of the file: where two rules want one place, the first has it.
    pub members: Vec<Member>,
    pub spread: Option<Spread>,
    pub emit: Vec<Emit>,
    /// Whether an object of this kind must have members: then an empty item is kept, and found wanting.
    pub has_required: bool,
}

/// One member's rules.
#[derive(Debug)]
pub(super) struct Member {
    pub slot: usize,
    pub work: Work,
}

/// How a member gets its value.
#[derive(Debug)]
pub(super) enum Work {
    Value(Rule),
    /// All values of several places, in the order of the wire.
    List {
        places: Vec<ListPlace>,
        at: Spot,
    },
    /// One text that holds several values, with this between them.
    Split {
        rule: Rule,
        separator: String,
    },
    Object(Section),
    /// The first instance.
    One {
        instances: Instances,
        section: Section,
        default: Option<String>,
    },
    /// Every instance, of each block.
    Each {
        blocks: Vec<(Instances, Section)>,
        required: bool,
    },
}

/// One of the places of a list, and what must hold of its segment.
#[derive(Debug)]
pub(super) struct ListPlace {
    pub reach: Reach,
    pub conditions: Vec<Condition>,
}

/// A rule for one value.
#[derive(Debug)]
pub(super) struct Rule {
    pub sources: Vec<Source>,
    pub codecs: Vec<Codec>,
    pub kind: Kind,
    /// The slot for the wire's code when no word stands for it.
    pub code_slot: Option<usize>,
    /// What codecs cannot say.
    pub expressions: Option<Expressions>,
    pub at: Spot,
}

/// A pair of expressions. A rule with one half goes one way only.
#[derive(Debug)]
pub(super) struct Expressions {
    pub read: Option<ValueExpression>,
    pub write: Option<ValueExpression>,
}

/// A rule whose value is several members.
#[derive(Debug)]
pub(super) struct Spread {
    pub sources: Vec<Source>,
    /// Conversions before the list.
    pub codecs: Vec<Codec>,
    pub list: usize,
    /// For each entry of the list, in its order, the slots it fills; the first way is read, each may be written.
    pub entries: Vec<Vec<Filled>>,
    /// The slot that becomes `other`, and the word for it, and the slot for the wire's code.
    pub unlisted: Option<(usize, String, usize)>,
    pub at: Spot,
}

/// The members that a code gives their values.
pub(super) type Filled = Vec<(usize, Value)>;

/// Where a value is from.
#[derive(Debug)]
pub(super) enum Source {
    Constant(String),
    Places { reaches: Vec<Reach>, conditions: Vec<Condition> },
}

/// Where to look for a segment: how far out to go from the instance, then which loops to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub start: Start,
    pub loops: Vec<String>,
    pub tag: Tag,
}

/// Where a route starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// So many instances further out; 0 is the instance itself.
    Out(usize),
    /// The whole message.
    Message,
    /// The nearest enclosing instance of this level of the hierarchy.
    Level(usize),
}

/// A route and the part of the segment at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub route: Route,
    pub part: Part,
    /// What the guide says of the value.
    pub element_type: ElementType,
    /// The most characters that the guide gives it.
    pub longest: Option<u32>,
    /// Where the code stands that says how a date or time is written (EDIFACT 2379 beside 2380).
    pub format: Option<Cell>,
}

/// A part of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The segment, or the loop of this name.
    Whole {
        loop_name: Option<String>,
    },
    Element(Cell),
    Pair {
        qualifier: String,
        pairs: Arc<[PairCells]>,
    },
}

/// One value of a segment: an element, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub number: usize,
    pub sub: Sub,
}

/// Where a qualifier and the value it qualifies stand: PO106 and PO107, the two components of a C212.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PairCells {
    pub qualifier: Cell,
    pub value: Cell,
}

/// A part of an element. A repetition of 0 is the whole element, a component of 0 the whole repetition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sub {
    pub repetition: usize,
    pub component: usize,
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub reach: Reach,
    pub test: super::rule::Test,
    pub of: Of,
}

/// What a condition speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The segment of a place; the segments in an instance.
    Own,
    /// A segment beside the place's, in the last loop on its path: its reach starts there.
    Beside,
}

/// Which instances.
#[derive(Debug)]
pub(super) struct Instances {
    /// Where that is written.
    pub at: Spot,
    pub target: Target,
    /// One of these lists of conditions must hold; none at all holds always.
    pub alternatives: Vec<Vec<Condition>>,
}

/// Where instances are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The instance around the rule is meant.
    This,
    /// A loop further out, in which the instance around the rule stands.
    Around(Start),
    /// Loops of this name, inside these.
    Loops { start: Start, loops: Vec<String>, name: String },
    /// Segments of this tag, each a loop of its own, inside these loops.
    Segments(Route),
}

/// A place only the wire has, and what stands there.
#[derive(Debug)]
pub(super) struct Emit {
    pub reach: Reach,
    /// What must hold of the segment.
    pub conditions: Vec<Condition>,
    pub value: EmitValue,
    pub at: Spot,
}

/// What an `emit` puts on the wire.
#[derive(Debug)]
pub(super) enum EmitValue {
    Constant(String),
    /// A count or a sum over the whole document.
    Over(Expression),
    Segments(Tag),
    /// The levels that are written, as a code of this list.
    Levels(usize),
    /// A member of the item so many arrays further out; its word is compared with what this list reads.
    Member {
        outward: usize,
        path: Vec<PathStep>,
        list: Option<usize>,
    },
}

/// A conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Code(usize),
    /// A cross-reference table.
    Lookup(usize),
    Flag {
        yes: Vec<String>,
        no: Vec<String>,
    },
    Date(DateFormat),
    Instant,
    /// The first day of a period (EDIFACT 2379: 718 and others), or the day itself.
    From,
    /// The last day of a period, or the day itself.
    Until,
    Implied(u32),
    /// A value for a place that is empty, taken on through the codecs behind it. Written only where it is `always`.
    Default {
        value: String,
        always: bool,
    },
    /// Several places joined as they are.
    Text,
    /// Several places joined as lines of a text: one that has room left is an end of line.
    Lines,
    Gtin,
    /// With or without the application identifier 00 on the wire.
    Sscc {
        identifier: bool,
    },
    Trim,
    Upper,
    /// Filled from the left with `filler` up to `width` characters on the wire.
    Pad {
        width: usize,
        filler: char,
    },
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateFormat {
    /// CCYYMMDD.
    Long,
    /// YYMMDD.
    Short,
    /// YYYY-MM-DD.
    Iso,
}
