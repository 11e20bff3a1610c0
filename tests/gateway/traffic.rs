//! A partner that keeps posting orders through every crash, sends again under the same Message-ID what it got no receipt
//! for, and writes down what it saw: the observer whose word the crash tests go by.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use edigate::as2::Settlement;

use crate::order;
use crate::partner::{self, Packed, Terms};
use crate::wire::Reply;

/// How long orders may take once the daemon is up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Orders being posted, by threads of their own, until [`Traffic::finish`].
pub struct Traffic {
    observer: Arc<Mutex<Observer>>,
    workers: Vec<JoinHandle<()>>,
}

/// What was sent and what was seen.
#[derive(Default)]
struct Observer {
    next: u32,
    /// Orders to be sent again.
    unanswered: VecDeque<Order>,
    in_flight: usize,
    /// The receipt's bytes of every order that was accepted.
    accepted: BTreeMap<u32, (Order, Vec<u8>)>,
    /// Answers that no order here may ever get.
    wrong: Vec<String>,
    /// Counts the power cuts: an answer to a request from before a cut, seen after it, is no answer.
    era: u32,
    /// No new orders; only what is unanswered.
    closing: bool,
    /// Nothing more at all.
    abandoned: bool,
}

#[derive(Clone)]
struct Order {
    index: u32,
    message: Arc<Packed>,
}

impl Traffic {
    /// Starts posting from this many threads. Orders are numbered from `first` on, so that a second traffic to the same
    /// gateway can stay clear of the first.
    pub fn to(address: SocketAddr, threads: usize, first: u32) -> Self {
        let observer = Arc::new(Mutex::new(Observer { next: first, ..Observer::default() }));
        let workers = (0..threads)
            .map(|_| {
                let observer = Arc::clone(&observer);
                thread::spawn(move || work(address, &observer))
            })
            .collect();
        Self { observer, workers }
    }

    /// How many orders were accepted so far.
    pub fn accepted(&self) -> usize {
        self.observer.lock().unwrap().accepted.len()
    }

