//! MIME bytes, line ends, transfer encodings.

use super::*;

#[test]
fn q1_to_q6_what_is_signed_is_measured_as_it_came() {
    let check = |entity: &[u8], payload: &[u8]| {
        let shown = String::from_utf8_lossy(entity).into_owned();
        let (received, written) = taken(&shown, &signed(entity));
        assert_eq!(written, payload, "{shown:?}");
        assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha256.digest(entity), "{shown:?}");
        assert_eq!(received.content, crate::base::Sha256::of(entity), "{shown:?}");
        assert!(!received.layers.canonical_lines, "{shown:?}");
    };
    // No Content-Transfer-Encoding: the line ends are the content's.
    check(b"Content-Type: application/edi-x12\r\n\r\nISA*1~\nIEA*1~\n", b"ISA*1~\nIEA*1~\n");
    check(b"Content-Type: text/plain\r\n\r\nISA*1~\r\nIEA*1~\n", b"ISA*1~\r\nIEA*1~\n");
    // Headers with folds, odd spelling, and LF alone.
    check(b"content-TYPE :\r\n\tapplication/edi-x12\nX-Odd: a\r\n b\r\n\r\nISA", b"ISA");
    // Octets with everything in them.
    check(b"Content-Type: application/octet-stream\r\n\r\n\r\r\n\n\0\xff--b?", b"\r\r\n\n\0\xff--b?");
    // One line break is the boundary's, a second one the content's.
    check(b"Content-Type: application/edi-x12\r\n\r\nISA\r\n\r\n", b"ISA\r\n\r\n");
    // Empty lines in front of the headers, and no header at all.
    check(b"\r\n\r\nContent-Type: application/edi-x12\r\nContent-Transfer-Encoding: base64\r\n\r\nSVNB", b"ISA");
    check(b"\r\nISA", b"ISA");
}

#[test]
fn q3_what_was_signed_with_crlf_and_sent_with_lf_counts_and_is_noted() {
    let sent = b"Content-Type: application/edi-x12\r\n\r\nISA*1~\nIEA*1~\n".as_slice();
    let meant = b"Content-Type: application/edi-x12\r\n\r\nISA*1~\r\nIEA*1~\r\n".as_slice();
    let over =
        |signed: &[u8], sent: &[u8]| message(MULTIPART_SIGNED, &parts(sent, &signature_part(&signature(signed))));
    let (received, written) = taken("signed with CRLF", &over(meant, sent));
    assert_eq!(written, b"ISA*1~\nIEA*1~\n", "the payload is what came");
    assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha256.digest(meant), "the MIC is what the partner made");
    assert!(received.layers.canonical_lines);
    for kind in ["text/csv", "application/EDIFACT", "application/xml", "application/x+xml", "application/json"] {
        let with = |line: &str| format!("Content-Type: {kind}\r\n\r\n1{line}2\r").into_bytes();
        assert!(taken(kind, &over(&with("\r\n"), &with("\n"))).0.layers.canonical_lines, "{kind}");
    }
    // Of what is said to be binary, or octets, every byte counts.
    for head in [
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: Binary",
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: \"binary\"; x=y",
        "Content-Type: application/octet-stream",
        "Content-Type: application/pdf",
        "Content-Type: image/png",
        "Content-Type: a/b",
    ] {
        let with = |line: &str| format!("{head}\r\n\r\nISA*1~{line}").into_bytes();
        assert_eq!(refused(&over(&with("\r\n"), &with("\n"))), "as2-content-differs", "{head}");
    }
    // The other way round, and other content, are changes.
    assert_eq!(refused(&over(sent, meant)), "as2-content-differs");
    assert_eq!(refused(&over(meant, &replaced(sent, "IEA*1", "IEA*2"))), "as2-content-differs");
}

