//! What comes again under another Message-ID: interchanges, transaction sets, documents, by the policy of the partner's
//! file.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::gateway::Gateway;
use crate::order;
use crate::partner::{self, Terms};
use crate::plan::Plan;

fn post(gateway: &Gateway, interchange: &str) {
    partner::deliver(gateway, &Terms::default().pack(interchange.as_bytes()));
}

fn interchange(index: u32) -> String {
    String::from_utf8(order::interchange(index)).unwrap()
}

/// With another interchange control number; the numbers of group and set stay.
fn renumbered(text: &str, number: u32) -> String {
    let old = &text[text.find("ISA*").unwrap()..][90..99];
    assert!(old.bytes().all(|byte| byte.is_ascii_digit()), "{old}");
    text.replacen(&format!("*{old}*0*P"), &format!("*{number:09}*0*P"), 1)
        .replace(&format!("IEA*1*{old}"), &format!("IEA*1*{number:09}"))
}

fn count(gateway: &Gateway, event: &str) -> usize {
    gateway.events().iter().filter(|one| one["data"]["event"] == event).count()
}

/// Waits until so many documents are published, wait for a person, and are told to be repeats.
fn wait_for(gateway: &Gateway, expect: (usize, usize, usize), what: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let found =
        || (gateway.documents().len(), count(gateway, "document.quarantined"), count(gateway, "document.duplicate"));
    while found() != expect {
        assert!(Instant::now() < deadline, "{what}: {:?}, not {expect:?}\n{}", found(), gateway.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn started(policies: &str) -> Gateway {
    let mut gateway = Plan::default().x12(&format!("[x12.read]\nduplicates = {{ {policies} }}")).prepare();
    gateway.start();
    gateway
}

/// First an order, then, behind a restart, what repeats it.
#[test]
fn each_level_has_its_policy_and_is_known_behind_a_restart() {
    let first = interchange(1);
    let other_interchange = renumbered(&first, 100_000_999);
    let other_group = first.replace("100000001", "100000998");
    let check = |policies: &str, again: &str, expect: (usize, usize, usize)| {
        let mut gateway = started(policies);
        post(&gateway, &first);
        gateway.wait_for_documents(1);
        gateway.kill();
        gateway.start();
        post(&gateway, again);
        wait_for(&gateway, expect, policies);
    };
    let accept = "interchange = \"accept\", group = \"accept\", document = \"accept\"";
    check("", &first, (1, 1, 0));
    check(accept, &first, (2, 0, 0));
    check("interchange = \"flag\", group = \"accept\", document = \"accept\"", &first, (2, 0, 1));
    check("", &other_interchange, (2, 0, 1));
    check("group = \"reject\"", &other_interchange, (1, 1, 0));
    check("group = \"reject\", document = \"accept\"", &other_group, (2, 0, 0));
    check("document = \"reject\"", &other_group, (1, 1, 0));
}

#[test]
fn what_stands_twice_in_one_file_is_a_repeat_too() {
    let first = interchange(1);
    let in_group = {
        let (begin, end) = (first.find("ST*850").unwrap(), first.find("GE*1*").unwrap());
        let second = first[begin..end].replace("0001~", "0002~");
        format!("{}{second}{}", &first[..end], first[end..].replace("GE*1*", "GE*2*"))
    };
    let check = |policies: &str, file: &str, expect: (usize, usize, usize)| {
        let gateway = started(policies);
        post(&gateway, file);
        wait_for(&gateway, expect, policies);
    };
    // The reader's own finding: nothing certain can be said of such a file.
    check("", &format!("{first}{first}"), (0, 1, 0));
    check("group = \"reject\"", &format!("{first}{}", renumbered(&first, 100_000_999)), (1, 1, 0));
    check("document = \"reject\"", &in_group, (1, 1, 0));
}

#[test]
fn a_repeat_that_a_person_releases_is_taken_and_told() {
    let gateway = started("document = \"reject\"");
    let first = interchange(1);
    post(&gateway, &first);
    gateway.wait_for_documents(1);
    post(&gateway, &first.replace("100000001", "100000998"));
    let waits = gateway.wait_for_event("document.quarantined");
    assert_eq!(waits["findings"][0]["code"], "duplicate", "{waits:#}");
    let id = waits["document"]["documentId"].as_str().unwrap();
    let ran = gateway.run(&["doc", "release", id, "--reason", "the partner means it"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    gateway.wait_for_documents(2);
    let told = gateway.wait_for_event("document.duplicate");
    assert_eq!(told["document"]["documentId"], id);
}

#[test]
fn what_was_released_is_remembered() {
    let mut gateway = Plan::default().usage("test").prepare();
    gateway.start();
    let first = interchange(1);
    post(&gateway, &first);
    let waits = gateway.wait_for_event("document.quarantined");
    let file = gateway.path("partners/acme-bearings/partner.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("usage = \"test\"", "usage = \"production\"")).unwrap();
    gateway.signal(Signal::HUP);
    let deadline = Instant::now() + Duration::from_secs(20);
    while gateway.logged("config.in-force") < 2 {
        assert!(Instant::now() < deadline, "{}", gateway.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let id = waits["document"]["documentId"].as_str().unwrap();
    assert!(gateway.run(&["doc", "release", id, "--reason", "mended"]).status.success());
    gateway.wait_for_documents(1);
    post(&gateway, &first.replace("100000001", "100000998"));
    let told = gateway.wait_for_event("document.duplicate");
    assert_eq!(told["repeats"], id);
}
