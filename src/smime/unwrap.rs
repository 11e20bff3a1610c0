//! Content keys and RSAES-PKCS1-v1_5 (RFC 8017, section 7.2), without telling anybody whether unwrapping worked.
//!
//! An attacker who learns which wrapped keys unwrap can decrypt a recorded message (Bleichenbacher's attack). OpenSSL
//! 3.0 does not defend against it, so it is asked for the bare RSA operation only and the padding is judged here, in
//! time that depends on lengths alone. The length of the key is known from the content's cipher, so its place is fixed,
//! and a key of another length is bad padding like any other. When the padding is bad the key is random (RFC 3218,
//! section 2.3.2) and the failure is told with that of the content, at its end.

use openssl::pkey::{Private, Public};
use openssl::rsa::{Padding, Rsa};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::SmimeError;
use crate::base::Entropy;

/// The longest content key, that of AES-256.
const LONGEST: usize = 32;

/// The fewest padding octets (RFC 8017, section 7.2.1).
const FEWEST_PADDING: usize = 8;

/// A content key that may be the right one, and the secret whether it is.
pub(crate) struct ContentKey {
    bytes: Zeroizing<[u8; LONGEST]>,
    length: usize,
    /// Whether a wrapped key unwrapped.
    pub(crate) unwrapped: Choice,
    /// Wrapped keys tried so far.
    tried: u8,
    /// Which of them it was, from 0, if one was: as secret as whether one was.
    pub(crate) unwrapped_by: u8,
}

impl ContentKey {
    /// The key to use while none has unwrapped.
    pub(crate) fn fallback(key: [u8; LONGEST], length: usize) -> Self {
        Self {
            bytes: Zeroizing::new(key),
            length: length.min(LONGEST),
            unwrapped: Choice::from(0),
            tried: 0,
            unwrapped_by: 0,
        }
    }

    /// Tries a wrapped key. The first that unwraps is kept.
    pub(crate) fn try_wrapped(&mut self, wrapped: &[u8], rsa: &Rsa<Private>) {
        let mut encoded = Zeroizing::new(vec![0; rsa.size() as usize]);
        // It fails for lengths and numbers the modulus does not allow, which an attacker can tell for himself. What
        // stands in `encoded` then is no padding.
        if rsa.private_decrypt(wrapped, &mut encoded, Padding::NONE).is_err() {
            encoded.fill(0);
        }
        let (candidate, is_padded) = unpad(&encoded, self.length);
        let take = is_padded & !self.unwrapped;
        for (byte, new) in self.bytes.iter_mut().zip(candidate.iter()) {
            byte.conditional_assign(new, take);
        }
        self.note(take);
    }

    /// Takes a key that was unwrapped elsewhere, unless one was before or its length is another.
    pub(crate) fn offer(&mut self, candidate: Option<&[u8]>) {
        let fitting = candidate.filter(|key| key.len() == self.length);
        let take = Choice::from(u8::from(fitting.is_some())) & !self.unwrapped;
        for (byte, new) in self.bytes.iter_mut().zip(fitting.unwrap_or_default()) {
            byte.conditional_assign(new, take);
        }
        self.note(take);
    }

    /// One more was tried, and is the one when `take` says so.
    fn note(&mut self, take: Choice) {
        self.unwrapped |= take;
        self.unwrapped_by.conditional_assign(&self.tried, take);
        self.tried = self.tried.saturating_add(1);
    }