#[test]
fn q7_to_q10_boundaries_are_found_as_products_write_them() {
    let entity = b"Content-Type: application/edi-x12\r\n\r\nx--b\r\n --b\r\nISA\r\n--bb".as_slice();
    let second = signature_part(&signature(entity));
    let usual = parts(entity, &second);
    let usual_type = MULTIPART_SIGNED;
    let with = |from: &str, to: &str| {
        let text = String::from_utf8(usual.clone()).unwrap();
        text.replace(&format!("\r\n--b{from}"), &format!("\r\n--b{to}")).into_bytes()
    };
    let check = |name: &str, content_type: &str, body: &[u8]| {
        let (_, written) = taken(name, &message(content_type, body));
        assert_eq!(written, b"x--b\r\n --b\r\nISA\r\n--bb", "{name}");
    };
    check("usual", usual_type, &usual);
    check("text in front and behind", usual_type, &[b"This is S/MIME\r\n", &usual[..], b"\r\nbye --b\r\n"].concat());
    check("no last line break", usual_type, &usual[..usual.len() - 2]);
    check("one byte short", usual_type, &usual[..usual.len() - 3]);
    check("two bytes short", usual_type, &usual[..usual.len() - 4]);
    check("blanks behind a boundary", usual_type, &with("\r\nContent", " \t\r\nContent"));
    check("quoted twice", "multipart/signed; boundary=\"\"b\"\"", &usual);
    check("quoted as a whole", "\"multipart/signed; boundary=b\"", &usual);
    check("no spaces", "multipart/signed;micalg=\"sha1\";protocol=x;boundary=b", &usual);
    check("folded", "multipart/signed;\r\n\tboundary=\"b\"", &usual);
    let lines = [b"--b\n", entity, b"\n--b\n", &second[..], b"\n--b--\n"].concat();
    check("LF alone", usual_type, &lines);
    let odd = "_=4711=Sterling(B2B)_MOKO=_";
    let renamed = [
        b"--",
        odd.as_bytes(),
        b"\r\n",
        entity,
        b"\r\n--",
        odd.as_bytes(),
        b"\r\n",
        &second,
        b"\r\n--",
        odd.as_bytes(),
        b"--",
    ];
    check("odd characters", &format!("multipart/signed; boundary=\"{odd}\""), &renamed.concat());
    // EBCDIC's next line is no line end: nothing is guessed about what is signed.
    assert_eq!(refused(&message(usual_type, &with("\r\nContent", "\r\u{85}Content"))), "as2-unreadable");
    assert_eq!(refused(&message("multipart/signed", &usual)), "as2-unreadable");
    assert_eq!(refused(&message("multipart/signed; boundary=c", &usual)), "as2-unreadable");
}

#[test]
fn q12_a_body_that_is_not_base64_though_its_header_says_so_is_taken_as_it_is() {
    let entity = b"Content-Type: application/edi-x12\r\n\r\nISA*1~".as_slice();
    let check = |name: &str, packed: Packed| {
        let (_, written) = taken(name, &with_header(packed, "Content-Transfer-Encoding", "base64"));
        assert_eq!(written, b"ISA*1~", "{name}");
    };
    check("signed", signed(entity));
    check("sealed", sealed(entity));
    check("compressed", compressed(entity));
    check("plain", message("application/edi-x12", b"ISA*1~"));
    let base64 = |packed: Packed| Packed { body: base64_lines(&packed.body).into_bytes(), ..packed };
    check("signed, in base64", base64(signed(entity)));
    check("plain, in base64", base64(message("application/edi-x12", b"ISA*1~")));
    // q17 with it: headers that are repeated in front of the body.
    let repeated = |packed: Packed| {
        let head = b"Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        Packed { body: [head, &packed.body[..]].concat(), ..packed }
    };
    check("plain, headers again, in base64", repeated(base64(message("application/edi-x12", b"ISA*1~"))));
    check("plain, headers again, as it is", repeated(message("application/edi-x12", b"ISA*1~")));
    check("signed, headers again, in base64", repeated(base64(signed(entity))));
    check("signed, headers again, as it is", repeated(signed(entity)));
}

