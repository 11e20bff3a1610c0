//! Lanes, leases and attempts.

use super::*;
use crate::store::Lease;

fn claim(outbox: &Arc<Outbox>, kind: JobKind) -> Option<Lease> {
    block_on(outbox.claim(kind)).unwrap()
}

fn publish_jobs(outbox: &Outbox, jobs: &[(u64, &str, i64)]) {
    for (n, lane, due) in jobs {
        outbox.apply_blocking(accept(*n)).unwrap();
        let mut change = translate(*n, lane);
        change.effects.pop();
        change.effects.push(Effect::Job(job(Subject::Row(row_id(*n)), JobKind::Publish, lane, at(*due))));
        outbox.apply_blocking(change).unwrap();
    }
}

fn done(subject: Subject) -> Change {
    let mut change = Change::new(at(3));
    change.effects.push(Effect::JobDone(subject));
    change
}

#[test]
fn only_the_first_of_a_lane_is_handed_out_and_a_blocked_lane_holds_up_no_other() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        bench.clock.forward(Duration::from_millis(10));
        publish_jobs(&outbox, &[(1, "a", 0), (2, "a", 0), (3, "b", 0), (4, "c", 9_000), (5, "c", 0)]);
        let first = claim(&outbox, JobKind::Publish).unwrap();
        let second = claim(&outbox, JobKind::Publish).unwrap();
        assert_eq!(first.job().subject, Subject::Row(row_id(1)));
        assert_eq!(second.job().subject, Subject::Row(row_id(3)), "row 2 waits behind row 1");
        assert!(claim(&outbox, JobKind::Publish).is_none(), "row 5 waits behind row 4, which is not due");
        block_on(first.finish(done(Subject::Row(row_id(1))))).unwrap();
        let third = claim(&outbox, JobKind::Publish).unwrap();
        assert_eq!(third.job().subject, Subject::Row(row_id(2)));
        // A retry keeps its place in the lane.
        let mut again = Change::new(at(4));
        again.effects.push(Effect::Job(Job { due: at(5_000), ..second.job().clone() }));
        block_on(second.finish(again)).unwrap();
        assert!(claim(&outbox, JobKind::Publish).is_none());
        bench.clock.forward(Duration::from_secs(20));
        let order: Vec<_> = std::iter::from_fn(|| {
            let lease = claim(&outbox, JobKind::Publish)?;
            let subject = lease.job().subject;
            block_on(lease.finish(done(subject))).unwrap();
            Some(subject)
        })
        .collect();
        assert_eq!(order, [3, 4, 5].map(|n| Subject::Row(row_id(n))));
        drop(third);
        assert_sound(&outbox);
    }
}

#[test]
fn a_dropped_lease_comes_due_again_after_the_delay() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        publish_jobs(&outbox, &[(1, "a", 0)]);
        drop(claim(&outbox, JobKind::Publish).unwrap());
        assert!(claim(&outbox, JobKind::Publish).is_none());
        bench.clock.forward(bench.settings.dropped_lease_delay);
        let lease = claim(&outbox, JobKind::Publish).unwrap();
        // A change that leaves the job as it was has not ended it either.
        block_on(lease.finish(Change::new(at(1)))).unwrap();
        assert!(claim(&outbox, JobKind::Publish).is_none());
        bench.clock.forward(bench.settings.dropped_lease_delay);
        assert!(claim(&outbox, JobKind::Publish).is_some());
    }
}

#[test]
fn a_job_closed_by_somebody_else_is_not_finished_by_its_old_holder() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        publish_jobs(&outbox, &[(1, "a", 0)]);
        let subject = Subject::Row(row_id(1));
        let lease = claim(&outbox, JobKind::Publish).unwrap();
        outbox.apply_blocking(done(subject)).unwrap();
        let mut anew = Change::new(at(3));
        anew.effects.push(Effect::Job(job(subject, JobKind::Publish, "a", at(0))));
        outbox.apply_blocking(anew).unwrap();
        let outcome = block_on(lease.finish(done(subject)));
        assert!(matches!(outcome, Err(StoreError::LeaseLost { .. })), "{outcome:?}");
        assert!(outbox.job(subject).unwrap().is_some());
        assert_sound(&outbox);
    }
}

#[test]
fn attempts_are_on_disk_before_the_work_and_leases_are_not() {
    for index in BOTH {
        let bench = Bench::new(index);
        bench.open().apply_blocking(accept(1)).unwrap();
        for attempt in 1..=3 {
            let outbox = bench.open();
            let lease = claim(&outbox, JobKind::Translate).unwrap();
            assert_eq!(lease.job().attempts, attempt);
            assert!(claim(&outbox, JobKind::Translate).is_none());
            // As if the work had killed the daemon: the lease is never dropped, the store opened anew.
            drop(lease);
            drop(outbox);
        }
        assert_sound(&bench.open());
    }
}

#[test]
fn work_is_announced_when_it_is_added_when_it_comes_due_and_when_a_lane_moves_on() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let announced = |outbox: &Arc<Outbox>| {
            let outbox = outbox.clone();
            block_on(async move {
                tokio::time::timeout(Duration::from_millis(40), outbox.work(JobKind::Publish)).await.is_ok()
            })
        };
        assert!(!announced(&outbox));
        let waiting = {
            let outbox = outbox.clone();
            std::thread::spawn(move || block_on(outbox.work(JobKind::Publish)))
        };
        publish_jobs(&outbox, &[(1, "a", 0), (2, "a", 0)]);
        bench.clock.forward(Duration::from_millis(1));
        waiting.join().unwrap();
        let lease = claim(&outbox, JobKind::Publish).unwrap();
        assert!(!announced(&outbox), "the second waits behind the first");
        block_on(lease.finish(done(Subject::Row(row_id(1))))).unwrap();
        assert!(announced(&outbox));
    }
}

#[test]
fn a_job_may_change_its_kind_and_lane_in_one_change() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        outbox.apply_blocking(accept(1)).unwrap();
        let subject = Subject::Exchange(exchange_id(1));
        let lease = claim(&outbox, JobKind::Translate).unwrap();
        let mut change = Change::new(at(1));
        change.effects =
            vec![Effect::JobDone(subject), Effect::Job(job(subject, JobKind::Publish, "elsewhere", at(0)))];
        block_on(lease.finish(change)).unwrap();
        assert!(claim(&outbox, JobKind::Translate).is_none());
        assert_eq!(claim(&outbox, JobKind::Publish).unwrap().job().subject, subject);
        assert_eq!(outbox.counts().jobs, 1);
        assert_sound(&outbox);
    }
}
