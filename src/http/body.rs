//! A request's body, handed out in pieces under a cap and against the clock.

use std::fmt;

use bytes::Bytes;

/// Why a body did not arrive whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It is larger than the cap: 413.
    TooLarge {
        /// The cap in bytes.
        cap: u64,
    },
    /// Nothing came for [`Limits::body_idle`](crate::base::Limits::body_idle): 408.
    Idle,
    /// It came slower than [`Limits::body_rate`](crate::base::Limits::body_rate) for longer than is allowed: 408.
    TooSlow,
    /// It took longer than [`Limits::body_time`](crate::base::Limits::body_time): 408.
    TooLong,
    /// The connection ended in the middle of it, or its chunks are malformed: 400, if anybody still listens.
    Broken(String),
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        todo!()
    }
}

impl std::error::Error for BodyFault {}

/// Reads a body piece by piece. Dropping it before the end closes the connection after the answer.
#[derive(Debug)]
pub struct BodyReader {}

impl BodyReader {
    /// Sets the cap, in bytes. A body that declares more in Content-Length is refused now, before a byte of it is read.
    pub fn cap(&mut self, bytes: u64) -> Result<(), BodyFault> {
        let _ = bytes;
        todo!()
    }

    /// Content-Length, when the request has one.
    pub fn declared(&self) -> Option<u64> {
        todo!()
    }

    /// Bytes handed out so far.
    pub fn received(&self) -> u64 {
        todo!()
    }

    /// The next piece, `None` at the end.
    ///
    /// The first call invites the body of a peer that waits for `100 Continue`. Only time spent waiting for the peer
    /// counts against it.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BodyFault> {
        todo!()
    }
}
