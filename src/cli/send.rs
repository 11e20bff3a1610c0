//! `edigate as2 send`: one message by hand, and its receipt verified to the last bit.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::args::{CompressArgument, EncryptArgument, ReceiptArgument, SendArguments, SignArgument};
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::as2::{
    As2Name, Compress, Mdn, MessageId, Outgoing, Packed, ReceiptRequest, Settlement, SignedReceipt, Signer, Signing,
    Wire, pack,
};
use crate::base::{Clock, Limits, OsEntropy, SystemClock};
use crate::http::{Answer, Client, ClientFault, ClientSettings, Content, SystemRoots, Trust};
use crate::mime::HeaderList;
use crate::smime::{
    Certificate, ContentEncryption, DigestAlgorithm, KeyTransport, PrivateKey, RsaPadding, Sealing, SignaturePolicy,
};

/// Connecting and the TLS handshake.
const CONNECT_TIME: Duration = Duration::from_secs(30);
/// From there to the last byte of the receipt.
const ANSWER_TIME: Duration = Duration::from_secs(120);
/// The largest receipt taken.
const ANSWER_BYTES: usize = 1 << 20;

/// Sends, and tells how it ended: clean only when the receipt says processed, is signed if that was asked, verifies,
/// and shows the MIC of what was sent.
pub(super) fn send(arguments: &SendArguments, out: &mut Output) -> Result<Exit, Failure> {
    let payload = read(&arguments.file)?;
    let parties = Parties::of(arguments)?;
    let (packed, body) = parties.pack(arguments, &payload)?;
    let answer = post(arguments, &packed, body)?;
    let outcome = judge(&parties, arguments, &packed, &answer)?;
    outcome.print(arguments, &packed, &answer, out)?;
    Ok(if outcome.delivered { Exit::Clean } else { Exit::Failed })
}

/// The two ends of the exchange, with the keys that the arguments lead to.
struct Parties {
    from: As2Name,
    to: As2Name,
    signer: Option<Signer>,
    theirs: Option<Certificate>,
}

impl Parties {
    fn of(arguments: &SendArguments) -> Result<Self, Failure> {
        let signer = match (&arguments.cert, &arguments.key) {
            (Some(cert), Some(key)) => Some(signer(cert, key)?),
            _ => None,
        };
        let theirs = arguments.their_cert.as_deref().map(certificate).transpose()?;
        Ok(Self { from: name(&arguments.as2_from)?, to: name(&arguments.as2_to)?, signer, theirs })
    }

    fn pack(&self, arguments: &SendArguments, payload: &[u8]) -> Result<(Packed, Vec<u8>), Failure> {
        if arguments.receipt == ReceiptArgument::Signed && self.theirs.is_none() {
            return Err(usage("a signed receipt is verified by --their-cert: give it, or write --receipt unsigned"));
        }
        let now = SystemClock.now();
        let message_id = match &arguments.message_id {
            None => MessageId::mint(now, &OsEntropy),
            Some(id) => MessageId::from_header(id.as_bytes(), Limits::default().message_id)
                .ok_or_else(|| usage("--message-id is not a Message-ID: up to 998 printable ASCII characters"))?,
        };
        let sign = match (digest(arguments.sign), &self.signer) {
            (None, _) => None,
            (Some(digest), Some(signer)) => {
                let padding = if arguments.pss { RsaPadding::Pss } else { RsaPadding::Pkcs1 };
                Some(Signing { padding, ..Signing::new(signer, digest) })
            }
            (Some(_), None) => return Err(usage("to sign, give --cert and --key; or write --sign none")),
        };
        let theirs = self.theirs.as_slice();
        let encrypt = match (cipher(arguments.encrypt), theirs) {
            (None, _) => None,
            (Some(_), []) => return Err(usage("to encrypt, give --their-cert; or write --encrypt none")),
            (Some(encryption), recipients) => {
                let oaep = KeyTransport::Oaep(DigestAlgorithm::Sha256);
                let key_transport = if arguments.oaep { oaep } else { KeyTransport::Pkcs1 };
                Some(Sealing { recipients, encryption, key_transport })
            }
        };
        let file_name = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let outgoing = Outgoing {
            from: &self.from,
            to: &self.to,
            message_id: &message_id,
            subject: None,
            content_type: &arguments.content_type,
            file_name: file_name.as_deref(),
            sign,
            encrypt,
            compress: match arguments.compress {
                CompressArgument::None => Compress::None,
                CompressArgument::BeforeSigning => Compress::BeforeSigning,
                CompressArgument::AfterSigning => Compress::AfterSigning,
            },
            receipt: match arguments.receipt {
                ReceiptArgument::Signed => Some(SignedReceipt::Asked),
                ReceiptArgument::Unsigned => Some(SignedReceipt::NotAsked),
                ReceiptArgument::None => None,
            }
            .map(|signed| ReceiptRequest { signed, deliver_to: None }),
            wire: Wire::default(),
        };
        let mut body = Vec::new();
        let packed = pack(payload, &outgoing, now, &OsEntropy, &mut body);
        let packed = packed.map_err(|fault| failed(format!("the message cannot be packed: {fault}")))?;
        Ok((packed, body))
    }
}

