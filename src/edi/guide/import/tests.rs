//! What sources of guides say, and what is wrong with them. Whole ones are imported in the tests of the command.

use super::unece::File;
use super::*;

fn table(lines: &str) -> Result<String, String> {
    let text = format!("Pos    Tag Name      S   R\n{lines}");
    let file = File { name: "EDMD/TESTIN_D.96A".to_owned(), bytes: text.into_bytes() };
    let told = |notes: &[Diagnostic]| {
        let of = |note: &Diagnostic| format!("{}: {}", note.location.line.unwrap_or_default(), note.message);
        notes.iter().map(of).collect::<Vec<_>>().join("; ")
    };
    match unece::import(&[file]) {
        Ok(imported) if imported.notes.is_empty() => {
            let files = imported.pack.files("x");
            let (_, set) = files.iter().find(|(path, _)| path == "edifact/D96A/TESTIN.toml").unwrap();
            Ok(set.lines().skip(3).map(str::trim).collect::<Vec<_>>().join(" "))
        }
        Ok(imported) => Err(told(&imported.notes)),
        // Without a message nothing is left but what was passed over.
        Err(fault) => Err(fault.message),
    }
}

#[test]
fn a_segment_table_is_read_by_its_brackets() {
    let check = |lines: &str, expect: &str| assert_eq!(table(lines).as_deref(), Ok(expect), "{lines}");
    check("0010   UNH Message header   M   1\n0020 X BGM Beginning   M   1\n", "parts = [ \"BGM M\", ]");
    check("00020 *+ DTM Date   C   9\n0030   UNS Section control M   1", "parts = [ \"DTM 9\", \"UNS M\", ]");
    check(
        "0010       ---- Segment group 12 -- C   9------+\n0020   RFF Reference   M   1------+\n",
        "parts = [ \"loop RFF 9\", ] [set.RFF] group = 12 parts = [ \"RFF M\", ]",
    );
    let inner = "parts = [ \"NAD M\", \"loop RFF\", ] [set.NAD.RFF] group = 2 parts = [ \"RFF M\", ]";
    check(
        "0010   ---- Segment group 1 --- M   1-----+\n0020   NAD Name   M   1   |\n\
         0030   ---- Segment group 2 --- C   1----+|\n0040   RFF Reference   M   1----++\n",
        &format!("parts = [ \"loop NAD M\", ] [set.NAD] group = 1 {inner}"),
    );
}

#[test]
fn a_table_that_cannot_be_read_is_passed_over_with_its_line() {
    let with = |lines: &str| {
        let good = File { name: "AAAAAA_D.96A".to_owned(), bytes: b"0010   BGM Beginning   M   1".to_vec() };
        let bad = File { name: "BBBBBB_D.96A".to_owned(), bytes: lines.as_bytes().to_vec() };
        let imported = unece::import(&[good, bad]).unwrap();
        assert_eq!(imported.pack.sets().len(), 1);
        let note = imported.notes.first().unwrap().clone();
        (note.location.line, note.message)
    };
    let check =
        |lines: &str, line: Option<u32>, text: &str| assert_eq!(with(lines), (line, text.to_owned()), "{lines}");
    check("", None, "it has no segment table");
    check("0010 text 5", None, "it has no segment table");
    check("0010   BGM Beginning   M   1   |", Some(1), "1 brackets stand here, and 0 groups are open");
    check("\n0010   ---- Segment group 1 --- C   9", Some(2), "0 brackets stand here, and 1 groups are open");
    check("0010   ---- Segment group 1 --- C   9   |", Some(1), "a group opens without a bracket");
    check("0010   ---- Segment group 1 --- C   9---+\n0020   BGM B   M   1   |", Some(1), "this group is never closed");
    let group = |number: usize| format!("0010   ---- Segment group {number} --- C   9---+{}\n", "|".repeat(number - 1));
    let deep = |depth: usize| -> String {
        let groups: String = (1..=depth)
            .map(|number| group(number) + &format!("0020   BGM B   M   1 {}\n", "|".repeat(number)))
            .collect();
        format!("{groups}0030   DTM D   M   1---{}", "+".repeat(depth))
    };
    check(&deep(32), Some(63), "more than 31 groups inside one another");
    let last = File { name: "BBBBBB_D.96A".to_owned(), bytes: deep(31).into_bytes() };
    assert!(unece::import(&[last]).unwrap().notes.is_empty());
    let inner_first = format!("{}{}0030   DTM D   M   1---++", group(1), group(2));
    check(&inner_first, Some(1), "a group without a segment");
}

