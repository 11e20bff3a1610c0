//! HTTP as AS2 speaks it: a listener with every bound a stranger can lean on, and a client that posts one message.
//!
//! **One request a connection.** Every answer says `Connection: close`. Partners' products cope with that best (some
//! wait for the close, some leak state between the requests of one connection), and it leaves no second request whose
//! beginning we and a proxy could see differently. The price is a TCP and, under TLS, a (resumed) handshake a message.
//!
//! **The head is read by us, the rest by hyper.** hyper refuses folded header lines, which real AS2 products send, and
//! quietly drops one of two contradicting framing headers. So the request's head is read whole, judged and
//! unfolded first (RFC 9112, section 5.2); hyper then sees a head that cannot be misread, and does the body, `100
//! Continue` and the answer.

mod admission;
mod body;
mod client;
mod connection;
mod content;
mod field;
mod guard;
mod head;
mod judge;
mod kept;
mod legacy;
mod reply;
mod server;
mod settings;
mod target;
mod tls;
mod trust;

pub use body::{BodyFault, BodyReader};
pub use client::{Answer, Client, ClientFault};
pub use content::Content;
pub use guard::Reach;
pub use head::RequestHead;
pub use reply::Reply;
pub use server::{Drained, Handler, Incoming, Listener, ListenerSettings};
pub use settings::{
    ClientIdentity, ClientSettings, Framing, Login, LowestTls, PasswordOf, ProxySettings, TlsLibrary, When,
};
pub use tls::{MinimumTls, ServerTls, TlsFault, TlsInfo};
pub use trust::{SystemRoots, Trust};

#[cfg(test)]
#[path = "../../tests/support/certificates.rs"]
mod certificates;
#[cfg(test)]
#[path = "../../tests/support/ports.rs"]
#[expect(unreachable_pub, reason = "test binaries share it")]
mod ports;
#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod listener_tests;
#[cfg(test)]
mod quirk_tests;
#[cfg(test)]
mod tls_tests;
