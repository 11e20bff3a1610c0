//! The products, what each of them can do, and why not more: data that the runs and docs/interop.md are made of.

use crate::matrix::{ALL, Able, Cell, DIGESTS, FORMS, RECEIPTS, Receipt};

/// An AS2 product that is run beside the gateway.
pub struct Product {
    pub name: &'static str,
    /// What its version begins with.
    pub version: &'static str,
    pub licence: &'static str,
    /// The program that runs it, from the root of the project.
    pub program: &'static [&'static str],
    /// What it takes from us.
    pub takes: Able,
    /// What it sends to us.
    pub sends: Able,
    /// How far our own view of what it read reaches.
    pub tells: Tells,
    /// It reads encrypted bodies in base64 only.
    pub base64: bool,
    /// It sends orders of its own making instead of the ones it is given.
    pub own_orders: bool,
    /// What to write into the partner file, and why.
    pub settings: &'static [(&'static str, &'static str)],
    /// What it cannot do, and why.
    pub cannot: &'static [(&'static str, &'static str)],
}

/// What a product tells of the messages it read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The layers and the content.
    All,
    /// The content.
    Content,
    /// That it came.
    Arrival,
}

const CBC: [&str; 3] = ["aes-256-cbc", "aes-128-cbc", "3des"];
const SIGNED: [Receipt; 3] = [RECEIPTS[0], RECEIPTS[1], RECEIPTS[3]];
const PYTHON: &str = ".tools/python/bin/python";

