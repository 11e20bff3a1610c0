//! The law of retention: whatever the history, after any number of rounds, some of them cut off by a power failure, all
//! that something needs is there and readable, and all that is old and free is gone. Above its size, what nobody waits for
//! is old after a day.

use proptest::prelude::*;

use super::faults::FaultyDisk;
use super::*;
use crate::exchange::{Detail, DocumentDetail, ErpVerdict, Sent};
use crate::store::Retention;
use crate::store::chain::Chain;
use crate::store::references::every_reference;
use crate::store::sweep::each_place;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    /// The ERP has not said what became of it.
    Published,
    /// The ERP has.
    Posted,
    /// Its document waits for the ERP's side.
    Waiting,
    /// Its document waits for a person.
    Parked,
    /// Not translated yet.
    Received,
    Refused,
    /// A message of ours: its receipt is owed.
    Awaiting,
    /// Its receipt has not come in time.
    Overdue,
    /// The partner processed something else: a person must look.
    Disputed,
    /// Its document was not delivered: a person may send it again.
    Failed,
    /// Its functional acknowledgement is owed.
    Delivered,
    /// Everything has come.
    Closed,
}

use Became::*;

const ALL: [Became; 12] =
    [Published, Posted, Waiting, Parked, Received, Refused, Awaiting, Overdue, Disputed, Failed, Delivered, Closed];
/// What the clock shows all the while, in hours from the start.
const NOW: u8 = 150;

#[derive(Clone, Copy, Debug)]
struct Message {
    became: Became,
    /// When its exchange and its document changed last, in hours from the start.
    hour: u8,
    document_hour: u8,
    bytes: usize,
}

impl Message {
    fn document(self) -> Option<DocumentStage> {
        match self.became {
            Published | Posted => Some(DocumentStage::Published),
            Waiting => Some(DocumentStage::Waiting),
            Parked => Some(DocumentStage::Parked),
            Delivered => Some(DocumentStage::Delivered),
            Closed => Some(DocumentStage::Closed),
            Failed => Some(DocumentStage::Failed),
            Received | Refused | Awaiting | Overdue | Disputed => None,
        }
    }

    fn stage(self) -> Stage {
        match self.became {
            Published | Posted | Waiting | Parked => Stage::Translated,
            Received => Stage::Received,
            Refused => Stage::Refused,
            Awaiting => Stage::AwaitingReceipt,
            Overdue => Stage::Overdue,
            Disputed => Stage::Disputed,
            Failed => Stage::Failed,
            Delivered | Closed => Stage::Delivered,
        }
    }

    fn document_stays(self, retention: &Retention) -> bool {
        let before = match self.became {
            Published | Failed => retention.documents,
            Posted | Closed => early(retention.documents, retention),
            _ => return self.document().is_some(),
        };
        hour(self.document_hour) >= before
    }

    fn exchange_stays(self, retention: &Retention) -> bool {
        let before = match self.became {
            Refused => early(retention.unaccepted, retention),
            Overdue | Disputed | Failed => retention.exchanges,
            _ => early(retention.exchanges, retention),
        };
        let settled = !matches!(self.became, Received | Awaiting);
        !(settled && hour(self.hour) < before) || self.document_stays(retention)
    }

    fn answer_stays(self, retention: &Retention) -> bool {
        self.exchange_stays(retention) || hour(self.hour) >= retention.keys
    }

    fn content(self, n: u64) -> Vec<u8> {
        format!("{n} of {self:?};").into_bytes().into_iter().cycle().take(self.bytes).collect()
    }

