//! How things get to a partner's server, by the partner file in force.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::ports::Ports;
use crate::as2::{MessageId, ReceiptWanted};
use crate::base::{PartnerId, Sha256, Timestamp};
use crate::config::Configuration;
use crate::exchange::outbound::{Owed, Terms};
use crate::exchange::{Attempt, Handover, PackedMessage, Schedule};
use crate::http::{
    Answer, ClientFault, ClientIdentity, ClientSettings, Content, Framing, Login, LowestTls, PasswordOf, ProxySettings,
    Reach, SystemRoots, TlsLibrary, Trust, When,
};
use crate::partner::{As2Channel, Auth, Partner, Send, SendHttp, TlsMin, TlsMode, TlsTrust};
use crate::store::StoreError;

/// Connecting and the TLS handshake.
const CONNECT_TIME: Duration = Duration::from_secs(30);
/// From one piece of a body being taken to the next.
const BODY_IDLE: Duration = Duration::from_secs(60);
/// From its last piece to the last byte of the answer: a receipt of a large message takes its time.
const ANSWER_TIME: Duration = Duration::from_secs(300);

/// The terms under which a message is offered: what it asks for stands in it.
pub(super) fn terms(ports: &Ports, send: &Send, packed: &PackedMessage) -> Terms {
    let owed = match (packed.receipt_wanted(), packed.header("Receipt-Delivery-Option")) {
        (ReceiptWanted::None, _) => Owed::None,
        (_, None) => Owed::InTheAnswer,
        (_, Some(_)) => Owed::Within(send.mdn.timeout),
    };
    let renamed = || {
        let message_id = MessageId::mint(ports.clock.now(), &*ports.entropy);
        let key = packed.key(&message_id)?;
        Some((message_id, key))
    };
    let rename = if send.retry.resend_same_id { None } else { renamed() };
    Terms { owed, schedule: schedule(send), delayed_after: send.retry.delayed_after, rename }
}

/// When things are offered again.
pub(super) fn schedule(send: &Send) -> Schedule {
    Schedule { waits: send.retry.schedule.clone(), give_up_after: send.retry.give_up_after }
}

/// The channel of a partner that can be sent to now, with where and how; or why not, in words for an operator.
pub(super) fn channel<'a>(
    partner: Option<&'a Partner>,
    id: &PartnerId,
    now: Timestamp,
) -> Result<(&'a As2Channel, &'a str, &'a Send), String> {
    let partner = partner.ok_or_else(|| format!("there is no partner {id} any more"))?;
    let channel = partner.as2();
    let reachable = channel.and_then(|channel| Some((channel, channel.url.as_deref()?, channel.send.as_ref()?)));
    let (channel, url, send) =
        reachable.ok_or_else(|| format!("the file of partner {id} has no [as2] url to send to"))?;
    if !send.may_send(now) {
        return Err(format!("the file of partner {id} allows its legacy algorithms no longer (legacy_until)"));
    }
    Ok((channel, url, send))
}

/// The way something goes to a partner's server, by the configuration in force.
pub(super) struct Way<'a> {
    pub(super) configuration: &'a Arc<Configuration>,
    pub(super) channel: &'a As2Channel,
    pub(super) send: &'a Send,
    /// Where it is to go.
    pub(super) url: &'a str,
}

impl Way<'_> {
    /// An address that the partner named in a message is, unless the partner file names its host, none of this network.
    pub(super) fn reach(&self) -> Reach {
        if self.channel.names_host_of(self.url) { Reach::Anywhere } else { Reach::Public }
    }

    /// A client as the partner's server needs it. Only the origin of the partner's own URL gets a password.
    pub(super) fn settings(
        &self,
        pinned: Vec<Sha256>,
        roots: SystemRoots,
        now: Timestamp,
        answer_size: usize,
    ) -> ClientSettings {
        let SendHttp { chunked, expect_continue, auth, tls, proxy, connection_close } = &self.send.http;
        let trust = match tls.trust {
            TlsTrust::Public => Trust::System(roots),
            TlsTrust::Pinned => Trust::Pinned(pinned),
        };
        let identity = self
            .channel
            .tls_client(now)
            .map(|own| ClientIdentity { chain: own.certificates.clone(), key: own.key.clone() });
        ClientSettings {
            identity,
            lowest_tls: match tls.min {
                TlsMin::V1_0 => LowestTls::V1_0,
                TlsMin::V1_1 => LowestTls::V1_1,
                TlsMin::V1_2 => LowestTls::V1_2,
                TlsMin::V1_3 => LowestTls::V1_3,
            },
            tls: match tls.mode {
                TlsMode::Rustls => TlsLibrary::Rustls,
                TlsMode::Legacy => TlsLibrary::OpenSsl,
            },
            login: self.channel.url.clone().zip(login(auth)),
            proxy: proxy.as_ref().map(|proxy| ProxySettings {
                url: proxy.url.clone(),
                login: proxy.login.clone().map(|(user, password)| (user, PasswordOf(password))),
            }),
            framing: if *chunked { Framing::Chunked } else { Framing::Length },
            expect_continue: *expect_continue,
            connection_close: *connection_close,
            reach: self.reach(),
            body_idle: BODY_IDLE,
            ..ClientSettings::new(trust, CONNECT_TIME, ANSWER_TIME, answer_size)
        }
    }
}

fn login(auth: &Auth) -> Option<Login> {
    match auth {
        Auth::None => None,
        Auth::Basic { user, password, preemptive } => Some(Login::Basic {
            user: user.clone(),
            password: password.clone(),
            when: if *preemptive { When::AtOnce } else { When::WhenAsked },
        }),
        Auth::Bearer { token } => Some(Login::Bearer(token.clone())),
    }
}

/// What was answered, or why nothing was; and how the attempt is told.
pub(super) struct Posted {
    pub(super) attempt: Attempt,
    pub(super) handover: Handover,
    pub(super) answer: Option<Answer>,
}

/// Makes one attempt to post something.
///
/// # Errors
/// The content could not be read: nothing is told of the partner's server then.
pub(super) async fn post(
    ports: &Ports,
    way: &Way<'_>,
    headers: &[(String, String)],
    content: Content,
    answer_size: usize,
) -> Result<Posted, StoreError> {
    let at = ports.clock.now();
    let answered = match ports.clients.get(way, at, answer_size) {
        Ok(client) => client.post(way.url, headers, content).await,
        Err(fault) => Err(fault),
    };
    let took = ports.clock.now().since(at);
    let (status, handover, answer) = match answered {
        Ok(answer) => (Some(answer.status), Handover::of_status(answer.status), Some(answer)),
        Err(ClientFault::Content(why)) => {
            let source = Arc::new(io::Error::other(why));
            return Err(StoreError::Io { doing: "sending a body from", file: "spool".into(), source });
        }
        Err(fault) => (None, judge(&fault), None),
    };
    let outcome = match &handover {
        Handover::Taken => "taken".to_owned(),
        Handover::Unavailable(why) | Handover::Refused(why) => why.clone(),
    };
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    Ok(Posted { attempt: Attempt { at, took_ms, status, outcome, message_id: None }, handover, answer })
}

/// What is at the other end may be mended while we wait; what is wrong at ours is mended by a person, and tried again
/// all the same: a reload may do it.
fn judge(fault: &ClientFault) -> Handover {
    match fault {
        ClientFault::Request(_) => Handover::Refused(fault.to_string()),
        _ => Handover::Unavailable(fault.to_string()),
    }
}
