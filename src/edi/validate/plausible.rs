//! What no standard forbids and no business means: totals that do not add up, check digits that are wrong, prices that
//! lost their decimal point, a delivery before its notice.
//!
//! Every rule is a warning or an information: a partner hears nothing of it unless severities say so.

use rust_decimal::Decimal;

use crate::base::{Severity, agreeing, counted};
use crate::edi::finding::{Finding, FindingCode, Findings};
use crate::edi::interchange::{Standard, TransactionSet};
use crate::edi::place::Tag;
use crate::edi::token::{Element, Segment};

/// Where a document counts its lines: the set, the segment that counts them, and the segments either of which it may
/// count. An 856 counts its HL segments, and many writers its lines.
const COUNTED: &[(&str, &[&str])] = &[
    ("810", &["IT1"]),
    ("830", &["LIN"]),
    ("846", &["LIN"]),
    ("850", &["PO1"]),
    ("855", &["PO1"]),
    ("856", &["HL", "LIN"]),
    ("860", &["POC"]),
    ("861", &["RCD"]),
    ("862", &["LIN"]),
    ("865", &["POC"]),
    ("DELFOR", &["LIN"]),
    ("DESADV", &["LIN"]),
    ("INVOIC", &["LIN"]),
    ("INVRPT", &["LIN"]),
    ("ORDCHG", &["LIN"]),
    ("ORDERS", &["LIN"]),
    ("ORDRSP", &["LIN"]),
    ("RECADV", &["LIN"]),
];

/// Looks at a set as a whole.
pub(super) fn check(set: &TransactionSet, findings: &mut Findings) {
    let counted = COUNTED.iter().find(|(id, _)| *id == set.id).map_or(&[][..], |(_, tags)| *tags);
    let mut totals = Totals::new(set, counted);
    set.segments().for_each(|segment| totals.take(&segment, findings));
    totals.finish(findings);
}

const BSN: u64 = Tag::key_of("BSN");
const CNT: u64 = Tag::key_of("CNT");
const CTT: u64 = Tag::key_of("CTT");
const DTM: u64 = Tag::key_of("DTM");
const GIN: u64 = Tag::key_of("GIN");
const IT1: u64 = Tag::key_of("IT1");
const MAN: u64 = Tag::key_of("MAN");
const N1: u64 = Tag::key_of("N1");
const NAD: u64 = Tag::key_of("NAD");
const PO1: u64 = Tag::key_of("PO1");
const TDS: u64 = Tag::key_of("TDS");

/// What is gathered on the way through a set.
struct Totals<'a> {
    is_x12: bool,
    counted: &'static [&'static str],
    /// For each of them its tag's number, and how many there were.
    counts: Vec<(u64, u64)>,
    /// The element that says how many lines there are.
    said: Option<Element<'a>>,
    prices: Prices<'a>,
    /// BSN03.
    noticed: Option<Element<'a>>,
    /// Whether the notice of a later date than its delivery was told already.
    is_late: bool,
}

/// Prices of X12, which carry a decimal point where they need one (type R).
#[derive(Default)]
struct Prices<'a> {
    first: Option<Element<'a>>,
    /// Whether every price so far is a whole number of three digits or more.
    all_whole: bool,
    /// Quantity times price over all lines, as written; none when a line does not tell both.
    sum: Option<Decimal>,
    /// TDS01 as written: it has two implied decimals (type N2).
    total: Option<Decimal>,
}