#[test]
fn directories_of_the_nineties_draw_their_brackets() {
    let drawn = |open: &str, close: &str, line: &str| {
        format!(
            "0010   {line}{line} Segment group 1 {line}{line} C   9{line}{line}{open}\n0020   RFF Reference   M   1{line}{close}\n"
        )
    };
    let expect = table(&drawn("+", "+", "-"));
    assert!(expect.is_ok());
    assert_eq!(table(&drawn("┐", "┘", "─")), expect);
    let bytes: Vec<u8> = drawn("\u{bf}", "\u{d9}", "\u{c4}").chars().map(|c| u8::try_from(c).unwrap()).collect();
    let file = File { name: "TESTIN_D.96A".to_owned(), bytes };
    assert_eq!(unece::import(&[file]).unwrap().pack.sets().len(), 1);
}

#[test]
fn only_a_directory_of_one_release_is_one() {
    let file = |name: &str| File { name: name.to_owned(), bytes: b"0010   BGM Beginning   M   1".to_vec() };
    let fault = |names: &[&str]| {
        let files: Vec<File> = names.iter().map(|name| file(name)).collect();
        unece::import(&files).err().map(|fault| fault.message)
    };
    assert_eq!(fault(&["a/ORDERS_D.96A", "INVOIC_D.96A"]), None);
    assert_eq!(
        fault(&["ORDERS_D.96A", "INVOIC_D.01B"]).unwrap(),
        "INVOIC_D.01B is of another release than the files before it"
    );
    for names in
        [[].as_slice(), &["orders_D.96A"], &["ORDERS.96A"], &["ORDERSS_D.96A"], &["ORDERS_D.96"], &["EDMDI1.96A"]]
    {
        assert_eq!(fault(names).unwrap(), "there is no message of a UN/EDIFACT directory in it");
    }
}

#[test]
fn segments_that_nothing_describes_are_taken_out_and_told() {
    let rule = "-".repeat(70);
    let segments = format!(
        "{rule}\n       AAA  ONE\n\n010    C001   COMPOSITE   C\n\n020    1004   NUMBER    C  an..35\n{rule}\n       BBB  TWO\n\n\
         010    1004   NUMBER    M  an..35\n{rule}\n       CCC  THREE\n\n010    1004   GOES ON WITHOUT END\n"
    );
    let files = [("TESTIN_D.96A", "0010   AAA One   M   1".to_owned()), ("EDSD.96A", segments)];
    let imported = unece::import(&files.map(|(name, text)| File { name: name.to_owned(), bytes: text.into_bytes() }));
    let imported = imported.unwrap();
    let notes: Vec<&str> = imported.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes, ["CCC: this element cannot be read", "AAA has an element C001 that is not described"]);
    let (_, dictionary) = imported.pack.files("x").swap_remove(0);
    assert!(
        dictionary.contains("\nBBB = \"1004 M\"\n") || dictionary.contains("\n\"BBB\" = \"1004 M\"\n"),
        "{dictionary}"
    );
    assert!(!dictionary.contains("AAA") && !dictionary.contains("CCC"), "{dictionary}");
}

#[test]
fn many_codes_go_into_several_files() {
    let pack = |lists: usize| {
        let mut pack = Pack { standard: "edifact", release: "D96A".to_owned(), ..Pack::default() };
        for number in 0..lists {
            let list = (0..8_000).map(|code| (format!("C{code}"), "a name of a code".to_owned())).collect();
            pack.codes.insert(format!("{number:04}"), pack::Codes { whole: false, list });
        }
        pack.files("x").into_iter().map(|(path, text)| (path, text.len())).collect::<Vec<_>>()
    };
    let names = |lists| pack(lists).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    assert_eq!(names(1), ["edifact/D96A/dictionary.toml", "edifact/D96A/codes.toml"]);
    assert_eq!(names(3).last().map(String::as_str), Some("edifact/D96A/codes-2.toml"));
    // The bound for files of a configuration is one MiB.
    assert!(pack(3).iter().all(|(_, size)| *size < 1 << 20));
}

/// A schema of message 100 around these elements of its top.
fn schema(inside: &str) -> String {
    let info = "<b:schemaInfo document_type=\"100\" standards_version=\"00401\" root_reference=\"T\"/>";
    let top = format!(
        "<xs:element name=\"T\"><xs:complexType><xs:sequence>{inside}</xs:sequence></xs:complexType></xs:element>"
    );
    format!(
        "<xs:schema xmlns:xs=\"x\" xmlns:b=\"b\"><xs:annotation><xs:appinfo>{info}</xs:appinfo></xs:annotation>{top}{GLOBALS}</xs:schema>"
    )
}

const GLOBALS: &str = "<xs:element name=\"AA\"><xs:complexType><xs:sequence><xs:element name=\"AA01\"/></xs:sequence></xs:complexType></xs:element>\
    <xs:element name=\"Ring\"><xs:complexType><xs:sequence><xs:element ref=\"AA\"/><xs:element ref=\"Ring\"/></xs:sequence></xs:complexType></xs:element>\
    <xs:element name=\"Wide1\"><xs:complexType><xs:sequence><xs:element ref=\"Wide2\"/><xs:element ref=\"Wide2\"/></xs:sequence></xs:complexType></xs:element>";

