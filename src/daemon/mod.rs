//! The long-running gateway: builds its adapters, runs the steps of a message's walk, drains and stops.
//!
//! ```text
//! receive    AS2 message -> receipt            (durable before the receipt leaves)
//! translate  payload     -> documents, rows    (a job; attempts counted on disk before the work)
//! publish    row         -> confirmed event    (a job; the same row until the ERP's side confirms)
//! ```
//!
//! Every step is claim, read, pure work, act, finish; only a store fault leaves a lease open.

mod app;
mod gate;
mod listeners;
mod ports;
mod publish;
mod receipt;
mod receive;
mod reload;
mod room;
mod sink;
#[cfg(test)]
mod tests;
mod throttle;
mod translate;
mod watch;
mod worker;

pub use app::{StartFault, run};
