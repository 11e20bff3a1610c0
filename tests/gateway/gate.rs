//! A door between the daemon and its broker that a test can shut: the broker lives on, but is out of reach.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::ports::free_port;

/// Forwards connections to another address while it is open.
pub struct Gate {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    shut: bool,
    next: u64,
    connections: HashMap<u64, [TcpStream; 2]>,
}

impl Gate {
    /// An open gate in front of `target`. Its thread ends with the test process.
    pub fn to(target: SocketAddr) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let listener = TcpListener::bind(address).unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for visitor in listener.incoming().map_while(Result::ok) {
                let_through(visitor, target, &shared);
            }
        });
        Self { address, state }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection and lets nobody through until [`Gate::open`].
    pub fn shut(&self) {
        let mut state = self.state.lock().unwrap();
        state.shut = true;
        for (_, pair) in state.connections.drain() {
            for stream in pair {
                // The other side may have gone first.
                drop(stream.shutdown(Shutdown::Both));
            }
        }
    }

    pub fn open(&self) {
        self.state.lock().unwrap().shut = false;
    }
}

fn let_through(visitor: TcpStream, target: SocketAddr, shared: &Arc<Mutex<State>>) {
    let mut state = shared.lock().unwrap();
    if state.shut {
        return;
    }
    let Ok(inside) = TcpStream::connect(target) else { return };
    let id = state.next;
    state.next += 1;
    let pair = [visitor.try_clone().unwrap(), inside.try_clone().unwrap()];
    state.connections.insert(id, pair);
    drop(state);
    for (from, to) in [(visitor.try_clone().unwrap(), inside.try_clone().unwrap()), (inside, visitor)] {
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A broken connection on one side ends the other, as a wire does.
            drop(pass_on(&from, &to));
            drop(to.shutdown(Shutdown::Both));
            shared.lock().unwrap().connections.remove(&id);
        });
    }
}

fn pass_on(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            length => to.write_all(&buffer[..length])?,
        }
    }
}
