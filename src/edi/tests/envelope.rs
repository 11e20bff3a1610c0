//! Envelopes: what real files get wrong, and what is said about it.

use super::*;

/// Reads a file and compares what is told, line by line.
fn check(bytes: impl AsRef<[u8]>, expect: &str) {
    let bytes = bytes.as_ref();
    let found = told(read(bytes));
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let (found, expect): (Vec<String>, Vec<String>) = (lines(&found), lines(expect));
    assert_eq!(found, expect, "\nfile: {}\nfound:\n{}", decode(bytes), found.join("\n"));
}

const SET: &str = "ST*850*0001~BEG*00*SA*1**20261102~PO1**1~SE*4*0001~";

const SOUND: &str = "
    interchange 000000001 from SENDER to RECEIVER
    group PO 1 004010
    set 850 0001 of 4 segments
    group end, 1 sets, sound true
    interchange end, 1 groups, sound true";

fn told_of(findings_of_head: &str) -> String {
    let (first, rest) = SOUND.trim().split_once('\n').unwrap();
    format!("{first}\n{findings_of_head}\n{rest}")
}

#[test]
fn layouts_that_are_nothing_to_speak_of() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    check(&file, SOUND);
    check(file.replace('~', "~\n"), SOUND);
    check(file.replace('~', "~\r\n"), SOUND);
    check(file.replace('~', "\n"), SOUND);
    check(file.replace('~', "\r"), SOUND);
    check(file.replace('~', "\r\n"), SOUND);
    check(wrap(&SET.replace('~', "\n~")), SOUND);
    check(file.replace('~', "\n\n"), SOUND);
    check(format!("\u{feff}\n {file}"), SOUND);
    check(format!("{file}\r\n\0\0\x1a"), SOUND);
    check(file.replace("*U*00401", "*^*00401"), SOUND);
}

const UNCUSTOMARY: &str =
    "ISA at byte AT: info[uncustomary-delimiters]: elements are parted by '|' and segments ended by 'END'";

fn uncustomary(at: usize, end: &str) -> String {
    told_of(&UNCUSTOMARY.replace("AT", &at.to_string()).replace("END", end))
}

#[test]
fn delimiters_that_are_allowed_and_rare() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    check(file.replace('*', "|").replace('~', "\x1c").replace('>', "\x1f"), &uncustomary(0, r"\x1c"));
}

#[test]
fn a_password_is_not_told_further() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let file = file.replace("*00*          *00*          *", "*01*SESAME-1234*01*SESAME-5678*");
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    let Ok(Some(Piece::Interchange(head))) = reader.next_piece() else { panic!("an interchange") };
    assert_eq!(head.particulars.security, "SESAME-5678");
    assert_eq!(head.findings.len(), 2);
    assert!(!format!("{head:?}").contains("SESAME"), "{head:?}");
}

#[test]
fn an_isa_that_is_not_106_characters_long() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let unpadded = file.replace("SENDER         ", "SENDER").replace("*00*          *00", "*00* *00");
    check(
        &unpadded,
        &told_of(
            "ISA02 at byte 7: warning[isa-width]: ISA02 is 1 character wide; expected 10
             ISA06 at byte 26: warning[isa-width]: ISA06 is 6 characters wide; expected 15",
        ),
    );
    check(
        file.replace("SENDER         ", "SENDER             "),
        &told_of("ISA06 at byte 35: warning[isa-width]: ISA06 is 19 characters wide; expected 15"),
    );
    let missing_16 = told_of(
        "ISA16 at byte 104: warning[component-separator-missing]: ISA16, the component separator, is missing \
         — tell the partner; their translator writes it wrong",
    );
    check(file.replace(">~", "~"), &missing_16);
    check(file.replace(">~", "~").replace('~', "~\r\n"), &missing_16);
    check(file.replace(">~", "~").replace('~', "\n"), &missing_16);
    check(
        file.replace("*ZZ*RECEIVER", "*ZZ\n*RECEIVER"),
        &told_of("ISA at byte 0: warning[wrapped-lines]: the ISA holds line ends"),
    );
    check(
        file.replace("ISA*", "isa*"),
        &told_of(
            "ISA at byte 0: warning[lower-case-tag]: the tag ISA is not in upper case \
             — tell the partner; their translator writes it wrong",
        ),
    );
}

