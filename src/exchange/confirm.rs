//! How an offer to the ERP's side ended.

use std::fmt;

/// The four outcomes of a publication. Only the first is success; silence is never one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// The broker has it on disk, or the directory sink has.
    Confirmed,
    /// No queue is bound for it, its exchange is missing, or it is larger than the broker takes. Nobody has it.
    Returned {
        /// 312 for "no route", 404 for a missing exchange, 311 for "content too large" (AMQP 0-9-1).
        code: u16,
        /// The broker's words and the next step.
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
            Self::Returned { code, text } => write!(f, "returned: {code} {text}"),
            Self::Nacked => f.write_str("refused by the broker"),
            Self::Lost(why) => write!(f, "no confirm: {why}"),
        }
    }
}
