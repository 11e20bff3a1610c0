//! Files whose bytes are not what one expects: UTF-16, long delimiters, binary data, heads that cannot be read.

use crate::base::Severity;

use super::*;

const SET: &str = "ST*850*0001~BEG*00*SA*1**20261102~PO1**1~SE*4*0001~";

fn file() -> String {
    String::from_utf8(wrap(SET)).unwrap()
}

/// The one set of a file, and what is found in its head and in itself.
fn set_and_codes(bytes: &[u8]) -> (TransactionSet, Vec<FindingCode>) {
    let set = only_set(bytes);
    let findings = set.interchange.findings.iter().chain(&set.findings);
    let codes = findings.map(|finding| finding.code).collect();
    (set, codes)
}

fn texts(set: &TransactionSet) -> Vec<Vec<String>> {
    let elements = |segment: Segment<'_>| segment.elements().map(|element| element.text().into_owned()).collect();
    set.segments().map(elements).collect()
}

#[test]
fn utf_16_is_read_by_its_byte_order_mark() {
    let text = format!("\u{feff}{}", file().replace("*1**", "*Größe 5 €**"));
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let (set, codes) = set_and_codes(&bytes);
        assert_eq!(codes, [FindingCode::WideCharacters]);
        assert_eq!(set.segment(2).unwrap().element(3).text(), "Größe 5 €");
        let place = set.segment(2).unwrap().element(3).place();
        let decoded = text.trim_start_matches('\u{feff}').as_bytes();
        assert_eq!(&decoded[place.start as usize..place.end as usize], "Größe 5 €".as_bytes());
    }
}

#[test]
fn delimiters_of_several_bytes() {
    let plain = only_set(&wrap(SET));
    let check = |bytes: &str, sent: &str| {
        let (set, codes) = set_and_codes(bytes.as_bytes());
        assert_eq!(codes, [FindingCode::WideCharacters], "{bytes}");
        assert_eq!(texts(&set), texts(&plain), "{bytes}");
        let delimiters = set.delimiters();
        let shown: String = delimiters.all().map(|delimiter| delimiters.sent(delimiter)).collect();
        assert_eq!(shown, sent);
        let place = set.place();
        assert_eq!(&bytes.as_bytes()[place.start as usize..place.end as usize], set.raw());
        for element in set.segments().flat_map(|segment| segment.elements().collect::<Vec<_>>()) {
            let place = element.place();
            assert_eq!(&bytes.as_bytes()[place.start as usize..place.end as usize], element.bytes());
        }
    };
    check(&file().replace('~', "…"), "*>…");
    check(&file().replace('~', "…\r\n"), "*>…");
    check(&file().replace('*', "¦"), "¦>~");
    check(&file().replace('*', "¦").replace('~', "…"), "¦>…");
    check(&file().replace('>', "¬"), "*¬~");
    check(&file().replace('*', "¦").replace('>', "¬").replace('~', "…\n"), "¦¬…");
    check(&file().replace('*', "¦").replace('~', "\n"), "¦>\n");
    check(&file().replace("*U*00401", "*§*00501"), "*>§~");
    check(&file().replace('~', "😀"), "*>😀");
}

#[test]
fn long_delimiters_part_components_and_repetitions() {
    let file = file().replace('>', "¬").replace("*U*00401", "*§*00501").replace("PO1**1", "PO1*a¬b§c¬d*\u{1}x");
    let set = only_set(file.as_bytes());
    let element = set.segment(3).unwrap().element(1);
    let text = |element: Element<'_>| element.text().into_owned();
    assert_eq!((element.repetition_count(), text(element.repetition(2).component(2))), (2, "d".to_owned()));
    let place = element.repetition(2).component(2).place();
    assert_eq!(&file.as_bytes()[place.start as usize..place.end as usize], b"d");
    // Nothing that the data holds is taken for a delimiter.
    assert_eq!(set.segment(3).unwrap().element(2).bytes(), b"\x01x");
}

#[test]
fn a_pair_of_line_ends_as_terminator_may_lose_its_first_half() {
    let pairs = file().replace('~', "\r\n");
    let (head, body) = pairs.split_at(ISA.len() + 1);
    let set = only_set(format!("{head}{}", body.replace("\r\n", "\n")).as_bytes());
    assert_eq!((set.delimiters().terminator, set.segment_count()), (b'\n', 4));
    assert_eq!(set.segment(3).unwrap().bytes(), b"PO1**1");
}

