//! From a transaction set to a canonical document and the publication that will carry it, or to the reasons why not.

use serde_json::Value;

use super::detail::Detail;
use super::document_detail::{DocumentDetail, WireMessage};
use super::publication::{Publication, ReceivedDocument, content_hash};
use super::record::Exchange;
use crate::base::{Diagnostic, DocumentId, Limits, PartnerId, RowId, Severity};
use crate::canon::{self, ControlNumbers, DocumentType, Meta, Usage};
use crate::edi::{self, Finding, FindingCode, InterchangeHead, Level, Party, Standard, TransactionSet};
use crate::mapping;
use crate::partner::{Agreement, MessageName, OnError, Partner, Registry, written};

/// What transaction sets of one exchange are translated with.
pub struct Translation<'a> {
    /// The partners in force.
    pub registry: &'a Registry,
    /// Name of this gateway's store.
    pub instance: &'a str,
    /// The exchange that the transaction sets came in.
    pub exchange: &'a Exchange,
    /// Its detail.
    pub detail: &'a Detail,
    /// Bounds on a document.
    pub limits: &'a Limits,
}

/// A canonical document, ready to be written down.
#[derive(Debug)]
pub struct Translated {
    /// The document as JSON.
    pub content: Vec<u8>,
    /// How it is addressed to the ERP.
    pub publication: Publication,
    /// What is known of it beside.
    pub detail: DocumentDetail,
}

/// The ids that a document and its event will have.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    /// The document's.
    pub document: DocumentId,
    /// The event's.
    pub row: RowId,
}

/// On what terms a transaction set is read.
struct Terms<'r> {
    partner: &'r Partner,
    usage: Usage,
    agreement: &'r Agreement,
    known: &'static DocumentType,
}