impl<'a> Totals<'a> {
    fn new(set: &TransactionSet, counted: &'static [&'static str]) -> Self {
        let prices = Prices { all_whole: true, sum: Some(Decimal::ZERO), ..Prices::default() };
        Self {
            is_x12: set.interchange.standard == Standard::X12,
            counted,
            counts: counted.iter().map(|tag| (Tag::key_of(tag), 0)).collect(),
            said: None,
            prices,
            noticed: None,
            is_late: false,
        }
    }

    fn take(&mut self, segment: &Segment<'a>, findings: &mut Findings) {
        let tag = segment.tag().key();
        for (counted, count) in &mut self.counts {
            *count += u64::from(tag == *counted);
        }
        match tag {
            CTT if self.is_x12 => self.said = Some(segment.element(1)),
            CNT if !self.is_x12 && segment.element(1).component(1).bytes() == b"2" => {
                self.said = Some(segment.element(1).component(2));
            }
            MAN if self.is_x12 && segment.element(1).bytes() == b"GM" => sscc(&segment.element(2), findings),
            GIN if !self.is_x12 && segment.element(1).bytes() == b"BJ" => {
                segment.elements().skip(1).for_each(|element| sscc(&element.component(1), findings));
            }
            N1 if self.is_x12 && segment.element(3).bytes() == b"UL" => gln(&segment.element(4), findings),
            NAD if !self.is_x12 && segment.element(2).component(3).bytes() == b"9" => {
                gln(&segment.element(2).component(1), findings);
            }
            PO1 | IT1 if self.is_x12 => self.prices.take(&segment.element(2), segment.element(4)),
            TDS if self.is_x12 => self.prices.total = decimal(&segment.element(1)),
            BSN if self.is_x12 => self.noticed = Some(segment.element(3)),
            DTM if self.is_x12 && segment.element(1).bytes() == b"017" => self.arrival(&segment.element(2), findings),
            _ => {}
        }
    }

    /// DTM*017, the day a shipment is expected to arrive.
    fn arrival(&mut self, day: &Element<'a>, findings: &mut Findings) {
        let Some(noticed) = self.noticed.filter(|_| !self.is_late) else { return };
        let is_day =
            |element: &Element<'_>| element.bytes().len() == 8 && element.bytes().iter().all(u8::is_ascii_digit);
        if is_day(&noticed) && is_day(day) && day.bytes() < noticed.bytes() {
            self.is_late = true;
            let text =
                format!("the notice is of {}, after the arrival on {} that it announces", noticed.text(), day.text());
            findings.push(
                Finding::new(Severity::Warning, FindingCode::DateOrder, noticed.place(), text).quoting(&noticed.text()),
            );
        }
    }

    fn finish(self, findings: &mut Findings) {
        if let Some(said) = self.said.filter(|_| !self.counts.is_empty()) {
            let text = said.text();
            let number = text.trim().parse().ok();
            if let Some(lines) = number.filter(|said: &u64| self.counts.iter().all(|(_, count)| count != said)) {
                let counts: Vec<String> =
                    self.counted.iter().zip(&self.counts).map(|(tag, (_, count))| format!("{count} {tag}")).collect();
                let sum = self.counts.iter().map(|(_, count)| *count).sum::<u64>();
                let (lines, were) = (counted(lines, "line"), agreeing(sum, "was", "were"));
                let words = format!("the document says it has {lines}, {} {were} counted", counts.join(" and "));
                findings.push(
                    Finding::new(Severity::Warning, FindingCode::ControlTotal, said.place(), words)
                        .expecting(self.counts.first().map_or(0, |(_, count)| *count).to_string())
                        .quoting(&text),
                );
            }
        }
        self.prices.finish(findings);
    }
}

impl<'a> Prices<'a> {
    fn take(&mut self, quantity: &Element<'a>, price: Element<'a>) {
        // One price with a decimal point settles it: nothing is added up.
        if !self.all_whole {
            return;
        }
        if price.is_empty() {
            self.sum = None;
            return;
        }
        self.first = self.first.or(Some(price));
        let bytes = price.bytes().trim_ascii();
        self.all_whole &= bytes.len() >= 3 && bytes.iter().all(u8::is_ascii_digit);
        let amount = decimal(quantity).zip(decimal(&price)).and_then(|(quantity, price)| quantity.checked_mul(price));
        self.sum = self.sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount));
    }

    /// Where a total is there, it tells: written as a number of hundredths it is the sum of prices with a decimal point
    /// times hundred, or the sum of prices that lost theirs.
    fn finish(self, findings: &mut Findings) {
        let Some(first) = self.first.filter(|_| self.all_whole) else { return };
        let (severity, text) = match (self.sum, self.total) {
            (Some(sum), Some(total)) if sum == total => {
                (Severity::Warning, "the total fits only if the prices have two implied decimals")
            }
            (Some(sum), Some(total)) if sum.checked_mul(Decimal::ONE_HUNDRED) == Some(total) => return,
            _ => (
                Severity::Info,
                "no price has a decimal point; a writer may have left it out (element 212 is of type R)",
            ),
        };
        findings.push(Finding::new(severity, FindingCode::ImpliedDecimals, first.place(), text).quoting(&first.text()));
    }
}

fn decimal(element: &Element<'_>) -> Option<Decimal> {
    element.text().trim().parse().ok()
}

/// A serial shipping container code: 18 digits, the last a check digit, perhaps behind its application identifier 00.
fn sscc(element: &Element<'_>, findings: &mut Findings) {
    let text = element.text();
    let digits = text.trim();
    let code = digits.strip_prefix("00").filter(|code| code.len() == 18).unwrap_or(digits);
    check_digit(element, code, 18, "SSCC", findings);
}

/// A global location number: 13 digits, the last a check digit.
fn gln(element: &Element<'_>, findings: &mut Findings) {
    let text = element.text();
    check_digit(element, text.trim(), 13, "GLN", findings);
}

/// Weights 3 and 1 in turn from the right, modulo 10 (GS1 General Specifications, check digit calculation). What has not
/// so many digits is something else under the same qualifier, and not looked at.
fn check_digit(element: &Element<'_>, code: &str, length: usize, name: &str, findings: &mut Findings) {
    if code.len() != length || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let weighted = code.bytes().rev().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    if !sum.is_multiple_of(10) {
        let text = format!("the check digit of the {name} '{code}' is wrong");
        findings.push(Finding::new(Severity::Warning, FindingCode::CheckDigit, element.place(), text).quoting(code));
    }
}