    /// Everything of it in one change.
    fn make(self, outbox: &Outbox, n: u64) -> Change {
        let mut change = Change::new(hour(self.hour));
        let (content, envelope) = (change.carry(self.content(n)), change.carry(format!("envelope {n}").into_bytes()));
        let mut stage = outbox.spool().stage(1 << 20);
        stage.put(format!("raw {n} ").repeat(10).as_bytes()).unwrap();
        let raw = stage.finish().unwrap().keep_apart().unwrap();
        let detail = Detail { raw: Some(raw.reference), message_id: n.to_string(), ..Detail::default() };
        let (detail, receipt) = (change.carry(detail.to_json()), change.carry(format!("receipt {n}").into_bytes()));
        change.payloads.push(raw);
        let updated_at = hour(self.hour);
        change.effects = vec![
            Effect::Exchange(Exchange { updated_at, ..exchange(n, 0, self.stage(), detail) }),
            Effect::Answer(
                dedup(n),
                Answer { exchange: exchange_id(n), content: detail.sha256, receipt: Some(receipt), at: updated_at },
            ),
            Effect::Sent(dedup(1_000 + n), Sent { exchange: exchange_id(n), at: updated_at }),
        ];
        let outbound = matches!(self.became, Delivered | Closed | Failed);
        if let Some(stage) = self.document() {
            let verdict = ErpVerdict { posted: true, at: updated_at, reference: None, errors: Vec::new() };
            let said = DocumentDetail { verdict: Some(verdict), ..DocumentDetail::default() };
            let detail = (self.became == Posted).then(|| change.carry(said.to_json()));
            let updated_at = Some(hour(self.document_hour));
            let its_row = (!outbound && self.became != Parked).then(|| row_id(n));
            change.effects.push(Effect::Document(Document {
                updated_at,
                outbound,
                detail,
                row: its_row,
                ..document(n, stage, content)
            }));
            if its_row.is_some() {
                let (stage, published_at) = match self.became {
                    Published | Posted => (RowStage::Published, updated_at),
                    _ => (RowStage::Waiting, None),
                };
                let row = row(n, "lane", stage, 0, envelope, content);
                change.effects.push(Effect::Row(Row { published_at, ..row }));
            }
        }
        let open = match self.became {
            Waiting => Some((Subject::Row(row_id(n)), JobKind::Publish)),
            Received => Some((Subject::Exchange(exchange_id(n)), JobKind::Translate)),
            Awaiting => Some((Subject::Exchange(exchange_id(n)), JobKind::AwaitReceipt)),
            _ => None,
        };
        let open = open.map(|(subject, kind)| Effect::Job(job(subject, kind, &n.to_string(), at(0))));
        change.effects.extend(open);
        change
    }

    /// What stays is there, every byte of it.
    fn assert_kept(self, outbox: &Outbox, n: u64, retention: &Retention) {
        if self.exchange_stays(retention) {
            let exchange = outbox.exchange(exchange_id(n)).unwrap().unwrap_or_else(|| panic!("{n} {self:?}"));
            let detail = Detail::from_json(&outbox.payload(&exchange.detail).unwrap()).unwrap();
            assert!(detail.references().iter().all(|reference| outbox.payload(reference).is_ok()), "{n} {self:?}");
            assert!(outbox.sent(&dedup(1_000 + n)).unwrap().is_some());
        }
        if self.answer_stays(retention) {
            let receipt = outbox.answer_to(&dedup(n)).unwrap().unwrap().receipt.unwrap();
            assert_eq!(outbox.payload(&receipt).unwrap(), format!("receipt {n}").into_bytes());
        }
        if self.document_stays(retention) {
            let document = outbox.document(document_id(n)).unwrap().unwrap();
            assert_eq!(outbox.payload(&document.content).unwrap(), self.content(n));
            let row = document.row.map(|row| outbox.row(row).unwrap().unwrap());
            assert!(row.is_none_or(|row| outbox.payload(&row.envelope).is_ok()), "{n} {self:?}");
        }
    }

    /// What does not stay is gone.
    fn assert_gone(self, outbox: &Outbox, n: u64, retention: &Retention) {
        let there = outbox.exchange(exchange_id(n)).unwrap().is_some();
        assert_eq!(there, self.exchange_stays(retention), "exchange {n} {self:?}");
        assert_eq!(outbox.sent(&dedup(1_000 + n)).unwrap().is_some(), there, "sent {n} {self:?}");
        let answered = outbox.answer_to(&dedup(n)).unwrap().is_some();
        assert_eq!(answered, self.answer_stays(retention), "answer {n} {self:?}");
        let document = outbox.document(document_id(n)).unwrap().is_some();
        assert_eq!(document, self.document_stays(retention), "document {n} {self:?}");
        let row = outbox.row(row_id(n)).unwrap().is_some();
        assert_eq!(row, document && matches!(self.became, Published | Posted | Waiting), "row {n} {self:?}");
    }
}

fn hour(hours: u8) -> Timestamp {
    at(i64::from(hours) * 3_600_000)
}

