//! The life of one connection: head, handler, answer, close.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::{oneshot, watch};
use tokio::time::{sleep, timeout};

use super::content::{Body, Pace};
use super::head;
use super::judge::{HeadFault, Judged};
use super::{BodyReader, Content, Handler, Incoming, Reply, RequestHead, TlsInfo};
use crate::base::Limits;
use crate::observe::{Event, Metrics};

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Shared<H> {
    pub(super) name: String,
    pub(super) limits: Limits,
    pub(super) handler: Arc<H>,
    pub(super) metrics: Metrics,
}

/// Bytes hyper may hold of one connection's input.
const BUFFER_BYTES: usize = 64 << 10;

/// After an answer that leaves input unread, how long to go on discarding it: closing at once would reset the
/// connection, and the peer could lose the answer (RFC 9112, section 9.6).
const LINGER: Duration = Duration::from_secs(10);

/// How long the peer may be silent during [`LINGER`].
const LINGER_SILENCE: Duration = Duration::from_secs(2);

/// Serves the one request of a connection.
pub(super) async fn serve<S, H>(
    mut stream: S,
    peer: SocketAddr,
    tls: Option<TlsInfo>,
    shared: &Shared<H>,
    draining: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    H: Handler,
{
    let head = tokio::select! {
        head = timeout(shared.limits.head_time, head::read(&mut stream, &shared.limits)) => head,
        () = begun(draining) => return,
    };
    match head {
        Ok(Ok((judged, rest))) => handle(stream, judged, rest, peer, tls, shared).await,
        Ok(Err(fault)) => {
            if let Some((status, reason, text)) = fault.answer() {
                refuse(stream, peer, shared, status, reason, text).await;
            } else if let HeadFault::Broken(why) = fault {
                tracing::debug!(listener = shared.name, %peer, why, "connection failed before a request");
            }
        }
        Err(_) => refuse(stream, peer, shared, 408, "head-too-slow", "the request's head took too long").await,
    }
}

/// Resolves when the listener begins to drain, or is gone.
async fn begun(mut draining: watch::Receiver<bool>) {
    // An error means that the sender is gone, and with it the listener.
    if draining.wait_for(|draining| *draining).await.is_err() {
        tracing::trace!("the listener is gone");
    }
}

/// Answers a head that was not let through.
async fn refuse<S, H>(
    stream: S,
    peer: SocketAddr,
    shared: &Shared<H>,
    status: u16,
    reason: &'static str,
    text: &'static str,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    H: Handler,
{
    let event = Event::RequestRefused { listener: &shared.name, peer: peer.ip(), status, reason, detail: text };
    event.emit(&shared.metrics);
    let stand_in = Bytes::from_static(b"POST / HTTP/1.0\r\n\r\n");
    let stream = Prefixed { prefix: stand_in, inner: stream };
    let answered = answer(stream, shared.limits.body_idle, &shared.metrics, async |_| Reply::text(status, text)).await;
    close(answered, Unread::Perhaps).await;
}

/// Lets the handler answer.
async fn handle<S, H>(
    stream: S,
    judged: Judged,
    rest: Bytes,
    peer: SocketAddr,
    tls: Option<TlsInfo>,
    shared: &Shared<H>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    H: Handler,
{
    let mut prefix = Vec::from(judged.for_hyper());
    prefix.extend_from_slice(&rest);
    let stream = Prefixed { prefix: prefix.into(), inner: stream };
    let whole = Arc::new(AtomicBool::new(false));
    let declared = judged.declared;
    let head = RequestHead { method: judged.method, target: judged.target, headers: judged.headers, peer, tls };
    let answered = answer(stream, shared.limits.body_idle, &shared.metrics, async |body| {
        let body = BodyReader::new(body, declared, &shared.limits, whole.clone());
        shared.handler.handle(Incoming { head, body }).await
    })
    .await;
    let unread = if whole.load(Ordering::Relaxed) { Unread::Nothing } else { Unread::Perhaps };
    close(answered, unread).await;
}

/// Runs hyper over `stream` with `work` as the answer to its one request. The work is done here and not inside hyper's
/// service, so that a peer that goes away does not stop it half-way.
async fn answer<S, W>(stream: Prefixed<S>, write_time: Duration, metrics: &Metrics, work: W) -> io::Result<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    W: AsyncFnOnce(hyper::body::Incoming) -> Reply,
{
    let (body_out, body_in) = oneshot::channel();
    let (response_out, response_in) = oneshot::channel::<hyper::Response<Body>>();
    let (ready_out, ready_in) = oneshot::channel::<Option<Pace>>();
    let once = Mutex::new(Some((body_out, response_in)));
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let ends = once.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async move {
            // There is one request a connection, and its work ends in a reply; were it not so, 500 says it is us.
            let response = match ends {
                Some((body_out, response_in)) => {
                    let given = body_out.send(request.into_body()).is_ok();
                    if given { response_in.await.ok() } else { None }
                }
                None => None,
            };
            Ok::<_, Infallible>(response.unwrap_or_else(|| Reply::empty(500).into_response(metrics).0))
        })
    });
    let mut connection = hyper::server::conn::http1::Builder::new()
        .keep_alive(false)
        .half_close(true)
        .title_case_headers(true)
        .header_read_timeout(None)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let driving = async {
        let driven = tokio::select! {
            driven = poll_fn(|cx| connection.poll_without_shutdown(cx)) => driven.map_err(io::Error::other),
            () = late(ready_in, write_time) => Err(io::ErrorKind::TimedOut.into()),
        };
        // Should hyper have ended without a request, nobody need wait for one any longer.
        drop(once.lock().unwrap_or_else(PoisonError::into_inner).take());
        driven
    };
    let working = async {
        if let Ok(body) = body_in.await {
            let (response, pace) = work(body).await.into_response(metrics);
            // The peer may be gone, and hyper with him; what the work did stays done.
            let gone = response_out.send(response).is_err() | ready_out.send(pace).is_err();
            if gone {
                tracing::debug!("the peer did not wait for the answer");
            }
        }
    };
    let (driven, ()) = futures_util::future::join(driving, working).await;
    driven?;
    Ok(connection.into_parts().io.into_inner().inner)
}