impl Translation<'_> {
    /// Translates one transaction set.
    ///
    /// # Errors
    /// Everything that was found, when any of it keeps the transaction set back: it is to be parked whole.
    pub fn translate(&self, set: &TransactionSet, ids: Ids) -> Result<Translated, Vec<Diagnostic>> {
        let terms = self.terms(set).map_err(|fault| vec![fault])?;
        let (read, findings) = self.read(set, &terms)?;
        let meta = self.meta(set, &terms, ids.document, &read, &findings);
        let publication = self.publication(&terms, ids, &read.document);
        let detail = DocumentDetail {
            order_number: order_of(terms.known.kind, &read.document).map(str::to_owned),
            usage: Some(terms.usage),
            message: Some(wire_message(set)),
            mapping: meta.mapping.clone(),
            diagnostics: findings,
            ..DocumentDetail::default()
        };
        let document = canon::assemble(&meta, read.document);
        let content = serde_json::to_vec(&document).map_err(|fault| vec![not_json(&fault)])?;
        if content.len() > self.limits.document {
            return Err(vec![too_large(content.len(), self.limits.document)]);
        }
        Ok(Translated { content, publication, detail })
    }

    /// Whether the partner wants the whole of an interchange rejected when one of its transaction sets is.
    pub fn is_judged_whole(&self, head: &InterchangeHead) -> bool {
        let reading = self.partner(head).ok().and_then(|partner| partner.reading(head.standard));
        reading.is_some_and(|reading| reading.on_error == OnError::RejectInterchange)
    }

    /// Who sent it, as what, and by which agreement.
    fn terms(&self, set: &TransactionSet) -> Result<Terms<'_>, Diagnostic> {
        let partner = self.partner(&set.interchange)?;
        let usage = usage(partner, &set.interchange)?;
        let agreement = partner
            .agreement(canon::Direction::Inbound, &MessageName::of(set))
            .ok_or_else(|| no_agreement(partner, set))?;
        let known = canon::document_type(&agreement.document).ok_or_else(|| unknown_document(agreement))?;
        Ok(Terms { partner, usage, agreement, known })
    }

    /// Fits it to its guide and reads it by its mapping. What was found is an error when any of it keeps the set back.
    fn read(
        &self,
        set: &TransactionSet,
        terms: &Terms<'_>,
    ) -> Result<(mapping::Read, Vec<Diagnostic>), Vec<Diagnostic>> {
        let guide = self.registry.guides().select(set, terms.agreement.guide.as_ref());
        let (guide, note) = guide.ok_or_else(|| vec![no_guide(set)])?;
        let (tree, found) = edi::structure(set, &guide);
        let mut found: Vec<_> = set.findings.iter().cloned().chain(note).chain(found).collect();
        terms.partner.weigh(set.interchange.standard, &mut found);
        let mut findings: Vec<Diagnostic> = found.iter().map(Diagnostic::from).collect();
        if is_kept_back(&findings) {
            return Err(findings);
        }
        let read = terms.agreement.mapping.read(&tree, &terms.partner.read_context(set.interchange.standard));
        findings.extend(read.findings.iter().cloned());
        if is_kept_back(&findings) { Err(findings) } else { Ok((read, findings)) }
    }

    /// Whose interchange it is: the owner's of the channel it came on, or a party's behind it.
    fn partner(&self, head: &InterchangeHead) -> Result<&Partner, Diagnostic> {
        let InterchangeHead { standard, sender, receiver, .. } = head;
        let channel = &self.exchange.partner;
        let partner = self.registry.interchange_partner(channel, *standard, receiver, sender);
        partner.map(AsRef::as_ref).ok_or_else(|| {
            let [from, to] = [sender, receiver].map(|party| written(*standard, party));
            let (code, hint) = match self.registry.knows_sender(channel, *standard, sender) {
                true => (
                    FindingCode::ReceiverUnknown,
                    "correct 'us' in the partner file, or tell the partner which id is ours",
                ),
                false => (
                    FindingCode::SenderUnknown,
                    "correct 'them' in the partner file, add the sender to its 'aliases', or ask the partner",
                ),
            };
            let text = format!(
                "the interchange is from {from} to {to}, which is agreed with nobody on the channel of {channel}"
            );
            let finding = Finding::new(Severity::Error, code, head.place, text).about(Level::Interchange);
            let expected = expected_identities(self.registry, channel, *standard);
            Diagnostic::from(finding.expecting(expected)).hinting(hint)
        })
    }

    fn meta(
        &self,
        set: &TransactionSet,
        terms: &Terms<'_>,
        document_id: DocumentId,
        read: &mapping::Read,
        findings: &[Diagnostic],
    ) -> Meta {
        let head = &set.interchange;
        Meta {
            document_id,
            document_type: terms.known.kind.to_owned(),
            schema_version: terms.known.version.to_owned(),
            direction: canon::Direction::Inbound,
            partner: terms.partner.id.clone(),
            usage: terms.usage,
            source: canon::Source {
                standard: head.standard.to_string(),
                version: set.release.clone(),
                transaction_set: set.id.clone(),
                interchange_control_number: Some(head.control_number.clone()),
                group_control_number: set.group.as_ref().map(|group| group.control_number.clone()),
                transaction_control_number: Some(set.control_number.clone()),
                sender: Some(source_party(&head.sender)),
                receiver: Some(source_party(&head.receiver)),
                file_name: self.detail.file_name.clone(),
                as2_message_id: Some(self.detail.message_id.clone()),
            },
            mapping: Some(terms.agreement.mapping.used()),
            received_at: Some(self.exchange.received_at),
            accepted_at: None,
            replay: None,
            derived: read.derived.clone(),
            assumptions: read.assumptions.clone(),
            findings: findings.iter().map(canon::Finding::from).collect(),
            unmapped: read.unmapped.clone(),
        }
    }

    fn publication(&self, terms: &Terms<'_>, ids: Ids, business: &Value) -> Publication {
        let DocumentType { kind, version, number, .. } = terms.known;
        Publication::received(&ReceivedDocument {
            row: ids.row,
            instance: self.instance,
            partner: &terms.partner.id,
            document_type: kind,
            major: major(version),
            document_id: ids.document,
            document_number: number.and_then(|path| text_at(business, path)).unwrap_or_default(),
            order_number: order_of(kind, business),
            site: terms.agreement.site.as_deref().and_then(|path| text_at(business, path)),
            received_at: self.exchange.received_at,
            dataschema: &canon::schema_uri(SCHEMA_BASE, kind, version),
            usage: terms.usage,
            replay: 0,
            content_hash: content_hash(business),
        })
    }
}

/// Where published schemas are named: a configurable base comes with the command that serves them.
pub(super) const SCHEMA_BASE: &str = "urn:edigate:schema:";

/// The partner's usage and the wire's must agree: a test never goes where business goes.
fn usage(partner: &Partner, head: &InterchangeHead) -> Result<Usage, Diagnostic> {
    match usage_not_agreed(partner, head) {
        None => Ok(partner.usage),
        Some(finding) => Err(Diagnostic::from(finding)
            .hinting("when the partner has gone live, change 'usage' in its partner file; else ask why it sent this")),
    }
}

/// What is to be found at an interchange whose usage is not the one agreed on.
pub fn usage_not_agreed(partner: &Partner, head: &InterchangeHead) -> Option<Finding> {
    match (partner.usage, head.usage) {
        (Usage::Production, edi::Usage::Production) | (Usage::Test, edi::Usage::Test) => None,
        (ours, wire) => {
            let element = match head.standard {
                Standard::X12 => "ISA15",
                Standard::Edifact => "0035 of the UNB",
            };
            let text = format!("the partner file says {} and {element} says {}", ours.as_str(), said(wire));
            let finding = Finding::new(Severity::Error, FindingCode::UsageNotAgreed, head.place, text);
            Some(finding.about(Level::Interchange).expecting("the same of both"))
        }
    }
}

