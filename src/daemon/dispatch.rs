//! The step that hands an asynchronous receipt to the partner's server.

use super::ports::Ports;
use super::receipt;
use super::route::{self, Posted, Way};
use super::worker::postpone;
use crate::exchange::dispatch;
use crate::exchange::{Attempt, Dispatch, DispatchDetail, Handover, Subject};
use crate::http::Content;
use crate::observe::Event;
use crate::store::{Lease, StoreError};

/// Makes one attempt and writes down how it went.
pub(super) async fn run_once(ports: &Ports, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let (record, detail, headers, body) = match load(ports, job.subject) {
        Ok(loaded) => loaded,
        Err(fault) if fault.is_passing() => return postpone(ports, lease, fault).await,
        Err(fault) => return Err(fault),
    };
    let configuration = ports.live.current();
    let channel = configuration.registry.partner(&record.partner).and_then(|partner| partner.as2());
    let url = detail.url.clone();
    let limit = configuration.settings.limits.receipt;
    let reachable = channel.and_then(|channel| Some((channel, channel.send.as_ref()?)));
    let (attempt, handover) = match reachable {
        None => withheld(ports, format!("partner {} has no [as2] url any more", record.partner)),
        Some((channel, _)) if !channel.may_post_receipt_to(&url) => {
            withheld(ports, format!("{url} is no address of this partner's: name its host in mdn_url_allowlist"))
        }
        Some((channel, send)) => {
            let way = Way { configuration: &configuration, channel, send, url: &url };
            let Posted { attempt, handover, .. } =
                route::post(ports, &way, &headers, Content::bytes(body), limit).await?;
            (attempt, handover)
        }
    };
    let [jitter] = ports.entropy.bytes();
    let told = attempt.clone();
    let schedule = channel.and_then(|channel| channel.send.as_ref()).map(route::schedule).unwrap_or_default();
    let (change, again) = dispatch::attempted(&record, &job, detail, attempt, &handover, &schedule, jitter);
    lease.finish(change).await?;
    let (exchange, partner) = (record.exchange, &record.partner);
    match handover {
        Handover::Taken => {
            let took = std::time::Duration::from_millis(told.took_ms);
            Event::ReceiptDispatched { exchange, partner, took }.emit(&ports.metrics);
        }
        Handover::Unavailable(_) | Handover::Refused(_) => {
            Event::ReceiptNotDispatched { exchange, partner, detail: &told.outcome, next: again }.emit(&ports.metrics);
        }
    }
    Ok(())
}

/// An attempt that was not made: nothing goes to an address that the partner file does not name.
fn withheld(ports: &Ports, why: String) -> (Attempt, Handover) {
    let attempt = Attempt { at: ports.clock.now(), took_ms: 0, status: None, outcome: why.clone(), message_id: None };
    (attempt, Handover::Unavailable(why))
}

type Loaded = (Dispatch, DispatchDetail, Vec<(String, String)>, Vec<u8>);

fn load(ports: &Ports, subject: Subject) -> Result<Loaded, StoreError> {
    let Subject::Receipt(id) = subject else {
        return Err(StoreError::Index { what: format!("a dispatch is about a receipt, not {subject:?}") });
    };
    let missing = || StoreError::Index { what: format!("there is no receipt of exchange {id}") };
    let record = ports.outbox.dispatch(id)?.ok_or_else(missing)?;
    let unreadable = |what: String| StoreError::Index { what: format!("the receipt of exchange {id}: {what}") };
    let detail = DispatchDetail::from_json(&ports.outbox.payload(&record.detail)?)
        .map_err(|fault| unreadable(fault.to_string()))?;
    let (headers, body) = receipt::from_bytes(&ports.outbox.payload(&record.receipt)?)
        .ok_or_else(|| unreadable("its head cannot be read".to_owned()))?;
    Ok((record, detail, headers, body))
}