/// Before what something goes that nobody waits for.
fn early(period: Timestamp, retention: &Retention) -> Timestamp {
    if retention.bytes.is_some() { period.max(hour(NOW - 24)) } else { period }
}

/// One round of retention in a life of its own.
#[derive(Clone, Copy, Debug)]
struct Round {
    power_fails_at: u64,
    chance: u64,
    index_deleted: bool,
    snapshot: bool,
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let message = (0..ALL.len(), 0_u8..100, 0_u8..100, 20_usize..9_000).prop_map(|(became, hour, later, bytes)| {
        // A document changes when its exchange does, or later.
        Message { became: ALL[became], hour, document_hour: hour.saturating_add(later), bytes }
    });
    prop::collection::vec(message, 1..40)
}

fn retentions() -> impl Strategy<Value = Retention> {
    let periods = (0_u8..110, 0_u8..110, 0_u8..110, 0_u8..110);
    (periods, any::<bool>()).prop_map(|((documents, exchanges, unaccepted, keys), is_too_large)| Retention {
        documents: hour(documents),
        exchanges: hour(exchanges),
        unaccepted: hour(unaccepted),
        keys: hour(keys),
        audit: at(-1),
        bytes: is_too_large.then_some(1),
    })
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let round = (2_u64..20, any::<u64>(), any::<bool>(), any::<bool>()).prop_map(
        |(power_fails_at, chance, index_deleted, snapshot)| Round { power_fails_at, chance, index_deleted, snapshot },
    );
    prop::collection::vec(round, 0..5)
}

/// Nothing lies in a closed segment, nor in the spool, that no record names.
fn assert_nothing_superfluous(outbox: &Outbox, newest: u64) {
    let mut named = std::collections::BTreeSet::new();
    every_reference(&outbox.shared, |reference| {
        named.insert(reference.sha256);
        Ok(())
    })
    .unwrap();
    each_place(&outbox.shared, |sha256, place| {
        assert!(named.contains(&sha256) || place.segment >= newest, "{place:?}");
        Ok(())
    })
    .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_needed_is_kept_and_what_is_old_and_free_goes(
        messages in messages(), retention in retentions(), rounds in rounds(), sled in any::<bool>()
    ) {
        let mut bench = Bench::new(if sled { IndexKind::Sled } else { IndexKind::Memory });
        bench.settings.snapshot_after = 2;
        bench.clock.forward(Duration::from_secs(u64::from(NOW) * 3600));
        let outbox = bench.open();
        for (n, message) in (0..).zip(&messages) {
            outbox.apply_blocking(message.make(&outbox, n)).unwrap();
        }
        drop(outbox);
        let assert_kept = |outbox: &Outbox| {
            for (n, message) in (0..).zip(&messages) {
                message.assert_kept(outbox, n, &retention);
            }
            assert_sound(outbox);
        };
        for round in &rounds {
            if round.index_deleted {
                std::fs::remove_dir_all(bench.path().join("index")).unwrap_or_default();
            }
            let disk = FaultyDisk::power_cut(round.power_fails_at, round.chance);
            let opened = Outbox::open_on(&bench.settings, bench.clock.clone(), bench.entropy.clone(), disk.clone());
            let Ok((outbox, _)) = opened else {
                assert!(disk.is_dead());
                continue;
            };
            if round.snapshot {
                outbox.snapshot_now().unwrap();
            }
            let released = outbox.release(&retention);
            assert!(released.is_ok() || disk.is_dead(), "{released:?}");
            drop(outbox);
            assert_kept(&bench.open());
        }
        for _ in 0..3 {
            let outbox = bench.open();
            outbox.snapshot_now().unwrap();
            outbox.release(&retention).unwrap();
            outbox.release(&retention).unwrap();
            assert_kept(&outbox);
        }
        let outbox = bench.open();
        let chain = Chain::read(&outbox.shared.layout, &outbox.shared.store).unwrap();
        let newest = chain.links().last().unwrap().head.number;
        outbox.release(&retention).unwrap();
        outbox.release(&retention).unwrap();
        for (n, message) in (0..).zip(&messages) {
            message.assert_gone(&outbox, n, &retention);
        }
        assert_nothing_superfluous(&outbox, newest);
    }
}
