//! `[limits]`: the bounds of `base::Limits` under their own names.

use crate::base::Limits;
use crate::base::table::Table;

/// Most that a count may be set to; whatever is more is a slip of the hand.
const MOST: u64 = 1_000_000_000;

/// Reads `[limits]`; what is absent keeps its default.
pub(super) fn read(table: &Table<'_>) -> Limits {
    let mut limits = Limits::default();
    macro_rules! sizes {
        ($($key:ident),* $(,)?) => {
            $(if let Some(size) = table.size(stringify!($key)) {
                limits.$key = size.try_into().unwrap_or(limits.$key);
            })*
        };
    }
    macro_rules! counts {
        ($($key:ident),* $(,)?) => {
            $(if let Some(count) = table.integer(stringify!($key), 1..=MOST) {
                limits.$key = count.try_into().unwrap_or(limits.$key);
            })*
        };
    }
    macro_rules! spans {
        ($($key:ident),* $(,)?) => {
            $(if let Some(span) = table.duration(stringify!($key)) {
                limits.$key = span;
            })*
        };
    }
    sizes!(
        request_line,
        head,
        body_rate,
        body,
        decompressed,
        signature,
        boundary,
        header_line,
        mime_head,
        message_id,
        receipt,
        as2_name,
        interchange,
        segment,
        transaction_set,
        document,
    );
    counts!(
        headers,
        decompression_ratio,
        cms_layers,
        der_depth,
        recipients,
        certificates,
        signers,
        mime_depth,
        connections,
        connections_per_address,
        in_progress_per_partner,
        staged_per_partner,
        failed_decryptions,
        segments,
        transaction_sets,
        elements,
        loop_depth,
        attempts,
    );
    if let Some(parts) = table.integer("mime_parts", 1..=Limits::MOST_MIME_PARTS as u64) {
        limits.mime_parts = parts.try_into().unwrap_or(limits.mime_parts);
    }
    spans!(
        head_time,
        body_idle,
        body_time,
        body_rate_grace,
        sync_receipt_time,
        handshake_time,
        decrypt_window,
        decrypt_pause,
    );
    warn_of_those_without_effect(table, &limits);
    limits
}

/// Bounds that nothing reads yet: what would be set by them is fixed in the code.
fn warn_of_those_without_effect(table: &Table<'_>, limits: &Limits) {
    let default = Limits::default();
    let fixed = "the bound is fixed in this version";
    table.only("cms_layers", Some(limits.cms_layers), default.cms_layers, fixed);
    table.only("loop_depth", Some(limits.loop_depth), default.loop_depth, fixed);
    table.only("as2_name", Some(limits.as2_name), default.as2_name, fixed);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::table::{self, Faults, Source};

    #[test]
    fn a_bound_without_effect_is_warned_of() {
        let source = Source::new("edigate.toml", "cms_layers = 2\nloop_depth = 32\n");
        let faults = Faults::new();
        table::read(&source, &faults, read).unwrap();
        let found: Vec<_> = faults.into_sorted().into_iter().map(|one| (one.code, one.location.line)).collect();
        assert_eq!(found, [("not-yet-in-effect".into(), Some(1))], "the default changes nothing");
    }

    #[test]
    fn what_is_written_replaces_the_default_and_the_rest_stays() {
        let source = Source::new("edigate.toml", "body = \"1MiB\"\nhead_time = \"3s\"\ncertificates = 4\n");
        let faults = Faults::new();
        let limits = table::read(&source, &faults, read).unwrap();
        assert_eq!(faults.into_sorted(), []);
        let expected =
            Limits { body: 1 << 20, head_time: Duration::from_secs(3), certificates: 4, ..Limits::default() };
        assert_eq!(limits, expected);
    }

    #[test]
    fn no_more_parts_are_allowed_than_a_story_has_room_for() {
        let check = |text: &str, expect: Option<usize>| {
            let faults = Faults::new();
            let limits = table::read(&Source::new("edigate.toml", text), &faults, read);
            let faults = faults.into_sorted();
            assert_eq!(limits.filter(|_| faults.is_empty()).map(|limits| limits.mime_parts), expect, "{text}");
        };
        check("mime_parts = 128", Some(128));
        check("mime_parts = 129", None);
    }

    #[test]
    fn every_limit_has_a_key() {
        // The field names of `Limits`, from its own `Debug`, are what an operator may write.
        let names = format!("{:#?}", Limits::default());
        let fields = names.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(':')).map(|(name, _)| name);
        let text: String = fields.map(|name| format!("{name} = true\n")).collect();
        let source = Source::new("edigate.toml", text);
        let faults = Faults::new();
        table::read(&source, &faults, read);
        let unknown: Vec<_> = faults.into_sorted().into_iter().filter(|fault| fault.code == "unknown-key").collect();
        assert_eq!(unknown, []);
    }
}