/// What an interchange says of itself, in a word.
fn said(usage: edi::Usage) -> &'static str {
    match usage {
        edi::Usage::Production => "production",
        edi::Usage::Test => "test",
        edi::Usage::Information => "information",
        edi::Usage::Unknown => "nothing that is known",
    }
}

fn is_kept_back(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// The transaction set that a document is on the wire.
pub fn wire_message(set: &TransactionSet) -> WireMessage {
    let head = &set.interchange;
    let said = |number: &str| Some(number.to_owned()).filter(|number| !number.is_empty());
    WireMessage {
        standard: head.standard.as_str().to_owned(),
        release: set.release.clone(),
        set: set.id.clone(),
        numbers: Some(ControlNumbers {
            interchange: said(&head.control_number),
            group: set.group.as_ref().and_then(|group| said(&group.control_number)),
            transaction: said(&set.control_number),
        }),
        ..WireMessage::default()
    }
}

/// A party in the source of a document: `01/123456789`.
fn source_party(party: &Party) -> String {
    format!("{}/{}", party.qualifier, party.id)
}

fn expected_identities(registry: &Registry, channel: &PartnerId, standard: Standard) -> String {
    match registry.partner(channel).and_then(|partner| partner.identities(standard)) {
        None => format!("a table [{standard}] in the partner file; it has none"),
        Some((us, them)) => {
            let them: Vec<_> = them.iter().map(|id| written(standard, id)).collect();
            format!("from {} to {}", them.join(" or "), written(standard, us))
        }
    }
}

/// Why a transaction set that has nothing wrong is rejected: another one of its interchange was.
pub fn rejected_with(other: &str) -> Diagnostic {
    Diagnostic::error("interchange-rejected", format!("the transaction set {other} of the same interchange was rejected"))
        .hinting(
            "see what is wrong with that one; where each is to be judged by itself, take 'on_error = \"reject-interchange\"' \
             out of the partner file",
        )
}

fn no_agreement(partner: &Partner, set: &TransactionSet) -> Diagnostic {
    let agreed: Vec<_> = partner.agreements.iter().map(|agreement| agreement.message.to_string()).collect();
    let expected = if agreed.is_empty() { "an [[agreement]]; there is none".to_owned() } else { agreed.join(", ") };
    Diagnostic::error(
        "no-agreement",
        format!("no agreement of {} covers the transaction set {}", partner.id, MessageName::of(set)),
    )
    .expecting(expected)
    .hinting("add an [[agreement]] with direction = \"in\" to the partner file, then have the partner send again")
}

fn unknown_document(agreement: &Agreement) -> Diagnostic {
    Diagnostic::error("unknown-document", format!("the agreement is about {}, which is not known", agreement.document))
        .hinting("run 'edigate check'")
}

fn no_guide(set: &TransactionSet) -> Diagnostic {
    Diagnostic::error("no-guide", format!("there is no guide for the transaction set {} {}", set.id, set.release))
        .hinting("the transaction set is none that this version reads")
}

fn not_json(fault: &serde_json::Error) -> Diagnostic {
    Diagnostic::error("not-written", format!("the document cannot be written as JSON: {fault}"))
}

fn too_large(bytes: usize, limit: usize) -> Diagnostic {
    Diagnostic::error("document-too-large", format!("the document has {bytes} bytes and may have {limit}"))
        .hinting("raise 'document' in [limits], or ask the partner for smaller documents")
}

/// The order that a document belongs to: the one it names, or the one that all of its lines name. A document about
/// several orders belongs to none.
pub(super) fn order_of<'d>(kind: &str, document: &'d Value) -> Option<&'d str> {
    if kind == "order" {
        return text_at(document, "orderNumber");
    }
    let whole = text_at(document, "orderReference.orderNumber");
    whole.or_else(|| {
        let lines = document.get("lines")?.as_array()?;
        let mut orders = lines.iter().filter_map(|line| text_at(line, "orderReference.orderNumber"));
        let first = orders.next()?;
        orders.all(|order| order == first).then_some(first)
    })
}

pub(super) fn text_at<'d>(document: &'d Value, path: &str) -> Option<&'d str> {
    path.split('.').try_fold(document, |value, member| value.get(member)).and_then(Value::as_str)
}

/// The major of a schema version: 1 of `1.0`.
pub(super) fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_belongs_to_the_order_it_names_or_all_its_lines_name() {
        let check = |kind: &str, document: Value, expect: Option<&str>| {
            assert_eq!(order_of(kind, &document), expect, "{kind} {document}");
        };
        let line = |order: &str| json!({"orderReference": {"orderNumber": order}});
        check("order", json!({"orderNumber": "1"}), Some("1"));
        check("invoice", json!({"orderReference": {"orderNumber": "1"}, "lines": [line("2")]}), Some("1"));
        check("shipment-notice", json!({"lines": [line("1"), {"lineNumber": "2"}, line("1")]}), Some("1"));
        check("shipment-notice", json!({"lines": [line("1"), line("2")]}), None);
        check("inventory-report", json!({"lines": []}), None);
    }
}
