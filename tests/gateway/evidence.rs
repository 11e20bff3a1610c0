//! Evidence: a folder that anybody with a shell and the `openssl` command can verify, and that shows every byte that was
//! changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::desk::{Act, Desk};
use crate::gateway::{AS2_PATH, Gateway};
use crate::order;
use crate::partner::{Form, Terms, deliver};
use crate::plan::Plan;
use crate::sending::{ASYNC, IMPATIENT, command, file, post_receipt, started, submit, wait_for_stage};
use crate::wire;

#[test]
fn a_delivery_is_proved_to_others_however_the_message_was_protected() {
    let check = |tables: &str, files: &[&str]| {
        let desk = Desk::open(|_| Act::Receipt);
        let gateway = started(&desk, &format!("[as2.send]\n{tables}\n{IMPATIENT}"));
        let exchange = submit(&gateway, 1);
        assert_eq!(exchange["stage"], "delivered", "{exchange:#}");
        let folder = export(&gateway, exchange["exchangeId"].as_str().unwrap(), "sent");
        let (code, said) = verify(&folder);
        assert_eq!(code, 0, "{tables}\n{said}");
        for claim in [
            "shown      We signed message-content.bin, with the key of our-certificate.pem.",
            "shown      The partner signed receipt-content.bin, with the key of partner-certificate.pem.",
            "shown      payload.bin is the business content of message-content.bin",
            "shown      The receipt says that the message was processed.",
            "shown      That MIC is the digest of message-content.bin.",
        ] {
            assert!(said.contains(claim), "{tables}: {claim}\n{said}");
        }
        assert_eq!(fs::read(folder.join("payload.bin")).unwrap(), order::interchange(1));
        for name in files {
            assert!(folder.join(name).exists(), "{tables}: {name}");
        }
        if tables.is_empty() {
            every_changed_byte_shows(&folder);
        }
    };
    check("", &["partner-encryption-certificate.pem", "receipt-signature.p7s", "manifest.json", "README.txt"]);
    check("encrypt_alg = \"none\"", &["message-signature.p7s"]);
    check("payload_cte = \"base64\"\nsign_alg = \"sha-512\"\npss = true", &[]);
    check("compress = \"before-sign\"", &[]);
    check("compress = \"before-sign\"\npayload_cte = \"base64\"\nencrypt_alg = \"none\"", &[]);
    check("compress = \"after-sign\"\nencrypt_alg = \"none\"\nsignature_cte = \"binary\"", &[]);
}

#[test]
fn a_receipt_that_came_later_is_evidence_too_and_one_that_has_not_come_is_missed() {
    let desk = Desk::open(|_| Act::Status(202));
    let gateway = started(&desk, ASYNC);
    let submitted = command(&gateway, &file(&gateway, 1, &["--json"]));
    let id = submitted["exchangeId"].as_str().unwrap();
    wait_for_stage(&gateway, id, "awaiting-receipt");
    let (code, said) = verify(&export(&gateway, id, "before"));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("not shown  That the partner has it: there is no receipt."), "{said}");

    let parcel = desk.parcels().remove(0);
    post_receipt(&gateway, &parcel, |_| true);
    wait_for_stage(&gateway, id, "delivered");
    let folder = export(&gateway, parcel.header("Message-ID").unwrap(), "after");
    let (code, said) = verify(&folder);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn what_a_partner_sent_is_proved_and_what_we_answered() {
    for form in [Form::SignedAndEncrypted, Form::Signed] {
        let mut gateway = Plan::default().lenient().prepare();
        gateway.start();
        let message = Terms::form(form).pack(&order::interchange(1));
        deliver(&gateway, &message);
        let folder = export(&gateway, message.message_id.as_str(), "received");
        let (code, said) = verify(&folder);
        assert_eq!(code, 0, "{form:?}\n{said}");
        for claim in [
            "shown      The partner signed message-content.bin, with the key of partner-certificate.pem.",
            "shown      We signed receipt-content.bin, with the key of our-certificate.pem.",
            "shown      That MIC is the digest of message-content.bin.",
        ] {
            assert!(said.contains(claim), "{form:?}: {claim}\n{said}");
        }
        assert_eq!(fs::read(folder.join("payload.bin")).unwrap(), order::interchange(1));
        if form == Form::SignedAndEncrypted {
            every_changed_byte_shows(&folder);
        }
    }
}

