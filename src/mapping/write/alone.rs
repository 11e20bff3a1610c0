//! A message in an interchange of its own: what a reader needs to read it back, and a person to look at it.

use crate::edi::guide::GuideKey;
use crate::edi::{
    self, OutgoingGroup, OutgoingGroupHead, OutgoingInterchange, OutgoingInterchangeHead, OutgoingSegment, OutgoingSet,
    Particulars, Party, Standard, Usage,
};

/// The segments of a message in an interchange between a sender and a receiver, a test, on a day and with numbers that mean nothing.
pub fn alone(message: &GuideKey, segments: Vec<OutgoingSegment>) -> OutgoingInterchange {
    let is_x12 = message.standard == "x12";
    let set = OutgoingSet {
        id: message.set.clone(),
        release: release(message, is_x12),
        agency: if is_x12 { "X".to_owned() } else { "UN".to_owned() },
        control_number: "0001".to_owned(),
        segments,
        ..OutgoingSet::default()
    };
    let head = head(message, is_x12);
    let (groups, messages) = if is_x12 { (vec![group(message, set)], Vec::new()) } else { (Vec::new(), vec![set]) };
    OutgoingInterchange { head, acknowledgements: Vec::new(), groups, messages }
}

fn group(message: &GuideKey, set: OutgoingSet) -> OutgoingGroup {
    let head = OutgoingGroupHead {
        functional_id: edi::functional_id(&message.set).unwrap_or("XX").to_owned(),
        sender: party("SENDER", false),
        receiver: party("RECEIVER", false),
        date: "20000101".to_owned(),
        time: "0000".to_owned(),
        control_number: "1".to_owned(),
        agency: "X".to_owned(),
        version: message.release.clone(),
    };
    OutgoingGroup { head, sets: vec![set] }
}

fn party(id: &str, is_qualified: bool) -> Party {
    Party { id: id.to_owned(), qualifier: if is_qualified { "ZZ".to_owned() } else { String::new() } }
}

fn head(key: &GuideKey, is_x12: bool) -> OutgoingInterchangeHead {
    OutgoingInterchangeHead {
        standard: if is_x12 { Standard::X12 } else { Standard::Edifact },
        sender: party("SENDER", is_x12),
        receiver: party("RECEIVER", is_x12),
        sender_internal: Vec::new(),
        receiver_internal: Vec::new(),
        date: "000101".to_owned(),
        time: "0000".to_owned(),
        syntax: if is_x12 { String::new() } else { "UNOW".to_owned() },
        version: match (is_x12, key.release.get(..6)) {
            (true, Some(release)) if release >= "004020" => "00501".to_owned(),
            (true, _) => "00401".to_owned(),
            (false, _) => "3".to_owned(),
        },
        control_number: "1".to_owned(),
        acknowledgement_asked: false,
        usage: Usage::Test,
        particulars: Particulars::default(),
    }
}

/// `D96A` is `D.96A` in a UNH.
fn release(key: &GuideKey, is_x12: bool) -> String {
    match key.release.split_at_checked(1) {
        Some((version, number)) if !is_x12 => format!("{version}.{number}"),
        _ => key.release.clone(),
    }
}
