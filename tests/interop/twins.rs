//! Two gateways, each the other's partner: every message that the matrix has.

use std::fs;

use crate::gateway::Gateway;
use crate::matrix::Cell;
use crate::order;
use crate::product::{WE_SEND, WE_TAKE};
use crate::scene::{lenient, reconfigure, send_tables, settled, submit};

const PARTNER: &str = "partners/acme-bearings/partner.toml";
const NOWHERE: &str = "http://127.0.0.1:9/as2";

/// Cells that both sides can do: the whole product.
fn cells() -> Vec<Cell> {
    WE_SEND.product().into_iter().filter(|cell| WE_TAKE.can(cell)).collect()
}

#[test]
fn two_gateways_exchange_a_cover_of_the_matrix() {
    exchange(&WE_SEND.cover().into_iter().filter(|cell| WE_TAKE.can(cell)).take(12).collect::<Vec<_>>());
}

#[test]
#[ignore = "minutes: make interop"]
fn two_gateways_exchange_every_message_of_the_matrix() {
    exchange(&cells());
}

fn exchange(cells: &[Cell]) {
    let mut ours = lenient().send("#send").prepare();
    let mut theirs = lenient().send("#send").prepare();
    let url = ours.url();
    rewrite(&ours, PARTNER, &[(NOWHERE, &theirs.url())]);
    // The twin is ACMEBRG, with its keys, and we are its partner NORTHWIND.
    rewrite(
        &theirs,
        PARTNER,
        &[(NOWHERE, &url), ("\"ACMEBRG\"\nurl", "\"NORTHWIND\"\nurl"), ("certs/acme.pem", "certs/northwind.pem")],
    );
    rewrite(&theirs, "edigate.toml", &[("\"NORTHWIND\"", "\"ACMEBRG\""), ("certs/northwind.", "certs/acme.")]);
    ours.start();
    theirs.start();
    let mut failed = Vec::new();
    for (cell, index) in cells.iter().zip(1..) {
        reconfigure(&ours, &send_tables(cell, &url, false));
        let file = ours.path(&format!("order-{index}.x12"));
        fs::write(&file, order::interchange(index)).unwrap();
        if let Err(why) = settled(cell, &submit(&ours, &file), &theirs) {
            failed.push(format!("{cell}: {why}"));
        }
    }
    assert!(failed.is_empty(), "{} cells failed\n{}", failed.len(), failed.join("\n"));
    assert_eq!(theirs.wait_for_documents(cells.len()).len(), cells.len(), "a document a message");
}

fn rewrite(gateway: &Gateway, inside: &str, changes: &[(&str, &str)]) {
    let mut text = fs::read_to_string(gateway.path(inside)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} in {inside}");
        text = text.replace(from, to);
    }
    fs::write(gateway.path(inside), text).unwrap();
}