#[test]
fn heads_that_hold_odd_values() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let check = |from: &str, to: &str, expect: &[&str]| {
        let changed = file.replace(from, to);
        assert_ne!(changed, file, "{from}");
        let found = told(read(changed.as_bytes()));
        let found: Vec<&str> = found.lines().filter_map(|line| line.trim().split(" at byte ").nth(1)).collect();
        let found: Vec<&str> = found.iter().filter_map(|line| line.split_once(": ")?.1.split(" — ").next()).collect();
        assert_eq!(found, expect, "{from} {to}");
    };
    let there = "0*P*>";
    check("*ZZ*SENDER  ", "*ZZ*        ", &["warning[missing-element]: ISA06, the sender, is empty"]);
    check("*261102*", "*261302*", &["warning[not-a-date]: ISA09, the date, is no date; expected YYMMDD"]);
    check("*0815*U", "*2460*U", &["warning[not-a-time]: ISA10, the time, is no time; expected HHMM"]);
    check("*00401*", "*4.0.1*", &["warning[not-a-number]: ISA12, the version, is no number; expected digits"]);
    check(
        there,
        "2*P*>",
        &["warning[code-unknown]: ISA14, the request for a TA1, is none of its codes; expected 0, 1"],
    );
    check(there, "0*X*>", &["warning[code-unknown]: ISA15, the usage, is none of its codes; expected P, T, I"]);
    check("GS*PO*", "GS**", &["warning[missing-element]: GS01, the kind of the group, is empty"]);
    check(
        "*20261102*0815*1*X",
        "*2026*0815*1*X",
        &["warning[not-a-date]: GS04, the date, is no date; expected CCYYMMDD"],
    );
    check("*X*004010", "*X*", &["warning[missing-element]: GS08, the release, is empty"]);
    check("ST*850*0001", "ST**0001", &["error[missing-element]: ST01, the transaction set, is empty"]);
}

#[test]
fn headers_that_cannot_be_read() {
    let unreadable = |bytes: &str, number: &str, place: &str, why: &str| {
        let hint = match why.split_once("error[").unwrap().1.split_once(']').unwrap().0 {
            "header-unreadable" => {
                "send the partner the first 200 bytes of the interchange and ask them to mend its head"
            }
            _ => "tell the partner; their translator writes it wrong",
        };
        let why = why.replace("]:", "]: the ISA cannot be read:");
        let (whole, expected) = (bytes.len(), "ISA with 16 elements and four different delimiters");
        check(
            bytes,
            &format!("unreadable {number} at 0 to {whole}\n{place} at byte 0: {why}; expected {expected} — {hint}"),
        );
    };
    let isa = |tail: &str| ISA.strip_suffix(">~").unwrap().to_owned() + tail + "GS*PO*S~";
    let broken = |bytes: &str, number: &str, why: &str| {
        unreadable(bytes, number, "ISA", &format!("error[header-unreadable]: {why}"));
    };
    broken("ISA*00*1", "", "it has 2 of 16 elements within 256 bytes");
    broken(&format!("ISA*{}", "x".repeat(300)), "", "it has 1 of 16 elements within 256 bytes");
    broken(ISA.strip_suffix('~').unwrap(), "000000001", "it ends before its terminator");
    let component = |bytes: &str, number: &str, why: &str| {
        unreadable(bytes, number, "ISA16", &format!("error[component-separator]: its component separator {why}"));
    };
    component(&isa("**"), "000000001", "is another delimiter too");
    component(&isa("~~"), "000000001", "is another delimiter too");
    let short = ISA.replace("*U*", "*") + "GS*PO*S*R~";
    component(&short, "0", "would be a letter, a digit or a blank; an element may be missing");
    let terminator = |bytes: &str, why: &str| {
        unreadable(bytes, "000000001", "ISA", &format!("error[segment-terminator]: its terminator {why}"));
    };
    terminator(&isa(">*"), "is its element separator too");
    terminator(&isa(">A"), "would be a letter, a digit or a blank; an element may be missing");
}

