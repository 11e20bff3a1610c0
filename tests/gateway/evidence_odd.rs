//! Evidence of messages that products make in ways of their own.

use std::fs;
use std::path::Path;

use edigate::base::{Clock, OsEntropy, Sha256, SystemClock};
use edigate::mime::base64_lines;
use edigate::smime::{
    ContentEncryption, DigestAlgorithm, KeyTransport, Sealing, SignatureForm, seal_envelope, sign_detached,
};

use crate::evidence::{export, verify};
use crate::gateway::Gateway;
use crate::identity::Identity;
use crate::order;
use crate::partner::{Form, Packed, Terms, deliver, send};
use crate::plan::Plan;

/// The body of a multipart/signed in which `sent` stands and `meant` was signed.
fn signed(meant: &[u8], sent: &[u8]) -> Vec<u8> {
    let acme = Identity::acme();
    let digest = DigestAlgorithm::Sha256.digest(meant);
    let cms =
        sign_detached(&digest, &acme.certificate(), &acme.key(), SystemClock.now(), SignatureForm::default()).unwrap();
    let head = "Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let second = [head, &base64_lines(&cms)].concat();
    [b"--b\r\n", sent, b"\r\n--b\r\n", second.as_bytes(), b"--b--\r\n"].concat()
}

/// A message with this body, its Content-Type and further headers.
fn message(headers: &[(&str, &str)], body: Vec<u8>) -> Packed {
    let packed = Terms::form(Form::Signed).pack(b"");
    let mut message = Packed { body, ..packed };
    message.headers.retain(|(name, _)| {
        !headers.iter().any(|(other, _)| name.eq_ignore_ascii_case(other)) && !name.starts_with("Content-")
    });
    message.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    message
}

const SIGNED: &str = "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=b";

fn sealed(body: &[u8]) -> Packed {
    let content = [format!("Content-Type: {SIGNED}\r\n\r\n").as_bytes(), body].concat();
    let recipients = [Identity::northwind().certificate()];
    let (encryption, key_transport) = (ContentEncryption::Aes256Cbc, KeyTransport::Pkcs1);
    let sealing = Sealing { recipients: &recipients, encryption, key_transport };
    let mut out = Vec::new();
    seal_envelope(content.as_slice(), content.len() as u64, &mut out, &sealing, &OsEntropy).unwrap();
    message(&[("Content-Type", "application/pkcs7-mime; smime-type=enveloped-data")], out)
}

fn lenient() -> Gateway {
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    gateway
}

#[test]
fn every_form_of_a_message_that_is_accepted_is_proved() {
    let gateway = lenient();
    let check = |name: &str, message: &Packed, claims: &[&str]| {
        let reply = send(gateway.address(), message).unwrap();
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        let folder = export(&gateway, message.message_id.as_str(), name);
        let (code, said) = verify(&folder);
        assert_eq!(code, 0, "{name}\n{said}");
        assert!(said.contains("shown      The partner signed message-content.bin"), "{name}\n{said}");
        for claim in claims {
            assert!(said.contains(claim), "{name}: {claim}\n{said}");
        }
    };
    let interchange = String::from_utf8(order::interchange(1)).unwrap().replace(['\r', '\n'], "");
    let entity = |line: &str| {
        let lines = interchange.replace('~', &format!("~{line}"));
        format!("Content-Type: application/edi-x12\r\n\r\n{lines}").into_bytes()
    };
    let but_for_lines =
        "shown      payload.bin is the business content of message-content.bin, behind its headers and but";
    let hidden = "note       message-body.bin is encrypted or compressed";
    let other_lines = "note       message-content.bin has other line ends than message-body.bin";
    let body = signed(&entity("\r\n"), &entity("\n"));
    check("hidden lines", &sealed(&body), &[but_for_lines, hidden]);
    check("open lines", &message(&[("Content-Type", SIGNED)], body), &[but_for_lines, other_lines]);

    let plain = entity("\r\n");
    let base64 = [("Content-Type", SIGNED), ("Content-Transfer-Encoding", "base64")];
    let encoded = message(&base64, base64_lines(&signed(&plain, &plain)).into_bytes());
    check("base64", &encoded, &["note       message-body.bin is encoded as a whole"]);

    let behind = "shown      payload.bin is the business content of message-content.bin, byte for byte behind";
    let late = [b"\r\n\r\n", plain.as_slice()].concat();
    check("empty lines", &message(&[("Content-Type", SIGNED)], signed(&late, &late)), &[behind]);

    let related = format!(
        "Content-Type: multipart/related; boundary=r; type=\"application/edi-x12\"\r\n\r\n--r\r\n{}\r\n--r\r\n\
         Content-Type: application/pdf\r\n\r\n%PDF\r\n--r--\r\n",
        String::from_utf8_lossy(&plain)
    );
    let within = "shown      payload.bin stands in message-content.bin as it is, among other parts.";
    let body = signed(related.as_bytes(), related.as_bytes());
    check("attached", &message(&[("Content-Type", SIGNED)], body), &[within]);
}

#[test]
fn a_message_id_that_looks_like_an_id_is_found() {
    let gateway = lenient();
    let mut packed = Terms::default().pack(&order::interchange(1));
    packed.headers.retain(|(name, _)| name != "Message-ID");
    packed.headers.push(("Message-ID".to_owned(), "order4711".to_owned()));
    assert_eq!(send(gateway.address(), &packed).unwrap().status, 200);
    assert_eq!(verify(&export(&gateway, "order4711", "found")).0, 0);
}

#[test]
fn a_certificate_that_openssl_does_not_read_makes_nothing_false() {
    let gateway = lenient();
    let message = Terms::form(Form::Signed).pack(&order::interchange(1));
    deliver(&gateway, &message);
    let folder = export(&gateway, message.message_id.as_str(), "odd");
    // One that only openssl cannot read is not to be had; these bytes stand for it.
    let name = "partner-certificate.pem";
    let odd = b"0\x03\x02\x01\x00";
    let usual = Identity::acme().certificate().fingerprint().to_string();
    fs::write(
        folder.join(name),
        format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", base64_lines(odd)),
    )
    .unwrap();
    let script = fs::read_to_string(folder.join("verify.sh")).unwrap().replace(&usual, &Sha256::of(odd).to_string());
    fs::write(folder.join("verify.sh"), script).unwrap();
    sum_again(&folder, &[name, "verify.sh"]);
    let (code, said) = verify(&folder);
    assert_eq!(code, 2, "{said}");
    for line in [
        "shown      partner-certificate.pem has the SHA-256 fingerprint",
        "not shown  The partner signed message-content.bin",
        "openssl does not read partner-certificate.pem",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    // Other bytes under the fingerprint are false all the same.
    fs::write(folder.join(name), Identity::stranger().certificate().to_pem()).unwrap();
    sum_again(&folder, &[name]);
    let (code, said) = verify(&folder);
    assert_eq!(code, 1, "{said}");
}

/// Makes the list of digests right for files that were changed.
fn sum_again(folder: &Path, names: &[&str]) {
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let line = |line: &str| {
        let (_, name) = line.split_once("  ").unwrap();
        match names.contains(&name) {
            true => format!("{}  {name}\n", Sha256::of(&fs::read(folder.join(name)).unwrap())),
            false => format!("{line}\n"),
        }
    };
    fs::write(folder.join("SHA256SUMS"), sums.lines().map(line).collect::<String>()).unwrap();
}
