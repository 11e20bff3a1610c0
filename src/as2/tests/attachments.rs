//! Several parts in one message (RFC 6362): which of them is its business content, and what becomes of the others.

use std::ops::Range;

use proptest::prelude::*;

use super::*;

const EDI: &str =
    "Content-Type: application/edi-x12\r\nContent-Disposition: attachment; filename=order.x12\r\n\r\nISA*00*~\n";
const PDF: &str = "Content-Type: application/PDF; x=y\r\nContent-ID: <drawing@acme>\r\nContent-Transfer-Encoding: base64\r\n\
    Content-Disposition: attachment; filename=\"../drawing.pdf\"\r\n\r\nJVBERg==";

fn body(parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
    format!("{parts}--b--\r\n")
}

/// Acme packs these parts as one payload.
fn bundle(protection: Protection, compress: Compress, content_type: &str, body: &str) -> Packed {
    let entropy = Counting::default();
    let message_id = MessageId::mint(NOW, &entropy);
    let signer = ACME.signer();
    let recipients = [GATE.certificate()];
    let outgoing = Outgoing {
        from: &ACME.name,
        to: &GATE.name,
        message_id: &message_id,
        subject: None,
        content_type,
        file_name: None,
        sign: protection.sign.map(|algorithm| Signing::new(&signer, algorithm)),
        encrypt: protection.encrypt.map(|encryption| Sealing {
            recipients: &recipients,
            encryption,
            key_transport: KeyTransport::Pkcs1,
        }),
        compress,
        receipt: request_for(ReceiptWanted::Signed),
        wire: Wire::default(),
    };
    packed_as(body.as_bytes(), &outgoing, &entropy)
}

const RELATED: &str = "multipart/related; type=\"application/edi-x12\"; boundary=b";

fn at<'a>(written: &'a [u8], range: &Range<u64>) -> &'a [u8] {
    &written[range.start as usize..range.end as usize]
}

#[test]
fn every_form_of_a_message_may_hold_attachments_and_its_mic_covers_them_all() {
    let text = body(&[EDI, PDF]);
    for protection in [SIGNED_AND_ENCRYPTED, SIGNED, ENCRYPTED, PLAIN] {
        for compress in [Compress::None, Compress::BeforeSigning, Compress::AfterSigning] {
            let packed = bundle(protection, compress, RELATED, &text);
            let (outcome, written) = opened(&packed, &security(Requirement::Optional));
            let received = outcome.unwrap_or_else(|refusal| panic!("{protection:?} {compress:?}: {}", refusal.error));
            assert_eq!(received.mic, packed.mic, "{protection:?} {compress:?}: the whole multipart, headers included");
            assert_eq!(at(&written, &received.payload), b"ISA*00*~\n");
            assert_eq!(received.content_type.essence(), "application/edi-x12");
            assert_eq!(received.file_name.as_deref(), Some("order.x12"));
            let [drawing] = &received.attachments[..] else { panic!("{:?}", received.attachments) };
            assert_eq!(at(&written, &drawing.at), b"%PDF");
            assert_eq!(drawing.file_name.as_deref(), Some("drawing.pdf"), "a name, not a path");
            assert_eq!((drawing.content_type.as_str(), drawing.is_interchange), ("application/pdf", false));
        }
    }
}

/// What was taken as the business content, and the attachments behind a `|` each.
fn parts_of(content_type: &str, text: &str) -> Result<String, &'static str> {
    let (outcome, written) =
        opened(&bundle(ENCRYPTED, Compress::None, content_type, text), &security(Requirement::Optional));
    let received = outcome.map_err(|refusal| refusal.error.code())?;
    let shown = |range: &Range<u64>| String::from_utf8_lossy(at(&written, range)).into_owned();
    let attached = received.attachments.iter().map(|attached| shown(&attached.at));
    Ok(std::iter::once(shown(&received.payload)).chain(attached).collect::<Vec<_>>().join("|"))
}

#[test]
fn the_first_interchange_is_the_business_content_and_else_the_root() {
    let check = |content_type: &str, parts: &[&str], expect: &str| {
        assert_eq!(parts_of(content_type, &body(parts)).as_deref(), Ok(expect), "{content_type} {parts:?}");
    };
    let part = |id: &str, kind: &str, text: &str| format!("Content-ID: <{id}>\r\nContent-Type: {kind}\r\n\r\n{text}");
    let (a, b) = (part("a@x", "text/plain", "first"), part("b@x", "text/xml", "<second/>"));
    let (isa, unb) = (part("c@x", "text/plain", "ISA*"), part("d@x", "application/edifact", "\r\nUNB+"));
    check(RELATED, &[&a, &isa], "ISA*|first");
    check(RELATED, &[&a, &unb, &isa], "\r\nUNB+|first|ISA*");
    check("multipart/mixed; boundary=b", &[&a, &isa], "ISA*|first");
    check("multipart/related; boundary=b; start=\"<a@x>\"", &[&b, &isa, &a], "ISA*|<second/>|first");
    // No interchange among them.
    check("multipart/related; boundary=b", &[&a, &b], "first|<second/>");
    check("multipart/related; boundary=b; start=\"<b@x>\"", &[&a, &b], "<second/>|first");
    check("multipart/related; boundary=b; start=b@x", &[&a, &b], "<second/>|first");
    check("multipart/related; boundary=b; type=\"Text/XML\"", &[&a, &b], "<second/>|first");
    check("multipart/related; boundary=b; start=\"<z@x>\"; type=z/z", &[&a, &b], "first|<second/>");
    check("multipart/related; boundary=b", &[&a], "first");
    check("multipart/related; boundary=b", &[], "");
}

