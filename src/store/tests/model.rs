//! The law: after any changes and a power cut at any sync, what was answered is there, what was not is there wholly or
//! not at all, and index and journal say the same.

use std::collections::BTreeMap;
use std::fs;

use futures_util::future::join_all;
use proptest::prelude::*;

use super::faults::FaultyDisk;
use super::*;

/// How far a message has come: the steps in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Accepted,
    Translated,
    Published,
}

/// What the model knows of each message: the step that was answered, and the one that was not.
#[derive(Debug, Default)]
struct Model {
    known: BTreeMap<u64, Step>,
    doubtful: BTreeMap<u64, Step>,
}

impl Model {
    fn next(&self, n: u64) -> Option<Step> {
        match self.known.get(&n) {
            None => Some(Step::Accepted),
            Some(Step::Accepted) => Some(Step::Translated),
            Some(Step::Translated) => Some(Step::Published),
            Some(Step::Published) => None,
        }
    }

    /// Looks at every message and takes over what the store says, once it has been found lawful.
    fn settle(&mut self, outbox: &Outbox) {
        let doubtful = std::mem::take(&mut self.doubtful);
        for n in 0..MESSAGES {
            let found = step_of(outbox, n);
            let known = self.known.get(&n).copied();
            assert!(
                found == known || found.is_some() && found == doubtful.get(&n).copied(),
                "{n}: {found:?} {known:?}"
            );
            if let Some(found) = found {
                self.known.insert(n, found);
            }
        }
        let mut sequences: Vec<_> =
            (0..MESSAGES).filter_map(|n| Some(outbox.row(row_id(n)).unwrap()?.sequence)).collect();
        sequences.sort_unstable();
        assert!(sequences.windows(2).all(|pair| pair[0] < pair[1]), "a sequence was given twice: {sequences:?}");
        assert_sound(outbox);
    }
}

const MESSAGES: u64 = 12;

/// How far a message has come, every record of it looked at.
fn step_of(outbox: &Outbox, n: u64) -> Option<Step> {
    let exchange = outbox.exchange(exchange_id(n)).unwrap();
    let answer = outbox.answer_to(&dedup(n)).unwrap();
    let document = outbox.document(document_id(n)).unwrap();
    let row = outbox.row(row_id(n)).unwrap();
    let translating = outbox.job(Subject::Exchange(exchange_id(n))).unwrap().is_some();
    let publishing = outbox.job(Subject::Row(row_id(n))).unwrap().is_some();
    let step = exchange.as_ref().map(|exchange| match exchange.stage {
        Stage::Received => Step::Accepted,
        Stage::Translated if publishing => Step::Translated,
        _ => Step::Published,
    });
    assert_eq!(answer.is_some(), step.is_some());
    assert_eq!(translating, step == Some(Step::Accepted));
    assert_eq!(publishing, step == Some(Step::Translated));
    assert_eq!(document.map(|document| document.stage == DocumentStage::Published), row_published(&row));
    assert_eq!(row.is_some(), step > Some(Step::Accepted));
    assert_eq!(row_published(&row), row.is_some().then_some(step == Some(Step::Published)));
    if let Some(receipt) = answer.and_then(|answer| answer.receipt) {
        assert_eq!(outbox.payload(&receipt).unwrap(), format!("receipt for {n}").into_bytes());
    }
    step
}

fn row_published(row: &Option<Row>) -> Option<bool> {
    row.as_ref().map(|row| row.stage == RowStage::Published)
}

fn change_of(outbox: &Outbox, n: u64, step: Step) -> Change {
    match step {
        Step::Accepted => accept(n),
        Step::Translated => translate(n, if n.is_multiple_of(2) { "even" } else { "odd" }),
        Step::Published => publish(n, &outbox.row(row_id(n)).unwrap().unwrap()),
    }
}

/// One life of the daemon: batches of messages that take their next step, until the power fails or they run out.
#[derive(Clone, Debug)]
struct Life {
    batches: Vec<Vec<u64>>,
    power_fails_at: u64,
    chance: u64,
    index_deleted: bool,
    snapshot: bool,
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    let batch = prop::collection::vec(0..MESSAGES, 1..6);
    let life = (prop::collection::vec(batch, 1..12), 2_u64..16, any::<u64>(), any::<bool>(), any::<bool>()).prop_map(
        |(batches, power_fails_at, chance, index_deleted, snapshot)| Life {
            batches,
            power_fails_at,
            chance,
            index_deleted,
            snapshot,
        },
    );
    prop::collection::vec(life, 1..5)
}

fn live(bench: &Bench, model: &mut Model, life: &Life) {
    if life.index_deleted {
        fs::remove_dir_all(bench.path().join("index")).unwrap_or_default();
    }
    let disk = FaultyDisk::power_cut(life.power_fails_at, life.chance);
    let opened = Outbox::open_on(&bench.settings, bench.clock.clone(), bench.entropy.clone(), disk.clone());
    let Ok((outbox, _)) = opened else {
        assert!(disk.is_dead());
        return;
    };
    model.settle(&outbox);
    if life.snapshot {
        outbox.snapshot_now().unwrap();
    }
    for batch in &life.batches {
        let steps: BTreeMap<u64, Step> = batch.iter().filter_map(|n| Some((*n, model.next(*n)?))).collect();
        let changes = steps.iter().map(|(n, step)| outbox.apply(change_of(&outbox, *n, *step)));
        let outcomes = block_on(join_all(changes));
        for ((n, step), outcome) in steps.into_iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => {
                    assert_eq!(outcome, Applied::Done);
                    model.known.insert(n, step);
                }
                Err(error) => {
                    assert!(disk.is_dead(), "{error}");
                    model.doubtful.insert(n, step);
                }
            }
        }
        if disk.is_dead() {
            break;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_power_cut_loses_what_was_answered_or_leaves_half_of_what_was_not(lives in lives(), sled in any::<bool>()) {
        let mut bench = Bench::new(if sled { IndexKind::Sled } else { IndexKind::Memory });
        bench.settings.snapshot_after = 2;
        let mut model = Model::default();
        for life in &lives {
            live(&bench, &mut model, life);
        }
        // Two recoveries in a row say the same, and so does the other index.
        for index in [bench.settings.index, bench.settings.index, IndexKind::Memory, IndexKind::Sled] {
            bench.settings.index = index;
            let outbox = bench.open();
            model.settle(&outbox);
        }
    }
}
