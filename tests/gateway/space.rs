//! A disk that fills up: 503 before the body is read, nothing lost, and service again, without a restart, when there is
//! room.

use std::thread;
use std::time::{Duration, Instant};

use crate::disk::{SmallDisk, skipped};
use crate::gateway::{AS2_PATH, Gateway};
use crate::order;
use crate::partner::{self, Terms, deliver};
use crate::plan::Plan;
use crate::wire;

/// Mebibytes of the file system under the store: room for its segments and ballast, and little more.
const DISK: u64 = 512;
/// What must be free of it: more than the ballast, so that a released ballast is no room for new orders.
const FREE: &str = "25%";

#[test]
fn a_full_disk_is_503_until_there_is_room() {
    let mut gateway = Plan::default().free_hard(FREE).prepare();
    let Some(disk) = SmallDisk::over(&gateway.store(), DISK) else {
        return skipped("a full disk", "mounting needs root");
    };
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));

    disk.fill();
    let message = Terms::default().pack(&order::interchange(2));
    wait_for_status(&gateway, "/readyz", 503);
    assert_eq!(partner::send(gateway.address(), &message).unwrap().status, 503);
    assert_eq!(gateway.admin("/healthz").unwrap().status, 200, "it takes nothing, and is alive");
    // The head alone: the answer does not wait for a body.
    let head = wire::request_head(gateway.address(), AS2_PATH, &message.headers);
    let head = format!("{head}Content-Length: {}\r\n\r\n", message.body.len());
    let reply = wire::send_raw(gateway.address(), head.as_bytes()).unwrap();
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(reply.header("Retry-After").is_some_and(|after| after.parse::<u32>().is_ok()), "{:?}", reply.headers);

    disk.clear();
    wait_for_status(&gateway, "/readyz", 200);
    deliver(&gateway, &message);
    deliver(&gateway, &Terms::default().pack(&order::interchange(3)));
    assert_eq!(gateway.wait_for_documents(3).len(), 3);
    gateway.kill();
}

/// The ballast, given up, lets a daemon start and finish on a disk that somebody else filled.
#[test]
fn a_start_on_a_full_disk_comes_up_and_recovers() {
    let mut gateway = Plan::default().free_hard(FREE).prepare();
    let Some(disk) = SmallDisk::over(&gateway.store(), DISK) else {
        return skipped("a start on a full disk", "mounting needs root");
    };
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    gateway.kill();

    disk.fill();
    gateway.spawn(&[]);
    gateway.wait_for_documents(1);
    let message = Terms::default().pack(&order::interchange(2));
    gateway.wait_until_listening();
    assert_eq!(partner::send(gateway.address(), &message).unwrap().status, 503);

    disk.clear();
    wait_for_status(&gateway, "/readyz", 200);
    deliver(&gateway, &message);
    let documents = gateway.wait_for_documents(2);
    assert_eq!(documents.len(), 2);
    gateway.kill();
}

/// Free space is looked at every so often, not for each request.
fn wait_for_status(gateway: &Gateway, path: &str, status: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while gateway.admin(path).unwrap().status != status {
        assert!(Instant::now() < deadline, "{path} does not become {status}\n{}", gateway.log());
        thread::sleep(Duration::from_millis(20));
    }
}
