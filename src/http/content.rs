//! What is posted: read in pieces while it goes out, and how far it has gone.

use std::io::{self, Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Bytes of a body that are in memory at once; also the size of a chunk.
const PIECE: usize = 64 << 10;

/// The body of a request. It may go out several times, each time from its beginning.
#[derive(Clone)]
pub struct Content {
    length: u64,
    source: Source,
}

#[derive(Clone)]
enum Source {
    Memory(Bytes),
    File(Arc<Mutex<dyn ReadSeek>>),
}

/// What can be read again from its beginning.
trait ReadSeek: Read + Seek + Send {}
impl<R: Read + Seek + Send> ReadSeek for R {}

/// A body as hyper takes it.
pub(super) type Body = BoxBody<Bytes, io::Error>;

impl Content {
    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: bytes.len() as u64, source: Source::Memory(bytes) }
    }

    /// `length` bytes of a file, of which no more than a piece is ever in memory. Reading it may block.
    pub fn file(length: u64, file: impl Read + Seek + Send + 'static) -> Self {
        Self { length, source: Source::File(Arc::new(Mutex::new(file))) }
    }

    /// Bytes in all.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The body from its beginning, which goes out once `go` says so, and what tells how far it has come.
    pub(super) fn body(&self, go: Go) -> (Body, Pace) {
        let (tell, told) = watch::channel(Gone { bytes: 0, at: Instant::now() });
        let state = Going { source: self.source.clone(), offset: 0, length: self.length, go: Some(go), tell };
        let pieces = stream::try_unfold(state, |mut state| async move {
            let piece = state.next().await?;
            Ok::<_, io::Error>(piece.map(|piece| (Frame::data(piece), state)))
        });
        (StreamBody::new(pieces).boxed(), Pace { length: self.length, told })
    }
}

/// When a body may begin to go out.
pub(super) enum Go {
    /// At once.
    AtOnce,
    /// When the server said `100 Continue`, or was given time to (RFC 9110, section 10.1.1: not for ever).
    WhenTold { told: watch::Receiver<bool>, at_the_latest: Duration },
}

impl Go {
    async fn come(self) {
        if let Self::WhenTold { mut told, at_the_latest } = self {
            let come = timeout(at_the_latest, told.wait_for(|told| *told)).await;
            tracing::trace!(told = matches!(come, Ok(Ok(_))), "the body goes out");
        }
    }
}

/// A body on its way.
struct Going {
    source: Source,
    offset: u64,
    length: u64,
    go: Option<Go>,
    tell: watch::Sender<Gone>,
}

impl Going {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(go) = self.go.take() {
            go.come().await;
        }
        let wanted = usize::try_from(self.length.saturating_sub(self.offset)).unwrap_or(PIECE).min(PIECE);
        if wanted == 0 {
            return Ok(None);
        }
        let piece = match &mut self.source {
            Source::Memory(bytes) => bytes.split_to(wanted),
            Source::File(file) => {
                let (file, offset) = (Arc::clone(file), self.offset);
                let reading = tokio::task::spawn_blocking(move || read_piece(&file, offset, wanted));
                reading.await.map_err(io::Error::other)??
            }
        };
        self.offset = self.offset.saturating_add(wanted as u64);
        self.tell.send_replace(Gone { bytes: self.offset, at: Instant::now() });
        Ok(Some(piece))
    }
}

fn read_piece(file: &Mutex<dyn ReadSeek>, offset: u64, wanted: usize) -> io::Result<Bytes> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    if offset == 0 {
        file.rewind()?;
    }
    let mut piece = vec![0; wanted];
    file.read_exact(&mut piece)?;
    Ok(piece.into())
}

/// How far a body has gone, and since when.
#[derive(Clone, Copy)]
struct Gone {
    bytes: u64,
    at: Instant,
}

/// Tells how far a body has gone out.
pub(super) struct Pace {
    length: u64,
    told: watch::Receiver<Gone>,
}

impl Pace {
    /// Ends when it takes too long, and says which step did: a piece of the body to be taken, `idle` behind the last, or, when
    /// all of them are, `answer` behind the last one, the answer to be there.
    pub(super) async fn late(&mut self, idle: Duration, answer: Duration) -> &'static str {
        loop {
            let gone = *self.told.borrow_and_update();
            let (limit, step) = if gone.bytes < self.length { (idle, "body") } else { (answer, "answer") };
            let late = tokio::time::sleep_until(gone.at + limit);
            tokio::select! {
                () = late => return step,
                Ok(()) = self.told.changed() => {}
            }
        }
    }

    /// How much had gone out, in words for an operator.
    pub(super) fn words(&self) -> String {
        match self.told.borrow().bytes {
            0 if self.length > 0 => "nothing of the message had gone out".to_owned(),
            bytes if bytes < self.length => format!("{bytes} of {} bytes of the message had gone out", self.length),
            _ => "the whole message had gone out".to_owned(),
        }
    }
}
