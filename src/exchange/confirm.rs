//! How an offer to the ERP's side ended.

use std::fmt;

/// The four outcomes of a publication. Only the first is success; silence is never one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// The broker has it on disk, or the directory sink has.
    Confirmed,
    /// No queue is bound for it; the broker gave it back.
    Returned {
        /// AMQP reply code such as 312.
        code: u16,
        /// AMQP reply text such as `NO_ROUTE`.
        text: String,
    },
    /// The broker refused it, as a full queue does.
    Nacked,
    /// Nothing was heard: the connection broke, or the confirm did not come in time.
    Lost(String),
}

impl Confirm {
    /// The outcome's name, for metrics and logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Returned { .. } => "returned",
            Self::Nacked => "nacked",
            Self::Lost(_) => "lost",
        }
    }
}

impl fmt::Display for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed => f.write_str("confirmed"),
            Self::Returned { code, text } => write!(f, "returned as unroutable: {code} {text}"),
            Self::Nacked => f.write_str("refused by the broker"),
            Self::Lost(why) => write!(f, "no confirm: {why}"),
        }
    }
}
