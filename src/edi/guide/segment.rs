//! Segments and the loops they stand in.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::edi::place::Tag;
use crate::edi::token::Segment;

use super::element::ElementDef;

/// Whether something must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// M: it must.
    Mandatory,
    /// O, and C, whose condition is a note of the segment: it may.
    Optional,
    /// Not used: a partner's guide says that it must not be there.
    NotUsed,
}

/// `M`, `O`, and `-` for what is not used.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mandatory => "M",
            Self::Optional => "O",
            Self::NotUsed => "-",
        })
    }
}

/// How often something may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Max {
    /// At most so often.
    Times(u32),
    /// `>1`: as often as one likes.
    Unbounded,
}

impl Max {
    /// Whether `count` are allowed.
    pub fn allows(self, count: u32) -> bool {
        match self {
            Self::Times(max) => count <= max,
            Self::Unbounded => true,
        }
    }
}

/// `200`, or `>1` without bound.
impl fmt::Display for Max {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(max) => write!(f, "{max}"),
            Self::Unbounded => f.write_str(">1"),
        }
    }
}

/// A qualifier and the value it qualifies, as element numbers: (6, 7) of PO1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// Element that holds the qualifier.
    pub qualifier: usize,
    /// Element that holds the value.
    pub value: usize,
}

/// What a syntax note demands (X12.6: relational conditions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteRule {
    /// P: all of them or none.
    Paired,
    /// R: one of them at least.
    Required,
    /// E: one of them at most.
    Exclusive,
    /// C: if the first is there, so are all others.
    Conditional,
    /// L: if the first is there, so is one of the others at least.
    List,
}

/// A syntax note of a segment, or of a composite: `P0304`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxNote {
    /// What it demands.
    pub rule: NoteRule,
    /// The elements, or components, that it is about, from 1; two at least.
    pub elements: Vec<usize>,
}

/// `P0304`: a letter, then two digits for each element.
impl FromStr for SyntaxNote {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let rule = match text.get(..1) {
            Some("P") => NoteRule::Paired,
            Some("R") => NoteRule::Required,
            Some("E") => NoteRule::Exclusive,
            Some("C") => NoteRule::Conditional,
            Some("L") => NoteRule::List,
            _ => return Err(()),
        };
        let digits = text.get(1..).unwrap_or_default();
        let pair = |at: usize| digits.get(at..at + 2).and_then(|pair| pair.parse::<usize>().ok());
        let elements: Option<Vec<usize>> = (0..digits.len()).step_by(2).map(pair).collect();
        let mut elements = elements.ok_or(())?;
        let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        let note = Self { rule, elements: elements.clone() };
        elements.sort_unstable();
        elements.dedup();
        let distinct = elements.len() == note.elements.len() && elements.len() >= 2 && !elements.contains(&0);
        (is_digits && distinct).then_some(note).ok_or(())
    }
}

impl SyntaxNote {
    /// What it demands, in words: `03 and 04 come together or not at all`.
    pub fn words(&self) -> String {
        let two = |number: &usize| format!("{number:02}");
        let list = |numbers: &[usize], last: &str| {
            let mut words: Vec<String> = numbers.iter().map(two).collect();
            let tail = words.pop().unwrap_or_default();
            if words.is_empty() { tail } else { format!("{} {last} {tail}", words.join(", ")) }
        };
        let (first, others) =
            self.elements.split_first().map_or((String::new(), [].as_slice()), |(first, others)| (two(first), others));
        match self.rule {
            NoteRule::Paired => format!("{} come together or not at all", list(&self.elements, "and")),
            NoteRule::Required => format!("at least one of {} is there", list(&self.elements, "and")),
            NoteRule::Exclusive => format!("at most one of {} is there", list(&self.elements, "and")),
            NoteRule::Conditional => format!("if {first} is there, so is {}", list(others, "and")),
            NoteRule::List => format!("if {first} is there, so is at least one of {}", list(others, "and")),
        }
    }
}

impl fmt::Display for SyntaxNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.rule {
            NoteRule::Paired => "P",
            NoteRule::Required => "R",
            NoteRule::Exclusive => "E",
            NoteRule::Conditional => "C",
            NoteRule::List => "L",
        })?;
        self.elements.iter().try_for_each(|element| write!(f, "{element:02}"))
    }
}

/// How the instances of a loop form a tree: each names itself and its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    /// Element of the first segment that holds the instance's own number (HL01, CPS 7164).
    pub id: usize,
    /// Element that holds its parent's number (HL02, CPS 7166).
    pub parent: usize,
    /// Element that says what the instance is (HL03).
    pub level: Option<usize>,
    /// Levels from the outermost inwards, where they are known; some may be passed over.
    pub order: Vec<String>,
}

