//! Commands about a document: what the ERP made of a partner's, and what it takes back of its own.

use super::{Taken, Taking, load};
use crate::base::{Diagnostic, DocumentId, PartnerId, Timestamp};
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
        let named = self.named()?;
        let word = match Word::read(self.command.route.verb.as_str(), &self.command.body) {
            Ok(word) => word,
            Err(faults) => return self.refuse(faults, named.as_ref()),
        };
        let Some((document, detail)) = &named else {
            let fault = Diagnostic::error("unknown-document", "there is no such document");
            return self.refuse(vec![fault.expecting("a member 'documentId' with the id of a document")], None);
        };
        if let Some(why) = self.differs(document) {
            return self.refuse(vec![why], named.as_ref());
        }
        let (change, event, text) = match self.decide(document, detail.clone(), word)? {
            Ok(decided) => decided,
            Err(why) => return self.refuse(vec![why], named.as_ref()),
        };
        match self.ports.outbox.apply_blocking(change) {
            Ok(_) => {}
            Err(StoreError::Repeated { seen }) => return self.again(&seen),
            Err(fault) => return Err(fault),
        }
        self.tell(document.id, event, &text);
        Ok(Taken::Done)
    }

    /// The document that the command names, where there is one.
    pub(super) fn named(&self) -> Result<Option<(Document, DocumentDetail)>, StoreError> {
        let about = self.command.document.filter(|_| self.command.route.verb != Verb::Send);
        about.map_or(Ok(None), |id| load(self.ports, id))
    }

    /// An address that names the type or the partner of another document: its id is likely to be a slip.
    fn differs(&self, document: &Document) -> Option<Diagnostic> {
        let Route { document: kind, partner, .. } = &self.command.route;
        let kind = kind.as_deref().and_then(|name| name.split('@').next());
        let is_other = |routed: Option<&str>, own: &str| routed.is_some_and(|routed| routed != own);
        let partner = partner.as_ref().map(PartnerId::as_str);
        (is_other(kind, &document.kind) || is_other(partner, document.partner.as_str())).then(|| {
            let Document { id, kind, partner, .. } = document;
            let message = format!("the command is addressed to another document: {id} is {kind} of {partner}");
            Diagnostic::error("address-differs", message)
                .expecting(format!("{}.{kind}.v1.{partner}, or dashes", self.command.route.verb.as_str()))
        })
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
                let reason =
                    |error: Reason| RefusalReason { code: error.code, text: Some(error.text), path: error.path };
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
    fn refuse(&self, faults: Vec<Diagnostic>, named: Option<&(Document, DocumentDetail)>) -> Result<Taken, StoreError> {
        let Self { ports, command, .. } = *self;
        let id = DocumentId::mint(command.at, ports.entropy.bytes());
        let new = self.unsendable(id, faults.clone(), &self.body())?;
        let about = named.map(|(document, detail)| (document, detail));
        match ports.outbox.apply_blocking(intake::command_refused(new, about, self.teller())) {
            Ok(_) => {}
            Err(StoreError::Repeated { seen }) => return self.again(&seen),
            Err(fault) => return Err(fault),
        }
        let worst = faults.first().map(ToString::to_string).unwrap_or_default();
        self.tell(named.map_or(id, |(document, _)| document.id), EventName::CommandRefused, &worst);
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
        let key = DedupKey::command("advice", &document.id.to_string(), &command.id);
        let command = Command { route, key, document: None, body, ..command.clone() };
        let judged = intake::judge(&command, id, &configuration.registry);
        let (change, _) = Taking { command: &command, ..*self }.sending(id, judged)?;
        Ok(Some(change))
    }
}
