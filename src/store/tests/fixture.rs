//! A store written in an earlier format is opened by every later build.
//!
//! `tests/fixtures/store/v1` was written by a build of format 1, `v3` and `v4` by `write_the_fixture` below, with a clock that stands
//! still and entropy that is the same in every run. Should the format change, keep them and add another beside them.
//! Format 2 was in no release.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::base::Sha256;
use crate::exchange::audit::{AuditEntry, noted};
use crate::exchange::{CertificateUse, CounterName, Dispatch, DispatchStage, Purpose, Seen, Sent};
use crate::store::identity::FORMAT;

fn fixture(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/store/v{format}"))
}

/// Messages 1 to 4 went the whole way, 5 waits to be published, 6 to be translated; a body of 70,000 bytes; a snapshot
/// after the third message.
fn fill(bench: &Bench) {
    let outbox = bench.open();
    (1..=3).for_each(|n| whole_way(&outbox, n));
    drop(outbox);
    let outbox = bench.open();
    outbox.snapshot_now().unwrap().unwrap();
    whole_way(&outbox, 4);
    outbox.apply_blocking(accept(5)).unwrap();
    outbox.apply_blocking(translate(5, "lane")).unwrap();
    let mut stage = outbox.spool().stage(1 << 20);
    stage.put(&large()).unwrap();
    let mut change = accept(6);
    change.payloads.push(stage.finish().unwrap().keep().unwrap());
    outbox.apply_blocking(change).unwrap();
    outbox.apply_blocking(since_format_1()).unwrap();
    outbox.apply_blocking(since_format_3()).unwrap();
}

fn act() -> AuditEntry {
    AuditEntry { who: "op".to_owned(), uid: Some(1001), action: "document.release".to_owned(), ..AuditEntry::default() }
}

/// A document of the ERP's that was sent, with the number it took, the command it came by and an event about it; and what
/// an operator did.
fn since_format_3() -> Change {
    let mut change = Change::new(at(3));
    let (content, event) = (change.carry(b"{}".to_vec()), change.carry(b"event".to_vec()));
    let document = Document {
        row: None,
        outbound: true,
        order: Some(Lane::of("PO-9")),
        ..document(8, DocumentStage::Sending, content)
    };
    change.effects = vec![
        Effect::Document(document),
        Effect::Seen(asked(), Seen { exchange: None, document: Some(document_id(8)), at: at(3) }),
        Effect::Counter(numbers(), 101),
        Effect::Row(Row { document: None, ..row(9, "events", RowStage::Published, 0, event, event) }),
    ];
    noted(&mut change, act());
    change
}

fn asked() -> DedupKey {
    DedupKey::seen("command", &["order-9"])
}

fn numbers() -> CounterName {
    CounterName::control("x12", "01/1", "ZZ/2", "interchange")
}

/// A message of ours, a receipt of ours that went out by itself, and a certificate that the partner encrypts for.
fn since_format_1() -> Change {
    let mut change = Change::new(at(3));
    let detail = change.carry(b"detail of ours".to_vec());
    let sent = Exchange { received_at: at(3), updated_at: at(3), ..exchange(7, 0, Stage::Sending, detail) };
    change.effects = vec![
        Effect::Exchange(sent),
        Effect::Sent(ours(), Sent { exchange: exchange_id(7), at: at(3) }),
        Effect::Dispatch(dispatch(&mut change)),
        Effect::CertificateUse(certificate_use()),
    ];
    change
}

fn ours() -> DedupKey {
    DedupKey::as2("us", "them", "<7@us>")
}

fn dispatch(change: &mut Change) -> Dispatch {
    Dispatch {
        exchange: exchange_id(4),
        partner: partner(),
        stage: DispatchStage::Delivered,
        since: at(2),
        updated_at: at(3),
        receipt: change.carry(b"receipt by itself".to_vec()),
        detail: change.carry(b"attempts".to_vec()),
    }
}

