//! Receipts: whatever an answer holds is read or refused; nothing without a good signature is taken for signed; and the
//! message an unsigned receipt is found by is the one it is for.

#![no_main]

use edigate_fuzz::as2::{Mdn, ReceiptSignature, receipt_is_for};
use edigate_fuzz::base::Limits;
use edigate_fuzz::keys::OURS;
use edigate_fuzz::mime::HeaderList;
use edigate_fuzz::smime::SignaturePolicy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok((headers, body)) = HeaderList::read(bytes, &limits) else { return };
    let trusted = [OURS.certificate.clone()];
    let found = receipt_is_for(&headers, body, &limits);
    let Ok(mdn) = Mdn::parse(&headers, body, &trusted, &SignaturePolicy::default(), &limits) else { return };
    assert_eq!(mdn.signature, ReceiptSignature::Unsigned, "nobody but us has the key");
    assert_eq!(mdn.original_message_id, found);
    drop(mdn.disposition.to_string());
});
