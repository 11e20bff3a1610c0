//! The `openssl` command reads what we write: an implementation that is not ours.

use std::path::Path;
use std::process::Command;

use super::*;

/// Runs `openssl`, which the build needs anyway, and gives what it wrote.
fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// The body with its Content-Type in front, as a mail would be.
fn as_mail(headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let content_type = head(headers).text("Content-Type").unwrap();
    [format!("MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n").as_bytes(), body].concat()
}

#[test]
fn openssl_verifies_a_signed_receipt() {
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let (outcome, _) = opened(&packed, &security);
    let answer = answered(&packed, &outcome, Some(&security)).unwrap();
    let mail = as_mail(&answer.headers, &answer.body);
    let folder = folder_with(&[("mdn", &mail), ("gate.pem", &GATE.certificate_pem)]);
    let verify = ["cms", "-verify", "-in", "mdn", "-CAfile", "gate.pem", "-purpose", "any"];
    let report = String::from_utf8(openssl(folder.path(), &verify)).unwrap();
    assert!(report.starts_with("Content-Type: multipart/report;"), "{report}");
    assert!(report.contains("Disposition: automatic-action/MDN-sent-automatically; processed\r\n"), "{report}");
}

#[test]
fn openssl_decrypts_and_verifies_a_packed_message() {
    // Its reader of mail changes a bare LF, so the payload's line ends are CRLF here.
    let order = b"ISA*00*~\r\nIEA*0*1~\r\n";
    let packed = packed_by(&ACME, order, SIGNED_AND_ENCRYPTED, ReceiptWanted::Signed);
    let folder = folder_with(&[
        ("message.der", &packed.body),
        ("gate.pem", &GATE.certificate_pem),
        ("gate.key", &GATE.key_pem),
        ("acme.pem", &ACME.certificate_pem),
    ]);
    let decrypt = [
        "cms",
        "-decrypt",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "message.der",
        "-recip",
        "gate.pem",
        "-inkey",
        "gate.key",
    ];
    std::fs::write(folder.path().join("signed"), openssl(folder.path(), &decrypt)).unwrap();
    let verify = ["cms", "-verify", "-in", "signed", "-CAfile", "acme.pem", "-purpose", "any"];
    let entity = openssl(folder.path(), &verify);
    assert!(entity.ends_with(order), "{}", String::from_utf8_lossy(&entity));
}

#[test]
fn openssl_verifies_a_signature_over_the_very_bytes_of_its_part() {
    let packed = packed(SIGNED);
    let content_type = crate::mime::ContentType::of(&head(&packed.headers)).unwrap();
    let limits = Limits::default();
    let boundary = content_type.boundary(&limits).unwrap();
    let mut multipart = crate::mime::Multipart::new(packed.body.as_slice(), boundary, &limits);
    let mut parts = [Vec::new(), Vec::new()];
    for bytes in &mut parts {
        std::io::Read::read_to_end(&mut multipart.next_part().unwrap().unwrap(), bytes).unwrap();
    }
    let [entity, signature] = &parts;
    let base64 = HeaderList::read(signature, &limits).unwrap().1;
    let pem = [b"-----BEGIN CMS-----\r\n".as_slice(), base64, b"\r\n-----END CMS-----\r\n"].concat();
    let folder = folder_with(&[("entity", entity), ("signature", &pem), ("acme.pem", &ACME.certificate_pem)]);
    let verify = ["cms", "-verify", "-binary", "-inform", "PEM", "-in", "signature", "-content", "entity"];
    let verified = openssl(folder.path(), &[&verify[..], &["-CAfile", "acme.pem", "-purpose", "any"]].concat());
    assert_eq!(verified, *entity);
    assert!(entity.ends_with(ORDER));
}

#[test]
fn a_message_made_by_openssl_is_opened() {
    let entity = [b"Content-Type: application/edi-x12\r\n\r\n".as_slice(), ORDER].concat();
    let folder = folder_with(&[
        ("entity", &entity),
        ("gate.pem", &GATE.certificate_pem),
        ("acme.pem", &ACME.certificate_pem),
        ("acme.key", &ACME.key_pem),
    ]);
    let sign =
        ["cms", "-sign", "-binary", "-in", "entity", "-signer", "acme.pem", "-inkey", "acme.key", "-md", "sha512"];
    std::fs::write(folder.path().join("signed"), openssl(folder.path(), &sign)).unwrap();
    for indefinite in [false, true] {
        let mut encrypt = vec!["cms", "-encrypt", "-binary", "-aes192", "-outform", "DER", "-in", "signed"];
        encrypt.extend(indefinite.then_some("-stream"));
        encrypt.push("gate.pem");
        let message = Packed { body: openssl(folder.path(), &encrypt), ..packed(SIGNED_AND_ENCRYPTED) };
        let (outcome, payload) = opened(&message, &security(Requirement::Required));
        let received = outcome.unwrap();
        assert_eq!(payload, ORDER);
        assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha512.digest(&entity));
        assert_eq!(received.layers.encryption, Some(ContentEncryption::Aes192Cbc));
    }
}
