//! What is posted or answered: read in pieces while it goes out, and how far it has gone.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Bytes of a body that are in memory at once; also the size of a chunk.
const PIECE: usize = 64 << 10;

/// Bytes of a body that a server takes in a second: one that takes fewer holds up others.
const LEAST_RATE: u64 = 16 << 10;

/// The body of a request or of an answer. It may go out several times, each time from its beginning.
#[derive(Clone)]
pub struct Content {
    length: u64,
    source: Source,
}

/// Without its bytes, which are business.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("length", &self.length).finish_non_exhaustive()
    }
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

    /// The body of an answer, and what tells how far it has come where it does not go out at once.
    pub(super) fn answer(self) -> (Body, Option<Pace>) {
        match self.source {
            Source::Memory(bytes) => (Full::new(bytes).map_err(|never| match never {}).boxed(), None),
            Source::File(_) => {
                let (body, pace) = self.body(Go::AtOnce);
                (body, Some(pace))
            }
        }
    }

    /// The bytes, where they are in memory.
    #[cfg(test)]
    pub(crate) fn in_memory(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Memory(bytes) => Some(bytes),
            Source::File(_) => None,
        }
    }

    /// Bytes in all.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The body from its beginning, which goes out once `go` says so, and what tells how far it has come.
    pub(super) fn body(&self, go: Go) -> (Body, Pace) {
        let begun = Instant::now();
        let (tell, told) = watch::channel(Gone { bytes: 0, at: begun, unreadable: false });
        let state = Going { source: self.source.clone(), offset: 0, length: self.length, go: Some(go), tell };
        let pieces = stream::try_unfold(state, |mut state| async move {
            let piece = state.next().await?;
            Ok::<_, io::Error>(piece.map(|piece| (Frame::data(piece), state)))
        });
        (StreamBody::new(pieces).boxed(), Pace { length: self.length, begun, told })
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
                let piece = reading.await.map_err(io::Error::other).and_then(|piece| piece);
                piece.inspect_err(|_| self.tell.send_modify(|gone| gone.unreadable = true))?
            }
        };
        self.offset = self.offset.saturating_add(wanted as u64);
        self.tell.send_replace(Gone { bytes: self.offset, at: Instant::now(), unreadable: false });
        Ok(Some(piece))
    }
}

/// A body that is sent again may still be on its way on another connection, so every piece says where it begins.
fn read_piece(file: &Mutex<dyn ReadSeek>, offset: u64, wanted: usize) -> io::Result<Bytes> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(offset))?;
    let mut piece = vec![0; wanted];
    file.read_exact(&mut piece)?;
    Ok(piece.into())
}

/// How far a body has gone, and since when.
#[derive(Clone, Copy)]
struct Gone {
    bytes: u64,
    at: Instant,
    /// The file of the body could not be read any further.
    unreadable: bool,
}

/// Tells how far a body has gone out.
pub(super) struct Pace {
    length: u64,
    begun: Instant,
    told: watch::Receiver<Gone>,
}

impl Pace {
    /// Ends when it takes too long, and says which step did: a piece of the body to be taken, `idle` behind the last; all of
    /// them, at fewer than [`LEAST_RATE`] bytes a second; or, when all of them are, `answer` behind the last one, the answer
    /// to be there.
    pub(super) async fn late(&mut self, idle: Duration, answer: Duration) -> &'static str {
        let whole = self.begun + idle + Duration::from_secs(self.length / LEAST_RATE);
        loop {
            let gone = *self.told.borrow_and_update();
            let (until, step) = if gone.bytes < self.length {
                (whole.min(gone.at + idle), "body")
            } else {
                (gone.at + answer, "answer")
            };
            let late = tokio::time::sleep_until(until);
            tokio::select! {
                () = late => return step,
                Ok(()) = self.told.changed() => {}
            }
        }
    }

    /// Whether all of the body has gone out.
    pub(super) fn is_whole(&self) -> bool {
        self.told.borrow().bytes >= self.length
    }

    /// Whether the body could not be read: what broke the connection is ours then.
    pub(super) fn is_unreadable(&self) -> bool {
        self.told.borrow().unreadable
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
