//! kill -9 at random moments, start-up and recovery included, while a partner keeps posting: every order with a positive
//! receipt is in the broker's queue, under exactly one event id, and repeated messages get the receipts they got before.

use std::thread;
use std::time::Duration;

use crate::chance::Chance;
use crate::ledger::Ledger;
use crate::oracle::assert_nothing_lost_or_doubled;
use crate::plan::Plan;
use crate::traffic::Traffic;
use crate::{broker, chance};

#[test]
fn kills_lose_nothing_and_double_nothing() {
    let kills = chance::rounds("EDIGATE_KILLS", 40);
    let mut chance = Chance::new("kill");
    let url = broker::shared().url();
    let ledger = Ledger::of(&url, "kill.documents");
    // A translation that was stopped in the middle three times is parked as if it had stopped the daemon itself. So many
    // kills hit one three times by chance.
    let mut gateway = Plan::default().broker(&url, "kill").limit("attempts = 1000").prepare();
    let traffic = Traffic::to(gateway.address(), 4, 1);
    for round in 0..kills {
        if chance.one_in(5) {
            // In the middle of start-up or recovery.
            gateway.spawn(&[]);
            thread::sleep(chance.up_to(Duration::from_millis(300)));
        } else {
            gateway.start();
            thread::sleep(chance.up_to(Duration::from_millis(500)));
        }
        gateway.kill();
        if chance.one_in(3) {
            gateway.delete_index();
        }
        eprintln!("kill {}: {} orders accepted so far", round + 1, traffic.accepted());
    }
    gateway.start();
    let seen = traffic.finish();
    assert_nothing_lost_or_doubled(&seen, &ledger, &gateway);
    seen.assert_receipts_repeat(gateway.address(), 20);
    assert!(gateway.stop().success(), "a drain is clean\n{}", gateway.log());
}
