//! A partner's receiving side inside the test: takes what the gateway sends, keeps the bytes, and answers as it is told,
//! wrongly where a test wants that.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use edigate::as2::{self, MicRules, Request, Requirement, Security, Signer};
use edigate::base::{Clock, Limits, OsEntropy, SystemClock};
use edigate::smime::Decryptor;

use crate::gateway::AS2_PATH;
use crate::identity::Identity;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Parcel {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// What the partner's own product makes of it: the payload, and the receipt it gives.
    pub fn open(&self) -> (Result<Vec<u8>, String>, Option<as2::Answer>) {
        self.open_by(MicRules::default())
    }

    /// The same by a product that makes its MIC in a way of its own.
    pub fn open_by(&self, mic: MicRules) -> (Result<Vec<u8>, String>, Option<as2::Answer>) {
        let pairs: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let limits = Limits::default();
        let request = Request::parse(&pairs, &limits).unwrap();
        let security = Security {
            verify: vec![Identity::northwind().certificate()],
            decrypt: vec![Decryptor { certificate: Identity::acme().certificate(), key: Identity::acme().key() }],
            signer: Some(Signer { certificate: Identity::acme().certificate(), key: Identity::acme().key() }),
            signed: Requirement::Optional,
            encrypted: Requirement::Optional,
            mic,
            ..Security::default()
        };
        let mut payload = Vec::new();
        let opened = as2::open(&request, self.body.as_slice(), &mut payload, &security, &limits, [7; 32]).unwrap();
        let answer = as2::answer(&request, opened.as_ref(), Some(&security), SystemClock.now(), &OsEntropy).unwrap();
        (opened.map(|_| payload).map_err(|refusal| refusal.error.to_string()), answer)
    }
}

/// Makes the bytes of an answer.
pub type Answering = Box<dyn FnOnce(&Parcel) -> Vec<u8> + Send>;

/// What the desk does with one request.
pub enum Act {
    /// Gives the receipt that was asked for, in the answer.
    Receipt,
    /// Answers with a status and nothing else.
    Status(u16),
    /// Answers with these very bytes.
    Bytes(Vec<u8>),
    /// Closes the connection without an answer, the request read whole.
    Hang,
    /// Closes it in the middle of the request's body.
    Cut,
    /// Answers by this function, which may take its time.
    Later(Answering),
}

/// A receipt as an HTTP answer.
pub fn answered(answer: &as2::Answer) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n", answer.body.len());
    for (name, value) in &answer.headers {
        bytes.push_str(&format!("{name}: {value}\r\n"));
    }
    [bytes.as_bytes(), b"\r\n", &answer.body].concat()
}

/// Listens until it is dropped.
pub struct Desk {
    address: SocketAddr,
    parcels: Arc<Mutex<Vec<Parcel>>>,
    closed: Arc<AtomicBool>,
}

impl Desk {
    /// A desk that decides by the number of the request, from 0.
    pub fn open(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Self::on(listener, act)
    }

    fn on(listener: TcpListener, act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let address = listener.local_addr().unwrap();
        let desk = Self { address, parcels: Arc::default(), closed: Arc::default() };
        let (parcels, closed, act) = (Arc::clone(&desk.parcels), Arc::clone(&desk.closed), Arc::new(act));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                let (parcels, act) = (Arc::clone(&parcels), Arc::clone(&act));
                // What a test breaks on purpose shows at the gateway.
                thread::spawn(move || drop(stream.and_then(|stream| serve(stream, &parcels, &*act))));
            }
        });
        desk
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}{AS2_PATH}", self.address)
    }

    /// Everything that came so far.
    pub fn parcels(&self) -> Vec<Parcel> {
        self.parcels.lock().unwrap().clone()
    }

    /// Waits until so many requests have come.
    pub fn wait_for(&self, count: usize) -> Vec<Parcel> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.parcels().len() < count {
            assert!(Instant::now() < deadline, "{} of {count} requests", self.parcels().len());
            thread::sleep(Duration::from_millis(10));
        }
        self.parcels()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

fn serve(mut stream: TcpStream, parcels: &Mutex<Vec<Parcel>>, act: &dyn Fn(usize) -> Act) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(&mut stream, &mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    let number = parcels.lock().unwrap().len();
    let parcel = Parcel { method, path, headers, body: Vec::new() };
    let length: usize = parcel.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let chosen = act(number);
    let wanted = if matches!(chosen, Act::Cut) { length / 2 } else { length };
    while bytes.len() < head_end + wanted {
        read_more(&mut stream, &mut bytes)?;
    }
    let parcel = Parcel { body: bytes[head_end..].to_vec(), ..parcel };
    parcels.lock().unwrap().push(parcel.clone());
    let answer = match chosen {
        Act::Cut | Act::Hang => return Ok(()),
        Act::Receipt => parcel.open().1.map_or_else(|| status(200), |answer| answered(&answer)),
        Act::Status(code) => status(code),
        Act::Bytes(bytes) => bytes,
        Act::Later(answer) => answer(&parcel),
    };
    stream.write_all(&answer)
}

/// An answer without a body.
pub fn status(code: u16) -> Vec<u8> {
    format!("HTTP/1.1 {code} Whatever\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = [0; 16 * 1024];
    match stream.read(&mut piece)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        amount => {
            bytes.extend_from_slice(&piece[..amount]);
            Ok(())
        }
    }
}
