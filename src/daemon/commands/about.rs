//! Commands about a document: what the ERP made of a partner's, and what it takes back of its own.

use super::{Taken, Taking, load};
use crate::base::{Diagnostic, DocumentId, Timestamp};
use crate::canon::Direction;
use crate::canon::verdict::{Reason, Word};
use crate::exchange::advice::{Refused, advice};
use crate::exchange::intake;
use crate::exchange::{
    Change, Command, DedupKey, Document, DocumentDetail, ErpVerdict, EventName, RefusalReason, Route, Verb, WireMessage,
};
use crate::partner::ADVICE;
use crate::store::StoreError;

/// What a command comes to: the change, its event, and what the log says of it.
type Decided = (Change, EventName, String);

impl Taking<'_> {
    pub(super) fn about_document(&self) -> Result<Taken, StoreError> {
        let Self { ports, command, .. } = *self;
        if self.seen(&DedupKey::command(&command.id))?.is_some() {
            return Ok(Taken::Done);
        }
        let found = match command.document {
            Some(id) => load(ports, id)?,
            None => None,
        };
        let word = match Word::read(command.route.verb.as_str(), &command.body) {
            Ok(word) => word,
            Err(faults) => return self.refuse(faults),
        };
        let Some((document, detail)) = found else {
            let fault = Diagnostic::error("unknown-document", "there is no such document");
            return self.refuse(vec![fault.expecting("a member 'documentId' with the id of a document")]);
        };
        match self.decide(&document, detail, word)? {
            Ok((change, name, text)) => {
                ports.outbox.apply_blocking(change)?;
                self.tell(document.id, name, &text);
                Ok(Taken::Done)
            }
            Err(why) => self.refuse(vec![why]),
        }
    }

    fn decide(
        &self,
        document: &Document,
        detail: DocumentDetail,
        word: Word,
    ) -> Result<Result<Decided, Diagnostic>, StoreError> {
        let teller = self.teller();
        let verdict = match word {
            Word::Cancel(cancel) => {
                let reason = cancel.reason.unwrap_or_else(|| "no reason was given".to_owned());
                let change = intake::withdrawn(document, detail, self.command, &reason, teller);
                return Ok(change.map(|change| (change, EventName::DocumentWithdrawn, reason)));
            }
            Word::Posted(posted) => {
                let said = posted.at.and_then(|at| at.as_str().parse::<Timestamp>().ok());
                let at = said.unwrap_or(self.command.at);
                ErpVerdict { posted: true, at, reference: posted.erp_reference, errors: Vec::new() }
            }
            Word::Refused(refused) => {
                let reason = |error: Reason| RefusalReason {
                    code: error.code,
                    text: Some(error.text),
                    path: error.path,
                };
                let errors = refused.errors.into_iter().map(reason).collect();
                ErpVerdict { posted: false, at: self.command.at, reference: None, errors }
            }
        };
        let name = if verdict.posted { EventName::DocumentPosted } else { EventName::DocumentRefused };
        let text = verdict.reference.clone().unwrap_or_default();
        let mut change = match intake::judged_by_erp(document, detail.clone(), self.command, verdict.clone(), teller) {
            Ok(change) => change,
            Err(why) => return Ok(Err(why)),
        };
        if let Some(advice) = self.advice(document, &detail, &verdict)? {
            change.join(advice);
        }
        Ok(Ok((change, name, text)))
    }

    /// Nothing is done, and whoever asked is told why.
    fn refuse(&self, faults: Vec<Diagnostic>) -> Result<Taken, StoreError> {
        let Self { ports, command, .. } = *self;
        let id = DocumentId::mint(command.at, ports.entropy.bytes());
        let change = intake::command_refused(command, id, faults.clone(), self.teller());
        ports.outbox.apply_blocking(change)?;
        let worst = faults.first().map(ToString::to_string).unwrap_or_default();
        self.tell(command.document.unwrap_or(id), EventName::CommandRefused, &worst);
        Ok(Taken::Refused(faults))
    }

    /// What tells the partner that its document is refused, where its agreement wants that and it was not told before.
    fn advice(
        &self,
        document: &Document,
        detail: &DocumentDetail,
        verdict: &ErpVerdict,
    ) -> Result<Option<Change>, StoreError> {
        let Self { ports, configuration, command } = *self;
        let was_refused = detail.verdict.as_ref().is_some_and(|before| !before.posted);
        if verdict.posted || was_refused {
            return Ok(None);
        }
        let Some(partner) = configuration.registry.partner(&document.partner) else { return Ok(None) };
        let message = detail.message.as_ref().and_then(WireMessage::name);
        let agreement = message.and_then(|message| partner.agreement(Direction::Inbound, &message));
        let written = partner.outbound_agreement(ADVICE);
        let Some((_, written)) = agreement.filter(|agreement| agreement.advises_refusals).zip(written) else {
            return Ok(None);
        };
        let content = serde_json::from_slice(&ports.outbox.payload(&document.content)?).unwrap_or_default();
        let id = DocumentId::mint(command.at, ports.entropy.bytes());
        let today = partner.time_zone.to_datetime(command.at.to_jiff()).date().to_string();
        let body = advice(&Refused {
            document,
            detail,
            content: &content,
            verdict,
            standard: written.message.standard,
            number: &id.to_string(),
            today: &today,
        });
        let route = Route { verb: Verb::Refused, document: Some(ADVICE.into()), partner: Some(partner.id.clone()) };
        let command = Command { route, document: None, body, ..command.clone() };
        let key = DedupKey::command(&format!("advice of {}", command.id));
        let judged = intake::judge(&command, id, &configuration.registry);
        let (change, _) = Taking { command: &command, ..*self }.sending(id, key, judged)?;
        Ok(Some(change))
    }
}
