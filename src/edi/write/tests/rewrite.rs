//! What was read, written again in another layout or in parts.

use super::*;
use crate::edi::{Piece, ReadOptions, Reader};

const X12: &str = "ISA*00*          *00*          *01*123456789*ZZ*ACME*261102*0815*U*00401*000000071*0*P*>\r\n~\
                   GS*PO*N*A*20261102*0815*7*X*004010~ST*850*0001~BEG*00*SA*1**20261102**~REF*ZZ*a>>~\
                   N9*L1*wrap\r\nped~SE*9*0001~ST*850*0002~SE*2*0002~GE*5*7~IEA*1*71~";

fn pieces(file: &str) -> Vec<Piece> {
    let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
    std::iter::from_fn(|| reader.next_piece().ok().flatten()).collect()
}

fn rewritten(file: &str, options: RewriteOptions) -> String {
    let mut rewriter = Rewriter::new(options);
    let parts = pieces(file).iter().map(|piece| rewriter.take(piece)).collect::<Result<Vec<_>, _>>();
    match parts {
        Ok(parts) => decode(&parts.concat()).into_owned(),
        Err(fault) => fault.to_string(),
    }
}

fn lines() -> RewriteOptions {
    RewriteOptions { suffix: TerminatorSuffix::Lf, ..RewriteOptions::default() }
}