#[test]
fn q14_and_q15_encodings_are_undone_behind_the_mic() {
    let check = |encoding: &str, encoded: &str, payload: &[u8]| {
        let head = format!("Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
        let entity = [head.as_bytes(), encoded.as_bytes()].concat();
        for (form, packed) in
            [("signed", signed(&entity)), ("sealed", sealed(&entity)), ("compressed", compressed(&entity))]
        {
            let (received, written) = taken(&format!("{form}, {encoding}"), &packed);
            assert_eq!(written, payload, "{form}, {encoding}");
            assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha256.digest(&entity), "{form}, {encoding}");
        }
    };
    check("base64", "SVNB\r\nKg==\r\n", b"ISA*");
    check("BASE64", "SVNB\nKg==", b"ISA*");
    check("quoted-printable", "ISA=2A=\r\n00", b"ISA*00");
    check("8bit", "ISA*\u{e4}\n", "ISA*\u{e4}\n".as_bytes());
    check("7bit", "ISA*\n", b"ISA*\n");
    check("Binary", "ISA*\r\n", b"ISA*\r\n");
}

#[test]
fn q16_to_q18_headers_may_be_missing_or_be_there_twice() {
    let check = |name: &str, packed: &Packed, payload: &[u8], mic: &[u8], content_type: &str| {
        let (received, written) = taken(name, packed);
        assert_eq!(written, payload, "{name}");
        assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha256.digest(mic), "{name}");
        assert_eq!(received.content_type.essence(), content_type, "{name}");
    };
    const OCTETS: &str = "application/octet-stream";
    for edi in [b"UNB+UNOA:4+A:1'".as_slice(), b"UNA:+.? 'UNB+", b"ISA*00*", b"\r\nISA*00*", b"<?xml version='1.0'?>"] {
        check("no headers in an envelope", &sealed(edi), edi, edi, OCTETS);
        check("no headers, compressed", &compressed(edi), edi, edi, OCTETS);
    }
    let untyped = b"Content-Transfer-Encoding: binary\r\n\r\nISA*00*".as_slice();
    check("no type, compressed", &compressed(untyped), b"ISA*00*", untyped, OCTETS);
    check("no type, signed", &signed(untyped), b"ISA*00*", untyped, OCTETS);
    let entity = b"Content-Type: text/x\r\n\r\nISA*00*".as_slice();
    check("empty lines first", &sealed(&[b"\r\n\r\n", entity].concat()), b"ISA*00*", entity, "text/x");
    check(
        "plain, headers again",
        &message("application/edi-x12", entity),
        b"ISA*00*",
        b"ISA*00*",
        "application/edi-x12",
    );
    check("plain UNA", &message("a/b", b"UNA:+.? 'UNB+"), b"UNA:+.? 'UNB+", b"UNA:+.? 'UNB+", "a/b");
    check(
        "plain text",
        &message("text/plain", b"Note: a\r\n\r\nb"),
        b"Note: a\r\n\r\nb",
        b"Note: a\r\n\r\nb",
        "text/plain",
    );
    assert_eq!(refused(&sealed(b"hello world, no headers")), "as2-decryption-failed");
}

#[test]
fn q19_what_is_compressed_twice_is_refused() {
    let entity = b"Content-Type: text/x\r\n\r\nISA*00*".as_slice();
    let head = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n".as_slice();
    let once = [head, &compressed_bytes(entity)].concat();
    let (received, written) = taken("once, in a signature", &signed(&once));
    assert_eq!((written.as_slice(), received.layers.compressed), (b"ISA*00*".as_slice(), true));
    let inside = parts(&once, &signature_part(&signature(&once)));
    let around = [format!("Content-Type: {MULTIPART_SIGNED}\r\n\r\n").as_bytes(), &inside].concat();
    assert_eq!(refused(&compressed(&around)), "as2-decompression-failed");
}
