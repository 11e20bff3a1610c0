//! MIME bytes, canonical form and Content-Transfer-Encoding.

use crate::quirk::{Quirk, Test};

const HERE: &str = "src/as2/tests/quirks/mime.rs";
const LAYERS: &str = "src/as2/tests/packing.rs";
const MIME: &str = "src/mime/tests.rs";

pub(crate) const QUIRKS: &[Quirk] = &[
    Quirk {
        number: "1",
        products: "leave Content-Transfer-Encoding out and mean binary, or mean mail's 7bit and change line ends",
        we: "take a missing one as binary; always write one",
        shown: &[
            Test(HERE, "q1_to_q6_what_is_signed_is_measured_as_it_came"),
            Test(MIME, "transfer_encodings_are_undone"),
        ],
    },
    Quirk {
        number: "2",
        products: "write headers anew before they hash, and so change them",
        we: "hash the bytes that came, headers with their folds and spelling included; nothing that was read is written again",
        shown: &[
            Test(HERE, "q1_to_q6_what_is_signed_is_measured_as_it_came"),
            Test(MIME, "reading_headers_loses_no_byte"),
        ],
    },
    Quirk {
        number: "3",
        products: "sign text with CRLF line ends and send it with LF",
        we: "try the bytes as they came, then, where they are text, with CRLF, in messages and receipts; the exchange says that the second was needed",
        shown: &[
            Test(HERE, "q3_what_was_signed_with_crlf_and_sent_with_lf_counts_and_is_noted"),
            Test("src/as2/tests/answers.rs", "a_receipt_whose_line_ends_were_changed_on_the_way_still_counts"),
        ],
    },
    Quirk {
        number: "4",
        products: "change line ends inside binary or compressed content",
        we: "change no byte of a payload, whatever its type",
        shown: &[Test(HERE, "q1_to_q6_what_is_signed_is_measured_as_it_came")],
    },
    Quirk {
        number: "5",
        products: "count the line break before a boundary as content, or add an empty line",
        we: "give that one line break to the boundary (RFC 2046, section 5.1.1), and any further one to the content",
        shown: &[
            Test(MIME, "parts_are_the_bytes_between_boundaries"),
            Test(HERE, "q1_to_q6_what_is_signed_is_measured_as_it_came"),
        ],
    },
    Quirk {
        number: "6",
        products: "put empty lines in front of a body or a part",
        we: "read past them; in what is signed they are hashed with the rest",
        shown: &[
            Test(HERE, "q1_to_q6_what_is_signed_is_measured_as_it_came"),
            Test("src/as2/sniff.rs", "cms_is_read_binary_or_base64_whatever_was_declared"),
        ],
    },
    Quirk {
        number: "7",
        products: "write something behind the last boundary, or cut its last bytes off",
        we: "pass over what follows, outside of envelopes; take a last boundary that is up to two bytes short; end ours with CRLF",
        shown: &[
            Test(MIME, "parts_are_the_bytes_between_boundaries"),
            Test(MIME, "a_part_left_unread_is_passed_over_and_an_epilogue_can_be_refused"),
            Test(HERE, "q7_to_q10_boundaries_are_found_as_products_write_them"),
        ],
    },
    Quirk {
        number: "8",
        products: "send a head in pieces, with CR and LF in different packets",
        we: "read incrementally everywhere; steps of one byte give the same result",
        shown: &[
            Test("src/http/head_tests.rs", "no_input_makes_it_panic_and_steps_do_not_matter"),
            Test(MIME, "parts_are_the_bytes_between_boundaries"),
        ],
    },
    Quirk {
        number: "9",
        products: "write characters in front of a boundary, EBCDIC's line end, LF alone, or leave the inner last boundary out",
        we: "see a boundary at the beginning of a line only; take CRLF and LF; an inner multipart may end with its parent",
        shown: &[
            Test(HERE, "q7_to_q10_boundaries_are_found_as_products_write_them"),
            Test("src/as2/tests/attachments.rs", "q9_and_q20_parts_are_found_however_products_write_them"),
        ],
    },
    Quirk {
        number: "10",
        products: "quote a boundary twice, or the whole header, leave spaces out, use characters that are none of a token's",
        we: "read all of that",
        shown: &[
            Test(MIME, "content_types_are_read_leniently"),
            Test(HERE, "q7_to_q10_boundaries_are_found_as_products_write_them"),
        ],
    },
    Quirk {
        number: "11",
        products: "say the encoding of the whole body in an HTTP header, or refuse requests without that header",
        we: "take it from there; write it where `send_cte_http_header` says so",
        shown: &[
            Test("src/as2/tests/round_trip.rs", "base64_may_be_put_around_a_body_or_an_envelope"),
            Test(LAYERS, "headers_are_written_as_the_partner_wants_them"),
        ],
    },
    Quirk {
        number: "12",
        products: "say base64 and send binary, or base64 the body of a multipart",
        we: "look at the first bytes: what is no base64 is taken as it is; our header always says what the body is",
        shown: &[
            Test(HERE, "q12_a_body_that_is_not_base64_though_its_header_says_so_is_taken_as_it_is"),
            Test("src/as2/tests/round_trip.rs", "base64_may_be_put_around_a_body_or_an_envelope"),
        ],
    },
    Quirk {
        number: "13",
        products: "find a signature only in base64, or only in binary",
        we: "write base64 for a signature and binary for an envelope, unless `signature_cte` and `outer_cte` say otherwise",
        shown: &[
            Test(LAYERS, "every_form_has_its_layers_and_its_mics"),
            Test(LAYERS, "every_form_opens_and_shows_the_mic_it_was_packed_with"),
        ],
    },
    Quirk {
        number: "14",
        products: "send payloads and reports in quoted-printable, 8bit, 7bit, base64",
        we: "decode them behind the MIC; never write quoted-printable",
        shown: &[Test(HERE, "q14_and_q15_encodings_are_undone_behind_the_mic")],
    },
    Quirk {
        number: "15",
        products: "encrypt a payload that is in base64, signed or not",
        we: "make the MIC over it as it is encoded, then decode",
        shown: &[Test(HERE, "q14_and_q15_encodings_are_undone_behind_the_mic")],
    },
    Quirk {
        number: "16",
        products: "encrypt, or compress, bare EDI without any MIME header",
        we: "take all of it as the payload when it begins as X12, EDIFACT or XML; anything else without headers is decryption-failed",
        shown: &[
            Test(HERE, "q16_to_q18_headers_may_be_missing_or_be_there_twice"),
            Test("src/as2/sniff.rs", "headers_are_told_from_edi"),
        ],
    },
    Quirk {
        number: "17",
        products: "repeat the headers at the beginning of the body",
        we: "read behind them",
        shown: &[
            Test(HERE, "q16_to_q18_headers_may_be_missing_or_be_there_twice"),
            Test("src/as2/tests/round_trip.rs", "a_body_that_repeats_the_headers_is_read_behind_them"),
        ],
    },
    Quirk {
        number: "18",
        products: "compress an entity without a Content-Type",
        we: "take it as application/octet-stream; what a payload is its content says",
        shown: &[Test(HERE, "q16_to_q18_headers_may_be_missing_or_be_there_twice")],
    },
    Quirk {
        number: "19",
        products: "compress before they sign, or after",
        we: "open both, by the nesting that is there; twice is an error (RFC 5402, section 3)",
        shown: &[
            Test(LAYERS, "every_form_opens_and_shows_the_mic_it_was_packed_with"),
            Test(HERE, "q19_what_is_compressed_twice_is_refused"),
        ],
    },
    Quirk {
        number: "20",
        products: "put a boundary too many into multiple attachments, leave out their `type` or a part's Content-Type",
        we: "read them; the first part that is EDI is the payload, a part without a type is octets",
        shown: &[
            Test("src/as2/tests/attachments.rs", "q9_and_q20_parts_are_found_however_products_write_them"),
            Test("src/as2/tests/attachments.rs", "the_first_interchange_is_the_business_content_and_else_the_root"),
            Test("src/as2/tests/attachments.rs", "parts_come_out_as_they_went_in"),
            Test("tests/gateway/peers.rs", "openssl_delivers_an_order_with_a_drawing"),
        ],
    },
];
