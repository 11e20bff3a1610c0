//! The reader of BER: see `edigate_fuzz::ber`.

#![no_main]

use edigate_fuzz::ber;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([size], values)) = bytes.split_first_chunk() else { return };
    ber::check(values, usize::from(*size));
});
