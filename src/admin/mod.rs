//! The operator's door: HTTP/1.1 and JSON over a Unix socket. One file per resource.
//!
//! `/healthz` says that the process runs, `/readyz` whether it takes messages and hands them on, `/metrics` gives
//! counters in the text format of Prometheus; `/v1/documents` and `/v1/exchanges` show what became of each message, and
//! `/v1/audit` what operators did. Whatever changes something is written down with who did it (`operator.rs`).

mod answer;
mod audit;
mod certificates;
mod documents;
mod evidence;
mod exchanges;
mod health;
mod operator;
mod partner_views;
mod quarantine;
mod replays;
mod resends;
mod router;
mod socket;
mod submissions;

pub use health::Readiness;
pub use partner_views::{PartnerView, SeenSegment};
pub use replays::Reread;
pub use router::{Admin, Looking, Rereading, router};
pub use socket::{SocketFault, bind, serve};
