//! Numbers of interchanges and groups over all files of one run: which came twice, and which acknowledgements answer
//! nothing that is here.

use std::collections::{HashMap, HashSet};

use crate::base::{Severity, Sha256};
use crate::edi::{
    Finding, FindingCode, GroupHead, InterchangeAcknowledgement, InterchangeHead, Level, Party, Standard,
    TransactionSet,
};

/// Numbers that are kept of each kind, some ten megabytes of them. What comes behind is not looked for.
const KEPT: usize = 200_000;
/// Acknowledgements that are kept.
const ANSWERS: usize = 10_000;

/// A number and whose it is, as 128 bits of a hash: no two are alike by chance.
type Key = [u8; 16];

/// What was seen over all files.
#[derive(Default)]
pub(super) struct Ledger {
    files: Vec<String>,
    /// Interchanges: file, and number in the file.
    interchanges: HashMap<Key, (u32, u32)>,
    groups: HashSet<Key>,
    /// From whom to whom anything went.
    directions: HashSet<Key>,
    answers: Vec<Answer>,
}

/// An acknowledgement that was seen.
struct Answer {
    file: u32,
    /// `997 #0001`.
    by: String,
    /// `functional group PO 377`.
    to: String,
    /// What it answers; a group or an interchange.
    key: Key,
    /// The way that went which it answers.
    direction: Key,
    /// `ACME → NORTHWIND`.
    way: String,
}

fn key(parts: &[&str]) -> Key {
    let hash = Sha256::of(parts.join("\0").as_bytes());
    let mut key = [0; 16];
    key.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
    key
}

/// The parties of what went one way.
#[derive(Clone, Copy)]
struct Way<'h> {
    standard: Standard,
    from: &'h Party,
    to: &'h Party,
}

impl<'h> Way<'h> {
    fn of(head: &'h InterchangeHead) -> Self {
        Self { standard: head.standard, from: &head.sender, to: &head.receiver }
    }

    fn back(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }

    fn key(self, kind: &str, number: &str) -> Key {
        let (from, to) = (self.from, self.to);
        // Zeros in front are no part of a number: X12 fills ISA13 with them.
        let number = number.trim_start_matches('0');
        key(&[kind, self.standard.as_str(), &from.qualifier, &from.id, &to.qualifier, &to.id, number])
    }
}

impl Ledger {
    /// Begins a file.
    pub(super) fn open(&mut self, file: &str) {
        self.files.push(file.to_owned());
    }