fn post(arguments: &SendArguments, packed: &Packed, body: Vec<u8>) -> Result<Answer, Failure> {
    let trust = match (&arguments.tls_ca, &arguments.tls_cert) {
        (Some(issuers), _) => Trust::Roots(read(issuers)?),
        (None, Some(own)) => Trust::Pinned(vec![certificate(own)?.fingerprint()]),
        (None, None) => Trust::System(SystemRoots::default()),
    };
    let settings = ClientSettings::new(trust, CONNECT_TIME, ANSWER_TIME, ANSWER_BYTES);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|fault| failed(format!("the system gives no threads: {fault}")))?;
    let client = Client::new(settings).map_err(|fault| failed(fault.to_string()))?;
    let answer = runtime.block_on(client.post(&arguments.to, &packed.headers, Content::bytes(body)));
    answer.map_err(|fault| unanswered(&arguments.to, &fault, &packed.message_id))
}

/// Why there was no answer, and whether the message may have arrived all the same.
fn unanswered(url: &str, fault: &ClientFault, message_id: &MessageId) -> Failure {
    match fault {
        ClientFault::Url(_) => usage(&format!("--to {url}: {fault}")),
        ClientFault::Trust(_) | ClientFault::Request(_) | ClientFault::Content(_) => {
            failed(format!("{url}: {fault}; nothing was sent"))
        }
        ClientFault::Handshake(_) => failed(format!(
            "{url}: {fault}; nothing was sent. To accept this server's own certificate, name it by --tls-cert; to accept its \
             issuer, by --tls-ca"
        )),
        ClientFault::Address(_) | ClientFault::Connect(_) | ClientFault::Proxy(_) | ClientFault::Timeout("connect") => {
            failed(format!("{url}: {fault}; nothing was sent"))
        }
        ClientFault::Broken(_) | ClientFault::Timeout(_) | ClientFault::TooLarge(_) => failed(format!(
            "{url}: {fault}; it may have arrived all the same: send it again with --message-id '{}'",
            message_id.as_str()
        )),
    }
}

/// How a message ended.
struct Outcome {
    delivered: bool,
    /// In a sentence.
    told: String,
    receipt: Option<Mdn>,
}