    /// Waits until so many orders were accepted in all. It looks at answers that no order should get, so that a fault is told
    /// instead of waited for.
    pub fn wait_for(&self, accepted: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let observer = self.observer.lock().unwrap();
            if observer.accepted.len() >= accepted {
                return;
            }
            let (so_far, wrong) = (observer.accepted.len(), observer.wrong.join("\n"));
            drop(observer);
            assert!(Instant::now() < deadline && wrong.is_empty(), "{so_far} of {accepted} orders accepted\n{wrong}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Lets `cut` happen at one instant of the observer: a receipt that was not written down before is not counted.
    pub fn at_one_instant(&self, cut: impl FnOnce()) {
        let mut observer = self.observer.lock().unwrap();
        cut();
        observer.era += 1;
    }

    /// Stops where it is; what is unanswered stays so.
    pub fn abandon(self) -> Seen {
        let seen = {
            let mut observer = self.observer.lock().unwrap();
            observer.abandoned = true;
            observer.seen()
        };
        for worker in self.workers {
            worker.join().unwrap();
        }
        seen
    }

    /// Posts no new orders, goes on until every one sent was accepted, and gives what was seen.
    pub fn finish(self) -> Seen {
        self.observer.lock().unwrap().closing = true;
        let deadline = Instant::now() + PATIENCE;
        while self.workers.iter().any(|worker| !worker.is_finished()) {
            assert!(Instant::now() < deadline, "orders stayed unanswered: {:?}", self.observer.lock().unwrap().open());
            thread::sleep(Duration::from_millis(20));
        }
        for worker in self.workers {
            worker.join().unwrap();
        }
        self.observer.lock().unwrap().seen()
    }
}

impl Observer {
    /// The next order to send: one unanswered, else a new one, else none is left.
    fn take(&mut self) -> Next {
        if self.abandoned {
            return Next::Done;
        }
        if let Some(order) = self.unanswered.pop_front() {
            self.in_flight += 1;
            return Next::Again(order, self.era);
        }
        if !self.closing {
            self.in_flight += 1;
            let index = self.next;
            self.next += 1;
            return Next::New(index, self.era);
        }
        if self.in_flight == 0 { Next::Done } else { Next::Wait }
    }

    fn note(&mut self, order: Order, era: u32, answer: Answer) {
        self.in_flight -= 1;
        match answer {
            Answer::Accepted(receipt) if era == self.era => {
                self.accepted.insert(order.index, (order, receipt));
            }
            Answer::Accepted(_) | Answer::None => self.unanswered.push_back(order),
            Answer::Wrong(what) => self.wrong.push(format!("order {}: {what}", order.index)),
        }
    }

    fn open(&self) -> Vec<u32> {
        self.unanswered.iter().map(|order| order.index).collect()
    }

    fn seen(&self) -> Seen {
        Seen { accepted: self.accepted.clone(), wrong: self.wrong.clone() }
    }
}

/// What the observer saw in all.
pub struct Seen {
    accepted: BTreeMap<u32, (Order, Vec<u8>)>,
    /// Answers that were neither a positive receipt nor trouble of ours.
    pub wrong: Vec<String>,
}

impl Seen {
    /// The numbers of the orders that got a positive receipt.
    pub fn numbers(&self) -> BTreeSet<String> {
        self.accepted.keys().map(|index| order::number(*index)).collect()
    }

    /// Sends the last `count` accepted orders once more: each must get the receipt it got before, byte for byte.
    pub fn assert_receipts_repeat(&self, address: SocketAddr, count: usize) {
        for (order, receipt) in self.accepted.values().rev().take(count) {
            let reply = partner::send(address, &order.message).unwrap();
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert!(receipt_bytes(&reply) == *receipt, "the receipt of order {} changed", order.index);
        }
    }

    /// Sends every accepted order once more and counts those that get another receipt than before: a daemon that does so
    /// has forgotten them.
    pub fn receipts_changed(&self, address: SocketAddr) -> usize {
        let changed = |(order, receipt): &&(Order, Vec<u8>)| {
            partner::send(address, &order.message).map_or(true, |reply| receipt_bytes(&reply) != *receipt)
        };
        self.accepted.values().filter(changed).count()
    }
}

enum Next {
    New(u32, u32),
    Again(Order, u32),
    Wait,
    Done,
}

enum Answer {
    /// A positive receipt that verified: its bytes.
    Accepted(Vec<u8>),
    /// None, or one that says to come again.
    None,
    Wrong(String),
}

fn work(address: SocketAddr, observer: &Mutex<Observer>) {
    loop {
        let next = observer.lock().unwrap().take();
        let (order, era) = match next {
            Next::Again(order, era) => (order, era),
            Next::New(index, era) => {
                let message = Arc::new(Terms::default().pack(&order::interchange(index)));
                (Order { index, message }, era)
            }
            Next::Wait => {
                thread::sleep(Duration::from_millis(5));
                continue;
            }
            Next::Done => return,
        };
        let answer = post(address, &order.message);
        let wait = matches!(answer, Answer::None);
        observer.lock().unwrap().note(order, era, answer);
        if wait {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn post(address: SocketAddr, message: &Packed) -> Answer {
    let Ok(reply) = partner::send(address, message) else { return Answer::None };
    match reply.status {
        503 => Answer::None,
        200 => match partner::receipt(&reply) {
            Ok(mdn) => match mdn.settle(&message.message_id, &message.mics, message.receipt, None) {
                Settlement::Accepted => Answer::Accepted(receipt_bytes(&reply)),
                other => Answer::Wrong(format!("{other:?}: {}", reply.text())),
            },
            Err(fault) => Answer::Wrong(fault),
        },
        status => Answer::Wrong(format!("HTTP {status}: {}", reply.text())),
    }
}

/// What makes two answers the same receipt: the AS2 headers, Content-Type, Message-ID and the body. Date and Connection
/// may differ.
pub fn receipt_bytes(reply: &Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in &reply.headers {
        let name = name.to_ascii_lowercase();
        if name.starts_with("as2-") || name == "content-type" || name == "message-id" {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
    }
    bytes.extend_from_slice(&reply.body);
    bytes
}
