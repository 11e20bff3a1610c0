//! Front to back: pack, open, answer, parse, settle.
