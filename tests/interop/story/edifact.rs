//! The story as EDIFACT D.96A tells it.

use super::{ORDER, Tongue};

pub const EDIFACT: Tongue = Tongue {
    name: "edifact",
    agreements: AGREEMENTS,
    partner: "[edifact]\nus = { unb = \"4012345000009:14\" }\nthem = { unb = \"ACMEBRG:ZZ\" }\n\
              [edifact.ack]\nsend = { contrl = \"final\", honour_0031 = false }\n\
              expect = { functional = \"contrl\", within = \"1h\" }\n",
    acknowledged: "",
    order: "BGM+220+4500012345+9'",
    acknowledgement,
    answers: [response, notice, invoice],
    reader: "pydifact",
    sets: &["1"],
};

const AGREEMENTS: &str = r#"
[[agreement]]
document = "order@1"
direction = "out"
message = "edifact/D96A/ORDERS"
mapping = "templates/edifact/d96a/order"
[[agreement]]
document = "order-response@1"
direction = "in"
message = "edifact/D96A/ORDRSP"
mapping = "templates/edifact/d96a/order-response"
[[agreement]]
document = "shipment-notice@1"
direction = "in"
message = "edifact/D96A/DESADV"
mapping = "templates/edifact/d96a/shipment-notice"
[[agreement]]
document = "invoice@1"
direction = "in"
message = "edifact/D96A/INVOIC"
mapping = "templates/edifact/d96a/invoice"
"#;

/// An interchange of the partner's with one message, its service segments around `segments`.
fn interchange(number: u32, kind: &str, segments: &[&str]) -> String {
    let count = segments.len() + 2;
    let body: String = segments.iter().map(|segment| format!("{segment}'\n")).collect();
    format!(
        "UNB+UNOC:3+ACMEBRG:ZZ+4012345000009:14+261102:1640+{number}'\n\
         UNH+1+{kind}'\n{body}UNT+{count}+1'\nUNZ+1+{number}'\n"
    )
}

fn response() -> String {
    let order = format!("RFF+ON:{ORDER}");
    let head =
        ["BGM+231+SO-990017+29", "DTM+137:20261102:102", &order, "NAD+BY+4012345000009::9", "NAD+SU+ACMEBRG::92"];
    let line = ["LIN+10+5+BRG-6205-2RS:IN", "PIA+1+6205-2RS-C3:SA", "QTY+113:500:PCE", "DTM+67:20261116:102", "UNS+S"];
    interchange(201, "ORDRSP:D:96A:UN", &[head, line].concat())
}

fn notice() -> String {
    let order = format!("RFF+ON:{ORDER}");
    let head = ["BGM+351+SHP-88123+9", "DTM+137:20261115:102", "DTM+11:20261115:102", &order, "NAD+SU+ACMEBRG::92"];
    let items = ["NAD+DP+0100::92", "CPS+1", "LIN+10++BRG-6205-2RS:IN", "PIA+1+6205-2RS-C3:SA", "QTY+12:500:PCE"];
    interchange(202, "DESADV:D:96A:UN", &[head, items].concat())
}

fn invoice() -> String {
    let order = format!("RFF+ON:{ORDER}");
    let head = ["BGM+380+INV-77001+9", "DTM+137:20261116:102", &order, "NAD+BY+4012345000009::9", "NAD+SU+ACMEBRG::92"];
    let line = ["CUX+2:USD:4", "LIN+10++BRG-6205-2RS:IN", "QTY+47:500:PCE", "MOA+203:1225", "PRI+AAA:2.45"];
    let totals = ["UNS+S", "MOA+77:1225", "MOA+79:1225"];
    interchange(203, "INVOIC:D:96A:UN", &[&head[..], &line, &totals].concat())
}

/// The partner's word on our order: the whole interchange is taken.
fn acknowledgement(ours: &str) -> String {
    let ours = ours.split('\'').map(str::trim).find(|segment| segment.starts_with("UNB+")).unwrap();
    let reference = ours.split('+').nth(5).unwrap();
    let about = format!("UCI+{reference}+4012345000009:14+ACMEBRG:ZZ+7");
    interchange(200, "CONTRL:D:3:UN", &[&about])
}
