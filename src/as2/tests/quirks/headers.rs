//! AS2 headers: names, ids, what receipt is asked for.

use super::*;

/// The lines of our report, to a message that is refused before it is opened.
fn report_of(packed: &Packed) -> (Answer, Vec<String>) {
    let unsigned = with_header(packed.clone(), "Disposition-Notification-Options", "");
    let answer = answered(&unsigned, &Err(Refusal::unopened(As2Error::NotSigned)), None).unwrap();
    let lines = String::from_utf8(answer.body.clone()).unwrap();
    (answer, lines.lines().map(str::to_owned).collect())
}

#[test]
fn q41_to_q44_names_are_read_in_every_spelling() {
    let check = |wire: &str, name: &str| {
        let packed = with_header(with_header(packed(PLAIN), "AS2-To", wire), "AS2-From", wire);
        assert_eq!(request(&packed).to.as_str(), name, "{wire}");
        assert_eq!(request(&packed).from, name.parse().unwrap(), "{wire}: is the name as it is configured");
        let (answer, lines) = report_of(&packed);
        let shown = wire.trim();
        for header in ["AS2-From", "AS2-To"] {
            assert_eq!(head(&answer.headers).text(header).as_deref(), Some(shown), "{header} as the partner wrote it");
        }
        assert!(lines.contains(&format!("Final-Recipient: rfc822; {shown}")), "{lines:?}");
    };
    check("ACME", "ACME");
    check("\"ACME\"", "ACME");
    check("  ACME\t", "ACME");
    check("Acme Bearings Inc", "Acme Bearings Inc");
    check("\"Acme Bearings Inc\"", "Acme Bearings Inc");
    check("\"Cleo; - TEST\"", "Cleo; - TEST");
    check("Cleo; - TEST", "Cleo; - TEST");
    check("#01:acme!", "#01:acme!");
    check("[ACME]", "[ACME]");
    check("<acme@example.com>", "<acme@example.com>");
    check("a,b;c", "a,b;c");
    check("\"a \\\"b\\\" \\\\c\"", "a \"b\" \\c");
    check("a\\b", "a\\b");
    check("\"", "\"");
    check("\"unclosed", "\"unclosed");
    check("it's =?()/@", "it's =?()/@");
    check(&"x".repeat(128), &"x".repeat(128));
    // Upper and lower case, and what a translation from EBCDIC makes of brackets, are other names.
    let name = |text: &str| As2Name::from_header(text.as_bytes()).unwrap();
    assert_ne!(name("ACME"), name("Acme"));
    assert_ne!(name("[ACME]"), name("|ACME|"));
}

#[test]
fn q41_two_lines_that_name_the_same_are_one() {
    let check = |first: &str, second: &str, expect: Result<&str, &str>| {
        let mut packed = with_header(packed(PLAIN), "AS2-From", first);
        packed.headers.push(("as2-from".into(), second.into()));
        let found = Request::read(&head(&packed.headers), &Limits::default());
        let found = found.map(|request| request.from.on_wire().to_owned()).map_err(|fault| fault.to_string());
        assert_eq!(found, expect.map(str::to_owned).map_err(str::to_owned), "{first} {second}");
    };
    check("\"ACME\"", "ACME", Ok("\"ACME\""));
    check("Acme Bearings", "\"Acme Bearings\"", Ok("Acme Bearings"));
    check("ACME", "ACME", Ok("ACME"));
    check("ACME", "Acme", Err("the request has AS2-From headers that differ"));
    check("ACME", "MALLORY", Err("the request has AS2-From headers that differ"));
    check("ACME", "", Err("the AS2-From header is no AS2 name: an AS2 name has at least one character"));
}

#[test]
fn q46_q47_and_q53_headers_may_be_missing_or_unknown() {
    let check = |name: &str, value: Option<&str>| {
        let mut packed = packed(PLAIN);
        packed.headers.retain(|(known, _)| known != name);
        packed.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        assert_eq!(taken(name, &packed).1, ORDER, "{name}: {value:?}");
    };
    for version in [None, Some(""), Some("1.0"), Some("1.1"), Some("9"), Some("one")] {
        check("AS2-Version", version);
    }
    for features in [None, Some("CEM"), Some("multiple-attachments,AS2-Reliability, teleportation;"), Some(";")] {
        check("EDIINT-Features", features);
    }
    for date in [None, Some("Tue Sep 29 10:18:18 EDT 2009"), Some("\"Tue, 29 Sep 2009 10:18:18 GMT\""), Some("soon")] {
        check("Date", date);
    }
    for subject in [None, Some("Order;"), Some("from ACME to \"GATE")] {
        check("Subject", subject);
    }
    for name in ["From", "MIME-Version", "User-Agent", "ETag"] {
        check(name, None);
        check(name, Some("\"whatever\""));
    }
}