/// The elements of a segment, the same wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentDef {
    /// Its tag.
    pub tag: Tag,
    /// A short name for people; empty where there is none.
    pub name: String,
    /// Its elements in order.
    pub elements: Vec<ElementDef>,
    /// What its elements demand of one another.
    pub notes: Vec<SyntaxNote>,
    /// Its qualifier and value pairs, from the left.
    pub pairs: Vec<Pair>,
}

impl SegmentDef {
    /// Element `number`, from 1.
    pub fn element(&self, number: usize) -> Option<&ElementDef> {
        self.elements.get(number.checked_sub(1)?)
    }
}

/// Tells apart loops of one parent that begin with the same tag: `N101 in (ST)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discriminator {
    /// Element of the first segment.
    pub element: usize,
    /// Its values.
    pub values: Vec<String>,
}

impl Discriminator {
    fn fits(&self, segment: &Segment<'_>) -> bool {
        let text = segment.element(self.element).component(1).text();
        self.values.iter().any(|value| *value == text)
    }
}

/// A segment where a loop holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentUse {
    /// Its tag.
    pub tag: Tag,
    /// Whether it must be there.
    pub requirement: Requirement,
    /// How often it may come.
    pub max: Max,
    /// Its elements where a guide has them otherwise at this place than anywhere else.
    pub definition: Option<Arc<SegmentDef>>,
}

/// A loop: segments and loops in order, beginning with one segment that starts each instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopDef {
    /// Its name: the first segment's tag, unless two loops of one parent begin alike. The root's is the set's id.
    pub name: String,
    /// Whether it must be there.
    pub requirement: Requirement,
    /// How often it may come.
    pub max: Max,
    /// Which of several loops that begin alike this is.
    pub when: Option<Discriminator>,
    /// Number of the segment group in EDIFACT: 25 for SG25.
    pub group: Option<u32>,
    /// How its instances form a tree, where they do.
    pub hierarchy: Option<Hierarchy>,
    /// What it holds, in order. The first part of a loop other than the root is the segment that starts it.
    pub parts: Vec<Part>,
}

/// A segment or a loop inside a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A segment.
    Segment(SegmentUse),
    /// A loop.
    Loop(LoopDef),
}

impl LoopDef {
    /// The segment that starts each instance; the root has none that is sure to be there.
    pub fn first(&self) -> Option<&SegmentUse> {
        match self.parts.first()? {
            Part::Segment(segment) => Some(segment),
            Part::Loop(_) => None,
        }
    }

    /// The loop of this name that stands directly in this one.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.loops().find(|child| child.name == name)
    }

    /// The loops that stand directly in this one.
    pub fn loops(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().filter_map(|part| match part {
            Part::Loop(child) => Some(child),
            Part::Segment(_) => None,
        })
    }

    /// The segments that stand directly in this one.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentUse> {
        self.parts.iter().filter_map(|part| match part {
            Part::Segment(segment) => Some(segment),
            Part::Loop(_) => None,
        })
    }

    /// The segment of this tag that stands directly in this one.
    pub fn segment(&self, tag: &str) -> Option<&SegmentUse> {
        self.segments().find(|segment| segment.tag == tag)
    }

    /// Whether a segment of this tag may stand anywhere in this loop.
    pub(crate) fn knows(&self, tag: Tag) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Segment(segment) => segment.tag == tag,
            Part::Loop(child) => child.knows(tag),
        })
    }
}

impl Part {
    /// Name for people: the tag, or the loop's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Segment(segment) => segment.tag.as_str(),
            Self::Loop(child) => &child.name,
        }
    }

    /// Whether it must be there.
    pub fn requirement(&self) -> Requirement {
        match self {
            Self::Segment(segment) => segment.requirement,
            Self::Loop(child) => child.requirement,
        }
    }

    /// How often it may come.
    pub fn max(&self) -> Max {
        match self {
            Self::Segment(segment) => segment.max,
            Self::Loop(child) => child.max,
        }
    }

    /// Whether this segment stands here, or starts this loop.
    pub(crate) fn takes(&self, segment: &Segment<'_>) -> bool {
        match self {
            Self::Segment(part) => part.tag == segment.tag(),
            Self::Loop(child) => {
                child.first().is_some_and(|first| first.tag == segment.tag())
                    && child.when.as_ref().is_none_or(|when| when.fits(segment))
            }
        }
    }
}
