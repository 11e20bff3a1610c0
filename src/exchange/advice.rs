//! What a partner is told when the ERP refuses its document: an application advice (X12 824, EDIFACT APERAK), written by the
//! partner's agreement about it like any document of the ERP's.

use serde_json::{Value, json};

use super::document_detail::{DocumentDetail, ErpVerdict, RefusalReason};
use super::record::Document;
use crate::edi::Standard;

/// A document that the ERP refuses.
#[derive(Debug)]
pub struct Refused<'a> {
    /// The document.
    pub document: &'a Document,
    /// What else is known of it.
    pub detail: &'a DocumentDetail,
    /// What it says.
    pub content: &'a Value,
    /// Why it is refused.
    pub verdict: &'a ErpVerdict,
    /// The standard of the advice.
    pub standard: Standard,
    /// The advice's own number.
    pub number: &'a str,
    /// Today where the partner is, as `2026-11-02`.
    pub today: &'a str,
}

/// The advice, as the ERP would have written it.
pub fn advice(refused: &Refused<'_>) -> Value {
    let Refused { document, detail, content, verdict, standard, number, today } = refused;
    let numbers = detail.message.as_ref().and_then(|message| message.numbers.clone());
    let in_message = numbers.as_ref().and_then(|numbers| numbers.transaction.clone()).unwrap_or_default();
    let own = if document.number.is_empty() { &in_message } else { &document.number };
    let mut advice = json!({
        "adviceNumber": number,
        "adviceDate": today,
        "purpose": "original",
        "about": {
            "documentId": document.id,
            "documentType": document.kind,
            "number": own,
            "controlNumbers": numbers,
        },
        "outcome": "rejected",
        "errors": verdict.errors.iter().flat_map(|reason| errors(reason, content, *standard)).collect::<Vec<_>>(),
    });
    let order = detail.order_number.as_ref().filter(|_| document.kind != "order");
    if let (Some(order), Some(members)) = (order, advice.as_object_mut()) {
        members.insert("orderReference".to_owned(), json!({ "orderNumber": order }));
    }
    advice
}

/// Characters of one text: X12 TED02 (element 3), EDIFACT FTX C108 (five times 4440).
const fn width(standard: Standard) -> usize {
    match standard {
        Standard::X12 => 60,
        Standard::Edifact => 350,
    }
}

/// Errors that one reason becomes at most.
const PIECES: usize = 5;

/// One reason of the ERP's as errors of an advice: as many as its text needs.
fn errors(reason: &RefusalReason, content: &Value, standard: Standard) -> Vec<Value> {
    let line = reason.path.as_deref().and_then(|path| line_number(content, path));
    let (code, kept) = wire_code(reason.code.as_deref(), standard);
    let mut said = Vec::new();
    // X12 has no place for the line.
    said.extend(line.filter(|_| standard == Standard::X12).map(|line| format!("line {line}:")));
    said.extend(kept.map(|code| format!("{code}:")));
    said.extend(reason.text.as_deref().map(str::to_owned));
    let said = said.join(" ");
    let text = if said.trim().is_empty() { "refused".to_owned() } else { said };
    let line = line.filter(|_| standard == Standard::Edifact);
    pieces(&text, width(standard))
        .into_iter()
        .take(PIECES)
        .map(|text| match line {
            Some(line) => json!({ "code": code, "text": text, "line": line }),
            None => json!({ "code": code, "text": text }),
        })
        .collect()
}

/// The code on the wire, and the ERP's own where that is none: X12 element 647 has three characters, `ZZZ` being mutually
/// defined; EDIFACT 9321 has eight.
fn wire_code(code: Option<&str>, standard: Standard) -> (&str, Option<&str>) {
    let code = code.map(str::trim).filter(|code| !code.is_empty());
    let fits = |code: &str| match standard {
        Standard::X12 => code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()),
        Standard::Edifact => code.len() <= 8 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    match code {
        Some(code) if fits(code) => (code, None),
        other => ("ZZZ", other),
    }
}

/// `lineNumber` of the line that a member's path leads through, as in `lines[0].price.amount`.
fn line_number<'d>(content: &'d Value, path: &str) -> Option<&'d str> {
    let index: usize = path.strip_prefix("lines[")?.split(']').next()?.parse().ok()?;
    content.get("lines")?.get(index)?.get("lineNumber")?.as_str()
}

/// A text in pieces of at most `width` characters, cut between words where that can be.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in text.split_whitespace() {
        let characters: Vec<char> = word.chars().collect();
        for part in characters.chunks(width) {
            let last = pieces.last_mut().expect("there is one from the start");
            let space = usize::from(!last.is_empty());
            if last.chars().count() + space + part.len() > width {
                pieces.push(part.iter().collect());
            } else {
                last.extend(std::iter::repeat_n(' ', space).chain(part.iter().copied()));
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_becomes_errors_as_the_standard_has_room_for_them() {
        let content = json!({"lines": [{"lineNumber": "10"}, {"lineNumber": "20"}]});
        let reason = |code: &str, text: &str, path: &str| RefusalReason {
            code: Some(code.to_owned()),
            text: Some(text.to_owned()),
            path: Some(path.to_owned()),
        };
        let check = |standard: Standard, reason: RefusalReason, expect: Value| {
            assert_eq!(json!(errors(&reason, &content, standard)), expect, "{reason:?}");
        };
        let x12 = Standard::X12;
        check(x12, reason("012", "price differs", "total"), json!([{"code": "012", "text": "price differs"}]));
        check(
            x12,
            reason("PRICE", "price differs", "lines[1].price.amount"),
            json!([{"code": "ZZZ", "text": "line 20: PRICE: price differs"}]),
        );
        check(
            x12,
            reason("PRICE", "the price differs from the one of the contract, which is 2.45 for each", "lines[7]"),
            json!([
                {"code": "ZZZ", "text": "PRICE: the price differs from the one of the contract, which"},
                {"code": "ZZZ", "text": "is 2.45 for each"},
            ]),
        );
        check(x12, RefusalReason::default(), json!([{"code": "ZZZ", "text": "refused"}]));
        check(
            Standard::Edifact,
            reason("PRICE", "price differs", "lines[1].price"),
            json!([{"code": "PRICE", "text": "price differs", "line": "20"}]),
        );
    }

    #[test]
    fn a_text_is_cut_between_words_and_inside_only_what_is_too_long() {
        let check = |text: &str, expect: &[&str]| assert_eq!(pieces(text, 5), expect, "{text}");
        check("", &[""]);
        check("abcde", &["abcde"]);
        check("ab cd ef", &["ab cd", "ef"]);
        check("abcdefgh i", &["abcde", "fgh i"]);
        check("äöüäö ü", &["äöüäö", "ü"]);
    }
}
