//! What partners' functional acknowledgements say of interchanges of ours: matched by control numbers, traced back to the
//! rule that wrote what is wrong and to the member it is from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ports::Ports;
use super::submission::load_exchange;
use super::{commands, conclude};
use crate::base::{Diagnostic, DocumentId, ExchangeId, PartnerId};
use crate::canon::ReportedError;
use crate::canon::event::TracedError;
use crate::edi::Standard;
use crate::edi::ack::{Acknowledged, AcknowledgedError};
use crate::exchange::conclusion::{self, Said};
use crate::exchange::sent::{self, SentInterchange};
use crate::exchange::{SetAcknowledgement, bounds};
use crate::store::StoreError;

/// Errors of one document that are kept.
const ERRORS: usize = 50;
/// Bytes of a value that is wrong (X12 AK404, element 724: 99 characters).
const VALUE_BYTES: usize = 99;
/// Tries to decide anew when the exchange has moved on meanwhile.
const TRIES: usize = 5;

/// What partners say of ours, from one exchange.
pub(super) struct Statements<'a> {
    pub(super) ports: &'a Ports,
    /// Whose interchange holds them.
    pub(super) partner: &'a PartnerId,
    pub(super) standard: Standard,
    /// The exchange that they came in.
    pub(super) came_in: ExchangeId,
}

impl Statements<'_> {
    /// Writes down what is said. What is about no interchange of ours comes back as diagnostics.
    pub(super) fn settle(&self, said: &[Acknowledged]) -> Result<Vec<Diagnostic>, StoreError> {
        let mut by_exchange: BTreeMap<ExchangeId, Vec<Acknowledged>> = BTreeMap::new();
        let mut unmatched = Vec::new();
        for statement in said {
            let Some(named) = sent::named(statement) else { continue };
            let key = named.key(self.partner, self.standard.as_str());
            match self.ports.outbox.sent(&key)? {
                Some(sent) => by_exchange.entry(sent.exchange).or_default().push(statement.clone()),
                None => unmatched.push(not_ours(statement)),
            }
        }
        for (exchange, statements) in by_exchange {
            self.of_exchange(exchange, &statements)?;
        }
        unmatched.dedup();
        Ok(unmatched)
    }

    fn of_exchange(&self, id: ExchangeId, statements: &[Acknowledged]) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let (exchange, detail) = load_exchange(self.ports, id)?;
            let Some(interchange) = &detail.interchange else { return Ok(()) };
            let said = self.said(interchange, statements)?;
            let Some(change) = conclusion::acknowledged(&exchange, self.ports.clock.now(), detail, said) else {
                return Ok(());
            };
            match self.ports.outbox.apply_blocking(change) {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(StoreError::Index { what: format!("exchange {id} moves on and on while it is acknowledged") })
    }

    fn said(&self, interchange: &SentInterchange, statements: &[Acknowledged]) -> Result<Vec<Said>, StoreError> {
        let at = self.ports.clock.now();
        let mut said = Vec::new();
        for (document, statement) in interchange.spoken_of(statements) {
            let origins = if statement.errors.is_empty() { Origins::default() } else { self.origins(document)? };
            let errors = statement.errors.iter().take(ERRORS).map(|error| origins.traced(error)).collect();
            said.push(Said {
                document,
                before: conclude::said_of(self.ports, interchange, document)?,
                now: SetAcknowledgement {
                    verdict: sent::verdict_on_set(statement).as_str().to_owned(),
                    code: statement.code.chars().take(20).collect(),
                    by: sent::by(statement.by).to_owned(),
                    at,
                    exchange: self.came_in,
                    errors,
                },
            });
        }
        let room = bounds::room_of_each(said.len());
        for Said { now, .. } in &mut said {
            now.errors = bounds::within(std::mem::take(&mut now.errors), room);
        }
        Ok(said)
    }

    fn origins(&self, document: DocumentId) -> Result<Origins, StoreError> {
        let Some((_, detail)) = commands::load(self.ports, document)? else { return Ok(Origins::default()) };
        let Some(reference) = detail.message.and_then(|message| message.origins) else { return Ok(Origins::default()) };
        let json = self.ports.outbox.payload(&reference)?;
        Ok(Origins(serde_json::from_slice(&json).unwrap_or_default()))
    }
}