#[test]
fn a_schema_that_is_none_says_why() {
    let fault = |text: &str| xsd::import("t.xsd", text.as_bytes()).err().map(|fault| fault.message).unwrap_or_default();
    let check = |text: &str, expect: &str| assert_eq!(fault(text), expect, "{text}");
    check(&schema("<xs:element ref=\"AA\"/>"), "");
    check(&schema(""), "t.xsd: it has no segments");
    check(&schema("<xs:element ref=\"BB\"/>"), "t.xsd: there is no element 'BB'");
    check(&schema("<xs:element/>"), "t.xsd: an element without a name");
    check(&schema("<xs:element ref=\"Ring\"/>"), "t.xsd: more than 31 loops inside one another");
    let info = schema("").replace("document_type", "document_typ");
    check(&info, "t.xsd: no annotation schemaInfo says which message this is (document_type)");
    check(&schema("").replace("standards_version", "v"), "t.xsd: schemaInfo has no standards_version");
    check(
        &schema("").replace("root_reference=\"T\"", "root_reference=\"U\""),
        "t.xsd: the element that root_reference names is not there",
    );
    let odd = schema("<xs:element ref=\"AA\"/>").replace("00401", "../..");
    assert!(fault(&odd).contains("names no message"), "{}", fault(&odd));
    assert!(fault("<xs:schema><a></b></xs:schema>").starts_with("t.xsd: this is not XML: "));
    assert!(fault("<xs:schema a=\"&none;\"/>").starts_with("t.xsd: this is not XML: "));
    assert_eq!(
        xsd::import("t.xsd", b"<\xff>").err().map(|fault| fault.message).as_deref(),
        Some("t.xsd: this is neither UTF-8 nor UTF-16")
    );
}

#[test]
fn a_schema_is_bounded_in_depth_and_in_what_it_unfolds_to() {
    let fault = |text: &str| xsd::import("t.xsd", text.as_bytes()).err().map(|fault| fault.message).unwrap_or_default();
    let deep = |depth: usize| format!("<schema>{}{}</schema>", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(fault(&deep(126)).contains("no annotation"));
    assert_eq!(fault(&deep(127)), "t.xsd: more than 128 XML elements inside one another");
    // Each refers to the next twice.
    let doubling: String = (1..=20)
        .map(|number| {
            let next = number + 1;
            format!(
                "<xs:element name=\"L{number}x\"><xs:complexType><xs:sequence><xs:element ref=\"AA\"/><xs:element ref=\"L{next}x\"/>\
                 <xs:element ref=\"L{next}x\"/></xs:sequence></xs:complexType></xs:element>"
            )
        })
        .collect();
    let end = "<xs:element name=\"L21x\"><xs:complexType><xs:sequence><xs:element ref=\"AA\"/></xs:sequence></xs:complexType></xs:element>";
    let text = schema("<xs:element ref=\"L1x\"/>").replace("</xs:schema>", &format!("{doubling}{end}</xs:schema>"));
    assert_eq!(fault(&text), "t.xsd: more than 20000 parts");
}

#[test]
fn a_schema_may_be_in_utf_16() {
    let text = schema("<xs:element ref=\"AA\"/>");
    let wide = |mark: u16, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(mark).chain(text.encode_utf16()).flat_map(to).collect()
    };
    for bytes in
        [wide(0xfeff, u16::to_le_bytes), wide(0xfeff, u16::to_be_bytes), [b"\xef\xbb\xbf", text.as_bytes()].concat()]
    {
        let imported = xsd::import("t.xsd", &bytes).unwrap();
        assert_eq!(imported.pack.sets().first().map(ToString::to_string).as_deref(), Some("x12/004010/100"));
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_an_import_panic(text in "\\PC{0,300}", lines in proptest::collection::vec("[ 0-9]{0,6}[A-Z*+| -]{0,12} (Segment group )?[0-9MC ]{0,8}[+|-]{0,5}", 0..12)) {
        let lines = lines.join("\n");
        for (name, text) in [("TESTIN_D.96A", &lines), ("EDSD.96A", &text), ("EDCD.96A", &lines), ("EDED.96A", &text), ("UNCL.96A", &lines), ("EDSD.96A", &lines)] {
            let files = [File { name: name.to_owned(), bytes: text.as_bytes().to_vec() }];
            drop(unece::import(&files));
        }
        drop(xsd::import("t.xsd", text.as_bytes()));
        drop(xsd::import("t.xsd", schema(&text).as_bytes()));
    }
}
