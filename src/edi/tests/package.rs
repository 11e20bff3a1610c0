//! Packages of EDIFACT: objects of any bytes between messages.

use super::*;

const UNB: &[u8] = b"UNB+UNOC:4+A:14+B:14+20261102:0815+71'";
const MESSAGE: &[u8] = b"UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20261102:102'NAD+BY+1::9'LIN+1'UNS+S'UNT+7+1'";

/// A package whose UNO and UNP give these lengths.
fn package(object: &[u8], uno: &str, unp: &str) -> Vec<u8> {
    let head = format!("UNO+P1+OI:7+48:EDC+{uno}'");
    [head.as_bytes(), object, format!("UNP+{unp}+P1'").as_bytes()].concat()
}

/// The sets and the findings of an interchange with these parts, and so many of them by its trailer.
fn found(parts: &[&[u8]], count: usize) -> Vec<String> {
    let file = [UNB, &parts.concat(), format!("UNZ+{count}+71'").as_bytes()].concat();
    let (pieces, fault) = read(&file);
    let mut found = Vec::new();
    for piece in pieces {
        let findings = match piece {
            Piece::Set(set) => {
                found.push(format!("set {}", set.id));
                set.findings
            }
            Piece::GroupEnd(end) => end.findings,
            Piece::InterchangeEnd(end) => end.findings,
            Piece::Finding(finding) => vec![finding],
            _ => continue,
        };
        let told =
            |one: &Finding| format!("{:?} {} {}: {}", one.severity, one.code.as_str(), one.level.as_str(), one.text);
        found.extend(findings.iter().map(told));
    }
    found.extend(fault.map(|fault| fault.to_string()));
    found
}

const OBJECT: &[u8] = b"\x00\xff'UNZ+1+71'?UNH+2+x'\r\n?";

#[test]
fn a_package_is_passed_over_by_its_length_and_counted() {
    let length = OBJECT.len().to_string();
    let passed = "Warning package interchange: the package 'P1' is passed over, with its object of 24 bytes";
    let sound = package(OBJECT, &length, &length);
    assert_eq!(found(&[&sound, MESSAGE], 2), [passed, "set ORDERS"]);
    assert_eq!(found(&[MESSAGE, &sound], 2), ["set ORDERS", passed]);
    // A terminator or a line end behind the object is none of it.
    let ended = [OBJECT, b"'\r\n"].concat();
    assert_eq!(found(&[MESSAGE, &package(&ended, &length, &length)], 2), ["set ORDERS", passed]);
    // Security before and behind it (0814: segments between UNO and object).
    let secured = [b"USH+1+2'USA+1'".as_slice(), OBJECT, b"UST+1+2'USR+1'"].concat();
    assert_eq!(found(&[&package(&secured, &format!("{length}:2"), &length), MESSAGE], 2), [passed, "set ORDERS"]);
    let group = [b"UNG+ORDERS+A+B+20261102:0815+5+UN+D:96A'".as_slice(), MESSAGE, &sound, b"UNE+2+5'"].concat();
    assert_eq!(found(&[&group], 1), ["set ORDERS", &passed.replace("interchange", "group")]);
    let empty = package(b"", "0", "0");
    assert_eq!(found(&[&empty], 1), [passed.replace("24", "0")]);
    let miscounted = found(&[&sound, MESSAGE], 1);
    assert_eq!(miscounted[2], "Error count-wrong interchange: UNZ01 says '1' message, 2 were counted");
}

#[test]
fn a_package_that_is_not_as_it_says() {
    let length = OBJECT.len().to_string();
    let passed = "Warning package interchange: the package 'P1' is passed over, with its object of 24 bytes";
    let wrong = |said: &str| {
        format!(
            "Error binary-length interchange: 0810 says that the object of the package 'P1' has '{said}' bytes, and behind \
             so many no UNP stands; it is passed over up to the next segment of the envelope"
        )
    };
    let text = b"nothing but text".as_slice();
    for said in ["3", "400", "99999999999999999", "x", ""] {
        assert_eq!(found(&[&package(text, said, "16"), MESSAGE], 2), [&wrong(said), "set ORDERS"], "{said}");
    }
    assert_eq!(
        found(&[&package(OBJECT, &length, "25"), MESSAGE], 2),
        [passed, "Error count-wrong interchange: UNP01 says '25' bytes, 24 were counted", "set ORDERS"]
    );
    let other = String::from_utf8(package(text, "16", "16")).unwrap().replace("16+P1'", "16+P2'");
    assert!(found(&[other.as_bytes()], 1)[1].starts_with("Error control-number-differs interchange: UNP02 is 'P2'"));
    let cut = package(text, "16", "16");
    let cut = cut.split_at(cut.len() - "UNP+16+P1'".len()).0;
    let missing = "Error trailer-missing interchange: UNP is missing: the package has no end";
    assert_eq!(found(&[cut, MESSAGE], 2), [&wrong("16"), missing, "set ORDERS"]);
    let twice = [package(text, "16", "16"), package(text, "16", "16")].concat();
    assert!(found(&[&twice], 2)[1].starts_with("Warning control-number-repeated interchange: control number 'P1'"));
    let stray = found(&[b"UNP+16+P1'", MESSAGE], 1);
    assert_eq!(
        stray,
        ["Error misplaced-envelope interchange: the segment UNP stands outside of any message", "set ORDERS"]
    );
}
