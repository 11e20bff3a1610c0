//! A request's body, handed out in pieces under a cap and against the clock.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout};

use crate::base::Limits;

/// Why a body did not arrive whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It is larger than the cap: 413.
    TooLarge {
        /// The cap in bytes.
        cap: u64,
    },
    /// Nothing came for [`Limits::body_idle`]: 408.
    Idle,
    /// It came slower than [`Limits::body_rate`] for longer than [`Limits::body_rate_grace`]: 408.
    TooSlow,
    /// It took longer than [`Limits::body_time`]: 408.
    TooLong,
    /// The connection ended in the middle of it, or its chunks are malformed: 400, if anybody still listens.
    Broken(String),
}

impl BodyFault {
    /// A word of a fixed set, for metrics.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "body-too-large",
            Self::Idle => "body-idle",
            Self::TooSlow => "body-too-slow",
            Self::TooLong => "body-too-long",
            Self::Broken(_) => "body-broken",
        }
    }
}

/// For the operator; the peer is told by [`Reply`](super::Reply).
impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { cap } => {
                write!(
                    f,
                    "the body is larger than {cap} bytes; raise limits.body or the partner's max_size if it may be"
                )
            }
            Self::Idle => f.write_str("the body stopped arriving"),
            Self::TooSlow => f.write_str("the body arrived too slowly"),
            Self::TooLong => f.write_str("the body took too long in all"),
            Self::Broken(why) => write!(f, "the body broke off: {why}"),
        }
    }
}

impl std::error::Error for BodyFault {}

/// How long a peer may keep us waiting. Only time spent waiting for him counts.
#[derive(Clone, Copy, Debug)]
struct Patience {
    idle: Duration,
    total: Duration,
    rate: u64,
    grace: Duration,
}

impl Patience {
    /// How much longer to wait for the next piece, and what it is called when it does not come.
    fn left(&self, received: u64, waited: Duration) -> (Duration, BodyFault) {
        let total = self.total.saturating_sub(waited);
        // Every `rate` bytes earn another second; the grace is given in advance.
        let earned = received.checked_div(self.rate).map_or(Duration::MAX, Duration::from_secs);
        let rate = self.grace.saturating_add(earned).saturating_sub(waited);
        if self.idle <= total && self.idle <= rate {
            (self.idle, BodyFault::Idle)
        } else if rate <= total {
            (rate, BodyFault::TooSlow)
        } else {
            (total, BodyFault::TooLong)
        }
    }
}

/// Reads a body piece by piece. Dropping it before the end closes the connection after the answer.
#[derive(Debug)]
pub struct BodyReader {
    body: hyper::body::Incoming,
    patience: Patience,
    declared: Option<u64>,
    cap: u64,
    received: u64,
    waited: Duration,
    ended: Option<BodyFault>,
    whole: Arc<AtomicBool>,
}

impl BodyReader {
    /// `whole` is set once the body has been read to its end.
    pub(super) fn new(
        body: hyper::body::Incoming,
        declared: Option<u64>,
        limits: &Limits,
        whole: Arc<AtomicBool>,
    ) -> Self {
        let patience = Patience {
            idle: limits.body_idle,
            total: limits.body_time,
            rate: limits.body_rate,
            grace: limits.body_rate_grace,
        };
        Self { body, patience, declared, cap: limits.body, received: 0, waited: Duration::ZERO, ended: None, whole }
    }

    /// Sets the cap, in bytes; until then it is [`Limits::body`]. A body that declares more in Content-Length is
    /// refused now, before a byte of it is read.
    pub fn cap(&mut self, bytes: u64) -> Result<(), BodyFault> {
        self.cap = bytes;
        match self.declared {
            Some(declared) if declared > bytes => Err(self.fail(BodyFault::TooLarge { cap: bytes })),
            _ => Ok(()),
        }
    }

    /// Content-Length, when the request has one.
    pub const fn declared(&self) -> Option<u64> {
        self.declared
    }

    /// Bytes handed out so far.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// The next piece, `None` at the end. A fault is final: it is given again on every further call.
    ///
    /// The first call invites the body of a peer that waits for `100 Continue`. Only time spent waiting for the peer
    /// counts against him.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BodyFault> {
        if let Some(fault) = &self.ended {
            return Err(fault.clone());
        }
        self.cap(self.cap)?;
        loop {
            let (patience, late) = self.patience.left(self.received, self.waited);
            let began = Instant::now();
            let frame = timeout(patience, self.body.frame()).await;
            self.waited += began.elapsed();
            match frame {
                Err(_) => return Err(self.fail(late)),
                Ok(Some(Err(error))) => return Err(self.fail(BodyFault::Broken(error.to_string()))),
                Ok(None) => {
                    self.whole.store(true, Ordering::Relaxed);
                    return Ok(None);
                }
                // Trailers are not data; nothing of ours is in them.
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return self.take(data).map(Some),
                    _ => {}
                },
            }
        }
    }

    fn take(&mut self, data: Bytes) -> Result<Bytes, BodyFault> {
        let received = self.received.saturating_add(data.len() as u64);
        if received > self.cap {
            return Err(self.fail(BodyFault::TooLarge { cap: self.cap }));
        }
        self.received = received;
        Ok(data)
    }

    fn fail(&mut self, fault: BodyFault) -> BodyFault {
        self.ended = Some(fault.clone());
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_names_the_bound_that_ends_first() {
        let seconds = Duration::from_secs;
        let patience = Patience { idle: seconds(30), total: seconds(900), rate: 1024, grace: seconds(30) };
        let check = |received: u64, waited: u64, expect: (u64, BodyFault)| {
            let (left, fault) = patience.left(received, seconds(waited));
            assert_eq!((left.as_secs(), fault), expect, "{received} {waited}");
        };
        check(0, 0, (30, BodyFault::Idle));
        check(0, 1, (29, BodyFault::TooSlow));
        check(1_023, 30, (0, BodyFault::TooSlow));
        check(10 * 1_024, 30, (10, BodyFault::TooSlow));
        check(100 * 1_024, 30, (30, BodyFault::Idle));
        check(100 << 20, 895, (5, BodyFault::TooLong));
        check(100 << 20, 901, (0, BodyFault::TooLong));
    }

    #[test]
    fn no_rate_is_no_bound() {
        let patience = Patience { idle: Duration::from_secs(9), total: Duration::MAX, rate: 0, grace: Duration::ZERO };
        assert_eq!(patience.left(0, Duration::from_secs(99)), (Duration::from_secs(9), BodyFault::Idle));
    }
}
