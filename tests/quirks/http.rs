//! The HTTP layer.

use crate::quirk::{Quirk, Test};

const LISTENER: &str = "src/http/quirk_tests.rs";
const CLIENT: &str = "src/http/client_tests.rs";
const FAULTS: &str = "tests/gateway/faults.rs";
const SENDING: &str = "tests/gateway/sending.rs";
const DOOR: &str = "tests/gateway/quirks.rs";

pub(crate) const QUIRKS: &[Quirk] = &[
    Quirk {
        number: "21",
        products: "fold headers, which other servers refuse and other clients cut",
        we: "unfold requests and answers, except where a header frames the body; never fold",
        shown: &[
            Test(LISTENER, "q21_folded_headers_are_unfolded_and_refused_where_they_frame_the_body"),
            Test(CLIENT, "answers_are_read_as_partners_write_them"),
            Test("tests/gateway/receipts.rs", "receipts_settle_our_messages_however_products_write_them"),
            Test("src/as2/tests/quirks/writing.rs", "no_header_of_ours_is_folded_or_leaves_ascii"),
        ],
    },
    Quirk {
        number: "22",
        products: "send bodies in chunks, or cannot read them",
        we: "take chunks; send a length, unless `http.chunked` says otherwise; answers have a length",
        shown: &[
            Test(LISTENER, "q22_chunked_bodies_are_taken_and_the_answer_has_a_length"),
            Test(CLIENT, "a_body_goes_in_chunks_where_a_partner_wants_that"),
        ],
    },
    Quirk {
        number: "23",
        products: "send both Transfer-Encoding and Content-Length, or two lengths",
        we: "answer 400, as two readers could see two messages; never send both",
        shown: &[Test(LISTENER, "q23_two_framings_are_refused")],
    },
    Quirk {
        number: "24",
        products: "pad lengths with zeros, and chunk sizes with blanks or extensions",
        we: "take them",
        shown: &[Test(LISTENER, "q24_padded_lengths_and_chunk_extensions_are_taken")],
    },
    Quirk {
        number: "25",
        products: "wait for 100 Continue before they send a body",
        we: "answer it, or say at once what the body will not change; never wait for it ourselves unless http.expect_continue asks for it",
        shown: &[
            Test(LISTENER, "q25_a_sender_that_waits_to_be_asked_hears_the_final_answer_when_his_body_is_not_wanted"),
            Test(CLIENT, "a_server_is_asked_before_the_body_where_that_is_wanted"),
        ],
    },
    Quirk {
        number: "26",
        products: "answer 102 Processing first",
        we: "wait for what follows; never send it",
        shown: &[Test(CLIENT, "answers_are_read_as_partners_write_them")],
    },
    Quirk {
        number: "27",
        products: "answer any status from 200 to 299",
        we: "take each as handed over; answer 200, or `async_ack_status` where the receipt follows later",
        shown: &[Test("src/exchange/delivery.rs", "a_status_is_temporary_or_permanent")],
    },
    Quirk {
        number: "28",
        products: "answer an error status with, or for, a receipt that says no, so that it comes again for ever",
        we: "answer 200 with the receipt, whatever it says; and 200 to every receipt that can be read",
        shown: &[
            Test(FAULTS, "faults_of_the_message_get_their_disposition"),
            Test(SENDING, "receipts_that_prove_nothing_change_nothing"),
        ],
    },
    Quirk {
        number: "29",
        products: "answer 4xx, or a receipt, to names they do not know",
        we: "give strangers an unsigned receipt where one was asked for in the answer, else 403; as a sender take 4xx for good, except 408, 425 and 429",
        shown: &[
            Test(FAULTS, "faults_of_the_message_get_their_disposition"),
            Test("src/exchange/delivery.rs", "a_status_is_temporary_or_permanent"),
        ],
    },
    Quirk {
        number: "30",
        products: "want a login at once, or only when they ask, or fail on one they did not want",
        we: "do either by `http.auth`, with the same body again behind a 401",
        shown: &[Test(CLIENT, "a_login_goes_to_its_own_server_when_it_is_wanted_and_nowhere_else")],
    },
    Quirk {
        number: "31",
        products: "write dates of every form, or none",
        we: "do not read the Date of a message; write RFC 9110's",
        shown: &[
            Test(DOOR, "messages_come_in_as_products_write_them"),
            Test("src/as2/answer.rs", "dates_are_written_for_http"),
        ],
    },
    Quirk {
        number: "32",
        products: "write header names and types in any case",
        we: "compare them without case, in requests and answers",
        shown: &[
            Test(DOOR, "messages_come_in_as_products_write_them"),
            Test("src/as2/tests/quirks/receipts.rs", "q74_fields_are_read_however_they_are_written"),
        ],
    },
    Quirk {
        number: "33",
        products: "leave blanks behind values, and tabs behind semicolons",
        we: "trim them",
        shown: &[
            Test(LISTENER, "q33_blanks_after_values_are_trimmed"),
            Test("src/as2/tests/quirks/headers.rs", "q50_to_q52_a_receipt_is_asked_for_in_many_ways"),
        ],
    },
    Quirk {
        number: "34",
        products: "keep connections open and mix what belongs to one request into the next",
        we: "serve one request a connection and say `Connection: close`",
        shown: &[Test(LISTENER, "q34_every_answer_says_close_and_closes")],
    },
    Quirk {
        number: "35",
        products: "use URLs without a port, with a query, longer than 100 characters, and ask with HEAD how much arrived",
        we: "do all of that; HEAD is answered with an empty 200",
        shown: &[
            Test(LISTENER, "q35_long_urls_with_queries_are_taken"),
            Test("src/http/target.rs", "reads_urls_as_partners_write_them"),
            Test(FAULTS, "head_is_answered_with_an_empty_200"),
        ],
    },
    Quirk {
        number: "36",
        products: "send an ETag and ask later where to go on",
        we: "know no restart: the ETag means nothing and a message comes whole again",
        shown: &[Test(LISTENER, "q36_an_etag_means_nothing")],
    },
    Quirk {
        number: "37",
        products: "answer 200 with an HTML page, a word or nothing where a receipt was asked for",
        we: "keep what came, and offer the same bytes again by the schedule",
        shown: &[Test(SENDING, "whatever_happens_to_an_attempt_the_same_bytes_come_again_under_the_same_id")],
    },
    Quirk {
        number: "38",
        products: "copy the headers of the request into the answer, or stumble over those they do not know",
        we: "send a fixed short list of headers",
        shown: &[Test("src/as2/tests/answers.rs", "an_answer_is_the_same_for_the_same_message_time_and_entropy")],
    },
    Quirk {
        number: "39",
        products: "are found by scanners",
        we: "answer GET and strange paths shortly, without an error in the log; health is asked on the admin socket",
        shown: &[
            Test(FAULTS, "faults_of_the_request_get_their_status"),
            Test("tests/gateway/hands.rs", "the_admin_socket_tells_health_readiness_and_figures"),
        ],
    },
    Quirk {
        number: "40",
        products: "speak old TLS, with self-signed, pinned or odd certificates",
        we: "trust by root or by pin for each partner; old TLS by `mode = \"legacy\"` alone",
        shown: &[
            Test("src/http/tls_tests.rs", "a_server_is_trusted_by_its_root_or_by_its_pin"),
            Test(CLIENT, "servers_that_rustls_refuses_are_reached_by_the_legacy_profile"),
        ],
    },
];