#[test]
fn the_repetition_separator_by_rule() {
    let check = |isa_11: &str, version: &str, expect: Option<u8>| {
        let isa = ISA.replace("*U*00401*", &format!("*{isa_11}*{version}*"));
        let (pieces, _) = read(isa.as_bytes());
        let Some(Piece::Interchange(head)) = pieces.first() else { panic!("{pieces:?}") };
        assert_eq!(head.delimiters.repetition, expect, "{isa_11} {version}");
    };
    check("U", "00401", None);
    check("^", "00401", None);
    check("^", "00402", Some(b'^'));
    check("^", "00501", Some(b'^'));
    check("U", "00501", None);
    check(">", "00501", None);
    check("^^", "00501", None);
}

#[test]
fn what_is_no_x12() {
    let not_edi = "fault error[not-edi]: this is no EDI: {}; expected ISA or UNB — look at what the partner sent; it may be another format or an empty file";
    check("", &not_edi.replace("{}", "it is empty"));
    check(" \r\n", &not_edi.replace("{}", "it is empty"));
    check("ST*850*1~", &not_edi.replace("{}", "it begins with ST, without the interchange around it"));
}

#[test]
fn bytes_around_interchanges() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    check(
        format!("Subject: order\n\n{file}"),
        &told_of(
            "warning[leading-bytes]: 16 bytes before the interchange belong to nothing \
             — look at what puts text before the ISA, often a mail gateway or a script",
        ),
    );
    check(
        format!("{file}\n-- \nKind regards"),
        &format!(
            "{SOUND}
             error[trailing-bytes]: what follows the last interchange is no interchange: it begins with '-- .Kind regards' \
             — look at the raw file: an interchange may be damaged there"
        ),
    );
    let other = file.replace("000000001", "000000002").replace('*', "|").replace('~', "'");
    let third = file.replace("RECEIVER", "ANOTHER ");
    let second = uncustomary(file.len(), r"\'").replace("0001 from", "0002 from");
    let last = SOUND.replace("RECEIVER", "ANOTHER");
    check(format!("{file}{other}\r\n{third}"), &format!("{SOUND}\n{second}{last}"));
    let between = "error[trailing-bytes]: what stands between two interchanges belongs to neither: it begins with \
                   '--------------------' — look at the raw file: an interchange may be damaged there";
    check(format!("{file}{}{third}", "-".repeat(5_000)), &format!("{SOUND}\n{between}{last}"));
}

#[test]
fn counts_and_control_numbers() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let cut = "a cut transfer looks just like this: ask the partner to send it again";
    let theirs = "tell the partner; their translator writes it wrong";
    check(
        file.replace("SE*4*0001", "SE*5*1").replace("GE*1*1", "GE*2*2").replace("IEA*1*000000001", "IEA*x*1"),
        &format!(
            "interchange 000000001 from SENDER to RECEIVER
             group PO 1 004010
             set 850 0001 of 4 segments
             SE01 (segment 4) at byte 185: error[count-wrong]: SE01 says '5' segments, 4 were counted; expected 4 — {cut}
             SE02 (segment 4) at byte 187: warning[control-number-differs]: SE02 is '1', the header's control number '0001'; expected 0001 — {theirs}
             group end, 1 sets, sound false
             GE01 at byte 192: error[count-wrong]: GE01 says '2' transaction sets, 1 was counted; expected 1 — {cut}
             GE02 at byte 194: error[control-number-differs]: GE02 is '2', the header's control number '1'; expected 1 — {theirs}
             interchange end, 1 groups, sound false
             IEA01 at byte 200: error[count-wrong]: IEA01 says 'x' functional groups, 1 was counted; expected 1 — {cut}
             IEA02 at byte 202: warning[control-number-differs]: IEA02 is '1', the header's control number '000000001'; expected 000000001 — {theirs}"
        ),
    );
    check(
        wrap(&SET.repeat(2)),
        &format!(
            "interchange 000000001 from SENDER to RECEIVER
             group PO 1 004010
             set 850 0001 of 4 segments
             set 850 0001 of 4 segments
             ST (segment 1) at byte 192: warning[control-number-repeated]: control number '0001' comes twice in one functional group — {theirs}
             group end, 2 sets, sound false
             GE01 at byte 246: error[count-wrong]: GE01 says '1' transaction set, 2 were counted; expected 2 — {cut}
             interchange end, 1 groups, sound true"
        ),
    );
}