/// Which member and rule wrote what: rows of `[segment, element, component, member, rule]`.
#[derive(Default)]
struct Origins(Vec<Value>);

impl Origins {
    /// The error, with the member and the rule behind the value it is about; of a segment as a whole those of its first
    /// value.
    fn traced(&self, error: &AcknowledgedError) -> TracedError {
        let number = |row: &Value, index: usize| row.get(index).and_then(Value::as_u64);
        let wanted = |row: &&Value| {
            let same = |index: usize, wanted: Option<u32>| {
                wanted.is_none_or(|wanted| number(row, index) == Some(u64::from(wanted)))
            };
            error.segment_position.is_some()
                && same(0, error.segment_position)
                && same(1, error.element)
                && same(2, error.component)
        };
        let row = self.0.iter().find(wanted);
        let text = |index: usize| row.and_then(|row| row.get(index)?.as_str()).filter(|text| !text.is_empty());
        TracedError { reported: reported(error), member: text(3).map(str::to_owned), rule: text(4).map(str::to_owned) }
    }
}

fn reported(error: &AcknowledgedError) -> ReportedError {
    let segment = error.tag.as_ref().map(ToString::to_string);
    let element = error.element.map(|element| {
        let component = error.component.map(|component| format!("-{component}")).unwrap_or_default();
        format!("{}{element:02}{component}", segment.clone().unwrap_or_default())
    });
    ReportedError {
        code: Some(bounds::cut(error.code.clone(), VALUE_BYTES)).filter(|code| !code.is_empty()),
        text: error.meaning.map(|meaning| meaning.as_str().to_owned()),
        field: error.data_element.clone().map(|field| bounds::cut(field, VALUE_BYTES)),
        line: None,
        segment,
        segment_position: error.segment_position.map(i64::from),
        element,
        value: error.copy.clone().map(|value| bounds::cut(value, VALUE_BYTES)),
    }
}

fn not_ours(statement: &Acknowledged) -> Diagnostic {
    let by = sent::by(statement.by);
    let number = match (&statement.subject.interchange, &statement.subject.group) {
        (Some(interchange), _) => format!("interchange {}", interchange.control_number),
        (None, Some(group)) => format!("group {} {}", group.functional_id, group.control_number),
        (None, None) => "nothing".to_owned(),
    };
    Diagnostic::warning("acknowledgement-unmatched", format!("the {by} is about {number}, which we did not send"))
        .hinting("ask the partner what it acknowledges; what we sent is still waited for")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::edi::{Level, Tag};

    #[test]
    fn an_error_is_traced_to_the_member_and_the_rule() {
        let origins = Origins(vec![
            json!([2, 1, 1, "purpose", "mappings/order.toml:9"]),
            json!([7, 2, 1, "lines[0].quantity.value", "mappings/order.toml:31"]),
            json!([7, 3, 1, "lines[0].quantity.unit", "mappings/order.toml:32"]),
        ]);
        let check = |position: Option<u32>, element: Option<u32>, expect: Option<&str>| {
            let error = AcknowledgedError {
                level: Level::Set,
                tag: Some(Tag::new(b"PO1")),
                segment_position: position,
                loop_id: None,
                element,
                component: None,
                repetition: None,
                data_element: Some("355".to_owned()),
                code: "7".to_owned(),
                meaning: None,
                copy: Some("ZZ".to_owned()),
            };
            let traced = origins.traced(&error);
            assert_eq!(traced.member.as_deref(), expect, "{position:?} {element:?}");
            assert_eq!(traced.reported.element, element.map(|element| format!("PO1{element:02}")));
        };
        check(Some(7), Some(3), Some("lines[0].quantity.unit"));
        check(Some(7), None, Some("lines[0].quantity.value"));
        check(Some(8), Some(3), None);
        check(None, None, None);
    }
}
