//! An open connection to a server, and those that are kept for the next request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::content::Body;
use super::{Answer, ClientFault};

/// How long a connection is kept: servers close theirs after five seconds and more.
const IDLE: Duration = Duration::from_secs(4);
/// How long a kept connection may take to be ready: it is or it is not.
const READY: Duration = Duration::from_millis(200);
/// Connections kept at once by one client.
const MOST: usize = 4;

/// A connection's bytes, under TLS or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection on which one request can be made at a time.
pub(super) struct Open {
    sender: SendRequest<Body>,
    driver: Driver,
}

/// What reads and writes for a connection; it ends with it.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Open {
    /// Begins to speak HTTP/1.1. Folded header lines of answers are unfolded: partners' products send them (RFC 9112,
    /// section 5.2 has a user agent replace them by spaces).
    pub(super) async fn on(stream: Box<dyn Stream>) -> Result<Self, ClientFault> {
        let (sender, connection) = Builder::new()
            .title_case_headers(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // What ends the connection shows in the answer.
        let driver = tokio::spawn(async move {
            let ended = connection.await;
            tracing::trace!(?ended, "connection");
        });
        Ok(Self { sender, driver: Driver(driver) })
    }

    /// Sends a request and reads its answer, whose body has at most `cap` bytes. The outer error: nothing of the request was
    /// sent, as the connection had ended.
    pub(super) async fn exchange(
        &mut self,
        request: hyper::Request<Body>,
        cap: usize,
    ) -> Result<Result<Answer, ClientFault>, ClientFault> {
        match self.sender.try_send_request(request).await {
            Ok(response) => Ok(read(response, cap).await),
            Err(mut fault) => {
                let unsent = fault.take_message().is_some();
                let fault = broken(fault.into_error());
                if unsent { Err(fault) } else { Ok(Err(fault)) }
            }
        }
    }

    async fn is_ready(&mut self) -> bool {
        !self.driver.0.is_finished() && matches!(timeout(READY, self.sender.ready()).await, Ok(Ok(())))
    }
}

/// Reads an answer.
async fn read(response: hyper::Response<Incoming>, cap: usize) -> Result<Answer, ClientFault> {
    let (parts, mut body) = response.into_parts();
    let headers = parts.headers.iter().map(|(name, value)| (name.as_str().into(), value.as_bytes().into()));
    let mut answer = Answer { status: parts.status.as_u16(), headers: headers.collect(), body: Vec::new() };
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(broken)?.into_data() {
            if answer.body.len().saturating_add(data.len()) > cap {
                return Err(ClientFault::TooLarge(cap));
            }
            answer.body.extend_from_slice(&data);
        }
    }
    Ok(answer)
}

/// Connections that are open and not in use.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<Waiting>>);

struct Waiting {
    origin: String,
    since: Instant,
    open: Open,
}

impl Kept {
    /// One to this server, if there is one that is ready.
    pub(super) async fn take(&self, origin: &str) -> Option<Open> {
        loop {
            let mut open = {
                let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                // The one used last is the least likely to have been closed.
                let place = all.iter().rposition(|waiting| waiting.origin == origin)?;
                all.remove(place).open
            };
            if open.is_ready().await {
                return Some(open);
            }
        }
    }

    /// Keeps one for a while. Where there are enough, the oldest is closed.
    pub(super) fn keep(self: &Arc<Self>, origin: &str, open: Open) {
        let waiting = Waiting { origin: origin.to_owned(), since: Instant::now(), open };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(waiting);
        let kept = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            if let Some(kept) = kept.upgrade() {
                let mut all = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
                all.retain(|waiting| waiting.since.elapsed() < IDLE);
            }
        });
    }
}

fn broken(error: hyper::Error) -> ClientFault {
    ClientFault::Broken(in_full(&error))
}

/// An error with what caused it; hyper says only the first half itself.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