#[test]
fn an_interchange_that_comes_twice_in_a_file() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let (head, rest) = SOUND.trim().split_once('\n').unwrap();
    let twice = format!(
        "ISA at byte {}: error[control-number-repeated]: control number '000000001' comes twice in one file, \
         from the same sender to the same receiver — tell the partner; their translator writes it wrong",
        file.len()
    );
    check(format!("{file}{file}"), &format!("{SOUND}\n{head}\n{twice}\n{rest}"));
    let (pieces, _) = read(format!("{file}{file}").as_bytes());
    let level = |piece: &Piece| matches!(piece, Piece::Finding(finding) if finding.level == Level::Interchange);
    assert_eq!(pieces.iter().filter(|piece| level(piece)).count(), 1);
}

#[test]
fn a_file_cut_anywhere_is_never_sound() {
    let file = wrap(SET);
    for end in 1..file.len() {
        let (pieces, fault) = read(&file[..end]);
        let is_whole = end == file.len() - 1;
        let ended = pieces.iter().any(|piece| matches!(piece, Piece::InterchangeEnd(end) if end.is_sound()));
        assert_eq!(ended, is_whole, "cut at {end}: {pieces:?}");
        let is_unreadable = matches!(pieces.first(), Some(Piece::Unreadable(_)));
        assert!(fault.is_some() || is_unreadable || pieces.len() >= 2);
        let sound_sets = pieces.iter().filter(|piece| matches!(piece, Piece::Set(set) if set.is_sound())).count();
        let set_end = file.windows(5).position(|bytes| bytes == b"~GE*1").unwrap() + 1;
        assert_eq!(sound_sets, usize::from(end >= set_end), "cut at {end}");
    }
}

#[test]
fn envelope_tags_in_lower_case() {
    let theirs = "tell the partner; their translator writes it wrong";
    let lower = |tag: &str| {
        let file = String::from_utf8(wrap(SET)).unwrap();
        file.replace(&format!("~{tag}*"), &format!("~{}*", tag.to_lowercase()))
    };
    let told = |at: &str, tag: &str| {
        let upper = tag.to_uppercase();
        format!("{at}: warning[lower-case-tag]: the tag '{tag}' is not in upper case; expected {upper} — {theirs}\n")
    };
    check(lower("GS"), &SOUND.replace("group PO", &(told("gs at byte 106", "gs") + "group PO")));
    check(lower("SE"), &SOUND.replace("group end", &(told("se (segment 4) at byte 182", "se") + "group end")));
}

#[test]
fn missing_trailers_close_what_is_open() {
    let cut = "a cut transfer looks just like this: ask the partner to send it again";
    let next = "ST*850*0002~BEG*00*SA*2**20261102~PO1**1~SE*4*0002~";
    let file = String::from_utf8(wrap(&(SET.replace("SE*4*0001~", "") + next))).unwrap().replace("GE*1*1~", "");
    check(
        format!("{file}{}", file.replace("IEA*1*000000001~", "").replace("000000001", "000000002")),
        &format!(
            "interchange 000000001 from SENDER to RECEIVER
             group PO 1 004010
             set 850 0001 of 3 segments
             error[trailer-missing]: SE is missing: the transaction set has no end; expected SE — {cut}
             set 850 0002 of 4 segments
             group end, 2 sets, sound false
             IEA at byte 233: error[trailer-missing]: GE is missing: the functional group has no end; expected GE — {cut}
             interchange end, 1 groups, sound true
             interchange 000000002 from SENDER to RECEIVER
             group PO 1 004010
             set 850 0001 of 3 segments
             error[trailer-missing]: SE is missing: the transaction set has no end; expected SE — {cut}
             set 850 0002 of 4 segments
             group end, 2 sets, sound false
             error[trailer-missing]: GE is missing: the functional group has no end; expected GE — {cut}
             interchange end, 1 groups, sound false
             error[trailer-missing]: IEA is missing: the interchange has no end; expected IEA — {cut}"
        ),
    );
}

