//! `[x12.ack]` and `[edifact.ack]`: which functional acknowledgements are sent and expected.

use std::time::Duration;

use crate::base::table::Table;
use crate::edi::ack::{
    AcceptedSets, AckPolicy, ContrlAck, ContrlRequest, ContrlVersion, FunctionalAck, InterchangeAck,
};

/// Which functional acknowledgements are exchanged with a partner.
#[derive(Clone, Debug)]
pub struct Acknowledging {
    /// What the partner is answered.
    pub policy: AckPolicy,
    /// Whether answers go out one by one, or with the documents of the next interchange's time.
    pub when: When,
    /// What we wait for.
    pub expected: Option<Expected>,
}

/// When an acknowledgement goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// As soon as it is made.
    #[default]
    AtOnce,
    /// Collected as documents are, by `batch` of `[x12.write]` or `[edifact.write]`.
    Batched,
}

/// The functional acknowledgement that we wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// `997`, `999`, `CONTRL`.
    pub kind: &'static str,
    /// How long after the delivery.
    pub within: Duration,
}

/// What a partner's functional acknowledgement may take where the file says nothing.
const WITHIN: Duration = Duration::from_secs(4 * 3600);

impl Acknowledging {
    /// Nothing is answered and nothing expected: what holds where the file says nothing.
    pub(super) fn none() -> Self {
        let policy = AckPolicy {
            interchange: InterchangeAck::Never,
            functional: FunctionalAck::None,
            contrl: ContrlAck::None,
            ..AckPolicy::default()
        };
        Self { policy, when: When::AtOnce, expected: None }
    }

    /// Whether anything is ever answered.
    pub fn answers(&self) -> bool {
        let AckPolicy { interchange, functional, contrl, .. } = &self.policy;
        (*interchange, *functional, *contrl) != (InterchangeAck::Never, FunctionalAck::None, ContrlAck::None)
    }

    /// Reads `[x12.ack]`.
    pub(super) fn read_x12(table: &Table<'_>) -> Self {
        let mut this = Self::none();
        if let Some(send) = table.table("send") {
            let interchange = [
                ("never", InterchangeAck::Never),
                ("on-request", InterchangeAck::OnRequest),
                ("on-error", InterchangeAck::OnError),
                ("always", InterchangeAck::Always),
            ];
            let functional =
                [("none", FunctionalAck::None), ("997", FunctionalAck::Group997), ("999", FunctionalAck::Group999)];
            this.policy.interchange = send.one_of("ta1", &interchange).unwrap_or(InterchangeAck::OnRequest);
            this.policy.functional = send.one_of("functional", &functional).unwrap_or(FunctionalAck::Group997);
            if send.flag("accepted_sets") == Some(false) {
                this.policy.accepted_sets = AcceptedSets::LeftOut;
            }
            this.when = when(&send);
        }
        if let Some(expect) = table.table("expect") {
            let kinds = [("none", None), ("997", Some("997")), ("999", Some("999"))];
            this.expected = expected(&expect, expect.one_of("functional", &kinds).unwrap_or(Some("997")));
        }
        this
    }

    /// Reads `[edifact.ack]`.
    pub(super) fn read_edifact(table: &Table<'_>) -> Self {
        let mut this = Self::none();
        if let Some(send) = table.table("send") {
            let kinds = [("none", ContrlAck::None), ("receipt", ContrlAck::Receipt), ("final", ContrlAck::Final)];
            let receipt = send.flag("receipt").unwrap_or(false);
            this.policy.contrl = match send.one_of("contrl", &kinds).unwrap_or_default() {
                ContrlAck::Final if receipt => ContrlAck::Both,
                other => other,
            };
            let versions =
                [("D:3:UN", ContrlVersion::D3), ("4:1:UN", ContrlVersion::V41), ("2:2:UN:EAN002", ContrlVersion::V22)];
            this.policy.contrl_version = send.one_of("version", &versions).unwrap_or_default();
            if send.flag("honour_0031") == Some(false) {
                this.policy.contrl_request = ContrlRequest::Ignored;
            }
            this.when = when(&send);
        }
        if let Some(expect) = table.table("expect") {
            let kinds = [("none", None), ("contrl", Some("CONTRL"))];
            this.expected = expected(&expect, expect.one_of("functional", &kinds).unwrap_or(Some("CONTRL")));
        }
        this
    }
}

fn when(send: &Table<'_>) -> When {
    send.one_of("when", &[("at-once", When::AtOnce), ("batched", When::Batched)]).unwrap_or_default()
}

fn expected(expect: &Table<'_>, kind: Option<&'static str>) -> Option<Expected> {
    let within = expect.duration("within").unwrap_or(WITHIN);
    kind.map(|kind| Expected { kind, within })
}