fn judge(parties: &Parties, arguments: &SendArguments, packed: &Packed, answer: &Answer) -> Result<Outcome, Failure> {
    let bare = |delivered, told: String| Ok(Outcome { delivered, told, receipt: None });
    if !(200..300).contains(&answer.status) {
        let text = String::from_utf8_lossy(&answer.body);
        let said = text.lines().next().unwrap_or_default().trim();
        return bare(false, format!("the server answered {} {said}", answer.status));
    }
    if arguments.receipt == ReceiptArgument::None {
        return bare(true, "taken; no receipt was asked for".into());
    }
    let headers =
        HeaderList::from_pairs(answer.headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())));
    let trusted = parties.theirs.as_slice();
    let receipt = Mdn::parse(&headers, &answer.body, trusted, &SignaturePolicy::default(), &Limits::default());
    let receipt = match receipt {
        Ok(receipt) => receipt,
        Err(fault) => return bare(false, format!("the answer is no receipt that counts: {fault}")),
    };
    let settlement = receipt.settle(&packed.message_id, &packed.mics, packed.receipt, None);
    let (delivered, told) = tell(&settlement);
    Ok(Outcome { delivered, told, receipt: Some(receipt) })
}

fn tell(settlement: &Settlement) -> (bool, String) {
    match settlement {
        Settlement::Accepted => (true, "processed; the receipt is for this message and its MIC is equal".into()),
        Settlement::Warned(text) => (true, format!("processed, with a warning: {text}")),
        Settlement::Deviating { deviation, warning } => {
            let remark = warning.as_ref().map(|text| format!(", with a warning: {text}")).unwrap_or_default();
            (true, format!("processed{remark}; the MIC is made their own way: {}", deviation.as_str()))
        }
        Settlement::Refused(disposition) => (false, format!("refused: {disposition}")),
        Settlement::MicMismatch { received: Some(mic) } => {
            (false, format!("the receipt shows another MIC, {mic}: they processed something else than was sent"))
        }
        Settlement::MicMismatch { received: None } => (false, "the receipt shows no MIC".into()),
        Settlement::Unproven => (false, "processed, but the receipt is not signed as was asked".into()),
        Settlement::OtherMessage => (false, "the receipt is for another message".into()),
    }
}

impl Outcome {
    fn print(
        &self,
        arguments: &SendArguments,
        packed: &Packed,
        answer: &Answer,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let signed = self.receipt.as_ref().map(|receipt| match receipt.signature {
            crate::as2::ReceiptSignature::Unsigned => "unsigned",
            crate::as2::ReceiptSignature::Verified(_) => "signature verified",
        });
        let disposition = self.receipt.as_ref().map(|receipt| receipt.disposition.to_string());
        let their_mic = self.receipt.as_ref().and_then(|receipt| receipt.mic.as_ref()).map(ToString::to_string);
        if arguments.json {
            return out.json(&json!({
                "delivered": self.delivered,
                "outcome": self.told,
                "status": answer.status,
                "messageId": packed.message_id.as_str(),
                "mic": packed.mics.right().map(ToString::to_string),
                "receipt": self.receipt.as_ref().map(|_| json!({
                    "signature": signed,
                    "disposition": disposition,
                    "mic": their_mic,
                })),
            }));
        }
        out.line(&format!("Message-ID   {}", packed.message_id.as_str()))?;
        let mic = packed.mics.right().map(ToString::to_string).unwrap_or_default();
        out.line(&format!("MIC          {mic}"))?;
        out.line(&format!("HTTP status  {}", answer.status))?;
        if let (Some(signed), Some(disposition)) = (signed, disposition) {
            out.line(&format!("receipt      {signed}"))?;
            out.line(&format!("disposition  {disposition}"))?;
            out.line(&format!("their MIC    {}", their_mic.as_deref().unwrap_or("none")))?;
        }
        out.line(&format!("outcome      {}", self.told))
    }
}

fn signer(cert: &Path, key: &Path) -> Result<Signer, Failure> {
    let certificate = certificate(cert)?;
    let pem = read(key)?;
    let key = PrivateKey::from_pem(&pem, None).map_err(|fault| failed(format!("{}: {fault}", key.display())))?;
    if !key.belongs_to(&certificate) {
        return Err(failed("the private key does not belong to the certificate".to_owned()));
    }
    Ok(Signer { certificate, key })
}

fn certificate(path: &Path) -> Result<Certificate, Failure> {
    Certificate::from_pem(&read(path)?).map_err(|fault| failed(format!("{}: {fault}", path.display())))
}

