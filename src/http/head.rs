//! The head of a request, read whole within bounds.

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::TlsInfo;
use super::judge::{HeadFault, Judged, Scanner, judge};
use crate::base::Limits;

/// What stands before a request's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// The method as sent: `POST`.
    pub method: String,
    /// Path and query as sent: `/as2?x=1`.
    pub target: String,
    /// Header names as they were sent and their values, unfolded and trimmed, in order, repeats kept.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Who is at the other end of the connection.
    pub peer: SocketAddr,
    /// What the handshake agreed, under TLS.
    pub tls: Option<TlsInfo>,
}

impl RequestHead {
    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The first header called `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let named = |(known, _): &&(Vec<u8>, Vec<u8>)| known.eq_ignore_ascii_case(name.as_bytes());
        self.headers.iter().find(named).map(|(_, value)| value.as_slice())
    }
}

/// Bytes asked of the connection at once while the head is read.
const READ_BYTES: usize = 4096;

/// Reads a head and judges it. Also gives what was read past it. The caller holds the clock.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin), limits: &Limits) -> Result<(Judged, Bytes), HeadFault> {
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    let mut scanner = Scanner::default();
    loop {
        if let Some(end) = scanner.scan(&buffer, limits)? {
            let head = buffer.split_to(end);
            return Ok((judge(&head, limits)?, buffer.freeze()));
        }
        buffer.reserve(READ_BYTES);
        match stream.read_buf(&mut buffer).await {
            Ok(0) => return Err(HeadFault::Gone),
            Ok(_) => {}
            Err(error) => return Err(HeadFault::Broken(error.to_string())),
        }
    }
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
