//! What operators did: rows in a chain.

use super::*;
use crate::exchange::AuditRow;
use crate::exchange::audit::{AuditEntry, noted};
use crate::store::{Retention, key};

#[test]
fn audit_rows_are_a_chain_that_loses_its_oldest_rows_alone() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        for n in 0..5 {
            let mut change = Change::new(at(n));
            for action in ["one", "other"] {
                noted(&mut change, AuditEntry { action: action.to_owned(), ..AuditEntry::default() });
            }
            outbox.apply_blocking(change).unwrap();
        }
        let told = outbox.verify_audit().unwrap();
        assert_eq!((told.first, told.last, told.rows, told.faults.len()), (1, 10, 10, 0), "{told:?}");
        let retention = Retention { audit: at(3), ..Retention::before(at(-1)) };
        assert_eq!(outbox.release(&retention).unwrap().records, 6);
        let told = outbox.verify_audit().unwrap();
        assert_eq!((told.first, told.last, told.rows, told.faults.len()), (7, 10, 4, 0), "{told:?}");
        // The newest stays whatever its age: the next one names it.
        outbox.release(&Retention { audit: at(60_000), ..retention }).unwrap();
        assert_eq!(outbox.verify_audit().unwrap().rows, 1);
        let mut change = Change::new(at(9));
        noted(&mut change, AuditEntry::default());
        outbox.apply_blocking(change).unwrap();
        let told = outbox.verify_audit().unwrap();
        assert_eq!((told.first, told.last, told.faults.len()), (10, 11, 0), "{told:?}");
        assert_sound(&outbox);
    }
}

#[test]
fn an_audit_row_that_is_changed_or_taken_out_is_seen() {
    let bench = Bench::new(IndexKind::Memory);
    let outbox = bench.open();
    for n in 0..5 {
        let mut change = Change::new(at(n));
        noted(&mut change, AuditEntry { action: format!("act {n}"), ..AuditEntry::default() });
        outbox.apply_blocking(change).unwrap();
    }
    let rows = outbox.audit(&Default::default()).unwrap().items;
    let index = outbox.shared.index.as_ref();
    let write = |number: u64, row: Option<&AuditRow>| {
        let value = row.map(|row| minicbor::to_vec(row).unwrap());
        index.apply([(key::audit(number), value)].into(), None).unwrap();
    };
    let faults = || outbox.verify_audit().unwrap().faults;
    assert_eq!(faults(), [""; 0]);
    for row in &rows {
        write(row.number, None);
        // The first may have been let go: what stands there then is told by the number of the first.
        assert_eq!(faults().len(), usize::from(row.number != 1), "{}: {:?}", row.number, faults());
        write(row.number, Some(row));
    }
    // The last one vouches for itself by nothing but its entry.
    let changed = AuditRow { at: at(77), ..rows[2] };
    write(changed.number, Some(&changed));
    assert_eq!(faults().len(), 1, "{:?}", faults());
}
