//! The head of a request: read whole within bounds, judged, unfolded.

use std::net::SocketAddr;

use super::TlsInfo;

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