#[test]
fn segments_where_they_may_not_be() {
    let theirs = "tell the partner; their translator writes it wrong";
    let cut = "a cut transfer looks just like this: ask the partner to send it again";
    check(
        format!("{ISA}{SET}REF*X~SE*1*1~IEA*0*000000001~"),
        &format!(
            "interchange 000000001 from SENDER to RECEIVER
             set 850 0001 of 4 segments
             ST (segment 1) at byte 106: error[misplaced-envelope]: the transaction set stands outside of any functional group; expected GS — {theirs}
             REF at byte 157: error[misplaced-envelope]: the segment REF stands outside of any transaction set — {theirs}
             SE at byte 163: error[misplaced-envelope]: the segment SE stands outside of any transaction set — {theirs}
             interchange end, 0 groups, sound true
             ISA at byte 0: warning[empty-envelope]: the interchange holds neither a group nor an acknowledgement"
        ),
    );
    check(
        format!("{ISA}TA1*000000007*261101*1200*R*006~GE*0*1~IEA*0*000000001"),
        &format!(
            "interchange 000000001 from SENDER to RECEIVER
             acknowledgement of 000000007 R 006
             GE at byte 138: error[misplaced-envelope]: the segment GE stands outside of any transaction set — {theirs}
             interchange end, 0 groups, sound true
             IEA at byte 145: warning[terminator-missing]: the file ends in IEA, before a terminator — {cut}"
        ),
    );
}

#[test]
fn services_that_are_asked_of_a_network_are_passed_over() {
    let service = |place: &str, tag: &str| {
        format!(
            "{tag} at byte {place}: info[interchange-service]: {tag} is about a service of a network; it is passed over"
        )
    };
    let (head, rest) = SOUND.trim().split_once('\n').unwrap();
    let file = String::from_utf8(wrap(SET)).unwrap();
    check(
        file.replace("GS*", "ISB*1~ISE*200601*0515*04~TA3*1~GS*"),
        &[head, &service("106", "ISB"), &service("112", "ISE"), &service("131", "TA3"), rest].join("\n"),
    );
    check(
        file.replace("IEA*", "ISB*1~IEA*"),
        &SOUND.replace(
            "interchange end",
            "ISB at byte 199: error[misplaced-envelope]: the segment ISB stands outside of any transaction set \
             — tell the partner; their translator writes it wrong\ninterchange end",
        ),
    );
}

#[test]
fn lines_wrapped_at_80_columns_are_joined_and_places_stay_true() {
    let whole = wrap("ST*850*0001~BEG*00*SA*1**20261102~PO1**1***BP*LONG PART NUMBER~SE*4*0001~");
    let (isa, rest) = whole.split_at(ISA.len());
    let rest = rest.chunks(3).flat_map(|line| [line, b"\r\n"].concat());
    let wrapped: Vec<u8> = isa.iter().copied().chain(rest).collect();
    let (flat, set) = (only_set(&whole), only_set(&wrapped));
    let texts = |set: &TransactionSet| set.segments().map(|segment| format!("{segment:?}")).collect::<Vec<_>>();
    assert_eq!(texts(&flat), texts(&set));
    assert_eq!(set.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [FindingCode::WrappedLines]);
    let start = set.segment(1).unwrap().place().start as usize;
    assert_eq!(set.raw(), &wrapped[start..start + set.raw().len()]);
    for segment in set.segments() {
        for element in segment.elements() {
            let place = element.place();
            let mut slice = wrapped[place.start as usize..place.end as usize].to_vec();
            slice.retain(|byte| !matches!(byte, b'\r' | b'\n'));
            assert_eq!(slice, element.bytes());
        }
    }
}

