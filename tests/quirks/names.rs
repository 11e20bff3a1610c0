//! File names.

use crate::quirk::{Quirk, Test};

const HERE: &str = "src/as2/tests/quirks/file_names.rs";

pub(crate) const QUIRKS: &[Quirk] = &[
    Quirk {
        number: "97",
        products: "quote file names never, always or twice, encode them by RFC 2047, 2231 or 8187, or put them into Content-Type or Content-ID",
        we: "read all of these, the payload's own name before that of the layers; quote as `quote_filename` says, and write letters beyond ASCII by RFC 8187 too",
        shown: &[
            Test(HERE, "q97_file_names_are_found_wherever_products_put_them"),
            Test(HERE, "q97_the_payloads_own_name_goes_before_the_names_around_it"),
            Test(HERE, "q97_our_file_names_are_written_so_that_everybody_reads_them"),
        ],
    },
    Quirk {
        number: "98",
        products: "send names with paths, dots, or characters that a file system does not take",
        we: "keep the last component as a fact about the message; nothing is ever stored under it",
        shown: &[
            Test(HERE, "q98_a_file_name_is_never_a_path"),
            Test("src/as2/file_name.rs", "a_name_is_only_a_name"),
            Test("src/as2/file_name.rs", "whatever_a_name_is_it_becomes_one_that_is_safe_everywhere"),
            Test("tests/gateway/quirks.rs", "file_names_are_facts_and_never_paths"),
        ],
    },
];
