//! A certificate with its key as somebody handed it over: PEM, DER or PKCS #12. The file is the operator's own, so OpenSSL
//! reads it.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::provider::Provider;
use openssl::x509::X509;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::base::Secret;
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::smime::{Certificate, PrivateKey};

/// What such a file holds.
pub(super) struct Bundle {
    /// The certificate.
    pub(super) certificate: Certificate,
    /// It in PEM, and behind it those of its issuers, as far as the file has them.
    pub(super) pem: String,
    /// The private key that belongs to it, in PEM (PKCS #8) without a passphrase.
    pub(super) key: Option<Secret<Vec<u8>>>,
}

/// Bytes of a file; the longest chains have a hundredth.
const LONGEST: u64 = 1 << 20;

/// The environment's variable with the passphrase.
const VARIABLE: &str = "EDIGATE_PASSPHRASE";

impl Bundle {
    /// Reads `from`, and the key in `key` where that is another file.
    pub(super) fn read(from: &Path, key: Option<&Path>, passphrase_file: Option<&Path>) -> Result<Self, Failure> {
        let passphrase = Passphrase { file: passphrase_file, of: key.unwrap_or(from) };
        let bytes = read(from)?;
        let bytes = bytes.expose();
        let (certificates, inside) = match is_pem(bytes) {
            true => (certificates_in_pem(bytes, from)?, key_in_pem(bytes, &passphrase)?),
            false => match Certificate::from_der(bytes) {
                Ok(certificate) => (vec![certificate], None),
                Err(_) => pkcs12(bytes, from, &passphrase)?,
            },
        };
        let key = match key {
            Some(path) => {
                let found = key_in_pem(read(path)?.expose(), &passphrase)?;
                Some(found.ok_or_else(|| unusable(path, "holds no private key in PEM"))?)
            }
            None => inside,
        };
        Self::of(certificates, key, from)
    }

    /// The certificate that the key is for comes first, else the first of the file.
    fn of(mut certificates: Vec<Certificate>, key: Option<PKey<Private>>, from: &Path) -> Result<Self, Failure> {
        let key = key.map(|key| key.private_key_to_pem_pkcs8().map(Secret::new)).transpose();
        let key = key.map_err(|fault| unusable(from, &format!("has a key that cannot be written: {fault}")))?;
        if let Some(pem) = &key {
            let private =
                PrivateKey::from_pem(pem.expose(), None).map_err(|fault| unusable(from, &fault.to_string()))?;
            let own = certificates.iter().position(|one| private.belongs_to(one));
            let own = own.ok_or_else(|| unusable(from, "holds no certificate that the private key is for"))?;
            let leaf = certificates.remove(own);
            certificates.insert(0, leaf);
        }
        let pem = certificates.iter().map(Certificate::to_pem).collect();
        let certificate = certificates.into_iter().next().ok_or_else(|| unusable(from, "holds no certificate"))?;
        Ok(Self { certificate, pem, key })
    }
}

/// A file that may hold a key.
fn read(path: &Path) -> Result<Secret<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|fault| Failure::new(Exit::Usage, format!("{} cannot be read: {fault}", path.display())))?;
    Ok(Secret::new(bytes))
}

fn unusable(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Failed, format!("{} {why}", path.display()))
}

