//! Syntax notes: what the elements of a segment, or the components of a composite, demand of one another.

use crate::base::Severity;
use crate::edi::finding::{FindingCode, Findings};
use crate::edi::guide::{ElementDef, NoteRule, SyntaxNote};
use crate::edi::token::Element;

use super::element::{fault, is_absent, name};

/// Holds what is there against the notes (X12.6, relational conditions). What is missing is told where it is missing,
/// what excludes another at the later of the two.
pub(super) fn check<'a>(
    notes: &[SyntaxNote],
    definitions: &[ElementDef],
    member: &dyn Fn(usize) -> Element<'a>,
    findings: &mut Findings,
) {
    let definition = |number: usize| number.checked_sub(1).and_then(|index| definitions.get(index));
    let is_there = |number: usize| definition(number).is_some_and(|definition| !is_absent(&member(number), definition));
    for note in notes {
        for number in broken(note, &is_there) {
            let Some(definition) = definition(number) else { continue };
            let code = match note.rule {
                NoteRule::Exclusive => FindingCode::ExcludedElement,
                NoteRule::Paired | NoteRule::Required | NoteRule::Conditional | NoteRule::List => {
                    FindingCode::ConditionalElementMissing
                }
            };
            let finding = fault(Severity::Warning, code, &member(number), definition, words(note, member));
            findings.push(match note.rule {
                NoteRule::Exclusive => finding.quoting(&member(number).text()),
                _ => finding,
            });
        }
    }
}

/// The elements at which a note is broken.
fn broken(note: &SyntaxNote, is_there: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let Some((first, others)) = note.elements.split_first() else { return Vec::new() };
    let absent = |numbers: &[usize]| numbers.iter().copied().filter(|number| !is_there(*number)).collect::<Vec<_>>();
    let present: Vec<usize> = note.elements.iter().copied().filter(|number| is_there(*number)).collect();
    let any_other = others.iter().any(|number| is_there(*number));
    match note.rule {
        NoteRule::Paired if !present.is_empty() => absent(&note.elements),
        NoteRule::Required if present.is_empty() => vec![*first],
        NoteRule::Exclusive => present.into_iter().skip(1).collect(),
        NoteRule::Conditional if is_there(*first) => absent(others),
        NoteRule::List if is_there(*first) && !any_other => others.first().copied().into_iter().collect(),
        NoteRule::Paired | NoteRule::Required | NoteRule::Conditional | NoteRule::List => Vec::new(),
    }
}

/// `N103 and N104 come together (P0304)`.
fn words<'a>(note: &SyntaxNote, member: &dyn Fn(usize) -> Element<'a>) -> String {
    let names: Vec<String> = note.elements.iter().map(|number| name(&member(*number).place())).collect();
    let all = |joint: &str| listed(&names, joint);
    let first = names.first().map(String::as_str).unwrap_or_default();
    let others = |joint: &str| listed(names.get(1..).unwrap_or_default(), joint);
    let what = match note.rule {
        NoteRule::Paired => format!("{} come together", all("and")),
        NoteRule::Required => format!("{} must be there", all("or")),
        NoteRule::Exclusive => format!("only one of {} may be there", all("and")),
        NoteRule::Conditional => format!("where {first} is, {} must be too", others("and")),
        NoteRule::List => format!("where {first} is, {} must be too", others("or")),
    };
    format!("{what} ({})", code(note))
}

/// `A, B and C`.
fn listed(names: &[String], joint: &str) -> String {
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} {joint} {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// `P0304`, as standards write it.
fn code(note: &SyntaxNote) -> String {
    let letter = match note.rule {
        NoteRule::Paired => 'P',
        NoteRule::Required => 'R',
        NoteRule::Exclusive => 'E',
        NoteRule::Conditional => 'C',
        NoteRule::List => 'L',
    };
    let numbers: String = note.elements.iter().map(|number| format!("{number:02}")).collect();
    format!("{letter}{numbers}")
}
