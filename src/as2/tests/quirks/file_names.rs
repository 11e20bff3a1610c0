//! File names: where products put them, and that they are names only.

use super::super::super::request::file_name_of;
use super::*;

fn named(headers: &[(&str, &str)]) -> Option<String> {
    file_name_of(&HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))))
}

#[test]
fn q97_file_names_are_found_wherever_products_put_them() {
    let check = |headers: &[(&str, &str)], expect: &str| {
        assert_eq!(named(headers).as_deref(), Some(expect).filter(|name| !name.is_empty()), "{headers:?}");
    };
    let disposition = |value: &str, expect: &str| check(&[("Content-Disposition", value)], expect);
    disposition("attachment; filename=order.x12", "order.x12");
    disposition("attachment; filename=\"order 4711.x12\"", "order 4711.x12");
    disposition("attachment; filename=order 4711.x12", "order 4711.x12");
    disposition("attachment; filename=\"\"order.x12\"\"", "order.x12");
    disposition("Attachment;FILENAME = \"order.x12\" ;", "order.x12");
    disposition("attachment; filename=\"a;b.x12\"", "a;b.x12");
    disposition("filename=order.x12", "");
    // RFC 2047, which does not belong there.
    disposition("attachment; filename=\"=?utf-8?B?R3LDtsOfZS54MTI=?=\"", "Größe.x12");
    disposition("attachment; filename==?iso-8859-1?Q?Gr=F6=DFe_1.x12?=", "Größe 1.x12");
    // RFC 2231 and 8187: another charset, pieces, and both; they go before the plain one.
    disposition("attachment; filename=Gr__e.x12; filename*=UTF-8''Gr%C3%B6%C3%9Fe.x12", "Größe.x12");
    disposition("attachment; filename*=utf-8'de'Gr%C3%B6%C3%9Fe.x12", "Größe.x12");
    disposition("attachment; filename*=iso-8859-1''Gr%F6%DFe.x12", "Größe.x12");
    disposition("attachment; filename*=\"UTF-8''a%20b.x12\"", "a b.x12");
    disposition("attachment; filename*0=\"order-\"; filename*1=\"4711.x12\"", "order-4711.x12");
    disposition("attachment; filename*0*=UTF-8''Gr%C3; filename*1*=%B6%C3%9Fe; filename*2=\".x12\"", "Größe.x12");
    disposition("attachment; filename*=not-percent-encoded.x12", "not-percent-encoded.x12");
    // Elsewhere.
    check(&[("Content-Type", "application/edi-x12; name=\"order.x12\"")], "order.x12");
    check(&[("Content-Type", "application/edi-x12; name*=UTF-8''a%20b.x12")], "a b.x12");
    check(&[("Content-Disposition", "attachment"), ("Content-Type", "a/b; name=order.x12")], "order.x12");
    check(&[("Content-Disposition", "inline; filename=a"), ("Content-Type", "a/b; name=b")], "a");
    check(&[("Content-ID", "<order.x12>")], "order.x12");
    check(&[("Content-ID", "<1.2@acme.example>")], "");
    // The names of layers are not the payload's.
    disposition("attachment; filename=smime.p7m", "");
    check(&[("Content-Disposition", "attachment; filename=SMIME.P7Z"), ("Content-Type", "a/b; name=o.x12")], "o.x12");
    check(&[], "");
}

#[test]
fn q97_the_payloads_own_name_goes_before_the_names_around_it() {
    let check = |outer: Option<&str>, inner: &str, expect: Option<&str>| {
        let entity = format!("Content-Type: a/b\r\n{inner}\r\nISA");
        for packed in [signed(entity.as_bytes()), sealed(entity.as_bytes()), compressed(entity.as_bytes())] {
            let packed = match outer {
                Some(outer) => with_header(packed, "Content-Disposition", outer),
                None => packed,
            };
            assert_eq!(taken(inner, &packed).0.file_name.as_deref(), expect, "{outer:?} {inner}");
        }
    };
    let inner = "Content-Disposition: attachment; filename=inner.x12\r\n";
    check(None, inner, Some("inner.x12"));
    check(Some("attachment; filename=smime.p7m"), inner, Some("inner.x12"));
    check(Some("attachment; filename=outer.x12"), inner, Some("inner.x12"));
    check(Some("attachment; filename=outer.x12"), "", Some("outer.x12"));
    check(Some("attachment; filename=smime.p7m"), "", None);
}

#[test]
fn q97_our_file_names_are_written_so_that_everybody_reads_them() {
    let check = |name: &str, quotes: FileNameQuotes, expect: &str, read_back: &str| {
        let entropy = Counting::default();
        let message_id = MessageId::mint(NOW, &entropy);
        let outgoing = Outgoing {
            from: &ACME.name,
            to: &GATE.name,
            message_id: &message_id,
            subject: None,
            content_type: "application/edi-x12",
            file_name: Some(name),
            sign: None,
            encrypt: None,
            compress: Compress::None,
            receipt: None,
            wire: Wire { quote_file_name: quotes, ..Wire::default() },
        };
        let packed = packed_as(ORDER, &outgoing, &entropy);
        let written = head(&packed.headers).text("Content-Disposition").unwrap_or_default();
        assert_eq!(written, expect, "{name}");
        assert_eq!(request(&packed).file_name.as_deref().unwrap_or_default(), read_back, "{name}");
    };
    use FileNameQuotes::{Always, WhereNeeded};
    check("order.x12", Always, "attachment; filename=\"order.x12\"", "order.x12");
    check("order.x12", WhereNeeded, "attachment; filename=order.x12", "order.x12");
    check("order 1.x12", WhereNeeded, "attachment; filename=\"order 1.x12\"", "order 1.x12");
    check("../\"a\".x12", Always, "attachment; filename=\"_a_.x12\"", "_a_.x12");
    let both = "attachment; filename=\"Gr__e 1.x12\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.x12";
    check("Größe 1.x12", Always, both, "Größe 1.x12");
    check("..", Always, "", "");
}

#[test]
fn q98_a_file_name_is_never_a_path() {
    let check = |name: &str, expect: Option<&str>| {
        let found = named(&[("Content-Disposition", &format!("attachment; filename={name}"))]);
        assert_eq!(found.as_deref(), expect, "{name:?}");
        let encoded: String = name.trim_matches('"').bytes().map(|byte| format!("%{byte:02x}")).collect();
        let found = named(&[("Content-Disposition", &format!("attachment; filename*=UTF-8''{encoded}"))]);
        assert!(
            found.is_none_or(|name| !name.contains(['/', '\\', ':', '\0', '\n']) && !name.starts_with('.')),
            "{name}"
        );
    };
    check("..", None);
    check("../../etc/passwd", Some("passwd"));
    check("..\\\\..\\\\boot.ini", Some("boot.ini"));
    check("C:\\\\in\\\\order.x12", Some("order.x12"));
    check("C:order.x12", Some("C_order.x12"));
    check("/etc/shadow", Some("shadow"));
    check("order/", None);
    check(".*", Some("_"));
    check(".htaccess", Some("htaccess"));
    check("\"\"", None);
    check("\" \"", None);
    check("\"a<b>|c?.x12\"", Some("a_b__c_.x12"));
    check("nul.x12", Some("_nul.x12"));
    check("order.x12.", Some("order.x12"));
    check("a\u{0}b", Some("ab"));
    check(&"x".repeat(300), Some(&"x".repeat(255)));
}
