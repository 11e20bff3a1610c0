//! The head of a request: no two readings of it differ, and nothing in it can end a line.

#![no_main]

use edigate_fuzz::base::Limits;
use edigate_fuzz::http;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, size], head)) = bytes.split_first_chunk() else { return };
    let small = Limits { head: 300, headers: 6, request_line: 60, ..Limits::default() };
    let limits = if choice & 1 == 0 { Limits::default() } else { small };
    http::check(head, usize::from(*size).max(1), &limits);
});