#[test]
fn q48_and_q49_message_ids_are_kept_and_given_back_as_they_are() {
    let check = |id: &str| {
        let (answer, lines) = report_of(&with_header(packed(PLAIN), "Message-ID", id));
        assert!(lines.contains(&format!("Original-Message-ID: {id}")), "{lines:?}");
        let bare = id.trim_start_matches('<').trim_end_matches('>');
        let mdn = receipt(&answer).unwrap();
        for spelling in [id.to_owned(), bare.to_owned(), format!("<{bare}>")] {
            let sent = MessageId::from_header(spelling.as_bytes(), 998).unwrap();
            assert!(mdn.original_message_id.as_ref().unwrap().names_same_message(&sent), "{id} {spelling}");
        }
    };
    check("<1@acme>");
    check("no-brackets");
    check("<no-at>");
    check("<#as2_company#01#a4260as2_companyout#>");
    check("<@\\\"~~foo~~\\\">");
    check("<a'; DROP TABLE messages; --@x>");
    check("<../../etc/passwd@x>");
    check("<a:b|c~d/e\\f\"g#h%i@x>");
    check("<mendelson_opensource_AS2-1259-4711@mycompany AS2_yourcompany AS2>");
    check(&format!("<{}@x>", "a".repeat(994)));
}

#[test]
fn q50_to_q52_a_receipt_is_asked_for_in_many_ways() {
    const TO: (&str, &str) = ("Disposition-Notification-To", "x");
    const OPTIONS: &str = "Disposition-Notification-Options";
    let check = |headers: &[(&str, &str)], expect: &str| {
        let headers = HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
        let asked = ReceiptAsked::of(&headers);
        let form = asked.terms().map(|terms| match terms.form(&Security::default().signature.digests) {
            Ok(ReceiptForm::Unsigned) => "unsigned".to_owned(),
            Ok(ReceiptForm::Signed(algorithm)) => format!("signed {}", algorithm.micalg()),
            Err(error) => error.disposition().to_string().split("; ").nth(1).unwrap().to_owned(),
        });
        let to = asked.deliver_to().map(|url| format!(" to {url}")).unwrap_or_default();
        assert_eq!(format!("{}{to}", form.unwrap_or_else(|| "none".into())), expect, "{headers:?}");
    };
    let asked = |options: &str, expect: &str| check(&[TO, (OPTIONS, options)], expect);
    const BOTH: &str = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha-512";
    // Only the one header asks, whatever it says.
    check(&[], "none");
    check(&[(OPTIONS, BOTH)], "none");
    check(&[("Receipt-Delivery-Option", "http://a/"), (OPTIONS, BOTH)], "none");
    for to in ["", "as2@example.com", "http://acme.example:8080/as2", "\"Acme\"", "not an address at all"] {
        check(&[("disposition-notification-to", to)], "unsigned");
    }
    asked(BOTH, "signed sha-512");
    asked("signed-receipt-micalg=optional,sha-512;signed-receipt-protocol=optional,pkcs7-signature", "signed sha-512");
    asked(
        "signed-receipt-protocol = required ,\tpkcs7-signature ;\tsigned-receipt-micalg\t=\trequired , sha-384",
        "signed sha-384",
    );
    asked(
        "Signed-Receipt-Protocol=OPTIONAL, PKCS7-Signature; Signed-Receipt-MicAlg=OPTIONAL, SHA512",
        "signed sha-512",
    );
    asked(
        "signed-receipt-protocol=\"required, pkcs7-signature\"; signed-receipt-micalg=\"required, sha-512\"",
        "signed sha-512",
    );
    asked(
        "signed-receipt-protocol=optional, \"pkcs7-signature\"; signed-receipt-micalg=optional, \"sha-512\"",
        "signed sha-512",
    );
    // Only one of the two, or half of one.
    asked("signed-receipt-protocol=pkcs7-signature", "signed sha-256");
    asked("signed-receipt-protocol=optional", "signed sha-256");
    asked("signed-receipt-micalg=optional, sha-512", "signed sha-512");
    asked("signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg", "signed sha-256");
    // Lists: the first that is accepted.
    asked("signed-receipt-micalg=optional, md5, sha1, sha-384, sha-512", "signed sha-384");
    asked("signed-receipt-micalg=required, md5", "failed/failure: unsupported MIC-algorithms");
    asked("signed-receipt-protocol=required, pgp-signature", "failed/failure: unsupported format");
    // Unknown attributes and remains.
    asked("x-other=required, y; signed-receipt-micalg=optional, sha-512;", "signed sha-512");
    asked(";;=;", "unsigned");
    // An address decides when.
    check(&[TO, ("Receipt-Delivery-Option", "https://a/b?c")], "unsigned to https://a/b?c");
    check(&[TO, ("Receipt-Delivery-Option", ""), (OPTIONS, BOTH)], "signed sha-512");
}