fn is_pem(bytes: &[u8]) -> bool {
    contains(bytes, b"-----BEGIN ")
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

fn certificates_in_pem(bytes: &[u8], from: &Path) -> Result<Vec<Certificate>, Failure> {
    match X509::stack_from_pem(bytes) {
        Ok(all) => ours(all, from),
        // One that OpenSSL finds too odd.
        Err(_) => Ok(vec![Certificate::from_pem(bytes).map_err(|fault| unusable(from, &fault.to_string()))?]),
    }
}

fn ours(all: Vec<X509>, from: &Path) -> Result<Vec<Certificate>, Failure> {
    let read = |one: X509| {
        let der = one.to_der().map_err(|fault| fault.to_string())?;
        Certificate::from_der(&der).map_err(|fault| fault.to_string())
    };
    all.into_iter().map(read).collect::<Result<_, String>>().map_err(|fault| unusable(from, &fault))
}

/// The key of a PEM file; its passphrase is asked for only when it has one.
fn key_in_pem(bytes: &[u8], passphrase: &Passphrase<'_>) -> Result<Option<PKey<Private>>, Failure> {
    if !contains(bytes, b"PRIVATE KEY-----") {
        return Ok(None);
    }
    let mut asked = None;
    let key = PKey::private_key_from_pem_callback(bytes, |place| {
        let given = passphrase.get();
        let length = given.as_ref().map_or(0, |given| given.expose().len());
        if let (Ok(given), Some(place)) = (&given, place.get_mut(..length)) {
            place.copy_from_slice(given.expose().as_bytes());
        }
        asked = Some(given.map(|_| ()));
        Ok(length)
    });
    if let Some(Err(failure)) = asked {
        return Err(failure);
    }
    let wrong = if asked.is_some() { "the key does not open with that passphrase" } else { "the key cannot be read" };
    key.map(Some).map_err(|_| Failure::new(Exit::Failed, wrong))
}

/// What a file of PKCS #12 (RFC 7292) holds.
fn pkcs12(
    bytes: &[u8],
    from: &Path,
    passphrase: &Passphrase<'_>,
) -> Result<(Vec<Certificate>, Option<PKey<Private>>), Failure> {
    let file = Pkcs12::from_der(bytes).map_err(|_| unusable(from, "is neither PEM, DER nor PKCS #12"))?;
    // Files of older Windows are encrypted by RC2, which OpenSSL keeps apart. It stays loaded while the command runs.
    let _legacy = Provider::try_load(None, "legacy", true);
    let parsed = match file.parse2("") {
        Ok(parsed) => parsed,
        Err(_) => {
            file.parse2(passphrase.get()?.expose()).map_err(|_| unusable(from, "does not open with that passphrase"))?
        }
    };
    let issuers = parsed.ca.into_iter().flatten();
    Ok((ours(parsed.cert.into_iter().chain(issuers).collect(), from)?, parsed.pkey))
}

/// Where a passphrase comes from. Never from the command line, which everybody on the machine can read.
struct Passphrase<'a> {
    file: Option<&'a Path>,
    of: &'a Path,
}

impl Passphrase<'_> {
    fn get(&self) -> Result<Secret<String>, Failure> {
        if let Some(path) = self.file {
            let bytes = read(path)?;
            let text = std::str::from_utf8(bytes.expose());
            let text = text.map_err(|_| Failure::new(Exit::Usage, format!("{} is no text", path.display())))?;
            return Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
        if let Ok(given) = std::env::var(VARIABLE) {
            return Ok(Secret::new(given));
        }
        if io::stdin().is_terminal() {
            let asked = self.ask();
            return asked
                .map_err(|fault| Failure::new(Exit::Failed, format!("no passphrase could be asked for: {fault}")));
        }
        let text = format!("{} has a passphrase: name a file that holds it with --passphrase-file", self.of.display());
        Err(Failure::new(Exit::Usage, text))
    }

    /// Asks at the terminal, without showing what is typed.
    fn ask(&self) -> io::Result<Secret<String>> {
        let mut terminal = fs::File::options().read(true).write(true).open("/dev/tty")?;
        write!(terminal, "passphrase of {}: ", self.of.display())?;
        let shown = tcgetattr(&terminal)?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &hidden)?;
        let line = line_of(&mut terminal);
        tcsetattr(&terminal, OptionalActions::Flush, &shown)?;
        writeln!(terminal)?;
        line
    }
}

fn line_of(terminal: &mut fs::File) -> io::Result<Secret<String>> {
    /// A terminal gives no more at once.
    const LONGEST_LINE: usize = 4096;
    let mut bytes = vec![0; LONGEST_LINE];
    let length = terminal.read(&mut bytes)?;
    bytes.truncate(length);
    let line = Secret::new(bytes);
    let text = std::str::from_utf8(line.expose()).map_err(io::Error::other)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
