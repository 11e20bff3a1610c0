//! From a transaction set to a canonical document and the publication that will carry it, or to the reasons why not.

use serde_json::Value;

use super::detail::Detail;
use super::publication::{Publication, ReceivedDocument, content_hash};
use super::record::Exchange;
use crate::base::{Diagnostic, DocumentId, Limits, PartnerId, RowId, Severity};
use crate::canon::{self, Meta, Usage};
use crate::edi::{self, Party, TransactionSet};
use crate::mapping;
use crate::partner::{Agreement, MessageName, Partner, Registry};

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
    /// What was noticed and did not keep it back.
    pub diagnostics: Vec<Diagnostic>,
}

/// The ids that a document and its event will have.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    /// The document's.
    pub document: DocumentId,
    /// The event's.
    pub row: RowId,
}

impl Translation<'_> {
    /// Translates one transaction set.
    ///
    /// # Errors
    /// Everything that was found, when any of it keeps the transaction set back: it is to be parked whole.
    pub fn translate(&self, set: &TransactionSet, ids: Ids) -> Result<Translated, Vec<Diagnostic>> {
        let partner = self.partner(set).map_err(alone)?;
        let usage = usage(partner, set).map_err(alone)?;
        let message = MessageName::of(set);
        let agreement =
            partner.agreement(canon::Direction::Inbound, &message).ok_or_else(|| alone(no_agreement(partner, set)))?;

        let mut findings: Vec<Diagnostic> = set.findings.iter().map(Diagnostic::from).collect();
        let (guide, note) =
            self.registry.guides().select(set, agreement.guide.as_ref()).ok_or_else(|| alone(no_guide(set)))?;
        findings.extend(note.as_ref().map(Diagnostic::from));
        let (tree, found) = edi::structure(set, &guide);
        findings.extend(found.iter().map(Diagnostic::from));
        if is_kept_back(&findings) {
            return Err(findings);
        }

        let read = agreement.mapping.read(&tree, &partner.read_context());
        findings.extend(read.findings.iter().cloned());
        let kind = agreement.document.split('@').next().unwrap_or_default();
        if is_kept_back(&findings) {
            return Err(findings);
        }
        let meta = self.meta(set, partner, agreement, ids.document, &read, &findings);
        let business = read.document;
        let number = text_at(&business, number_path(kind)).unwrap_or_default().to_owned();
        let order = text_at(&business, order_path(kind)).map(str::to_owned);
        let site = agreement.site.as_deref().and_then(|path| text_at(&business, path)).map(str::to_owned);
        let hash = content_hash(&business);
        let document = canon::assemble(&meta, business);
        let content = serde_json::to_vec(&document).map_err(|fault| alone(not_json(&fault)))?;
        if content.len() > self.limits.document {
            return Err(alone(too_large(content.len(), self.limits.document)));
        }
        let publication = Publication::received(&ReceivedDocument {
            row: ids.row,
            instance: self.instance,
            partner: &partner.id,
            document_type: kind,
            major: major(&agreement.document),
            document_id: ids.document,
            document_number: &number,
            order_number: order.as_deref(),
            site: site.as_deref(),
            received_at: self.exchange.received_at,
            dataschema: &canon::schema_uri(SCHEMA_BASE, kind, &meta.schema_version),
            usage,
            replay: 0,
            content_hash: hash,
        });
        Ok(Translated { content, publication, diagnostics: findings })
    }

    /// Whose transaction set it is: the owner of the channel it came on, or a party behind it.
    fn partner(&self, set: &TransactionSet) -> Result<&Partner, Diagnostic> {
        let head = &set.interchange;
        let channel = &self.exchange.partner;
        self.registry.x12_partner(channel, &head.receiver, &head.sender).map(AsRef::as_ref).ok_or_else(|| {
            Diagnostic::error(
                "unknown-interchange-sender",
                format!(
                    "the interchange is from {} to {}, which is agreed with nobody on the channel of {channel}",
                    written(&head.sender),
                    written(&head.receiver)
                ),
            )
            .expecting(expected_identities(self.registry, channel))
            .hinting("mend [x12] of the partner file, add the sender to its 'aliases', or ask the partner")
        })
    }

    fn meta(
        &self,
        set: &TransactionSet,
        partner: &Partner,
        agreement: &Agreement,
        document_id: DocumentId,
        read: &mapping::Read,
        findings: &[Diagnostic],
    ) -> Meta {
        let head = &set.interchange;
        let known = canon::document_type(&agreement.document);
        Meta {
            document_id,
            document_type: known.map_or_else(|| agreement.document.clone(), |known| known.kind.to_owned()),
            schema_version: known.map_or("1.0", |known| known.version).to_owned(),
            direction: canon::Direction::Inbound,
            partner: partner.id.clone(),
            usage: partner.usage,
            source: canon::Source {
                standard: head.standard.to_string(),
                version: set.release.clone(),
                transaction_set: set.id.clone(),
                interchange_control_number: Some(head.control_number.clone()),
                group_control_number: set.group.as_ref().map(|group| group.control_number.clone()),
                transaction_control_number: Some(set.control_number.clone()),
                sender: Some(written(&head.sender)),
                receiver: Some(written(&head.receiver)),
                file_name: self.detail.file_name.clone(),
                as2_message_id: Some(self.detail.message_id.clone()),
            },
            mapping: Some(agreement.mapping.used()),
            received_at: Some(self.exchange.received_at),
            accepted_at: None,
            replay: None,
            derived: read.derived.clone(),
            assumptions: read.assumptions.clone(),
            findings: findings.iter().map(canon::Finding::from).collect(),
            unmapped: read.unmapped.clone(),
        }
    }
}

