//! Receipts: their form, dispositions, and what they are matched with.

use crate::quirk::{Quirk, Test};

const HERE: &str = "src/as2/tests/quirks/receipts.rs";
const DISPOSITION: &str = "src/as2/disposition.rs";
const ANSWERS: &str = "src/as2/tests/answers.rs";
const SENDING: &str = "tests/gateway/sending.rs";
const REPEATS: &str = "tests/gateway/repeats.rs";
const FAULTS: &str = "tests/gateway/faults.rs";

pub(crate) const QUIRKS: &[Quirk] = &[
    Quirk {
        number: "71",
        products: "write dispositions in a dozen spellings: any case and spacing, doubled, without a mode, misspelled",
        we: "read them all (RFC 4130, section 7.5.6); a word nobody knows is no success",
        shown: &[
            Test(HERE, "q71_and_q73_dispositions_are_read_in_every_spelling"),
            Test(HERE, "q71_an_error_may_stand_in_a_field_of_its_own"),
            Test(DISPOSITION, "dispositions_are_read_in_every_spelling_met"),
        ],
    },
    Quirk {
        number: "72",
        products: "read only the spelling of RFC 4130",
        we: "write that one",
        shown: &[
            Test(DISPOSITION, "dispositions_are_written_as_the_rfc_writes_them_and_read_back"),
            Test(ANSWERS, "every_refusal_reaches_the_sender_as_its_disposition"),
        ],
    },
    Quirk {
        number: "73",
        products: "answer a repeat, or anything they frown at, with `processed/warning`",
        we: "take it as delivered, and show the warning",
        shown: &[
            Test(HERE, "q71_and_q73_dispositions_are_read_in_every_spelling"),
            Test(ANSWERS, "a_positive_receipt_must_prove_what_was_asked"),
        ],
    },
    Quirk {
        number: "74",
        products: "write field names in any case, in any order, with blanks before the colon, and fields of their own",
        we: "read them",
        shown: &[Test(HERE, "q74_fields_are_read_however_they_are_written")],
    },
    Quirk {
        number: "75",
        products: "write the MIC without a space, folded, with a comment, without its algorithm, or not at all",
        we: "compare the decoded bytes; it must be there where a signed receipt was asked for",
        shown: &[
            Test(HERE, "q75_and_q76_mics_are_compared_by_their_bytes"),
            Test("src/smime/mic.rs", "reads_what_products_send"),
        ],
    },
    Quirk {
        number: "76",
        products: "make the MIC by another algorithm than was asked",
        we: "keep MICs by SHA-256 too, and by SHA-1 where nothing is signed, and compare with the one that is named",
        shown: &[Test(HERE, "q75_and_q76_mics_are_compared_by_their_bytes")],
    },
    Quirk {
        number: "77",
        products: "ask for a signed receipt of an unsigned message, by SHA-2",
        we: "make the MIC by the first algorithm that is asked for and accepted, else SHA-256",
        shown: &[Test(
            "src/as2/tests/round_trip.rs",
            "the_mic_is_spelled_as_the_partner_spells_it_and_made_by_what_it_asks_for",
        )],
    },
    Quirk {
        number: "78",
        products: "write recipients with or without `rfc822;` and quotes, leave them out, or put another name there",
        we: "read it and judge nothing by it: the signature and the id say whose receipt it is",
        shown: &[Test(HERE, "q78_recipients_are_read_and_decide_nothing")],
    },
    Quirk {
        number: "79",
        products: "leave the receipt's own Message-ID out",
        we: "do not need it; always write one",
        shown: &[
            Test(HERE, "q80_reports_are_read_in_every_shape"),
            Test(ANSWERS, "an_answer_is_the_same_for_the_same_message_time_and_entropy"),
        ],
    },
    Quirk {
        number: "80",
        products: "build reports in every shape: parts without headers, in another order, too many, fields among the headers",
        we: "look for the disposition-notification, wherever it stands",
        shown: &[
            Test(HERE, "q80_reports_are_read_in_every_shape"),
            Test("src/as2/tests/foreign.rs", "reports_are_read_in_the_shapes_products_send"),
        ],
    },
    Quirk {
        number: "81",
        products: "write the part for people in any charset and encoding",
        we: "keep its beginning, and never read anything out of it",
        shown: &[Test(HERE, "q81_the_part_for_people_is_kept_and_never_believed")],
    },
    Quirk {
        number: "82",
        products: "quote the whole Content-Type of a signed receipt, or fold it",
        we: "read it",
        shown: &[
            Test(HERE, "q82_a_signed_receipt_is_found_whatever_its_head_looks_like"),
            Test("tests/gateway/receipts.rs", "receipts_settle_our_messages_however_products_write_them"),
            Test("src/http/client_tests.rs", "answers_are_read_as_partners_write_them"),
        ],
    },
    Quirk {
        number: "83",
        products: "answer without a signature where one was asked for",
        we: "call it unproven: delivered as they say, not to be proved, and not sent again",
        shown: &[
            Test(ANSWERS, "a_positive_receipt_must_prove_what_was_asked"),
            Test(SENDING, "receipts_that_prove_nothing_change_nothing"),
        ],
    },
    Quirk {
        number: "84",
        products: "confirm another MIC, and treat it as success themselves",
        we: "call it disputed, with an alarm, keep the evidence and do not send again; a MIC that is known to be made another way counts",
        shown: &[
            Test(ANSWERS, "a_positive_receipt_must_prove_what_was_asked"),
            Test("src/exchange/outbound/tests.rs", "an_attempt_ends_as_its_answer_and_the_receipt_wanted_say"),
            Test("src/as2/candidates.rs", "each_form_is_found_and_named_and_survives_storing"),
        ],
    },
    Quirk {
        number: "85",
        products: "send an asynchronous receipt before their answer has ended",
        we: "have id, MICs and key on disk before the first byte is sent",
        shown: &[Test(SENDING, "a_receipt_that_comes_before_the_answer_counts")],
    },
    Quirk {
        number: "86",
        products: "lose patience while a message is decrypted whose receipt is to follow",
        we: "answer as soon as it is on disk, and open it then",
        shown: &[Test(SENDING, "a_receipt_asked_for_later_goes_to_the_address_of_the_partner_and_nowhere_else")],
    },
    Quirk {
        number: "87",
        products: "send receipts for messages that are unknown or settled",
        we: "answer 200; a first proof wins, and what contradicts it is told",
        shown: &[
            Test(SENDING, "receipts_that_prove_nothing_change_nothing"),
            Test(
                "src/exchange/outbound/tests.rs",
                "a_receipt_settles_a_message_whenever_it_comes_and_the_first_proof_wins",
            ),
        ],
    },
    Quirk {
        number: "88",
        products: "post receipts to the address for messages",
        we: "tell them by their content",
        shown: &[Test(SENDING, "a_receipt_that_comes_by_itself_settles_its_message")],
    },
    Quirk {
        number: "89",
        products: "post them without names",
        we: "find the message by its id, and the partner by the message",
        shown: &[Test(SENDING, "a_receipt_that_comes_by_itself_settles_its_message")],
    },
    Quirk {
        number: "90",
        products: "never try a second time to deliver a receipt",
        we: "keep a queue for receipts, with the same bytes each time",
        shown: &[Test(SENDING, "a_receipt_asked_for_later_goes_to_the_address_of_the_partner_and_nowhere_else")],
    },
    Quirk {
        number: "91",
        products: "lose the answer and send the message again",
        we: "send the same bytes, id and date again ourselves, and repeat the stored receipt",
        shown: &[
            Test(SENDING, "whatever_happens_to_an_attempt_the_same_bytes_come_again_under_the_same_id"),
            Test(REPEATS, "a_repeat_gets_the_same_receipt_and_makes_no_second_document"),
        ],
    },
    Quirk {
        number: "92",
        products: "want a new id for a second attempt, or the same",
        we: "keep the id in retries, and take a new one when a person resubmits",
        shown: &[
            Test(SENDING, "a_person_can_have_the_same_bytes_offered_again"),
            Test(SENDING, "what_is_refused_for_good_is_not_tried_again_and_can_be_sent_anew"),
        ],
    },
    Quirk {
        number: "93",
        products: "answer a repeat with a warning, an error or the receipt of the first time",
        we: "give the receipt of the first time; only messages in order count as seen",
        shown: &[
            Test(REPEATS, "a_repeat_gets_the_same_receipt_and_makes_no_second_document"),
            Test(REPEATS, "a_message_that_is_not_authentic_burns_no_id"),
        ],
    },
    Quirk {
        number: "94",
        products: "process a message whose receipt fails, and again when it is repeated",
        we: "commit first and answer then; a repeat finds the answer",
        shown: &[
            Test("tests/gateway/kill.rs", "kills_lose_nothing_and_double_nothing"),
            Test("tests/gateway/hands.rs", "a_receipt_given_before_a_stop_is_kept_after_it"),
        ],
    },
    Quirk {
        number: "95",
        products: "give no receipt at all for what they cannot decode, or for empty content",
        we: "give one for whatever a known partner signed, encrypted or compressed badly, and for nothing at all; only MIME that cannot be taken apart is 400",
        shown: &[
            Test("tests/gateway/quirks.rs", "broken_layers_get_a_signed_receipt_that_names_what_failed"),
            Test(FAULTS, "faults_of_the_message_get_their_disposition"),
        ],
    },
    Quirk {
        number: "96",
        products: "forget to sign a receipt that says no",
        we: "sign it where that was asked for",
        shown: &[
            Test(FAULTS, "faults_of_the_message_get_their_disposition"),
            Test("tests/gateway/quirks.rs", "broken_layers_get_a_signed_receipt_that_names_what_failed"),
        ],
    },
];
