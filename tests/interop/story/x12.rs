//! The story as X12 004010 tells it.

use super::{ORDER, Tongue};

pub const X12: Tongue = Tongue {
    name: "x12",
    agreements: AGREEMENTS,
    partner: "",
    acknowledged: ACKNOWLEDGED,
    order: "BEG*00*SA*4500012345**20261102~",
    acknowledgement,
    answers: [response, notice, invoice],
    reader: "pyx12",
    sets: &["0001"],
};

const AGREEMENTS: &str = r#"
[[agreement]]
document = "order@1"
direction = "out"
message = "x12/004010/850"
mapping = "templates/x12/004010/order"
[[agreement]]
document = "order-response@1"
direction = "in"
message = "x12/004010/855"
mapping = "templates/x12/004010/order-response"
[[agreement]]
document = "shipment-notice@1"
direction = "in"
message = "x12/004010/856"
mapping = "templates/x12/004010/shipment-notice"
[[agreement]]
document = "invoice@1"
direction = "in"
message = "x12/004010/810"
mapping = "templates/x12/004010/invoice"
"#;
const ACKNOWLEDGED: &str =
    "[x12.ack]\nsend = { functional = \"997\" }\nexpect = { functional = \"997\", within = \"1h\" }\n";

/// An interchange of the partner's, with one transaction set in one functional group.
fn interchange(number: u32, group: &str, segments: &[&str]) -> String {
    let count = segments.len() + 1;
    let body: String = segments.iter().map(|segment| format!("{segment}~\n")).collect();
    format!(
        "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*1640*U*00401*{number:09}*0*P*>~\n\
         GS*{group}*ACMEBRG*123456789*20261102*1640*{number}*X*004010~\n\
         {body}SE*{count}*0001~\nGE*1*{number}~\nIEA*1*{number:09}~\n"
    )
}

fn response() -> String {
    let reference = format!("BAK*00*AC*{ORDER}*20261102****SO-990017*20261102");
    let lines = ["N1*SU*Acme Bearings*92*ACMEBRG", "PO1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3"];
    let answer = ["ACK*IA*500*EA*067*20261116", "CTT*1"];
    interchange(201, "PR", &[&["ST*855*0001", &reference], &lines[..], &answer].concat())
}

fn notice() -> String {
    let reference = format!("PRF*{ORDER}***20261102");
    let head = ["ST*856*0001", "BSN*00*SHP-88123*20261115*1431*0001", "HL*1**S", "TD5**2*ODFL*M", "DTM*011*20261115"];
    let parties = ["N1*SF*Acme Bearings*92*ACMEBRG", "N1*ST*Northwind Plant 0100*92*0100", "HL*2*1*O"];
    let items = ["HL*3*2*I", "LIN*10*BP*BRG-6205-2RS*VP*6205-2RS-C3", "SN1**500*EA", "CTT*3"];
    interchange(202, "SH", &[&head[..], &parties, &[&reference], &items].concat())
}

fn invoice() -> String {
    let reference = format!("BIG*20261116*INV-77001*20261102*{ORDER}***DI");
    let parties = ["CUR*SE*USD", "N1*SU*Acme Bearings*92*ACMEBRG", "N1*ST*Northwind Plant 0100*92*0100"];
    let lines = ["IT1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3", "TDS*122500", "CTT*1"];
    interchange(203, "IN", &[&["ST*810*0001", &reference], &parties[..], &lines].concat())
}

/// The partner's word on our order.
fn acknowledgement(ours: &str) -> String {
    let segment = |tag: &str| -> Vec<String> {
        let found = ours.split('~').map(str::trim).find(|segment| segment.split('*').next() == Some(tag));
        found.unwrap().split('*').map(str::to_owned).collect()
    };
    let (group, set) = (segment("GS"), segment("ST"));
    let about = [format!("AK1*{}*{}", group[1], group[6]), format!("AK2*{}*{}", set[1], set[2])];
    interchange(200, "FA", &["ST*997*0001", &about[0], &about[1], "AK5*A", "AK9*A*1*1*1"])
}