#[test]
fn q9_and_q20_parts_are_found_however_products_write_them() {
    let check = |name: &str, content_type: &str, text: &str, expect: &str| {
        assert_eq!(parts_of(content_type, text).as_deref(), Ok(expect), "{name}");
    };
    let usual = body(&["Content-Type: a/b\r\n\r\none", "Content-Type: x/y\r\n\r\nISA*"]);
    check("usual", RELATED, &usual, "ISA*|one");
    check("no type parameter", "multipart/related; boundary=b", &usual, "ISA*|one");
    check("x-", "Multipart/X-Related; boundary=\"b\"", &usual, "ISA*|one");
    check("no part types", RELATED, &body(&["\r\none", "\r\nISA*"]), "ISA*|one");
    check("no headers but a name", RELATED, &body(&["Content-ID: <a>\r\n\r\none", "\r\nISA*"]), "ISA*|one");
    check("no last boundary", RELATED, usual.trim_end_matches("\r\n--b--\r\n"), "ISA*|one");
    check("no last boundary, a line break", RELATED, usual.trim_end_matches("--b--\r\n"), "ISA*\r\n|one");
    check("a boundary too many", RELATED, &format!("--b\r\n{usual}"), "ISA*|one");
    check("one at the end", RELATED, &usual.replace("--b--", "--b\r\n--b--"), "ISA*|one");
    check("LF alone", RELATED, &usual.replace("\r\n", "\n"), "ISA*|one");
    check("text around", RELATED, &format!("This is MIME.\r\n{usual}bye"), "ISA*|one");
    check("empty lines first", RELATED, &usual.replace("--b\r\n", "--b\r\n\r\n"), "ISA*|one");
    let quoted = "Content-Type: x/y\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nISA=2A";
    check("encoded", RELATED, &body(&[quoted]), "ISA*");
}

#[test]
fn what_cannot_be_taken_apart_is_refused() {
    let check = |content_type: &str, text: &str, expect: &str| {
        let packed = bundle(PLAIN, Compress::None, content_type, text);
        let refusal = opened(&packed, &security(Requirement::Optional)).0.unwrap_err();
        assert_eq!((refusal.error.code(), refusal.error.to_string().as_str()), ("as2-unreadable", expect));
    };
    check("multipart/related", "x", "the message cannot be read: the multipart Content-Type has no boundary");
    let truncated = "the message cannot be read: the multipart body ends before its closing boundary";
    check(RELATED, "ISA*00*~", truncated);
    let many = |count: usize| body(&vec!["Content-Type: a/b\r\n\r\nx"; count]);
    check(RELATED, &many(65), "the message cannot be read: the multipart body has more than 64 parts");
    assert_eq!(parts_of(RELATED, &many(64)).map(|parts| parts.len()), Ok(127));
    // In an envelope it is told like any other fault in there.
    assert_eq!(parts_of(RELATED, "ISA*00*~"), Err("as2-decryption-failed"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Every part comes out as it went in, whichever of them is the business content, with the last boundary or without.
    #[test]
    fn parts_come_out_as_they_went_in(
        contents in prop::collection::vec("[a-c\r\n \\-]{1,40}", 1..6), edi in any::<prop::sample::Index>(), closed in any::<bool>(),
    ) {
        let edi = edi.index(contents.len());
        prop_assume!(contents.iter().all(|content| !content.contains("--b")));
        let content = |index: usize| if index == edi { format!("ISA{}", contents[index]) } else { format!("x{}", contents[index]) };
        let parts: Vec<String> = (0..contents.len()).map(|index| format!("Content-Type: x/y\r\n\r\n{}", content(index))).collect();
        let whole = body(&parts.iter().map(String::as_str).collect::<Vec<_>>());
        let text = if closed { whole.as_str() } else { whole.strip_suffix("\r\n--b--\r\n").unwrap() };
        let others = (0..contents.len()).filter(|index| *index != edi);
        let expect: Vec<String> = std::iter::once(edi).chain(others).map(content).collect();
        prop_assert_eq!(parts_of(RELATED, text), Ok(expect.join("|")));
    }
}
