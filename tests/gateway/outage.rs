//! The broker stopped, paused, and out of disk while orders come in: partners notice nothing, and afterwards every order
//! is in the queue once.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use crate::broker::Rabbit;
use crate::ledger::Ledger;
use crate::oracle::assert_nothing_lost_or_doubled;
use crate::order;
use crate::partner::{Terms, deliver};
use crate::plan::Plan;
use crate::ports::free_port;
use crate::traffic::Traffic;

/// Orders that must come in while the broker is away, before it returns.
const ORDERS: usize = 60;

#[test]
fn a_broker_stopped_paused_or_out_of_disk_changes_nothing() {
    // Of its own: what is done to it would be done to every test.
    let broker = Rabbit::start();
    let ledger = Ledger::of(&broker.url(), "outage.documents");
    let mut gateway = Plan::default().broker(&broker.url(), "outage").prepare();
    gateway.start();
    let traffic = Traffic::to(gateway.address(), 2, 1);
    traffic.wait_for(traffic.accepted() + ORDERS);

    broker.pause();
    traffic.wait_for(traffic.accepted() + ORDERS);
    broker.resume();
    traffic.wait_for(traffic.accepted() + ORDERS);

    broker.raise_disk_alarm();
    traffic.wait_for(traffic.accepted() + ORDERS);
    broker.clear_disk_alarm();
    traffic.wait_for(traffic.accepted() + ORDERS);

    broker.stop();
    traffic.wait_for(traffic.accepted() + ORDERS);
    // The daemon starts, and takes orders, without a broker too.
    gateway.stop();
    gateway.start();
    traffic.wait_for(traffic.accepted() + ORDERS);
    broker.start_again();
    traffic.wait_for(traffic.accepted() + ORDERS);

    let seen = traffic.finish();
    assert_nothing_lost_or_doubled(&seen, &ledger, &gateway);
}

/// With documents waiting for a broker that is not there, the daemon sleeps; it does not spin.
#[test]
fn a_daemon_without_its_broker_is_at_rest() {
    const WATCHED: Duration = Duration::from_secs(3);
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let mut gateway = Plan::default().broker(&format!("amqp://guest:guest@{nobody}/%2f"), "nobody").prepare();
    gateway.start();
    for index in 1..=5 {
        deliver(&gateway, &Terms::default().pack(&order::interchange(index)));
    }
    let used_so_far = || gateway.processor_time().iter().sum::<Duration>();
    let before = used_so_far();
    thread::sleep(WATCHED);
    let used = used_so_far() - before;
    assert!(used < WATCHED / 10, "{used:?} of {WATCHED:?}");
}