fn name(text: &str) -> Result<As2Name, Failure> {
    As2Name::from_header(text.as_bytes()).map_err(|fault| usage(&format!("'{text}' is no AS2 name: {fault}")))
}

fn digest(sign: SignArgument) -> Option<DigestAlgorithm> {
    match sign {
        SignArgument::None => None,
        SignArgument::Sha1 => Some(DigestAlgorithm::Sha1),
        SignArgument::Sha256 => Some(DigestAlgorithm::Sha256),
        SignArgument::Sha384 => Some(DigestAlgorithm::Sha384),
        SignArgument::Sha512 => Some(DigestAlgorithm::Sha512),
    }
}

fn cipher(encrypt: EncryptArgument) -> Option<ContentEncryption> {
    match encrypt {
        EncryptArgument::None => None,
        EncryptArgument::Aes128Cbc => Some(ContentEncryption::Aes128Cbc),
        EncryptArgument::Aes192Cbc => Some(ContentEncryption::Aes192Cbc),
        EncryptArgument::Aes256Cbc => Some(ContentEncryption::Aes256Cbc),
        EncryptArgument::Aes128Gcm => Some(ContentEncryption::Aes128Gcm),
        EncryptArgument::Aes192Gcm => Some(ContentEncryption::Aes192Gcm),
        EncryptArgument::Aes256Gcm => Some(ContentEncryption::Aes256Gcm),
        EncryptArgument::TripleDes => Some(ContentEncryption::TripleDesCbc),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|fault| failed(format!("{} cannot be read: {fault}", path.display())))
}

fn failed(text: String) -> Failure {
    Failure::new(Exit::Failed, text)
}

fn usage(text: &str) -> Failure {
    Failure::new(Exit::Usage, text)
}

#[cfg(test)]
mod tests {
    use super::super::args::{Arguments, As2Command, Command};
    use super::*;

    #[test]
    fn a_fault_says_whether_the_message_may_have_arrived() {
        let id = MessageId::from_header(b"<1@a>", 998).unwrap();
        let check = |fault: ClientFault, exit: Exit, expect: &str| {
            let failure = unanswered("http://a/as2", &fault, &id);
            assert_eq!(failure.exit, exit, "{fault}");
            assert!(failure.text.contains(expect), "{}", failure.text);
            assert_eq!(failure.text.contains("--message-id '<1@a>'"), expect == "may have arrived", "{}", failure.text);
        };
        check(ClientFault::Url("x".into()), Exit::Usage, "--to http://a/as2");
        check(ClientFault::Connect("refused".into()), Exit::Failed, "nothing was sent");
        check(ClientFault::Handshake("x".into()), Exit::Failed, "nothing was sent. To accept this server's own");
        check(ClientFault::Timeout("connect"), Exit::Failed, "nothing was sent");
        check(ClientFault::Timeout("answer"), Exit::Failed, "may have arrived");
        check(ClientFault::Broken("x".into()), Exit::Failed, "may have arrived");
    }

    #[test]
    fn a_signed_receipt_needs_the_certificate_that_verifies_it() {
        let send = |more: &[&str]| {
            let words =
                ["edigate", "as2", "send", "order.x12", "--to", "http://a/as2", "--as2-from", "A", "--as2-to", "B"];
            let words = words.iter().chain(&["--sign", "none", "--encrypt", "none"]).chain(more);
            let arguments = <Arguments as clap::Parser>::try_parse_from(words).unwrap();
            let Command::As2(As2Command::Send(arguments)) = arguments.command else { panic!("another command") };
            Parties::of(&arguments).unwrap().pack(&arguments, b"x").map(drop).map_err(|failure| failure.text)
        };
        assert!(send(&[]).unwrap_err().contains("--their-cert"));
        assert_eq!(send(&["--receipt", "unsigned"]), Ok(()));
        assert_eq!(send(&["--receipt", "none"]), Ok(()));
    }
}
