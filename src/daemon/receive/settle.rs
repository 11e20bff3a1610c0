//! A receipt that comes by itself: for a message of ours, at any time after that was packed, also before the answer to it
//! has ended (RFC 4130, section 7.2 has the answer first; products do not).
//!
//! Whatever it says, its sender is answered 200 once it is read and written down: anything else would only make him send
//! it again.

use std::sync::Arc;

use super::COME_AGAIN;
use crate::as2::{As2Name, ReceiptWanted, Settlement, receipt_is_for};
use crate::base::PartnerId;
use crate::config::Configuration;
use crate::daemon::deliver::{settle, settle_by};
use crate::daemon::ports::Ports;
use crate::daemon::submission::load_exchange;
use crate::exchange::outbound::Receipt;
use crate::exchange::{DedupKey, Detail, Exchange};
use crate::http::Reply;
use crate::mime::HeaderList;
use crate::observe::Event;
use crate::store::StoreError;

/// A change that another one overtook is decided anew, so often.
const TRIES: usize = 5;

/// Takes a receipt; `None` when it is none.
pub(super) async fn take(ports: &Arc<Ports>, headers: &HeaderList, body: &[u8]) -> Option<Reply> {
    let configuration = ports.live.current();
    let message_id = receipt_is_for(headers, body, &configuration.settings.limits)?;
    let taken = Taking { ports, configuration: &configuration, headers, body };
    Some(match taken.settle(message_id.as_str()).await {
        Ok(()) => Reply::empty(200),
        Err(fault) => {
            Event::StoreFailed { detail: &fault.to_string() }.emit(&ports.metrics);
            Reply::try_later(COME_AGAIN)
        }
    })
}

struct Taking<'a> {
    ports: &'a Arc<Ports>,
    configuration: &'a Configuration,
    headers: &'a HeaderList,
    body: &'a [u8],
}

impl Taking<'_> {
    async fn settle(&self, message_id: &str) -> Result<(), StoreError> {
        let Some(key) = self.find(message_id)? else {
            self.ignored(None, "unknown-message", &format!("no message of ours to this partner is {message_id}"));
            return Ok(());
        };
        for _ in 0..TRIES {
            match self.settle_once(&key).await {
                Err(StoreError::Conflict { .. }) => {}
                settled => return settled,
            }
        }
        self.settle_once(&key).await
    }

    async fn settle_once(&self, key: &DedupKey) -> Result<(), StoreError> {
        let ports = self.ports;
        let Some(sent) = ports.outbox.sent(key)? else { return Ok(()) };
        let (exchange, detail) = load_exchange(ports, sent.exchange)?;
        let partner = exchange.partner.clone();
        let channel = self.configuration.registry.partner(&partner).and_then(|partner| partner.as2());
        let (Some(channel), Some(packed)) = (channel, detail.packed.clone()) else {
            self.ignored(Some(&partner), "unknown-message", "its partner or its message is gone");
            return Ok(());
        };
        let raw = [self.headers.as_bytes(), b"\r\n", self.body].concat();
        let read =
            tokio::task::block_in_place(|| settle(ports, &exchange, &packed, channel, self.headers, self.body, &raw))?;
        let receipt = match read {
            Ok(receipt) => receipt,
            Err(fault) => {
                self.ignored(Some(&partner), "does-not-count", &fault.to_string());
                return Ok(());
            }
        };
        if packed.receipt_wanted() == ReceiptWanted::Signed && is_forgeable(&receipt) {
            let what = format!("an unsigned receipt says {}; whoever sent it, it settles nothing", receipt.disposition);
            self.ignored(Some(&partner), "does-not-count", &what);
            return Ok(());
        }
        self.write(&exchange, detail, receipt).await
    }

    async fn write(&self, exchange: &Exchange, detail: Detail, receipt: Receipt) -> Result<(), StoreError> {
        let same = detail.settled_by.as_ref().is_some_and(|by| {
            by.disposition == receipt.disposition && by.mic == receipt.mic.as_ref().map(ToString::to_string)
        });
        let disposition = receipt.disposition.clone();
        if settle_by(self.ports, exchange, detail, receipt).await? {
            return Ok(());
        }
        let (reason, what) = match same {
            true => ("repeated", format!("the receipt of exchange {} came again", exchange.id)),
            false => {
                let stage = exchange.stage.as_str();
                ("contradicts", format!("exchange {} is {stage}; another receipt says {disposition}", exchange.id))
            }
        };
        self.ignored(Some(&exchange.partner), reason, &what);
        Ok(())
    }

    /// Of which message of ours a receipt speaks: by its names where it has any, else by its Message-ID alone, which is
    /// enough, as whoever signed it must be that message's partner.
    fn find(&self, message_id: &str) -> Result<Option<DedupKey>, StoreError> {
        let name = |header| self.headers.get(header).and_then(|value| As2Name::from_header(&value).ok());
        let registry = &self.configuration.registry;
        let named = match (name("AS2-To"), name("AS2-From")) {
            (Some(ours), Some(theirs)) => Some((ours, theirs)),
            _ => None,
        };
        let key = |ours: &As2Name, theirs: &As2Name| DedupKey::sent(ours.as_str(), theirs.as_str(), message_id);
        let channels = registry.partners().filter_map(|partner| partner.as2());
        let by_channel = channels.map(|channel| key(&channel.ours.as2_id, &channel.theirs.value));
        for key in named.map(|(ours, theirs)| key(&ours, &theirs)).into_iter().chain(by_channel) {
            if self.ports.outbox.sent(&key)?.is_some() {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn ignored(&self, partner: Option<&PartnerId>, reason: &'static str, detail: &str) {
        Event::ReceiptIgnored { partner, reason, detail }.emit(&self.ports.metrics);
    }
}

/// A negative receipt that anybody could have written must not undo a delivery.
fn is_forgeable(receipt: &Receipt) -> bool {
    receipt.certificate.is_none() && matches!(receipt.settlement, Settlement::Refused(_))
}
