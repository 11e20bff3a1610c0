//! The long-running gateway: builds its adapters, runs the steps of a message's walk, drains and stops.
//!
//! ```text
//! receive    AS2 message -> receipt            (durable before the receipt leaves)
//! open       staged AS2  -> receipt due        (a job; for receipts that are asked for later)
//! dispatch   receipt     -> partner's server   (a job; the same bytes until they are taken)
//! translate  payload     -> documents, rows    (a job; attempts counted on disk before the work)
//! publish    row         -> confirmed event    (a job; the same row until the ERP's side confirms)
//!
//! pack       payload     -> AS2 message        (a job; stored before the first attempt)
//! deliver    AS2 message -> receipt            (a job; the same bytes under the same Message-ID)
//! overdue    no receipt  -> somebody looks     (a job that is due when the time has passed)
//!
//! commands   the ERP's   -> document           (durable before the command is acknowledged)
//! write      document    -> message            (a job; by the mapping, read back, as the partner will get it)
//! assemble   messages    -> payload            (a job; control numbers are given with what carries them)
//! conclude   outcome     -> documents, events  (a job; whenever a receipt or an acknowledgement has come)
//! ```
//!
//! Every step is claim, read, pure work, act, finish; only a store fault leaves a lease open.

mod acknowledged;
mod answer;
mod app;
mod assemble;
mod clients;
mod commands;
mod conclude;
mod consume;
mod deliver;
mod dispatch;
mod envelope;
mod erp;
mod evidence;
mod expiry;
mod filling;
mod gate;
mod hand_out;
mod inbox;
mod keep;
mod learn;
mod listeners;
mod open;
mod overdue;
mod pack;
mod partner_view;
mod ports;
mod publish;
mod receipt;
mod receive;
mod reload;
mod room;
mod route;
mod sink;
mod submission;
#[cfg(test)]
mod tests;
mod throttle;
mod translate;
mod watch;
mod worker;
mod write;

pub use app::{StartFault, run};