    fn file(&self) -> u32 {
        u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn file_name(&self, file: u32) -> &str {
        self.files.get(file as usize).map(String::as_str).unwrap_or_default()
    }

    /// Takes note of an interchange, the `number`th of its file; a finding when one of its number came in a file before.
    /// Of those that come twice in one file the reader tells.
    pub(super) fn interchange(&mut self, head: &InterchangeHead, number: u32) -> Option<Finding> {
        if head.control_number.is_empty() {
            return None;
        }
        let way = Way::of(head);
        self.directions.insert(way.key("way", ""));
        let key = way.key("interchange", &head.control_number);
        if let Some((file, earlier)) = self.interchanges.get(&key).copied() {
            if file == self.file() {
                return None;
            }
            let number = &head.control_number;
            let text = format!(
                "interchange '{number}' of {} came before: interchange {earlier} of {}",
                head.sender.id,
                self.file_name(file)
            );
            let finding = Finding::new(Severity::Error, FindingCode::ControlNumberRepeated, head.place, text);
            return Some(finding.about(Level::Interchange).quoting(number));
        }
        if self.interchanges.len() < KEPT {
            self.interchanges.insert(key, (self.file(), number));
        }
        None
    }

    /// Takes note of a functional group.
    pub(super) fn group(&mut self, head: &InterchangeHead, group: &GroupHead) {
        if self.groups.len() < KEPT {
            self.groups.insert(group_key(Way::of(head), &group.functional_id, &group.control_number));
        }
    }

    /// Takes note of a TA1.
    pub(super) fn answered_by_ta1(&mut self, head: &InterchangeHead, answer: &InterchangeAcknowledgement) {
        let way = Way::of(head).back();
        let key = way.key("interchange", &answer.control_number);
        self.answered(way, "TA1".to_owned(), format!("interchange {}", answer.control_number), key);
    }

    /// Takes note of a 997, 999 or CONTRL; other sets say nothing here.
    pub(super) fn answered_by_set(&mut self, set: &TransactionSet) {
        let (is_group, tag) = match set.id.as_str() {
            "997" | "999" => (true, "AK1"),
            "CONTRL" => (false, "UCI"),
            _ => return,
        };
        let Some(segment) = set.segments().take(2).find(|segment| segment.tag() == tag) else { return };
        let way = Way::of(&set.interchange).back();
        let text = |number: usize| segment.element(number).text().into_owned();
        let by = format!("{} #{}", set.id, set.control_number);
        if is_group {
            let (kind, number) = (text(1), text(2));
            self.answered(way, by, format!("functional group {kind} {number}"), group_key(way, &kind, &number));
        } else {
            let number = text(1);
            self.answered(way, by, format!("interchange {number}"), way.key("interchange", &number));
        }
    }

    fn answered(&mut self, way: Way<'_>, by: String, to: String, key: Key) {
        if self.answers.len() < ANSWERS {
            self.answers.push(Answer {
                file: self.file(),
                by,
                to,
                key,
                direction: way.key("way", ""),
                way: format!("{} → {}", way.from.id, way.to.id),
            });
        }
    }

    /// Acknowledgements of what is not here, in words, where other things that went the same way are here.
    pub(super) fn strays(&self) -> impl Iterator<Item = (&str, String)> {
        let is_stray = |answer: &&Answer| {
            let is_here = self.groups.contains(&answer.key) || self.interchanges.contains_key(&answer.key);
            self.directions.contains(&answer.direction) && !is_here
        };
        self.answers.iter().filter(is_stray).map(|answer| {
            let text =
                format!("{} acknowledges {} of {}, which is not among these files", answer.by, answer.to, answer.way);
            (self.file_name(answer.file), text)
        })
    }
}

fn group_key(way: Way<'_>, kind: &str, number: &str) -> Key {
    way.key(&format!("group {kind}"), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(from: &str, to: &str, number: &str) -> InterchangeHead {
        let file = format!(
            "ISA*00*          *00*          *ZZ*{from:<15}*ZZ*{to:<15}*261102*0815*U*00401*{number}*0*P*>~IEA*0*{number}~"
        );
        let mut reader = crate::edi::Reader::new(file.as_bytes(), crate::edi::ReadOptions::default());
        match reader.next_piece().unwrap() {
            Some(crate::edi::Piece::Interchange(head)) => InterchangeHead::clone(&head),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_comes_twice_only_between_the_same_parties() {
        let mut ledger = Ledger::default();
        ledger.open("a.edi");
        let check = |ledger: &mut Ledger, from: &str, to: &str, number: &str, expect: Option<&str>| {
            let found = ledger.interchange(&head(from, to, number), 7).map(|finding| finding.text);
            assert_eq!(found.as_deref(), expect, "{from} {to} {number}");
        };
        check(&mut ledger, "A", "B", "000000001", None);
        check(&mut ledger, "B", "A", "000000001", None);
        check(&mut ledger, "A", "C", "000000001", None);
        check(&mut ledger, "A", "B", "000000002", None);
        check(&mut ledger, "A", "B", "000000001", None);
        ledger.open("b.edi");
        let again = "interchange '000000001' of A came before: interchange 7 of a.edi";
        check(&mut ledger, "A", "B", "000000001", Some(again));
        check(&mut ledger, "A", "C", "000000002", None);
    }

    #[test]
    fn numbers_beyond_those_kept_are_not_looked_for() {
        let mut ledger = Ledger::default();
        ledger.open("a.edi");
        let mut head = head("A", "B", "000000001");
        for number in 0..=KEPT {
            head.control_number = (1_000_000 + number).to_string();
            assert!(ledger.interchange(&head, 1).is_none());
        }
        ledger.open("b.edi");
        assert!(ledger.interchange(&head, 1).is_none());
        head.control_number = 1_000_000.to_string();
        assert!(ledger.interchange(&head, 1).is_some());
    }
}
