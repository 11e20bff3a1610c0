//! All rules of a mapping, for people who look for one: which member each is about, and which elements it names.

use super::Mapping;
use super::file::{self, Node, Table, Value};
use super::fill::without_indices;
use super::program::{Condition, Emit, Instances, Part, PathStep, Reach, Section, Source, Work, path_text};
use super::rule;
use super::trace::RulePlace;
use crate::edi::Tag;

/// A rule of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// The member it is about, for all items: `lines[*].price.amount`; empty for the document itself.
    pub member: String,
    /// Where it is written.
    pub at: RulePlace,
    /// What it does.
    pub kind: RuleKind,
    /// The elements that it names, by segment and number; without a number the whole segment.
    pub elements: Vec<(Tag, Option<usize>)>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// It gives a member its value.
    Value,
    /// It says where the instances of an object or array are.
    Instances,
    /// It writes what only the wire has.
    Emit,
    /// It derives a member that is not there.
    Derive,
}

/// The text of a rule, and its parts as it writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// All of it.
    pub text: String,
    /// What stands between its `or`; empty when the text is no rule.
    pub sources: Vec<String>,
}

impl RuleText {
    /// The text that begins at a line and column of a mapping file.
    pub fn at(file: &str, line: u32, column: u32) -> Option<Self> {
        let (table, _) = file::parse(file, &"".into());
        let text = in_table(&table, line, column)?;
        let sources = rule::sources(&text).unwrap_or_default().into_iter().map(str::to_owned).collect();
        Some(Self { text, sources })
    }
}

fn in_table(table: &Table, line: u32, column: u32) -> Option<String> {
    table.entries.iter().find_map(|entry| in_node(&entry.node, line, column))
}

