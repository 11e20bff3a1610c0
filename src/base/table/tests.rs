use super::*;

/// Reads `text` with `walk` and gives the faults as lines.
fn faults(text: &str, walk: impl FnOnce(&Table<'_>)) -> Vec<String> {
    let source = Source::new("a.toml", text);
    let faults = Faults::new();
    read(&source, &faults, walk);
    faults.into_sorted().iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_of_a_file_is_found_at_once() {
    let text = "name = 5\nbodi = \"1MiB\"\nwait = \"5 min\"\nmode = \"asynk\"\n[inner]\ncount = 12\n";
    let found = faults(text, |table| {
        table.string("name");
        table.size("body");
        table.duration("wait");
        table.one_of("mode", &[("sync", 1), ("async", 2)]);
        table.require("as2_id", "an AS2 name");
        if let Some(inner) = table.table("inner") {
            inner.integer("count", 1..=10);
        }
    });
    assert_eq!(
        found,
        [
            "a.toml: error[missing-key]: 'as2_id' is missing; expected an AS2 name",
            "a.toml:1:8: error[wrong-type]: 'name' is a whole number; expected a text in quotes",
            "a.toml:2:1: error[unknown-key]: there is no key 'bodi' — write 'body'",
            "a.toml:3:8: error[bad-value]: '5 min' does not fit 'wait'; expected a duration such as \"30s\", \"76m\", \
             \"5d\" or \"7y\" (units ms, s, m, h, d, w, y)",
            "a.toml:4:8: error[not-one-of]: 'mode' cannot be 'asynk'; expected one of \"sync\", \"async\" — did you \
             mean \"async\"?",
            "a.toml:6:9: error[out-of-range]: 'inner.count' cannot be 12; expected a whole number from 1 to 10",
        ]
    );
}

#[test]
fn dates_and_instants_are_tomls_own() {
    let text =
        "until = 2026-12-31\nfrom = 2026-01-01T00:00:00Z\nlocal = 2026-01-01T00:00:00\nquoted = \"2026-01-01\"\n";
    let found = faults(text, |table| {
        assert_eq!(table.end_of_date("until").unwrap().to_string(), "2027-01-01T00:00:00.000Z");
        assert_eq!(table.instant("from").unwrap().to_string(), "2026-01-01T00:00:00.000Z");
        assert_eq!(table.instant("local"), None);
        assert_eq!(table.end_of_date("quoted"), None);
    });
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn what_is_not_toml_says_where() {
    let found = faults("a = \nb = 1\nc = [1,\n", |_| unreachable!("nothing is walked"));
    assert!(found.iter().any(|one| one.starts_with("a.toml:1:")), "{found:?}");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*") {
        faults(&text, |table| { table.string("a"); });
    }

    #[test]
    fn no_quantity_makes_the_reader_panic(text in "[0-9]{0,22}[a-zA-Z%]{0,4}") {
        let _ = (parse_duration(&text), parse_size(&text), parse_percent(&text));
    }
}
