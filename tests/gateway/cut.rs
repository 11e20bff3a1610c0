//! Power cuts at random moments under the store, on an ext4 file system of its own: what the partner was told before a
//! cut is true after it. The negative controls show that these tests can fail: with syncs that do nothing, or with sled's
//! flush alone, orders that were acknowledged are gone.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::broker;
use crate::chance::{self, Chance};
use crate::disk::{LoopDisk, skipped};
use crate::gate::Gate;
use crate::gateway::{Gateway, files_below};
use crate::ledger::Ledger;
use crate::oracle::assert_nothing_lost_or_doubled;
use crate::plan::Plan;
use crate::traffic::Traffic;

/// Mebibytes of the file system under a store: a few segments of journal.
const DISK: u64 = 1024;
/// How often a control may be unlucky, and how much it writes before the power goes.
const CONTROL_TRIES: usize = 5;
const CONTROL_ORDERS: usize = 50;
/// Tells the writer process of the sled control where to write, and how it says what it has flushed.
const SLED_FOLDER: &str = "EDIGATE_SLED_FOLDER";
const FLUSHED: &str = "flushed";
const NO_LOOP: &str = "no loop device here: mounting needs root and /dev/loop*";

#[test]
fn power_cuts_lose_nothing_and_double_nothing() {
    let cuts = chance::rounds("EDIGATE_CUTS", 10);
    let mut chance = Chance::new("cut");
    let broker = broker::shared();
    let ledger = Ledger::of(&broker.url(), "cut.documents");
    // With the gate shut the queue gets nothing: what was accepted then is in the store alone.
    let gate = Gate::to(broker.address());
    let mut gateway = Plan::default().broker(&broker.url_at(gate.address()), "cut").prepare();
    let Some(mut disk) = disk_under(&gateway) else { return skipped("power cuts", NO_LOOP) };
    let traffic = Traffic::to(gateway.address(), 4, 1);
    for round in 0..cuts {
        let reachable = chance.one_in(2);
        if reachable {
            gate.open()
        } else {
            gate.shut()
        }
        gateway.start();
        let plug = disk.plug();
        thread::sleep(chance.up_to(Duration::from_millis(800)));
        traffic.at_one_instant(|| plug.pull());
        gateway.kill();
        disk.power_on();
        if chance.one_in(3) {
            gateway.delete_index();
        }
        eprintln!("cut {}: {} orders accepted so far, broker reachable: {reachable}", round + 1, traffic.accepted());
    }
    gate.open();
    gateway.start();
    let seen = traffic.finish();
    assert_nothing_lost_or_doubled(&seen, &ledger, &gateway);
    seen.assert_receipts_repeat(gateway.address(), 20);
    assert!(gateway.stop().success(), "a drain is clean\n{}", gateway.log());
}

/// With eatmydata preloaded every sync returns at once and does nothing. A power cut must then lose orders that were
/// accepted; if it does not, the test above proves nothing.
#[test]
fn control_syncs_that_do_nothing_lose_orders() {
    let Some(preload) = eatmydata() else { return skipped("control: eatmydata", "libeatmydata.so is not installed") };
    for _ in 0..CONTROL_TRIES {
        let mut gateway = Plan::default().prepare();
        let Some(mut disk) = disk_under(&gateway) else { return skipped("control: eatmydata", NO_LOOP) };
        gateway.start_with(&[("LD_PRELOAD", &preload)]);
        let traffic = Traffic::to(gateway.address(), 4, 1);
        let plug = disk.plug();
        traffic.wait_for(CONTROL_ORDERS);
        traffic.at_one_instant(|| plug.pull());
        gateway.kill();
        let seen = traffic.abandon();
        disk.power_on();
        // A store that refuses to start on what is left has lost them too.
        let lost = match gateway.try_start(&[]) {
            Ok(()) => seen.receipts_changed(gateway.address()),
            Err(_) => seen.numbers().len(),
        };
        gateway.kill();
        eprintln!("control: {lost} of {} accepted orders lost where syncs do nothing", seen.numbers().len());
        if lost > 0 {
            return;
        }
    }
    panic!("{CONTROL_TRIES} power cuts without any sync lost nothing: the cuts of these tests are not real");
}

/// sled's flush, without the journal in front of it, is not durable: that is why sled is only an index here. When this
/// control fails, sled has learnt to sync, and the reason for the journal is to be looked at again.
#[test]
fn control_sled_alone_loses_what_it_flushed() {
    for _ in 0..CONTROL_TRIES {
        let folder = tempfile::tempdir().unwrap();
        let mount = folder.path().join("disk");
        fs::create_dir(&mount).unwrap();
        let Some(mut disk) = LoopDisk::over(&mount, folder.path().join("image"), DISK) else {
            return skipped("control: sled alone", NO_LOOP);
        };
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cut::sled_writer", "--ignored", "--nocapture"])
            .env(SLED_FOLDER, mount.join("sled"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let plug = disk.plug();
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        let flushed = lines.filter(|line| line.starts_with(FLUSHED)).take(CONTROL_ORDERS).count();
        plug.pull();
        writer.kill().unwrap();
        writer.wait().unwrap();
        disk.power_on();
        let kept = records_in(&mount.join("sled"));
        eprintln!("control: sled alone kept {kept:?} of {flushed} flushed records");
        if kept.is_none_or(|kept| kept < flushed) {
            return;
        }
    }
    panic!("{CONTROL_TRIES} power cuts took nothing from sled");
}

/// The process that the control above cuts the power of: inserts, flushes and says so, until it is killed.
#[test]
#[ignore = "run by control_sled_alone_loses_what_it_flushed"]
fn sled_writer() {
    let Ok(folder) = std::env::var(SLED_FOLDER) else { return };
    let database = sled::open(folder).unwrap();
    for index in 0_u64.. {
        database.insert(index.to_be_bytes(), vec![7; 200]).unwrap();
        database.flush().unwrap();
        println!("{FLUSHED} {index}");
    }
}

/// How many records sled finds, or nothing when it cannot open what is left; it is known to panic then. It is given a
/// copy, since its threads may hold on to files after a panic.
fn records_in(folder: &Path) -> Option<usize> {
    let copy = tempfile::tempdir().unwrap();
    for file in files_below(folder) {
        let to = copy.path().join(file.strip_prefix(folder).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, to).unwrap();
    }
    std::panic::catch_unwind(|| sled::open(copy.path()).map(|database| database.len())).ok()?.ok()
}

fn disk_under(gateway: &Gateway) -> Option<LoopDisk> {
    LoopDisk::over(&gateway.store(), gateway.path("disk.img"), DISK)
}

fn eatmydata() -> Option<String> {
    // In the folder of the machine's architecture, as in /usr/lib/x86_64-linux-gnu.
    let folders = fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok);
    let found = folders.map(|folder| folder.path().join("libeatmydata.so")).find(|file| file.exists())?;
    Some(found.to_str()?.to_owned())
}