    /// The key, right or random.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// EME-PKCS1-v1_5 decoding (RFC 8017, section 7.2.2, step 3) for a message of known length: 00 02, padding octets none
/// of which is 00, 00, the message. Looks at every octet whatever it finds.
fn unpad(encoded: &[u8], length: usize) -> (&[u8], Choice) {
    let Some((before, key)) = encoded.len().checked_sub(length).and_then(|middle| encoded.split_at_checked(middle))
    else {
        return (&[], Choice::from(0));
    };
    let [first, second, padding @ .., separator] = before else {
        return (&[], Choice::from(0));
    };
    if padding.len() < FEWEST_PADDING {
        return (&[], Choice::from(0));
    }
    let mut good = first.ct_eq(&0) & second.ct_eq(&2) & separator.ct_eq(&0);
    for octet in padding {
        good &= !octet.ct_eq(&0);
    }
    (key, good)
}

/// Wraps a content key for the holder of an RSA key: EME-PKCS1-v1_5 encoding (RFC 8017, section 7.2.1) and the bare
/// operation.
pub(crate) fn wrap(key: &[u8], rsa: &Rsa<Public>, entropy: &dyn Entropy) -> Result<Vec<u8>, SmimeError> {
    let size = rsa.size() as usize;
    let Some(padding) = size.checked_sub(key.len() + 3).filter(|padding| *padding >= FEWEST_PADDING) else {
        return Err(SmimeError::Unusable { what: "the RSA key is too short to wrap a content key".to_owned() });
    };
    let mut random = Zeroizing::new(vec![0; padding * 2]);
    entropy.fill(&mut random);
    let mut encoded = Zeroizing::new(vec![0, 2]);
    // Two random bytes for each padding octet, so that none is 00 and all others are as likely to within 2^-8.
    encoded.extend(random.chunks_exact(2).map(|pair| match pair {
        [high, low] => (u16::from_be_bytes([*high, *low]) % 255) as u8 + 1,
        _ => 1,
    }));
    encoded.push(0);
    encoded.extend_from_slice(key);
    let mut wrapped = vec![0; size];
    rsa.public_encrypt(&encoded, &mut wrapped, Padding::NONE)
        .map_err(SmimeError::primitive("wrapping a content key"))?;
    Ok(wrapped)
}

/// PKCS #7 padding of a last block (RFC 5652, section 6.3): how many octets of content it holds, and whether its
/// padding is right. Looks at every octet whatever it finds.
pub(crate) fn unpad_block<const N: usize>(block: &[u8; N]) -> (usize, Choice) {
    let count = block.last().copied().unwrap_or_default();
    let mut good = Choice::from(0);
    for candidate in 1..=N as u8 {
        good |= count.ct_eq(&candidate);
    }
    for (index, octet) in block.iter().rev().enumerate() {
        let is_padding = below(index as u8, count);
        good &= !is_padding | octet.ct_eq(&count);
    }
    (N.saturating_sub(usize::from(count)), good)
}

/// Whether `small < large`, without a branch.
fn below(small: u8, large: u8) -> Choice {
    let difference = u16::from(small).wrapping_sub(u16::from(large));
    Choice::from((difference >> 15) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_perfect_padding_unwraps() {
        let good = || [&[0, 2][..], &[0xaa; 11], &[0], &[7; 16]].concat();
        let check = |encoded: &[u8], expect: bool| {
            let (key, is_good) = unpad(encoded, 16);
            assert_eq!(bool::from(is_good), expect, "{encoded:02x?}");
            assert!(!expect || key == [7; 16]);
        };
        check(&good(), true);
        for place in 0..14 {
            let mut bad = good();
            bad[place] = if bad[place] == 0 { 1 } else { 0 };
            check(&bad, false);
        }
        let mut key_may_hold_zeros = good();
        key_may_hold_zeros[20] = 0;
        assert!(bool::from(unpad(&key_may_hold_zeros, 16).1));
        check(&[&[0, 2][..], &[0xaa; 8], &[0], &[7; 16]].concat(), true);
        check(&[&[0, 2][..], &[0xaa; 7], &[0], &[7; 16]].concat(), false);
        // Keys one shorter and one longer than the cipher wants.
        check(&[&[0, 2][..], &[0xaa; 12], &[0], &[7; 15]].concat(), false);
        check(&[&[0, 2][..], &[0xaa; 10], &[0], &[7; 17]].concat(), false);
        check(&[0; 30], false);
        check(&[0; 16], false);
        check(&[0; 3], false);
        check(&[], false);
    }

    #[test]
    fn block_padding_is_one_to_sixteen_octets_all_alike() {
        let check = |block: [u8; 16], expect: Option<usize>| {
            let (content, is_good) = unpad_block(&block);
            assert_eq!(bool::from(is_good).then_some(content), expect, "{block:02x?}");
        };
        for count in 1..=16 {
            let mut block = [0xee; 16];
            block[16 - count..].fill(count as u8);
            check(block, Some(16 - count));
            for place in 16 - count..15 {
                let mut bad = block;
                bad[place] ^= 0x80;
                check(bad, None);
            }
        }
        check([0; 16], None);
        check([17; 16], None);
        check([255; 16], None);
    }
}
