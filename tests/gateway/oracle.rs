//! What must hold after every crash test.

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::traffic::Seen;

/// Every order with a positive receipt is in the queue; deduplicated on the event id, each is there exactly once; no answer
/// was ever wrong.
pub fn assert_nothing_lost_or_doubled(seen: &Seen, ledger: &Ledger, gateway: &Gateway) {
    assert_eq!(seen.wrong, [""; 0], "answers\n{}", gateway.log());
    let numbers = seen.numbers();
    assert!(!numbers.is_empty(), "no order was accepted: nothing was tested\n{}", gateway.log());
    let missing = ledger.wait_for(&numbers);
    let (lost, of) = (missing.len(), numbers.len());
    let parked = gateway.log_of_parked();
    assert!(missing.is_empty(), "{lost} of {of} lost: {missing:?}\nparked:\n{parked}\n{}", gateway.log());
    let events = ledger.events_by_order();
    let doubled: Vec<_> = events.iter().filter(|(_, ids)| ids.len() != 1).collect();
    assert!(doubled.is_empty(), "orders under more than one event id: {doubled:?}");
    assert!(events.keys().all(|number| numbers.contains(number)), "orders that were never accepted");
    let deliveries = ledger.deliveries().len();
    eprintln!("{} orders accepted, {deliveries} deliveries, none lost, none doubled", numbers.len());
}