#[test]
fn what_came_with_a_receipt_asked_for_later_is_proved_when_it_was_opened() {
    let desk = Desk::open(|_| Act::Status(200));
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).prepare();
    gateway.start();
    let message = Terms::default().pack(&order::interchange(1));
    let mut headers = message.headers.clone();
    headers.push(("Receipt-Delivery-Option".to_owned(), desk.url()));
    assert_eq!(wire::post(gateway.address(), AS2_PATH, &headers, &message.body).unwrap().status, 200);
    gateway.wait_for_documents(1);
    let _ = desk.wait_for(1);
    let folder = export(&gateway, message.message_id.as_str(), "received");
    let (code, said) = verify(&folder);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn who_sent_an_unsigned_message_is_not_shown() {
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    for form in [Form::Plain, Form::Encrypted] {
        let message = Terms::form(form).pack(&order::interchange(1));
        deliver(&gateway, &message);
        let (code, said) = verify(&export(&gateway, message.message_id.as_str(), &format!("{form:?}")));
        assert_eq!(code, 2, "{form:?}\n{said}");
        assert!(said.contains("not shown  Who sent it: the message is not signed."), "{said}");
        assert!(said.contains("shown      That MIC is the digest of message-content.bin."), "{said}");
        assert!(!said.contains("FALSE"), "{said}");
    }
}

#[test]
fn what_cannot_be_exported_is_said_and_no_folder_is_written_over() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let message = Terms::default().pack(&order::interchange(1));
    deliver(&gateway, &message);
    let folder = export(&gateway, message.message_id.as_str(), "once");
    let check = |message: &str, into: &Path, expect: &str| {
        let into = into.display().to_string();
        let output = gateway.run(&["evidence", "export", message, "--into", &into]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(expect)), (Some(1), true), "{said}");
    };
    check(message.message_id.as_str(), &folder, "is there already");
    check("<nobody@nowhere>", &gateway.path("none"), "no message has the Message-ID");
    check("01ZZZZZZ", &gateway.path("none"), "no exchange has an id that begins with");
    let forged = Terms { signer: crate::identity::Identity::stranger(), ..Terms::default() };
    crate::partner::send(gateway.address(), &forged.pack(&order::interchange(2))).unwrap();
    let refused = gateway.listed(&["exchange", "list", "--stage", "refused"]);
    check(refused[0]["exchangeId"].as_str().unwrap(), &gateway.path("none"), "its bytes were not kept");
    assert!(!gateway.path("none").exists());
}

/// Exports a message into a folder of this name.
pub fn export(gateway: &Gateway, message: &str, name: &str) -> PathBuf {
    let folder = gateway.path(name);
    let told: Value =
        command(gateway, &["evidence", "export", message, "--into", &folder.display().to_string(), "--json"]);
    assert_eq!(told["folder"], folder.display().to_string());
    folder
}

/// Runs the folder's script, from elsewhere and without anything of ours.
pub fn verify(folder: &Path) -> (i32, String) {
    let output = Command::new("sh").arg(folder.join("verify.sh")).current_dir("/").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

/// One byte changed in any file is seen.
fn every_changed_byte_shows(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let whole = fs::read(&path).unwrap();
        let middle = whole.len() / 2;
        for at in [middle, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let (code, said) = verify(folder);
            assert_ne!(code, 0, "{} at {at}\n{said}", path.display());
        }
        fs::write(&path, &whole).unwrap();
    }
}