/// Resolves when the peer has not taken the answer `write_time` after it was ready; of one that goes out in pieces, when
/// he has taken none of them for so long, or all of them too slowly.
async fn late(ready: oneshot::Receiver<Option<Pace>>, write_time: Duration) {
    match ready.await {
        Ok(None) => sleep(write_time).await,
        Ok(Some(mut pace)) => {
            let step = pace.late(write_time, write_time).await;
            tracing::debug!(step, "the peer takes the answer too slowly");
        }
        Err(_) => std::future::pending().await,
    }
}

/// Whether the peer may have sent more than was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unread {
    Nothing,
    Perhaps,
}

/// Closes our side, and the other as gently as it deserves.
async fn close<S: AsyncRead + AsyncWrite + Unpin>(answered: io::Result<S>, unread: Unread) {
    let Ok(mut stream) = answered else { return };
    // A peer that does not take our close_notify is not waited for: real ones never answer it.
    if !matches!(timeout(LINGER_SILENCE, stream.shutdown()).await, Ok(Ok(()))) || unread == Unread::Nothing {
        return;
    }
    let discarding = async {
        let mut scrap = vec![0; 16 << 10];
        while let Ok(Ok(1..)) = timeout(LINGER_SILENCE, stream.read(&mut scrap)).await {}
    };
    if timeout(LINGER, discarding).await.is_err() {
        tracing::trace!("the peer kept sending after its answer");
    }
}

impl Reply {
    /// The same answer for hyper, and how far its body has gone out where that takes a while. A header of ours that HTTP
    /// does not allow makes it a 500 rather than half an answer.
    fn into_response(self, metrics: &Metrics) -> (hyper::Response<Body>, Option<Pace>) {
        let mut builder = hyper::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let length = self.body.length();
        let (body, pace) = self.body.answer();
        // hyper asks a body in memory for its length, and takes one that comes in pieces for endless.
        if pace.is_some() {
            builder = builder.header("Content-Length", length);
        }
        let response = builder.body(body).unwrap_or_else(|error| {
            Event::Defect { kind: "answer-malformed", detail: &error.to_string() }.emit(metrics);
            let (nothing, _) = Content::bytes(Bytes::new()).answer();
            let mut response = hyper::Response::new(nothing);
            *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
            response
        });
        (response, pace)
    }
}

/// A stream with some bytes to be read before its own.
#[derive(Debug)]
struct Prefixed<S> {
    prefix: Bytes,
    inner: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Prefixed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let many = self.prefix.len().min(out.remaining());
        if many == 0 {
            return Pin::new(&mut self.inner).poll_read(cx, out);
        }
        out.put_slice(self.prefix.get(..many).unwrap_or_default());
        self.prefix.advance(many);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prefixed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