pub const PRODUCTS: [Product; 6] = [
    Product {
        name: "pyas2lib",
        version: "1.4.4",
        licence: "GPL-3.0",
        program: &[PYTHON, "tests/peers/pyas2lib_peer.py"],
        takes: Able { forms: &FORMS, receipts: &RECEIPTS, digests: &DIGESTS, ciphers: &CBC, proves_unsigned: false },
        sends: Able {
            forms: &["", "S", "E", "C", "SE", "CS", "CSE", "CE"],
            receipts: &RECEIPTS,
            digests: &DIGESTS,
            ciphers: &CBC,
            proves_unsigned: true,
        },
        tells: Tells::All,
        base64: false,
        own_orders: false,
        settings: &[("encrypt_alg = \"aes-256-cbc\"", "it has no GCM")],
        cannot: &[
            ("aes-256-gcm", "its CMS has no AuthEnvelopedData"),
            (
                "prove what is not signed",
                "its receipt shows a MIC only of what was signed: a signed receipt of a message \
              that is not signed proves nothing, and edigate says `disputed`",
            ),
            ("send SC, SCE", "it compresses before it signs, always"),
        ],
    },
    Product {
        name: "django-pyas2",
        version: "1.2.3",
        licence: "GPL-3.0",
        program: &[".tools/django/bin/python", "tests/peers/django_peer.py"],
        takes: Able { forms: &FORMS, receipts: &RECEIPTS, digests: &DIGESTS, ciphers: &CBC, proves_unsigned: false },
        sends: Able {
            forms: &["", "S", "E", "C", "SE", "CS", "CSE", "CE"],
            receipts: &RECEIPTS,
            digests: &DIGESTS,
            ciphers: &CBC,
            proves_unsigned: true,
        },
        tells: Tells::Content,
        base64: false,
        own_orders: false,
        settings: &[
            ("chunked = false in [as2.send.http]", "WSGI reads a chunked request as an empty body; it is the default"),
            ("key_transport = \"pkcs1\"", "it is tied to pyas2lib 1.4.3, which has no OAEP"),
            ("encrypt_alg = \"aes-256-cbc\"", "it has no GCM"),
            (
                "mode = \"sync\" in [as2.send.mdn]",
                "its asynchronous receipts leave only when a cron job runs its \
              `manageas2server --async-mdns`; ask the partner whether one does",
            ),
        ],
        cannot: &[
            ("aes-256-gcm", "its CMS has no AuthEnvelopedData"),
            ("OAEP", "its version of pyas2lib has none"),
            (
                "prove what is not signed",
                "its receipt shows a MIC only of what was signed: a signed receipt of a message \
              that is not signed proves nothing, and edigate says `disputed`",
            ),
            ("send SC, SCE", "it compresses before it signs, always"),
            ("notice a wrong MIC", "it never compares the MIC of a receipt"),
        ],
    },
    Product {
        name: "libas2",
        version: "0.8.2",
        licence: "MIT",
        program: &["node", "--security-revert=CVE-2023-46809", "tests/peers/libas2_peer.js"],
        takes: Able {
            forms: &["S", "SE"],
            receipts: &SIGNED,
            digests: &["sha-256", "sha-512", "sha-1"],
            ciphers: &["aes-256-cbc", "aes-128-cbc", "3des"],
            proves_unsigned: true,
        },
        sends: Able {
            forms: &["S", "E", "SE"],
            receipts: &SIGNED,
            digests: &["sha-256", "sha-512", "sha-1"],
            ciphers: &["aes-256-cbc", "aes-128-cbc"],
            proves_unsigned: true,
        },
        tells: Tells::Arrival,
        base64: false,
        own_orders: false,
        settings: &[
            ("encrypt_alg = \"aes-256-cbc\", compress = \"none\"", "it has neither GCM nor compression"),
            ("embed_certificate = true", "it verifies only with the certificate inside a signature; it is the default"),
            ("files below 100 KB", "larger ones overflow its stack, and it answers 500"),
        ],
        cannot: &[
            ("C, CS, SC, CSE, SCE, CE", "it has no compression"),
            ("plain; take E", "its agreement says beforehand that messages are signed, and then insists on it"),
            (
                "keep the last line end of what is signed",
                "its MIME parser drops it: it takes the receipt from the bytes before",
            ),
            ("aes-256-gcm", "it has no AuthEnvelopedData"),
            ("unsigned receipts", "its receipts are signed whenever it has a key"),
            ("send 3des", "WebCrypto has no DES"),
            ("PKCS #1 key transport", "it wraps keys for RSA-OAEP with SHA-512 only"),
            (
                "sign a receipt that verifies",
                "it signs without the last line end and closes with the wrong boundary: the \
              program here puts the MIME together anew around its CMS",
            ),
        ],
    },
    Product {
        name: "asx-rs",
        version: "0.16.2",
        licence: "MIT OR Apache-2.0",
        program: &["interop/asx/target/debug/edigate-interop-asx"],
        takes: Able {
            forms: &["SE", "CSE"],
            receipts: &[RECEIPTS[0], RECEIPTS[1]],
            digests: &["sha-256", "sha-512"],
            ciphers: &["aes-256-cbc", "aes-128-cbc"],
            proves_unsigned: true,
        },
        sends: Able {
            forms: &["SE"],
            receipts: &[RECEIPTS[1], RECEIPTS[3]],
            digests: &["sha-256"],
            ciphers: &["aes-256-cbc"],
            proves_unsigned: true,
        },
        tells: Tells::Content,
        base64: true,
        own_orders: false,
        settings: &[
            (
                "outer_cte = \"base64\"",
                "it hands bodies to OpenSSL's S/MIME reader, which knows base64 only; of binary ones it \
              says insufficient-message-security",
            ),
            (
                "payload_cte = \"base64\"",
                "OpenSSL's S/MIME reader makes every line end CRLF before it verifies; base64 has no other",
            ),
            ("sign_alg, encrypt_alg: the defaults", "it takes only what is signed and encrypted"),
            ("mode = \"sync\" in [as2.send.mdn]", "it answers in the response whatever is asked"),
        ],
        cannot: &[
            ("anything not signed and encrypted", "its AS2 profile refuses it"),
            ("asynchronous receipts to us", "it names the gap itself and answers at once"),
            ("unsigned receipts", "its receipts are always signed"),
            ("send another digest or cipher, or compressed", "its profile fixes SHA-256 and AES-256-CBC"),
            ("sha-1, 3des", "it refuses both"),
            ("take AES-GCM, or what is compressed after signing", "it answers insufficient-message-security"),
            ("plain HTTP", "it posts to HTTPS only: the program here brings a client that does not"),
        ],
    },
    Product {
        name: "mock-edi",
        version: "0.9.0",
        licence: "MIT",
        program: &[PYTHON, "tests/peers/mockedi_peer.py"],
        takes: Able {
            forms: &[""],
            receipts: &[RECEIPTS[0]],
            digests: &["sha-256"],
            ciphers: &["aes-256-cbc"],
            proves_unsigned: true,
        },
        sends: Able {
            forms: &[""],
            receipts: &[RECEIPTS[2]],
            digests: &["sha-256"],
            ciphers: &["aes-256-cbc"],
            proves_unsigned: true,
        },
        tells: Tells::Arrival,
        base64: false,
        own_orders: true,
        settings: &[
            ("sign_alg = \"none\", encrypt_alg = \"none\"", "it speaks plain AS2 only"),
            ("signed = false in [as2.send.mdn]", "it cannot sign"),
            ("require_signed = false, require_encrypted = false in [as2.receive]", "the same, the other way"),
        ],
        cannot: &[
            ("every form but plain", "it has no cryptography"),
            (
                "give a receipt for transport alone",
                "it judges the EDI before it answers, so an order that its own catalogue does \
              not know gets processed/error: send it without asking, or send what it sells",
            ),
            ("signed receipts", "the same: asked for one as required, it answers failed"),
            ("send without asking for a receipt in the response", "it asks so always; signed where we can"),
        ],
    },
    Product {
        name: "openssl cms",
        version: "3.",
        licence: "Apache-2.0",
        program: &["python3", "tests/peers/openssl_peer.py"],
        takes: ALL,
        sends: ALL,
        tells: Tells::All,
        base64: false,
        own_orders: false,
        settings: &[("all there is", "an independent judge of each form: it has no AS2 of its own")],
        cannot: &[(
            "compression",
            "Debian builds OpenSSL without zlib: the program here unpacks RFC 3274 with Python's zlib",
        )],
    },
];

