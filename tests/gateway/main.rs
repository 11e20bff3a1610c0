//! The front door: the real binary with its configuration in a folder of its own, among independent partners, a real
//! broker, and faults that come from outside.
//!
//! Needs what `make tools` installs. Tests that mount a file system need root and are otherwise skipped, loudly.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a panic here is a failed test")]
#![expect(clippy::print_stderr, reason = "a test's progress, shown when it fails")]
#![expect(unreachable_pub, reason = "a test binary exports nothing")]

// What tests stand on.
#[path = "../support/rabbit.rs"]
mod broker;
mod chance;
mod desk;
mod disk;
mod erp_peer;
mod gate;
#[path = "../support/gateway.rs"]
mod gateway;
#[path = "../support/identity.rs"]
mod identity;
mod ledger;
mod moved_clock;
mod oracle;
#[path = "../support/order.rs"]
mod order;
#[path = "../support/certificates.rs"]
mod pairs;
mod partner;
#[path = "../support/plan.rs"]
mod plan;
#[path = "../support/ports.rs"]
mod ports;
mod traffic;
#[path = "../support/wire.rs"]
mod wire;

// Tests.
mod attachments;
mod away;
mod certificates;
mod cut;
mod documents;
mod duplicates;
mod erp;
mod erp_broker;
mod erp_claim;
mod erp_ends;
mod erp_kill;
mod erp_replay;
mod erp_resend;
mod erp_rights;
mod erp_tls;
mod erp_ways;
mod evidence;
mod evidence_odd;
mod faults;
mod hands;
mod keeping;
mod kill;
mod outage;
mod outage_load;
mod peers;
mod quarantine;
mod quirks;
mod receipts;
mod repeats;
mod sending;
mod space;