#[test]
fn blanks_around_tags_and_before_terminators_mean_nothing() {
    let (set, codes) = set_and_codes(&wrap("  ST *850*0001  ~\n\tBEG*00*SA*1**20261102 ~ PO1**1~ SE *4*0001 ~"));
    assert_eq!(codes, [FindingCode::LeadingBlanks, FindingCode::TrailingBlanks]);
    assert_eq!(texts(&set), texts(&only_set(&wrap(SET))));
    assert_eq!(set.segment(1).unwrap().tag(), "ST");
}

#[test]
fn binary_data_may_hold_any_byte() {
    let check = |segment: &str, element: usize, data: &str, codes: &[FindingCode]| {
        let body = SET.replace("PO1**1~", &format!("{segment}PO1**1~")).replace("SE*4", "SE*5");
        let (set, found) = set_and_codes(&wrap(&body));
        assert_eq!(found, codes, "{segment}");
        let binary = set.segment(3).unwrap();
        assert_eq!((decode(binary.element(element).bytes()), binary.element_count()), (data.into(), element));
        assert_eq!(set.segment(4).unwrap().bytes(), b"PO1**1");
    };
    check("BIN*9*a~b*c\r\n>~~", 2, "a~b*c\r\n>~", &[]);
    check("BIN*3*~~~~\r\n", 2, "~~~", &[]);
    check("bin*3*SE*\r\n~", 2, "SE*", &[]);
    check("BDS*ASC*4*GE*1~", 3, "GE*1", &[]);
    check("BIN*0*~", 2, "", &[]);
    check("BIN*3*a  ~", 2, "a  ", &[]);
    check("BIN*4*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    check("BIN*2*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    check("BIN*x*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    check("BIN*999999*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    // More than a segment may have, more than a set may have, more than can be counted.
    check("BIN*2000000*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    check("BIN*99999999*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    check("BDS*ASC*999999999999*abc~", 3, "abc", &[FindingCode::BinaryLength]);
    check("BIN*9999999999999999999*abc~", 2, "abc", &[FindingCode::BinaryLength]);
    check("BIN*3~", 1, "3", &[FindingCode::BinaryLength]);
    let long = "~*".repeat(100_000);
    check(&format!("BIN*200000*{long}~"), 2, &long, &[]);
}

#[test]
fn a_length_that_is_wrong_is_told_at_its_element() {
    let check = |segment: &str, expect: &str| {
        let Piece::Set(set) = read(&wrap(&SET.replace("PO1**1~", segment))).0.remove(2) else { panic!("a set") };
        let told = set.findings.iter().find(|finding| finding.code == FindingCode::BinaryLength).unwrap();
        assert_eq!(Diagnostic::from(told).to_string(), expect);
    };
    check(
        "BIN*99999999*abc~",
        "BIN01 (segment 3) at byte 179: error[binary-length]: BIN01 says '99999999' bytes, and behind so many no terminator \
         stands; the segment is read up to the next one — a cut transfer looks just like this: ask the partner to send it \
         again",
    );
    check(
        "BDS*ASC*x*abc~",
        "BDS02 (segment 3) at byte 183: error[binary-length]: BDS02 says 'x' bytes, and behind so many no terminator \
         stands; the segment is read up to the next one — a cut transfer looks just like this: ask the partner to send it \
         again",
    );
}

#[test]
fn binary_data_is_bounded_as_any_segment() {
    let file = wrap(&SET.replace("PO1**1~", &format!("BIN*100*{}~", "~".repeat(100))));
    let read = |segment| {
        let limits = crate::base::Limits { segment, ..crate::base::Limits::default() };
        pieces_of(file.as_slice(), ReadOptions { limits, ..ReadOptions::default() }).1
    };
    assert!(read("BIN*100*".len() + 100).is_none());
    let fault = read("BIN*100*".len() + 99);
    assert!(matches!(fault, Some(ReadFault::Bound { bound: Bound::Segment, .. })), "{fault:?}");
}

/// Numbers of the interchanges in a file, those that cannot be read in brackets, and of the sets in them.
fn interchanges(bytes: &str) -> String {
    let (pieces, fault) = read(bytes.as_bytes());
    assert!(fault.is_none(), "{fault:?}");
    let mut out = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Interchange(head) => out.push(head.control_number.clone()),
            Piece::Unreadable(interchange) => out.push(format!("({})", interchange.head.control_number)),
            Piece::Set(set) => out.push(set.control_number),
            _ => {}
        }
    }
    out.join(" ")
}

#[test]
fn what_only_looks_like_a_head_inside_an_interchange_is_a_segment_like_any_other() {
    let check = |file: &str, expect: &[FindingCode]| {
        let guides = Guides::shipped();
        let mut checker = Checker::new(Reader::new(file.as_bytes(), ReadOptions::default()), &guides);
        let mut found = Vec::new();
        while let Some(checked) = checker.next_checked().unwrap() {
            let Checked::Interchange(report) = checked else { panic!("{file}") };
            let sets = report.groups.iter().flat_map(|group| &group.sets);
            let groups = report.groups.iter().flat_map(|group| &group.findings);
            let findings = report.findings.iter().chain(groups).chain(sets.flat_map(|set| &set.findings));
            found.extend(findings.filter(|one| one.severity > Severity::Info).map(|one| one.code));
        }
        assert_eq!(found, expect, "{file}");
    };
    let x12 = |stray: &str| file().replace("PO1**1~", &format!("{stray}PO1**1~")).replace("SE*4", "SE*5");
    for stray in ["ISA*1*2~", "isa*~", "ISA*00*~", "UNB+x~", "UNA:+.? ~"] {
        check(&x12(stray), &[FindingCode::UnknownSegment]);
    }
    let between = file().replace("GE*1", "ISA*1*2~GE*1");
    check(&between, &[FindingCode::MisplacedEnvelope]);
    // Sixteen elements, but of several segments.
    check(&between.replace("ISA*1*2~", "ISA*1*2*3*4*5*6*7*8*9*A*B*C~"), &[FindingCode::MisplacedEnvelope]);
    let message = "UNB+UNOC:3+A+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNB+x'DTM+137:20261102:102'NAD+BY+1::9'\
                   LIN+1'UNS+S'UNT+8+1'UNZ+1+1'";
    check(message, &[FindingCode::UnknownSegment]);
    check(&message.replace("UNB+x'", "ISA+x'"), &[FindingCode::UnknownSegment]);
    // A head that can be read, or could be rejected, says that the interchange before it was cut off.
    let cut = |head: &str| x12("").split("SE*").next().unwrap().to_owned() + head;
    let (trailer, unreadable) = (FindingCode::TrailerMissing, FindingCode::ComponentSeparator);
    check(&cut(&file().replace("000000001", "000000002").replace('*', "|")), &[trailer; 3]);
    check(&cut(&file().replace(">~", "*~")), &[trailer, trailer, trailer, unreadable]);
    check(&cut(&message.replace("UNB+x'", "").replace("UNT+8", "UNT+7")), &[trailer; 3]);
}

#[test]
fn behind_a_head_that_cannot_be_read_the_good_interchanges_go_on() {
    let good = |number: &str| file().replace("000000001", number);
    let same = |number: &str| good(number).replace(">~", "*~");
    let check = |bytes: String, expect: &str| assert_eq!(interchanges(&bytes), expect, "{}", bytes.len());
    check(good("1") + &same("2") + &good("3"), "1 0001 (2) 3 0001");
    check(same("2") + &good("3").replace('*', "|"), "(2) 3 0001");
    check(same("2") + &same("3"), "(2) (3)");
    check(format!("{}\n{}", &ISA[..20], good("3")), "(0815) 3 0001");
    check(format!("{}\n{}\n{}", same("2"), "x".repeat(200_000), good("3")), "(2) 3 0001");
    check(same("2").replace("**20261102", "*ISA*20261102") + &good("3"), "(2) 3 0001");
    check(good("1").replace("IEA*1*1~", "") + &same("2") + &good("3"), "1 0001 (2) 3 0001");
}

#[test]
fn a_rejection_can_be_written_from_what_an_unreadable_head_tells() {
    let (pieces, _) = read(file().replace(">~", "*~").as_bytes());
    let Some(Piece::Unreadable(interchange)) = pieces.first() else { panic!("{pieces:?}") };
    let head = &interchange.head;
    let told = [&head.sender.id, &head.receiver.id, &head.control_number, &head.date, &head.time, &head.version];
    assert_eq!(told, ["SENDER", "RECEIVER", "000000001", "261102", "0815", "00401"]);
    let finding = &head.findings[0];
    assert_eq!((finding.code, finding.level), (FindingCode::ComponentSeparator, Level::Interchange));
}

#[test]
fn a_search_gives_up_after_so_many_false_heads() {
    let false_heads = "ISA*".repeat(10_000);
    assert_eq!(interchanges(&format!("{}{}", &false_heads[4..], file())), "(ISA) 000000001 0001");
    assert_eq!(interchanges(&format!("{false_heads}ISA*{}", file())), "(ISA)");
}
