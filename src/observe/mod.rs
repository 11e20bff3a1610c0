//! What the gateway tells its operators: typed events, which become log lines and counters.
//!
//! Nobody invents a message where something happens: it is an [`Event`], and [`Event::emit`] writes it and counts it.
//! Events carry ids, sizes and words of the trade; never a payload, never a secret. Pure floors do not come here.

mod event;
mod line;
mod metric;
mod setup;

pub use event::{Broker, Crowd, Event, Outcome};
pub use metric::Metrics;
pub use setup::{Format, Level, SetupFault, log_to_stderr};
