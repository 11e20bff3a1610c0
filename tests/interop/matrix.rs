//! What an AS2 message can be: the five choices of the matrix, and small covers of their combinations.

use std::collections::BTreeSet;

/// The layers of a message, in the order they are put on.
pub const FORMS: [&str; 10] = ["", "S", "E", "C", "SE", "CS", "SC", "CSE", "SCE", "CE"];
pub const RECEIPTS: [Receipt; 5] = [
    Receipt { mode: "none", signed: false },
    Receipt { mode: "sync", signed: true },
    Receipt { mode: "sync", signed: false },
    Receipt { mode: "async", signed: true },
    Receipt { mode: "async", signed: false },
];
pub const DIGESTS: [&str; 3] = ["sha-256", "sha-512", "sha-1"];
pub const CIPHERS: [&str; 4] = ["aes-256-cbc", "aes-128-cbc", "aes-256-gcm", "3des"];

/// The receipt that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt {
    pub mode: &'static str,
    pub signed: bool,
}

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub form: &'static str,
    pub receipt: Receipt,
    pub digest: &'static str,
    pub cipher: &'static str,
}

impl std::fmt::Display for Cell {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let form = if self.form.is_empty() { "plain" } else { self.form };
        write!(out, "{form}, ")?;
        match (self.receipt.mode, self.receipt.signed) {
            ("none", _) => write!(out, "no receipt")?,
            (mode, true) => write!(out, "{mode} signed")?,
            (mode, false) => write!(out, "{mode} unsigned")?,
        }
        if self.form.contains('S') || self.receipt.signed {
            write!(out, ", {}", self.digest)?;
        }
        if self.form.contains('E') {
            write!(out, ", {}", self.cipher)?;
        }
        Ok(())
    }
}

/// What somebody can do: values of each choice.
#[derive(Clone, Copy, Debug)]
pub struct Able {
    pub forms: &'static [&'static str],
    pub receipts: &'static [Receipt],
    pub digests: &'static [&'static str],
    pub ciphers: &'static [&'static str],
    /// A signed receipt shows a MIC of what is not signed, too.
    pub proves_unsigned: bool,
}

/// Everything.
pub const ALL: Able =
    Able { forms: &FORMS, receipts: &RECEIPTS, digests: &DIGESTS, ciphers: &CIPHERS, proves_unsigned: true };

impl Able {
    /// Whether a cell is within reach. A cipher counts only where something is encrypted, a digest where it is signed.
    pub fn can(&self, cell: &Cell) -> bool {
        self.forms.contains(&cell.form)
            && self.receipts.contains(&cell.receipt)
            && (!(cell.form.contains('S') || cell.receipt.signed) || self.digests.contains(&cell.digest))
            && (!cell.form.contains('E') || self.ciphers.contains(&cell.cipher))
    }

    /// Every combination, in a fixed order. A choice that a cell does not make has its first value only, so that no
    /// message is there twice.
    pub fn product(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for form in self.forms {
            for receipt in self.receipts {
                if receipt.signed && !form.contains('S') && !self.proves_unsigned {
                    continue;
                }
                let digests = if form.contains('S') || receipt.signed { self.digests } else { &self.digests[..1] };
                for digest in digests {
                    let ciphers = if form.contains('E') { self.ciphers } else { &self.ciphers[..1] };
                    cells.extend(ciphers.iter().map(|cipher| Cell { form, receipt: *receipt, digest, cipher }));
                }
            }
        }
        cells
    }

    /// Cells that hold every pair of values that some cell holds, the richest first: the greedy choice, without chance.
    pub fn cover(&self) -> Vec<Cell> {
        let cells = self.product();
        let mut open: BTreeSet<Pair> = cells.iter().flat_map(pairs).collect();
        let mut cover = Vec::new();
        while !open.is_empty() {
            let gain = |cell: &Cell| pairs(cell).iter().filter(|pair| open.contains(*pair)).count();
            let best = *cells.iter().rev().max_by_key(|cell| gain(cell)).unwrap();
            for pair in pairs(&best) {
                open.remove(&pair);
            }
            cover.push(best);
        }
        cover
    }
}

type Pair = (usize, String, usize, String);

/// The pairs of values in a cell; of what it does not use it has none.
fn pairs(cell: &Cell) -> Vec<Pair> {
    let mut values = vec![(0, cell.form.to_owned()), (1, cell.receipt.mode.to_owned())];
    if cell.receipt.mode != "none" {
        values.push((2, cell.receipt.signed.to_string()));
    }
    if cell.form.contains('S') || cell.receipt.signed {
        values.push((3, cell.digest.to_owned()));
    }
    if cell.form.contains('E') {
        values.push((4, cell.cipher.to_owned()));
    }
    let mut pairs = Vec::new();
    for (index, (first, one)) in values.iter().enumerate() {
        pairs.extend(values[index + 1..].iter().map(|(second, two)| (*first, one.clone(), *second, two.clone())));
    }
    pairs
}

#[test]
fn a_cover_holds_every_pair_and_is_small() {
    let cover = ALL.cover();
    let held: BTreeSet<Pair> = cover.iter().flat_map(pairs).collect();
    let wanted: BTreeSet<Pair> = ALL.product().iter().flat_map(pairs).collect();
    assert_eq!(held, wanted);
    assert!(cover.len() <= 45, "{} cells", cover.len());
    assert_eq!(cover, ALL.cover(), "the same each time");
    let product = ALL.product();
    assert_eq!(product.iter().collect::<BTreeSet<_>>().len(), product.len());
}
