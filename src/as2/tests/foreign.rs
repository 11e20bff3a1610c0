//! Receipts as other products write them. The texts are made up here after their habits.

use super::*;

fn parse(content_type: &str, body: &str) -> Result<Mdn, MdnFault> {
    let headers = HeaderList::from_pairs([(b"Content-type".as_slice(), content_type.as_bytes())]);
    Mdn::parse(&headers, body.as_bytes(), &[GATE.certificate()], &Default::default(), &Limits::default())
}

#[test]
fn reports_are_read_in_the_shapes_products_send() {
    let mic = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    let fields = |mic: &str| {
        format!(
            "reporting-ua : X\r\nFINAL-RECIPIENT: rfc822;\"My Gate\"\r\nOriginal-Message-ID: 1@acme\r\n\
             Received-content-MIC: {mic}\r\nX-Extra: y\r\ndisposition: Automatic-action/mdn-sent-automatically;processed\r\n"
        )
    };
    let check = |name: &str, content_type: &str, body: &str| {
        let mdn = parse(content_type, body).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(mdn.disposition, Disposition::Processed, "{name}");
        assert_eq!(mdn.original_message_id.unwrap().as_str(), "1@acme", "{name}");
        assert_eq!(*mdn.mic.unwrap().digest(), DigestAlgorithm::Sha256.digest(b"abc"), "{name}");
        assert_eq!(mdn.final_recipient.as_deref(), Some("My Gate"), "{name}");
    };
    let plain = fields(&format!("{mic},sha256"));
    let folded = fields("ungWv48Bz+pBQUDeXa4iI7ADYaOW\r\n F3qctBD/YfIAFa0=, sha-256");
    let report = |text: &str, fields: &str| {
        format!("--b\r\n{text}\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n{fields}\r\n--b--\r\n")
    };
    let report_type = "multipart/report; Report-Type=disposition-notification; boundary=b";
    check("usual", report_type, &report("Content-Type: text/plain\r\n\r\nok", &plain));
    check("no report-type", "Multipart/Report; boundary=\"b\"", &report("Content-Type: text/plain\r\n\r\nok", &plain));
    check("text without headers", report_type, &report("\r\nok", &plain));
    check("folded MIC", report_type, &report("\r\nok", &folded));
    check("bare LF", report_type, &report("\r\nok", &plain).replace("\r\n", "\n"));
    check("root", "message/disposition-notification", &plain);
    check(
        "order swapped",
        report_type,
        &report("Content-Type: message/disposition-notification\r\n\r\nx", "").replace("x\r\n", &plain),
    );
    check(
        "fields among the headers",
        report_type,
        &format!("--b\r\nContent-Type: message/disposition-notification\r\n{plain}\r\n--b--"),
    );
    let base64 = crate::mime::base64_lines(plain.as_bytes());
    check(
        "base64",
        report_type,
        &format!(
            "--b\r\nContent-Transfer-Encoding: base64\r\nContent-Type: message/disposition-notification\r\n\r\n{base64}\r\n--b--"
        ),
    );
    check(
        "a part that repeats the headers in front",
        report_type,
        &format!("Content-Type: {report_type}\r\n\r\n{}", report("\r\nok", &plain)),
    );
}

#[test]
fn what_is_no_receipt_is_told() {
    let check = |content_type: &str, body: &str, expect: &str| {
        assert_eq!(parse(content_type, body).unwrap_err().to_string(), expect);
    };
    check("text/html", "<html>", "the answer is 'text/html' and holds no receipt");
    check(
        "multipart/report; boundary=b",
        "--b\r\n\r\nhello\r\n--b--",
        "the answer is 'multipart/report; boundary=b' and holds no receipt",
    );
    check("multipart/report", "", "the receipt cannot be read: the multipart Content-Type has no boundary");
    check("message/disposition-notification", "A: b", "the receipt has no disposition");
    check(
        "multipart/signed; boundary=b",
        "--b\r\n\r\nx\r\n--b--",
        "the signed receipt has not exactly two parts, report and signature",
    );
    let nested = |depth: usize| {
        let mut body = "Content-Type: message/disposition-notification\r\n\r\nDisposition: x; processed".to_owned();
        for level in 0..depth {
            body =
                format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{body}\r\n--b{level}--");
        }
        let (head, body) = body.split_once("\r\n\r\n").unwrap();
        parse(head.trim_start_matches("Content-Type: "), body).map(|mdn| mdn.disposition).map_err(|f| f.to_string())
    };
    assert_eq!(nested(7), Ok(Disposition::Processed));
    assert_eq!(nested(8), Err("the receipt has more than 8 entities inside one another".to_owned()));
}
