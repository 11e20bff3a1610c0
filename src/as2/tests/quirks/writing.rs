//! What we write, for the readers that know one way only.

use super::*;

fn texts(packed: &Packed) -> Vec<&str> {
    packed.headers.iter().map(|(_, value)| value.as_str()).collect()
}

#[test]
fn no_header_of_ours_is_folded_or_leaves_ascii() {
    let security = security(Requirement::Optional);
    for protection in [SIGNED_AND_ENCRYPTED, SIGNED, ENCRYPTED, PLAIN] {
        let message = packed(protection);
        let (outcome, _) = opened(&message, &security);
        let answer = answered(&message, &outcome, Some(&security)).unwrap();
        for (name, value) in message.headers.iter().chain(&answer.headers) {
            assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value}");
        }
        let report = String::from_utf8_lossy(&answer.body);
        assert!(report.lines().all(|line| !line.starts_with([' ', '\t'])), "{report}");
    }
}

#[test]
fn q47_features_are_announced_on_messages_and_receipts() {
    let message = packed(PLAIN);
    let security = security(Requirement::Optional);
    let (outcome, _) = opened(&message, &security);
    let answer = answered(&message, &outcome, Some(&security)).unwrap();
    for headers in [&message.headers, &answer.headers] {
        let features = head(headers).text("EDIINT-Features");
        assert_eq!(features.as_deref(), Some("multiple-attachments, AS2-Reliability"));
    }
}

#[test]
fn q70_micalg_stands_on_what_is_signed_and_nowhere_else() {
    let says_micalg = |packed: &Packed| texts(packed).iter().filter(|value| value.contains("; micalg=")).count();
    assert_eq!(says_micalg(&packed(SIGNED)), 1);
    for protection in [SIGNED_AND_ENCRYPTED, ENCRYPTED, PLAIN] {
        assert_eq!(says_micalg(&packed(protection)), 0, "{protection:?}");
    }
    assert!(!packed(ENCRYPTED).body.windows(6).any(|bytes| bytes == b"micalg"));
}

#[test]
fn q55_nothing_stands_behind_an_envelope() {
    let body = packed(ENCRYPTED).body;
    let length = match body[1] {
        0x82 => 4 + (usize::from(body[2]) << 8 | usize::from(body[3])),
        0x81 => 3 + usize::from(body[2]),
        other => panic!("a length of another form: {other:#x}"),
    };
    assert_eq!(length, body.len());
}
