use proptest::prelude::*;

use super::certificate::Active;
use super::layers::Layers;
use super::*;
use crate::base::table::{Faults, Source, Table};
use crate::base::{Severity, Timestamp};

const DOCUMENTED: &str = include_str!("../../tests/fixtures/config/documented/partners/acme-bearings/partner.toml");

fn read(text: &str) -> (Option<PartnerFile>, Vec<String>) {
    let faults = Faults::new();
    let file = PartnerFile::read("acme".parse().unwrap(), &Source::new("partner.toml", text), &faults);
    let errors = faults.into_sorted().into_iter().filter(|one| one.severity == Severity::Error);
    (file, errors.map(|one| one.to_string()).collect())
}

#[test]
fn the_documented_file_has_no_fault_and_each_of_its_keys_is_known_by_name() {
    let (file, errors) = read(DOCUMENTED);
    assert!(file.is_some());
    assert_eq!(errors, [] as [String; 0]);
    // Misspelling any one key of the file must be noticed.
    for (number, line) in DOCUMENTED.lines().enumerate() {
        let Some((key, rest)) = line.split_once('=').filter(|(key, _)| !key.trim_start().starts_with('#')) else {
            continue;
        };
        if matches!(key.trim(), "plant-0100" | "northwind") {
            continue;
        }
        let misspelt = format!("{}_x ={rest}", key.trim());
        let text: Vec<_> =
            DOCUMENTED.lines().enumerate().map(|(at, line)| if at == number { &misspelt } else { line }).collect();
        let (_, errors) = read(&text.join("\n"));
        assert!(errors.iter().any(|error| error.contains("unknown-key")), "{misspelt}: {errors:?}");
    }
}

#[test]
fn classes_of_findings_are_weighed_and_every_fault_is_told_at_once() {
    use crate::edi::{FindingCode, Weight};
    let file = |severities: &str| read(&DOCUMENTED.replace("\"count\" = \"reject\"", severities));
    let (partner, errors) = file("count = \"warn\", \"syntax-note\" = \"reject\"");
    assert_eq!(errors, [] as [String; 0]);
    let severities = partner.unwrap().x12.unwrap().reading.severities;
    let check = |code: FindingCode, expect: Option<Weight>| assert_eq!(severities.weight(code), expect, "{code:?}");
    check(FindingCode::CountWrong, Some(Weight::Warn));
    check(FindingCode::ExcludedElement, Some(Weight::Reject));
    check(FindingCode::TooShort, Some(Weight::Reject));
    check(FindingCode::TrailingSeparators, Some(Weight::Ignore));
    check(FindingCode::MissingElement, None);
    let (_, errors) = file("count = \"perhaps\", \"syntax\" = \"warn\", lengths = \"warn\"");
    let told = |word: &str| errors.iter().any(|error| error.contains(word));
    assert!(errors.len() == 3 && told("count") && told("syntax") && told("lengths"), "{errors:?}");
}

#[test]
fn legacy_algorithms_are_accepted_until_the_end_of_their_day() {
    use crate::smime::DigestAlgorithm::Sha1;
    let faults = Faults::new();
    let text = "accept_algs = [{ alg = \"sha-1\", until = 2027-06-30 }]";
    let read = |table: &Table<'_>| Receive::read(&Layers::new(table.table("receive"), None));
    let receive = profile::over(&format!("[receive]\n{text}"), &faults, read).unwrap();
    let check = |at: &str, accepted: bool| assert_eq!(receive.digests(instant(at)).contains(&Sha1), accepted, "{at}");
    check("2026-11-24T00:00:00Z", true);
    check("2027-06-30T23:59:59.999Z", true);
    check("2027-07-01T00:00:00Z", false);
}

#[test]
fn a_window_holds_its_first_instant_and_not_its_last() {
    let window = Window { from: Timestamp::from_millis(10), until: Timestamp::from_millis(20) };
    let check = |at: i64, holds: bool| assert_eq!(window.holds(Timestamp::from_millis(at)), holds, "{at}");
    check(9, false);
    check(10, true);
    check(19, true);
    check(20, false);
}

#[test]
fn only_an_explicit_date_reaches_past_a_certificates_end() {
    let active = |until, allow| Active { from: None, until, allow_expired_until: allow };
    let end = instant("2027-01-01T00:00:00Z");
    let own = Window { from: end.before(DAY * 365), until: end };
    let (earlier, later) = (end.before(DAY), end.after(DAY));
    let check = |active: Active, until: Timestamp| assert_eq!(active.within(own).until, until);
    check(active(None, None), end);
    check(active(Some(earlier), None), earlier);
    check(active(Some(later), None), end);
    check(active(None, Some(later)), later);
    check(active(Some(earlier), Some(later)), later);
    check(active(None, Some(earlier)), end);
}

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

fn instant(text: &str) -> Timestamp {
    Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

proptest! {
    #[test]
    fn no_damage_to_a_file_makes_the_reader_panic(at in 0..DOCUMENTED.len(), cut in 0_usize..200, put in "\\PC{0,12}") {
        let mut text: Vec<u8> = DOCUMENTED.bytes().collect();
        let end = (at + cut).min(text.len());
        text.splice(at..end, put.bytes());
        read(&String::from_utf8_lossy(&text));
    }
}