#[test]
fn one_segment_a_line() {
    insta::assert_snapshot!(rewritten(&X12.replace(">\r\n~", ">~"), lines()), @r"
    ISA*00*          *00*          *01*123456789      *ZZ*ACME           *261102*0815*U*00401*000000071*0*P*>~
    GS*PO*N*A*20261102*0815*7*X*004010~
    ST*850*0001~
    BEG*00*SA*1**20261102~
    REF*ZZ*a~
    N9*L1*wrapped~
    SE*9*0001~
    ST*850*0002~
    SE*2*0002~
    GE*5*7~
    IEA*1*71~
    ");
}

#[test]
fn what_was_cut_off_stays_cut_off() {
    let file = X12.replace(">\r\n~", ">~");
    let cut = file.split_once("SE*9").unwrap().0;
    let text = rewritten(cut, lines());
    assert!(text.ends_with("N9*L1*wrapped~\n"), "{text}");
    let cut = file.split_once("GE*5").unwrap().0;
    assert!(rewritten(cut, lines()).ends_with("SE*2*0002~\n"));
    assert!(rewritten(&format!("{cut}IEA*1*71~"), lines()).ends_with("SE*2*0002~\nIEA*1*71~\n"));
}

#[test]
fn delimiters_as_sent_or_as_is_customary() {
    let edifact = "UNA.+,! ~UNB+UNOC.3+A.14+B+261102.0815+R!+1++APP++1+EAN+1~UNH+1+ORDERS.D.96A.UN.EAN008+REF~\
                   FTX+AAI+2!.50 it's a!~b!!~UNT+3+1~UNZ+1+R!+1~";
    insta::assert_snapshot!(rewritten(edifact, lines()), @r"
    UNA.+,! ~
    UNB+UNOC.3+A.14+B+261102.0815+R!+1++APP++1+EAN+1~
    UNH+1+ORDERS.D.96A.UN.EAN008+REF~
    FTX+AAI+2!.50 it's a!~b!!~
    UNT+3+1~
    UNZ+1+R!+1~
    ");
    let customary = RewriteOptions { delimiters: RewrittenDelimiters::Customary, ..lines() };
    insta::assert_snapshot!(rewritten(edifact, customary), @r"
    UNA:+,? '
    UNB+UNOC:3+A:14+B+261102:0815+R?+1++APP++1+EAN+1'
    UNH+1+ORDERS:D:96A:UN:EAN008+REF'
    FTX+AAI+2.50 it?'s a~b!'
    UNT+3+1'
    UNZ+1+R?+1'
    ");
    let bars = X12.replace(">\r\n~", ">~").replace('*', "|");
    assert!(rewritten(&bars, lines()).starts_with("ISA|00|"));
    assert!(rewritten(&bars, customary).starts_with("ISA*00*"));
    let held = bars.replace("|a>>~", "|a*b~");
    assert!(rewritten(&held, lines()).contains("REF|ZZ|a*b~\n"));
    assert_eq!(rewritten(&held, customary), "REF02 in segment 3 of set 0001 holds the delimiter '*'");
}

#[test]
fn delimiters_by_name_and_what_is_not_named_as_sent() {
    let with = |chosen| RewriteOptions { delimiters: RewrittenDelimiters::Chosen(chosen), ..RewriteOptions::default() };
    let chosen = ChosenDelimiters { element: Some(b'|'), terminator: Some(b'\n'), ..ChosenDelimiters::default() };
    let text = rewritten(&X12.replace(">\r\n~", ">~"), RewriteOptions { suffix: TerminatorSuffix::Lf, ..with(chosen) });
    assert!(text.contains("|0|P|>\nGS|PO|N|A|20261102|0815|7|X|004010\nST|850|0001\n"), "{text}");
    let edifact = "UNB+UNOC:3+A+B+261102:0815+R1'UNH+1+ORDERS:D:96A:UN'FTX+AAI+50 %! off'UNT+3+1'UNZ+1+R1'";
    let chosen = ChosenDelimiters { release: Some(b'!'), ..ChosenDelimiters::default() };
    let text = rewritten(edifact, RewriteOptions { una: UnaPolicy::IfNeeded, ..with(chosen) });
    assert!(text.starts_with("UNA:+.! 'UNB+UNOC:3+A") && text.contains("FTX+AAI+50 %!! off'"), "{text}");
    let same = ChosenDelimiters { element: Some(b'>'), ..ChosenDelimiters::default() };
    let text = rewritten(X12, with(same));
    assert_eq!(text, "the delimiters cannot be used: they are not different from one another");
}

/// What is written of these bytes in another character set.
fn transcribed(file: &[u8], to: CharacterSet, unsendable: Unsendable) -> Result<Vec<u8>, String> {
    let options =
        RewriteOptions { characters: Some(to), unsendable, una: UnaPolicy::Never, ..RewriteOptions::default() };
    let mut reader = Reader::new(file, ReadOptions::default());
    let mut rewriter = Rewriter::new(options);
    let mut bytes = Vec::new();
    while let Ok(Some(piece)) = reader.next_piece() {
        bytes.extend(rewriter.take(&piece).map_err(|fault| fault.to_string())?);
    }
    Ok(bytes)
}

#[test]
fn another_character_set_is_named_in_the_head_and_holds_the_same_text() {
    let edifact = |syntax: &str, text: &str| {
        format!("UNB+{syntax}+A{text}+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'FTX+AAI+caf{text} ?+1  :x'UNT+3+1'UNZ+1+1'")
    };
    let latin = |syntax: &str| CharacterSet::Iso8859_1.encode(&edifact(syntax, "é")).unwrap().into_owned();
    let utf8 = edifact("UNOY:3", "é").into_bytes();
    let check = |from: &[u8], to: CharacterSet, expect: Result<Vec<u8>, &str>| {
        assert_eq!(transcribed(from, to, Unsendable::Reject), expect.map_err(str::to_owned), "{to}");
    };
    check(&latin("UNOC:3"), CharacterSet::Utf8, Ok(utf8.clone()));
    check(&utf8, CharacterSet::Iso8859_1, Ok(latin("UNOC:3")));
    // 0133 says how the text was encoded.
    check(&edifact("UNOC:4:1:2", "é").into_bytes(), CharacterSet::Utf8, Ok(edifact("UNOY:4:1", "é").into_bytes()));
    check(&utf8, CharacterSet::UnoB, Err("UNB02 holds 'é', which unob cannot carry"));
    let greek =
        [b"UNB+UNOF:3+A+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'FTX+AAI+\xe1\xff'UNT+3+1'UNZ+1+1'".as_slice()].concat();
    check(
        &greek,
        CharacterSet::Utf8,
        Err("FTX02 in segment 2 of set 1 holds bytes that stand for nothing in iso-8859-7"),
    );
}

#[test]
fn what_cannot_be_sent_is_replaced_where_that_is_asked_for() {
    let file = X12.replace(">\r\n~", ">~").replace("a>>", "é").replace("*SA*", "*sa*");
    let replaced = transcribed(file.as_bytes(), CharacterSet::X12Basic, Unsendable::Replace('?')).unwrap();
    let text = decode(&replaced).into_owned();
    assert!(text.contains("~BEG*00*??*1**20261102~REF*ZZ*?~N9*L1*???????~"), "{text}");
    let found = transcribed(file.as_bytes(), CharacterSet::X12Basic, Unsendable::Reject).unwrap_err();
    assert_eq!(found, "BEG02 in segment 2 of set 0001 holds 's', which x12-basic cannot carry");
    let bars = X12.replace(">\r\n~", ">~").replace('*', "|").replace("|a>>~", "|a*b~");
    let options = RewriteOptions {
        delimiters: RewrittenDelimiters::Customary,
        unsendable: Unsendable::Replace(' '),
        ..RewriteOptions::default()
    };
    assert!(rewritten(&bars, options).contains("REF*ZZ*a b~"));
}

#[test]
fn a_line_end_that_ends_segments_is_written_once() {
    let file = X12.replace(">\r\n~", ">~").replace("wrap\r\nped", "x").replace('~', "\n");
    for suffix in [TerminatorSuffix::Lf, TerminatorSuffix::CrLf] {
        let text = rewritten(&file, RewriteOptions { suffix, ..lines() });
        assert!(text.contains("*0*P*>\nGS*PO*N*A*20261102*0815*7*X*004010\nST*850*0001\n"), "{text}");
    }
}

#[test]
fn binary_data_is_copied_whatever_it_holds() {
    let check = |segment: &str| {
        let file = format!("{ISA}GS*PO*N*A*20261102*0815*7*X*004010~ST*850*1~{segment}~SE*3*1~GE*1*7~IEA*1*000000071~");
        let text = rewritten(&file, lines());
        assert!(text.contains(&format!("\n{segment}~\n")), "{text}");
    };
    check("BIN*9*a~b*c\r\n>~");
    check("BIN*4*>>>*");
    check("BDS*ASC*4*GE*1");
    // What is not as long as it says ends like any other segment, and what is empty at its end is left out.
    let file = format!("{ISA}GS*PO*N*A*20261102*0815*7*X*004010~ST*850*1~BIN*3*a>>>~SE*3*1~GE*1*7~IEA*1*000000071~");
    assert!(rewritten(&file, lines()).contains("\nBIN*3*a~\n"));
}

#[test]
fn bytes_are_kept_whatever_the_character_set() {
    let check = |file: &[u8]| {
        let mut reader = Reader::new(file, ReadOptions::default());
        let mut rewriter = Rewriter::new(RewriteOptions { una: UnaPolicy::IfNeeded, ..RewriteOptions::default() });
        let mut bytes = Vec::new();
        while let Ok(Some(piece)) = reader.next_piece() {
            bytes.extend(rewriter.take(&piece).unwrap());
        }
        assert_eq!(decode(&bytes), decode(file));
        assert_eq!(bytes, file);
    };
    let latin = |syntax: &str, byte: u8| {
        let file = format!("UNB+{syntax}:3+A_+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'FTX+AAI+caf_'UNT+3+1'UNZ+1+1'");
        file.bytes().map(|one| if one == b'_' { byte } else { one }).collect::<Vec<u8>>()
    };
    check(&latin("UNOC", 0xe9));
    check(&latin("UNOC", 0x80));
    check(&latin("UNOD", 0xb3));
    check(&latin("UNOA", b'e'));
    check("UNB+UNOY:3+é+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'FTX+AAI+café'UNT+3+1'UNZ+1+1'".as_bytes());
}

/// The parts of a file by name.
fn parts(file: &str, by: SplitBy) -> Vec<(String, String)> {
    let mut splitter = Splitter::new(by, RewriteOptions::default());
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let mut whole = 0;
    for event in pieces(file).iter().flat_map(|piece| splitter.take(piece).unwrap()) {
        match event {
            SplitEvent::Begin(part) => parts.push((part.file_name(), Vec::new())),
            SplitEvent::Bytes(bytes) => parts.last_mut().unwrap().1.extend(bytes),
            SplitEvent::End => whole += 1,
        }
    }
    assert_eq!(whole, parts.len());
    parts.into_iter().map(|(name, bytes)| (name, decode(&bytes).into_owned())).collect()
}

const ISA: &str =
    "ISA*00*          *00*          *01*123456789      *ZZ*ACME           *261102*0815*U*00401*000000071*0*P*>~";

fn whole() -> String {
    format!(
        "{ISA}TA1*000000001*261102*0815*A*000~GS*PO*N*A*20261102*0815*7*X*004010~ST*850*0001~SE*2*0001~\
         ST*850*0002~SE*9*0002~GE*2*7~GS*IN*N*A*20261102*0815*8*X*004010~ST*810*0003~SE*2*0003~GE*5*8~IEA*2*000000071~"
    )
}

#[test]
fn a_file_in_sets_groups_and_interchanges() {
    let file = whole();
    let named = |by: SplitBy| -> Vec<String> {
        parts(&file, by).into_iter().map(|(name, text)| format!("{name}: {}", text.replace(ISA, "ISA~"))).collect()
    };
    let ta1 = "0001-000000071.edi: ISA~TA1*000000001*261102*0815*A*000~IEA*0*000000071~";
    assert_eq!(
        named(SplitBy::Set),
        [
            ta1,
            "0002-000000071-7-850-0001.edi: ISA~GS*PO*N*A*20261102*0815*7*X*004010~ST*850*0001~SE*2*0001~GE*1*7~\
             IEA*1*000000071~",
            "0003-000000071-7-850-0002.edi: ISA~GS*PO*N*A*20261102*0815*7*X*004010~ST*850*0002~SE*9*0002~GE*1*7~\
             IEA*1*000000071~",
            "0004-000000071-8-810-0003.edi: ISA~GS*IN*N*A*20261102*0815*8*X*004010~ST*810*0003~SE*2*0003~GE*1*8~\
             IEA*1*000000071~",
        ]
    );
    assert_eq!(
        named(SplitBy::Group),
        [
            ta1,
            "0002-000000071-7.edi: ISA~GS*PO*N*A*20261102*0815*7*X*004010~ST*850*0001~SE*2*0001~ST*850*0002~\
             SE*9*0002~GE*2*7~IEA*1*000000071~",
            "0003-000000071-8.edi: ISA~GS*IN*N*A*20261102*0815*8*X*004010~ST*810*0003~SE*2*0003~GE*5*8~\
             IEA*1*000000071~",
        ]
    );
    let twice = file.repeat(2);
    let whole: Vec<(String, String)> = parts(&twice, SplitBy::Interchange);
    assert_eq!(whole, [("0001-000000071.edi".to_owned(), file.clone()), ("0002-000000071.edi".to_owned(), file)]);
}

#[test]
fn messages_of_edifact_have_their_envelopes() {
    let loose = "UNB+UNOC:3+A+B+261102:0815+R1'UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNH+2+ORDERS:D:96A:UN'UNT+2+2'UNZ+2+R1'";
    for by in [SplitBy::Set, SplitBy::Group] {
        assert_eq!(
            parts(loose, by),
            [
                (
                    "0001-R1-ORDERS-1.edi".to_owned(),
                    "UNA:+.? 'UNB+UNOC:3+A+B+261102:0815+R1'UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNZ+1+R1'".to_owned()
                ),
                (
                    "0002-R1-ORDERS-2.edi".to_owned(),
                    "UNA:+.? 'UNB+UNOC:3+A+B+261102:0815+R1'UNH+2+ORDERS:D:96A:UN'UNT+2+2'UNZ+1+R1'".to_owned()
                ),
            ]
        );
    }
    let grouped =
        loose.replace("+R1'UNH+1", "+R1'UNG+ORDERS+A+B+261102:0815+7+UN+D:96A'UNH+1").replace("UNZ+2", "UNE+2+7'UNZ+1");
    let set = &parts(&grouped, SplitBy::Set)[1].1;
    assert!(
        set.ends_with("UNG+ORDERS+A+B+261102:0815+7+UN+D:96A'UNH+2+ORDERS:D:96A:UN'UNT+2+2'UNE+1+7'UNZ+1+R1'"),
        "{set}"
    );
}

#[test]
fn names_of_parts_are_harmless() {
    let part = SplitPart {
        number: 12_345,
        standard: Standard::Edifact,
        interchange: "../../etc".into(),
        group: Some("".into()),
        set: Some(("OR/DERS".into(), "x".repeat(99))),
    };
    assert_eq!(part.file_name(), format!("12345-etc-ORDERS-{}.edi", "x".repeat(35)));
}

#[test]
fn a_part_that_cannot_be_written_is_given_up_alone() {
    let bars = whole().replace('*', "|").replace("ST|850|0002~", "ST|850|0002~MSG|a*b~");
    let options = RewriteOptions { delimiters: RewrittenDelimiters::Customary, ..RewriteOptions::default() };
    let check = |by: SplitBy, whole: usize, faults: usize| {
        let mut splitter = Splitter::new(by, options);
        let taken: Vec<_> = pieces(&bars).iter().map(|piece| splitter.take(piece)).collect();
        let failed = taken.iter().filter(|one| one.is_err()).count();
        let ended = taken.into_iter().flatten().flatten().filter(|event| *event == SplitEvent::End).count();
        assert_eq!((ended, failed), (whole, faults), "{by:?}");
    };
    check(SplitBy::Set, 3, 1);
    check(SplitBy::Group, 2, 1);
    check(SplitBy::Interchange, 0, 1);
}