fn in_node(node: &Node, line: u32, column: u32) -> Option<String> {
    match &node.value {
        Value::Text(text) => ((node.at.line, node.at.column) == (line, column)).then(|| text.text.clone()),
        Value::Table(table) => in_table(table, line, column),
        Value::List(items) if (node.at.line, node.at.column) == (line, column) => {
            let texts: Vec<&str> = items.iter().filter_map(Node::text).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::List(items) => items.iter().find_map(|item| in_node(item, line, column)),
        Value::Flag(_) | Value::Integer(_) | Value::Foreign(_) => None,
    }
}

impl Mapping {
    /// All rules, in the order of the document's sections.
    pub fn rules(&self) -> Vec<RuleLine> {
        let program = &self.program;
        let mut list = List { lines: Vec::new(), path: Vec::new() };
        list.section(&program.root);
        if let Some(hierarchy) = &program.hierarchy {
            hierarchy.shipment.iter().for_each(|section| list.section(section));
            let items = [("handlingUnits", hierarchy.units.as_ref()), ("lines", Some(&hierarchy.lines))];
            for (name, items) in items {
                if let Some(items) = items {
                    list.below(PathStep::Items(name.to_owned()), |list| list.section(&items.section));
                }
            }
        }
        for derivation in &program.derive {
            list.lines.push(RuleLine {
                member: path_text(&derivation.target),
                at: (&derivation.at).into(),
                kind: RuleKind::Derive,
                elements: Vec::new(),
            });
        }
        list.lines
    }

    /// The rules of a member, `lines[1].price.amount`.
    pub fn rules_of(&self, member: &str) -> Vec<RuleLine> {
        let generic = without_indices(member);
        let is_own = |line: &RuleLine| line.member == generic || line.member == format!("{generic}[*]");
        self.rules().into_iter().filter(|line| line.kind != RuleKind::Emit && is_own(line)).collect()
    }

    /// Why a member of a document is not written, when that is on purpose.
    pub fn leaves_out(&self, member: &str) -> Option<&'static str> {
        let generic = without_indices(member).replace("[*]", "");
        let is_below = |path: &[PathStep]| {
            let path = path.iter().map(PathStep::name).collect::<Vec<_>>().join(".");
            generic.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if self.program.unsent.iter().any(|path| is_below(path)) {
            return Some("unsent");
        }
        let is_id = generic.strip_suffix(".id").is_some_and(|party| {
            self.program.parties.iter().any(|path| path.iter().map(PathStep::name).eq(party.split('.')))
        });
        if is_id {
            return Some("an id of ours");
        }
        self.program.derive.iter().any(|one| is_below(&one.target)).then_some("derived again when it is read")
    }
}

/// Rules as they are found.
struct List {
    lines: Vec<RuleLine>,
    path: Vec<PathStep>,
}

impl List {
    fn below(&mut self, step: PathStep, inside: impl FnOnce(&mut Self)) {
        self.path.push(step);
        inside(self);
        self.path.pop();
    }

    fn add(&mut self, at: &super::file::Spot, kind: RuleKind, elements: Vec<(Tag, Option<usize>)>) {
        self.lines.push(RuleLine { member: path_text(&self.path), at: at.into(), kind, elements });
    }

    fn section(&mut self, section: &Section) {
        for member in &section.members {
            let name = section.names.get(member.slot).cloned().unwrap_or_default();
            match &member.work {
                Work::Value(rule) | Work::Split { rule, .. } => self.below(PathStep::Member(name), |list| {
                    list.add(&rule.at, RuleKind::Value, of_sources(&rule.sources));
                }),
                Work::List { places, at } => self.below(PathStep::Items(name), |list| {
                    let conditions = places.iter().flat_map(|place| &place.conditions);
                    let reaches = places.iter().map(|place| &place.reach);
                    list.add(
                        at,
                        RuleKind::Value,
                        reaches.chain(of_conditions(conditions)).flat_map(elements).collect(),
                    );
                }),
                Work::Object(inner) => self.below(PathStep::Member(name), |list| list.section(inner)),
                Work::One { instances, section, .. } => self.below(PathStep::Member(name), |list| {
                    list.instances(instances);
                    list.section(section);
                }),
                Work::Each { blocks, .. } => self.below(PathStep::Items(name), |list| {
                    for (instances, section) in blocks {
                        list.instances(instances);
                        list.section(section);
                    }
                }),
            }
        }
        if let Some(spread) = &section.spread {
            let mut slots: Vec<usize> = spread.entries.iter().flatten().flatten().map(|(slot, _)| *slot).collect();
            slots.sort_unstable();
            slots.dedup();
            for slot in slots {
                let name = section.names.get(slot).cloned().unwrap_or_default();
                self.below(PathStep::Member(name), |list| {
                    list.add(&spread.at, RuleKind::Value, of_sources(&spread.sources));
                });
            }
        }
        for Emit { reach, conditions, at, .. } in &section.emit {
            let named = std::iter::once(reach).chain(of_conditions(conditions)).flat_map(elements).collect();
            self.add(at, RuleKind::Emit, named);
        }
    }

    fn instances(&mut self, instances: &Instances) {
        let conditions = of_conditions(instances.alternatives.iter().flatten());
        self.add(&instances.at, RuleKind::Instances, conditions.flat_map(elements).collect());
    }
}

fn of_sources(sources: &[Source]) -> Vec<(Tag, Option<usize>)> {
    let named = sources.iter().flat_map(|source| match source {
        Source::Constant(_) => Vec::new(),
        Source::Places { reaches, conditions } => {
            reaches.iter().chain(of_conditions(conditions)).flat_map(elements).collect()
        }
    });
    named.collect()
}

fn of_conditions<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> impl Iterator<Item = &'c Reach> {
    conditions.into_iter().map(|condition| &condition.reach)
}

/// The elements that a place names.
fn elements(reach: &Reach) -> Vec<(Tag, Option<usize>)> {
    let tag = reach.route.tag;
    match &reach.part {
        Part::Whole { .. } => vec![(tag, None)],
        Part::Element(cell) => vec![(tag, Some(cell.number))],
        Part::Pair { pairs, .. } => {
            let both = pairs.iter().flat_map(|pair| [pair.qualifier.number, pair.value.number]);
            both.map(|number| (tag, Some(number))).collect()
        }
    }
}
