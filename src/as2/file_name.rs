//! File names from strangers: kept as a fact about the message, never used as a path.

/// The longest name kept, in bytes: what file systems allow, so that an operator can save under it.
const LONGEST: usize = 255;

/// What may be kept of a file name a partner gave: its last component, without control characters and dots at its ends,
/// at most 255 bytes, and with `_` for what Windows does not take in a name. `None` when nothing is left.
pub fn safe_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|c| !c.is_control() && !is_direction_mark(*c));
    let mut safe: String = kept.map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let at_an_end = |c: char| c == '.' || c.is_whitespace();
    safe = safe.trim_matches(at_an_end).to_owned();
    if is_device(&safe) {
        safe.insert(0, '_');
    }
    safe.truncate(safe.floor_char_boundary(LONGEST));
    safe.truncate(safe.trim_end_matches(at_an_end).len());
    (!safe.is_empty()).then_some(safe)
}

/// Whether Windows takes this name for a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || numbered.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
}

/// Characters that make a name read otherwise than it is (Unicode bidirectional formatting).
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        check(" . .x", Some("x"));
        check("fdp.\u{202e}exe", Some("fdp.exe"));
        check("C:order?.edi", Some("C_order_.edi"));
        check(".*", Some("_"));
        check("order.edi. .", Some("order.edi"));
        check("nul", Some("_nul"));
        check("COM1.edi", Some("_COM1.edi"));
        check("com10.edi", Some("com10.edi"));
        check("", None);
        check("dir/", None);
        check(&"ä".repeat(127), Some(&"ä".repeat(127)));
        check(&"ä".repeat(128), Some(&"ä".repeat(127)));
    }

    proptest! {
        #[test]
        fn whatever_a_name_is_it_becomes_one_that_is_safe_everywhere(name in "(\\PC|[./\\\\: \t\r\n\u{202e}]|nul|com1){0,300}") {
            let Some(safe) = safe_file_name(&name) else { return Ok(()) };
            prop_assert!(!safe.is_empty() && safe.len() <= LONGEST);
            prop_assert!(!safe.contains(|c: char| c.is_control() || "/\\<>:\"|?*".contains(c)), "{:?}", safe);
            prop_assert!(!safe.starts_with('.') && !safe.ends_with('.') && safe.trim() == safe, "{:?}", safe);
            prop_assert!(!is_device(&safe), "{:?}", safe);
            prop_assert_eq!(safe_file_name(&safe), Some(safe.clone()), "what is safe stays as it is");
        }
    }
}
