//! What stands in the head of an interchange for the two partners alone: ISA02, ISA04 and the password of UNB (S005).
//! People paste what a command prints into tickets.

use crate::edi::Delimiters;

/// Puts `#` in place of every byte of the secret elements of a head, blanks apart.
pub(super) fn hide(head: &mut [u8], delimiters: &Delimiters) {
    let start = if head.starts_with(b"UNA") { head.windows(3).position(|tag| tag == b"UNB") } else { Some(0) };
    let Some(head) = start.and_then(|start| head.get_mut(start..)) else { return };
    let secret: &[usize] = match head.get(..3).map(<[u8]>::to_ascii_uppercase).as_deref() {
        Some(b"ISA") => &[2, 4],
        Some(b"UNB") => &[6],
        _ => return,
    };
    let (mut element, mut is_released) = (0, false);
    for byte in head {
        if *byte == delimiters.element && !is_released {
            element += 1;
            continue;
        }
        is_released = Some(*byte) == delimiters.release && !is_released;
        let is_shape = *byte == b' ' || Some(*byte) == delimiters.component || *byte == delimiters.terminator;
        if secret.contains(&element) && !is_shape {
            *byte = b'#';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_head_are_not_shown() {
        let x12 = Delimiters {
            element: b'*',
            component: Some(b'>'),
            repetition: None,
            release: None,
            terminator: b'~',
            wide: None,
        };
        let edifact =
            Delimiters { element: b'+', component: Some(b':'), release: Some(b'?'), terminator: b'\'', ..x12 };
        let check = |head: &str, delimiters: &Delimiters, expect: &str| {
            let mut bytes = head.as_bytes().to_vec();
            hide(&mut bytes, delimiters);
            assert_eq!(String::from_utf8(bytes).unwrap(), expect);
        };
        check("ISA*03*LOGIN     *01*PASSWORD  *ZZ*S*", &x12, "ISA*03*#####     *01*########  *ZZ*S*");
        check("isa*03*A*01*B*ZZ*S*", &x12, "isa*03*#*01*#*ZZ*S*");
        check("GS*PO*S*R*20261102*0815*1*X*004010~", &x12, "GS*PO*S*R*20261102*0815*1*X*004010~");
        check("UNB+UNOC:3+A?+B+C+261102:0815+1+PASS:AA+APP'", &edifact, "UNB+UNOC:3+A?+B+C+261102:0815+1+####:##+APP'");
        check("UNA:+.? 'UNB+UNOC:3+S+R+D+1+P?+Q'", &edifact, "UNA:+.? 'UNB+UNOC:3+S+R+D+1+####'");
        check("UNA", &edifact, "UNA");
    }
}