/// What the gateway can do so far. What is not there yet is listed in docs/interop.md, cell by cell.
pub const WE_SEND: Able = ALL;
pub const WE_TAKE: Able = ALL;
/// `outer_cte = "base64"` is in force.
const WE_SEND_BASE64: bool = true;

/// Keys wrapped by RSA-OAEP are unwrapped: libas2 wraps no others.
const WE_TAKE_OAEP: bool = true;

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToProduct,
    FromProduct,
}

impl Product {
    pub fn able(&self, direction: Direction) -> Able {
        match direction {
            Direction::ToProduct => self.takes,
            Direction::FromProduct => self.sends,
        }
    }

    /// The cells of a pairwise cover of what it can do: those that run now, and those that wait for the gateway.
    pub fn cells(&self, direction: Direction) -> (Vec<Cell>, Vec<Cell>) {
        let ours = match direction {
            Direction::ToProduct => WE_SEND,
            Direction::FromProduct => WE_TAKE,
        };
        let theirs = self.able(direction);
        // What both can do is covered by itself, so that nothing waits for a feature it does not need.
        let both = Able {
            forms: meet(theirs.forms, ours.forms),
            receipts: meet(theirs.receipts, ours.receipts),
            digests: meet(theirs.digests, ours.digests),
            ciphers: meet(theirs.ciphers, ours.ciphers),
            proves_unsigned: theirs.proves_unsigned,
        };
        if direction == Direction::ToProduct && self.base64 && !WE_SEND_BASE64 {
            return (Vec::new(), theirs.cover());
        }
        if direction == Direction::FromProduct && self.name == "libas2" && !WE_TAKE_OAEP {
            let (run, wait) = both.cover().into_iter().partition(|cell: &Cell| !cell.form.contains('E'));
            return (run, wait);
        }
        let waiting = theirs.cover().into_iter().filter(|cell| !ours.can(cell)).collect();
        (both.cover(), waiting)
    }
}

/// What is in both lists, in the order of the first.
fn meet<T: Copy + PartialEq>(one: &'static [T], other: &[T]) -> &'static [T] {
    one.iter().copied().filter(|value| other.contains(value)).collect::<Vec<_>>().leak()
}