fn certificate_use() -> CertificateUse {
    let fingerprint = Sha256::of(b"a certificate");
    CertificateUse { partner: partner(), purpose: Purpose::EncryptsFor, fingerprint, first: at(2), last: at(3) }
}

fn large() -> Vec<u8> {
    b"seventy thousand bytes of an interchange\n".iter().copied().cycle().take(70_000).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_store_of_an_earlier_format_opens_and_holds_what_was_written() {
    for (index, format) in BOTH.into_iter().flat_map(|index| [(index, 1), (index, 3), (index, 4)]) {
        let bench = Bench::new(index);
        copy_folder(&fixture(format), bench.path());
        let (outbox, recovery) = bench.try_open().unwrap();
        assert_eq!((recovery.created, recovery.generation, recovery.torn), (false, 3, None));
        for n in 1..=5 {
            let row = outbox.row(row_id(n)).unwrap().unwrap();
            assert_eq!((row.sequence, row.stage == RowStage::Published), (n, n < 5));
            assert_eq!(outbox.payload(&row.body).unwrap(), format!("{{\"order\":{n}}}").into_bytes());
        }
        assert_eq!(outbox.exchange(exchange_id(6)).unwrap().unwrap().stage, Stage::Received);
        assert_eq!(outbox.payload(&BlobRef::of(&large())).unwrap(), large());
        assert_eq!(outbox.counts().jobs, 2);
        assert_eq!(outbox.documents_by_number("PO-2", 9).unwrap().len(), 1);
        if format >= 4 {
            let found = outbox.documents_by_number("PO-9", 9).unwrap();
            assert_eq!(found.iter().map(|one| (one.id, one.outbound)).collect::<Vec<_>>(), [(document_id(8), true)]);
            assert_eq!(outbox.seen(&asked()).unwrap().unwrap().document, Some(document_id(8)));
            assert_eq!(outbox.counter(&numbers()).unwrap(), 101);
            assert_eq!(outbox.row(row_id(9)).unwrap().unwrap().sequence, 1);
            let audited = outbox.audit(&Default::default()).unwrap().items;
            let entries =
                audited.iter().map(|row| AuditEntry::from_json(&outbox.payload(&row.entry).unwrap()).unwrap());
            assert_eq!(entries.collect::<Vec<_>>(), [act()]);
            assert_eq!(outbox.verify_audit().unwrap().faults, [""; 0]);
        }
        if format >= 3 {
            assert_eq!(outbox.exchange(exchange_id(7)).unwrap().unwrap().stage, Stage::Sending);
            assert_eq!(outbox.sent(&ours()).unwrap(), Some(Sent { exchange: exchange_id(7), at: at(3) }));
            let written = outbox.dispatch(exchange_id(4)).unwrap().unwrap();
            assert_eq!(written, dispatch(&mut Change::new(at(3))));
            assert_eq!(outbox.payload(&written.receipt).unwrap(), b"receipt by itself");
            assert_eq!(outbox.certificate_uses().unwrap(), [certificate_use()]);
        }
        for kind in [JobKind::Translate, JobKind::Publish] {
            bench.clock.forward(Duration::from_secs(1));
            assert!(block_on(outbox.claim(kind)).unwrap().is_some());
        }
        assert_sound(&outbox);
    }
}

/// Writes the fixture of today's format anew: `cargo test --lib write_the_fixture -- --ignored`.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_fixture() {
    let bench = Bench::new(IndexKind::Memory);
    fill(&bench);
    let fixture = fixture(FORMAT);
    fs::remove_dir_all(&fixture).unwrap_or_default();
    copy_folder(bench.path(), &fixture);
    for left_out in ["ballast", "lock"] {
        fs::remove_file(fixture.join(left_out)).unwrap_or_default();
    }
    for next in fs::read_dir(fixture.join("journal")).unwrap().map(|entry| entry.unwrap().path()) {
        if next.extension().is_some_and(|end| end == "tmp") {
            fs::remove_file(next).unwrap();
        }
    }
}
