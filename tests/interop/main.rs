//! AS2 products of other make as partners, both ways, each a process of its own; and the gateway as its own partner.
//!
//! What each can do is data (`product.rs`), and docs/interop.md is made of it. `make test` runs a handful of cells of
//! those that it installs, `make interop` (the ignored tests) all cells of all of them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a panic here is a failed test")]
#![expect(unreachable_pub, reason = "a test binary exports nothing")]

#[path = "../support/rabbit.rs"]
mod broker;
#[path = "../gateway/erp_peer.rs"]
mod erp_peer;
#[path = "../support/gateway.rs"]
mod gateway;
#[path = "../support/identity.rs"]
mod identity;
mod matrix;
#[path = "../support/order.rs"]
mod order;
mod page;
mod peer;
#[path = "../support/plan.rs"]
mod plan;
#[path = "../support/ports.rs"]
mod ports;
mod product;
mod scene;
mod story;
mod twins;
#[path = "../support/wire.rs"]
mod wire;

use crate::matrix::Cell;
use crate::product::{Direction, PRODUCTS, Product};
use crate::scene::Scene;

/// Products that `make tools` installs; the others are installed and run by `make interop`.
const IN_EVERY_TEST: [&str; 3] = ["pyas2lib", "mock-edi", "openssl cms"];

/// Cells of each direction that `make test` runs.
const LIGHT: usize = 4;

#[test]
fn a_handful_of_cells_passes_with_the_products_of_every_test() {
    for product in PRODUCTS.iter().filter(|product| IN_EVERY_TEST.contains(&product.name)) {
        assert!(peer::installed(product), "{} is not installed: run `make tools`", product.name);
        run(product, LIGHT);
    }
}

#[test]
#[ignore = "minutes: make interop"]
fn every_cell_of_the_covers_passes_with_each_product() {
    let wanted = std::env::var("EDIGATE_PRODUCT").ok();
    for product in PRODUCTS.iter().filter(|product| wanted.as_deref().is_none_or(|name| name == product.name)) {
        assert!(peer::installed(product), "{} is not installed: run `scripts/tools.sh interop`", product.name);
        run(product, usize::MAX);
    }
}

/// Runs the first cells of both directions and tells all that fail.
fn run(product: &Product, most: usize) {
    let mut scene = Scene::new(product);
    let mut failed = Vec::new();
    for direction in [Direction::ToProduct, Direction::FromProduct] {
        for cell in product.cells(direction).0.iter().take(most) {
            if let Err(why) = one(&mut scene, direction, cell) {
                failed.push(why);
            }
        }
    }
    assert!(failed.is_empty(), "{}: {} cells failed\n{}", product.name, failed.len(), failed.join("\n"));
}

fn one(scene: &mut Scene<'_>, direction: Direction, cell: &Cell) -> Result<(), String> {
    let (way, outcome) = match direction {
        Direction::ToProduct => ("to it", scene.send(cell)),
        Direction::FromProduct => ("from it", scene.receive(cell)),
    };
    outcome.map_err(|why| format!("{way}: {cell}: {why}"))
}
