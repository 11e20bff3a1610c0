//! The step from what became of an interchange to the documents in it, and the timer of its functional acknowledgement.

use std::sync::Arc;

use super::commands;
use super::ports::Ports;
use super::submission::load_exchange;
use crate::base::DocumentId;
use crate::exchange::conclusion;
use crate::exchange::{
    Change, Document, Effect, EventName, SentInterchange, SetAcknowledgement, Subject, Teller, making,
};
use crate::observe::Event;
use crate::store::{Lease, StoreError};

/// Documents of one change.
const AT_ONCE: usize = 50;

/// Brings the documents of one exchange up to what became of it.
pub(super) async fn run_once(ports: &Arc<Ports>, lease: Lease) -> Result<(), StoreError> {
    let subject = lease.job().subject;
    let working = Arc::clone(ports);
    let (change, news) = tokio::task::spawn_blocking(move || decide(&working, subject))
        .await
        .unwrap_or_else(|stopped| Err(StoreError::Index { what: format!("a conclusion ended early: {stopped}") }))?;
    lease.finish(change).await?;
    tell(ports, &news);
    Ok(())
}

type News = Vec<(Document, EventName, String)>;

fn tell(ports: &Ports, news: &News) {
    for (document, name, text) in news.iter().filter(|(document, ..)| document.kind != making::ACKNOWLEDGEMENT) {
        let (id, partner) = (document.id, &document.partner);
        Event::Told { name: name.as_str(), document: id, partner, text }.emit(&ports.metrics);
    }
}

/// All but the last change are applied here, so that an interchange of many documents is no change too large.
fn decide(ports: &Ports, subject: Subject) -> Result<(Change, News), StoreError> {
    let Subject::Documents(id) = subject else {
        return Err(StoreError::Index { what: format!("a conclusion is about documents, not about {subject}") });
    };
    let configuration = ports.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*ports.entropy };
    let (exchange, detail) = load_exchange(ports, id)?;
    let interchange = detail.interchange.clone().unwrap_or_default();
    let documents: Vec<_> = interchange.documents().collect();
    let (mut change, mut news) = (Change::new(ports.clock.now()), News::new());
    for chunk in documents.chunks(AT_ONCE) {
        if !change.effects.is_empty() {
            ports.outbox.apply_blocking(std::mem::replace(&mut change, Change::new(ports.clock.now())))?;
            tell(ports, &std::mem::take(&mut news));
        }
        for document in chunk {
            let Some((document, detail_of_it)) = commands::load(ports, *document)? else { continue };
            // One that was sent again in another interchange is that one's affair.
            if document.exchange != Some(id) {
                continue;
            }
            let said = said_of(ports, &interchange, document.id)?;
            let facts = conclusion::facts(&exchange, &detail, &interchange, said);
            let told = conclusion::concluded(&mut change, &document, detail_of_it, facts, teller);
            news.extend(told.into_iter().map(|(name, text)| (document.clone(), name, text)));
        }
    }
    change.effects.push(Effect::JobDone(subject));
    Ok((change, news))
}

/// What the partner's functional acknowledgement said of a document in an interchange of ours.
pub(super) fn said_of(
    ports: &Ports,
    interchange: &SentInterchange,
    document: DocumentId,
) -> Result<Option<SetAcknowledgement>, StoreError> {
    let Some(reference) = interchange.set_of(document).and_then(|set| set.acknowledgement) else { return Ok(None) };
    let json = ports.outbox.payload(&reference)?;
    let said = serde_json::from_slice(&json)
        .map_err(|fault| StoreError::Index { what: format!("an acknowledgement cannot be read: {fault}") })?;
    Ok(Some(said))
}

/// Looks whether a functional acknowledgement is overdue.
pub(super) async fn look_for_acknowledgement(ports: &Ports, lease: Lease) -> Result<(), StoreError> {
    let Subject::Acknowledgement(id) = lease.job().subject else {
        return Err(StoreError::Index { what: format!("no acknowledgement is owed for {}", lease.job().subject) });
    };
    let (exchange, detail) = load_exchange(ports, id)?;
    lease.finish(conclusion::awaited(&exchange, ports.clock.now(), detail)).await?;
    Ok(())
}