/// Blanks mean nothing where segments begin and end. It is told once of the envelopes, and once of each set.
#[test]
fn blanks_around_segments_are_told_once() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let told = |kind: &str, of_group: String, of_set: String| {
        let finding = |place_and_what: String| {
            let (place, what) = place_and_what.split_once('|').unwrap();
            format!("{place}: info[{kind}]: blanks stand before {what}; they are passed over, here and further on")
        };
        SOUND
            .replace("group PO", &format!("{}\ngroup PO", finding(of_group)))
            .replace("group end", &format!("{}\ngroup end", finding(of_set)))
    };
    for blanks in ["~ ", "~\n  \t"] {
        let file = file.replace('~', blanks);
        let [gs, st] = ["GS*", "ST*"].map(|tag| file.find(tag).unwrap());
        let of_group = format!("GS at byte {gs}|the tag GS");
        check(&file, &told("leading-blanks", of_group, format!("ST (segment 1) at byte {st}|the tag ST")));
    }
    let padded = file.replace('~', "  ~").replacen("  ~", "~", 1);
    let [gs, st] = ["004010", "0001  ~BEG"].map(|value| padded.find(value).unwrap());
    let of_group = format!("GS08 at byte {}|the terminator of GS", gs + 6);
    let of_set = format!("ST02 (segment 1) at byte {}|the terminator of ST", st + 4);
    check(&padded, &told("trailing-blanks", of_group, of_set));
    // Blanks behind a terminator fill its line.
    check(file.replace('~', "~   \n"), SOUND);
}

#[test]
fn blanks_around_a_segment_do_not_keep_it_from_being_known() {
    let set = only_set(&wrap(&SET.replace("PO1**1~", "  PO1**1  ~  PO1**2  ~").replace("SE*4", "SE*5")));
    let tags: Vec<String> = set.segments().map(|segment| segment.tag().to_string()).collect();
    assert_eq!(tags, ["ST", "BEG", "PO1", "PO1", "SE"]);
    assert_eq!(set.segment(3).unwrap().element(2).text(), "1");
    let told: Vec<_> = set.findings.iter().map(|one| (one.code, one.place.segment_position)).collect();
    assert_eq!(told, [(FindingCode::LeadingBlanks, Some(3)), (FindingCode::TrailingBlanks, Some(3))]);
}

#[test]
fn elements_that_no_trailer_and_no_head_has() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let with = |segment: &str, more: &str, before: &str, finding: &str| {
        let file = file.replace(segment, &format!("{segment}{more}"));
        let at = file.find(segment).unwrap() + segment.len() + more.rfind('*').unwrap() + 1;
        let finding = finding.replace("BYTE", &at.to_string());
        check(&file, &format!("{SOUND}\n").replace(before, &format!("{finding}\n{before}")));
    };
    let surplus = |place: &str, text: &str| {
        format!(
            "{place} at byte BYTE: warning[too-many-elements]: {text} were sent — look for a separator inside the data"
        )
    };
    let ends = |place: &str, tag: &str| {
        format!("{place} at byte BYTE: info[trailing-separators]: {tag} ends with a separator")
    };
    with("SE*4*0001", "*x", "group end", &surplus("SE03 (segment 4)", "SE has 2 elements, 3"));
    with("SE*4*0001", "*", "group end", &ends("SE03 (segment 4)", "SE"));
    with("ST*850*0001", "*x", "group end", &surplus("ST03 (segment 1)", "ST has 2 elements, 3"));
    with("GE*1*1", "**x", "interchange end", &surplus("GE04", "GE has 2 elements, 4"));
    with("*X*004010", "*x", "interchange end", &surplus("GS09", "GS has 8 elements, 9"));
    let at = file.len() - 1;
    check(
        file.replace("IEA*1*000000001", "IEA*1*000000001*x"),
        &format!("{SOUND}\n{}", surplus("IEA03", "IEA has 2 elements, 3").replace("BYTE", &(at + 1).to_string())),
    );
    // ST03 came with 005010.
    let newer = file.replace("*004010~", "*005010~");
    check(newer.replace("ST*850*0001", "ST*850*0001*x"), &SOUND.replace("004010", "005010"));
}

/// The last terminator may be lost where the IEA is whole, and a separator behind its last element is no more of it.
#[test]
fn a_separator_behind_the_last_trailer_does_not_reject() {
    let file = String::from_utf8(wrap(SET)).unwrap();
    let (start, end) = (file.find("IEA").unwrap(), file.len());
    check(
        format!("{}*", file.trim_end_matches('~')),
        &format!(
            "{SOUND}
             IEA03 at byte {end}: info[trailing-separators]: IEA ends with a separator
             IEA at byte {start}: warning[terminator-missing]: the file ends in IEA, before a terminator — a cut transfer \
             looks just like this: ask the partner to send it again"
        ),
    );
}
