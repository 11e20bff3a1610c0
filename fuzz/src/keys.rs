//! A key pair with its certificate, the same in every run: what was found once must be found again.

use std::sync::LazyLock;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, BigNumContext};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::RsaPrivateKeyBuilder;
use openssl::x509::{X509Builder, X509NameBuilder};

use crate::base::{Entropy, Sha256};
use crate::smime::{Certificate, Decryptor, PrivateKey};

/// Ours.
pub static OURS: LazyLock<Decryptor> = LazyLock::new(make);

fn make() -> Decryptor {
    let mut context = BigNumContext::new().unwrap();
    let [p, q] = ["p", "q"].map(prime);
    let [mut n, mut d, mut phi, mut p1, mut q1, mut dp, mut dq, mut qi] =
        std::array::from_fn(|_| BigNum::new().unwrap());
    let one = BigNum::from_u32(1).unwrap();
    let e = BigNum::from_u32(65_537).unwrap();
    n.checked_mul(&p, &q, &mut context).unwrap();
    p1.checked_sub(&p, &one).unwrap();
    q1.checked_sub(&q, &one).unwrap();
    phi.checked_mul(&p1, &q1, &mut context).unwrap();
    d.mod_inverse(&e, &phi, &mut context).unwrap();
    dp.nnmod(&d, &p1, &mut context).unwrap();
    dq.nnmod(&d, &q1, &mut context).unwrap();
    qi.mod_inverse(&q, &p, &mut context).unwrap();
    let rsa = RsaPrivateKeyBuilder::new(n, e, d).unwrap();
    let rsa = rsa.set_factors(p, q).unwrap().set_crt_params(dp, dq, qi).unwrap().build();
    let key = PKey::from_rsa(rsa).unwrap();

    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "Fuzz").unwrap();
    let name = name.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(4_000_000_000).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    Decryptor {
        certificate: Certificate::from_der(&builder.build().to_der().unwrap()).unwrap(),
        key: PrivateKey::from_pem(&key.private_key_to_pem_pkcs8().unwrap(), None).unwrap(),
    }
}

/// The first prime of 1024 bits behind a number made of a word.
fn prime(word: &str) -> BigNum {
    let digits = (0..4).flat_map(|part| *Sha256::of(format!("{word}{part}").as_bytes()).as_bytes());
    let mut digits: Vec<u8> = digits.collect();
    digits[0] |= 0xc0;
    digits[127] |= 1;
    let mut candidate = BigNum::from_slice(&digits).unwrap();
    let mut context = BigNumContext::new().unwrap();
    while !candidate.is_prime_fasttest(20, &mut context, true).unwrap() {
        candidate.add_word(2).unwrap();
    }
    candidate
}

/// Bytes that anybody can foretell.
pub struct Foretold;

impl Entropy for Foretold {
    fn fill(&self, out: &mut [u8]) {
        out.iter_mut().zip((1..=255).cycle()).for_each(|(byte, number)| *byte = number);
    }
}