/// Where published schemas are named: a configurable base comes with the command that serves them.
const SCHEMA_BASE: &str = "urn:edigate:schema:";

/// The partner's usage and the wire's must agree: a test never goes where business goes.
fn usage(partner: &Partner, set: &TransactionSet) -> Result<Usage, Diagnostic> {
    match (partner.usage, set.interchange.usage) {
        (Usage::Production, edi::Usage::Production) => Ok(Usage::Production),
        (Usage::Test, edi::Usage::Test) => Ok(Usage::Test),
        (ours, wire) => Err(Diagnostic::error(
            "usage-differs",
            format!("the partner file says {ours:?} and ISA15 says {wire:?}").to_lowercase().replace("isa15", "ISA15"),
        )
        .expecting("the same of both")
        .hinting("when the partner has gone live, change 'usage' in its partner file; else ask why it sent this")),
    }
}

fn is_kept_back(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn alone(diagnostic: Diagnostic) -> Vec<Diagnostic> {
    vec![diagnostic]
}

/// `01/123456789`, as partner files write it.
fn written(party: &Party) -> String {
    format!("{}/{}", party.qualifier, party.id)
}

fn expected_identities(registry: &Registry, channel: &PartnerId) -> String {
    match registry.partner(channel).and_then(|partner| partner.x12.as_ref()) {
        None => "an [x12] table in the partner file; it has none".to_owned(),
        Some(x12) => {
            let them: Vec<_> = x12.them.iter().map(|id| written(&id.value)).collect();
            format!("from {} to {}", them.join(" or "), written(&x12.us.value))
        }
    }
}

fn no_agreement(partner: &Partner, set: &TransactionSet) -> Diagnostic {
    let agreed: Vec<_> = partner.agreements.iter().map(|agreement| agreement.message.to_string()).collect();
    let expected = if agreed.is_empty() { "an [[agreement]]; there is none".to_owned() } else { agreed.join(", ") };
    Diagnostic::error(
        "no-agreement",
        format!("no agreement of {} covers the transaction set x12/{}/{}", partner.id, set.release, set.id),
    )
    .expecting(expected)
    .hinting("add an [[agreement]] with direction = \"in\" to the partner file, then have the partner send again")
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

/// The member that numbers a document of this type.
fn number_path(kind: &str) -> &'static str {
    match kind {
        "order-response" => "responseNumber",
        "shipment-notice" => "shipmentNumber",
        "invoice" => "invoiceNumber",
        _ => "orderNumber",
    }
}

/// The member that names the order a document of this type belongs to.
fn order_path(kind: &str) -> &'static str {
    match kind {
        "order" => "orderNumber",
        _ => "orderReference.orderNumber",
    }
}

fn text_at<'d>(document: &'d Value, path: &str) -> Option<&'d str> {
    path.split('.').try_fold(document, |value, member| value.get(member)).and_then(Value::as_str)
}

fn major(document: &str) -> u32 {
    document.split_once('@').and_then(|(_, major)| major.parse().ok()).unwrap_or(1)
}
