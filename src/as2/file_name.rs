//! File names from strangers: kept as a fact about the message, never used as a path.

/// The longest name kept, in bytes: what file systems allow, so that an operator can save under it.
const LONGEST: usize = 255;

/// What may be kept of a file name a partner gave: its last component, without control characters and leading dots,
/// at most 255 bytes. `None` when nothing is left.
pub fn safe_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut safe: String = last.chars().filter(|c| !c.is_control() && !is_direction_mark(*c)).collect();
    safe = safe.trim().trim_start_matches('.').trim().to_owned();
    while safe.len() > LONGEST {
        safe.pop();
    }
    (!safe.is_empty()).then_some(safe)
}

/// Characters that make a name read otherwise than it is (Unicode bidirectional formatting).
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        let check = |name: &str, expect: Option<&str>| assert_eq!(safe_file_name(name).as_deref(), expect, "{name:?}");
        check("order-4711.x12", Some("order-4711.x12"));
        check("../../etc/passwd", Some("passwd"));
        check("C:\\in\\order.edi", Some("order.edi"));
        check("..", None);
        check(".htaccess", Some("htaccess"));
        check("a\r\nb\0c", Some("abc"));
        check("fdp.\u{202e}exe", Some("fdp.exe"));
        check("", None);
        check("dir/", None);
        check(&"ä".repeat(127), Some(&"ä".repeat(127)));
        check(&"ä".repeat(128), Some(&"ä".repeat(127)));
    }
}
