//! AS2 headers.

use crate::quirk::{Quirk, Test};

const HERE: &str = "src/as2/tests/quirks/headers.rs";
const ANSWERS: &str = "src/as2/tests/answers.rs";
const DOOR: &str = "tests/gateway/quirks.rs";

pub(crate) const QUIRKS: &[Quirk] = &[
    Quirk {
        number: "41",
        products: "write AS2 names with or without the quotes that spaces need, escape or not, and send AS2-From twice",
        we: "take the whole value, without quotes and escapes, upper and lower case apart; two lines that say the same are one",
        shown: &[
            Test(HERE, "q41_to_q44_names_are_read_in_every_spelling"),
            Test(HERE, "q41_two_lines_that_name_the_same_are_one"),
            Test(DOOR, "messages_come_in_as_products_write_them"),
        ],
    },
    Quirk {
        number: "42",
        products: "compare the names in a receipt with their own, quotes and all",
        we: "give names back in a receipt as the partner wrote them",
        shown: &[
            Test(HERE, "q41_to_q44_names_are_read_in_every_spelling"),
            Test(ANSWERS, "the_fields_are_the_partners_words_back"),
        ],
    },
    Quirk {
        number: "43",
        products: "end a Subject in `;`, and name ids in it",
        we: "keep the Subject as text and read nothing out of it",
        shown: &[Test("src/as2/request.rs", "a_head_is_read_whole")],
    },
    Quirk {
        number: "44",
        products: "have `[` and `]` in names, which EBCDIC turns into something else",
        we: "take any printable ASCII, and compare it as it is: what was translated is another name",
        shown: &[Test(HERE, "q41_to_q44_names_are_read_in_every_spelling")],
    },
    Quirk {
        number: "45",
        products: "leave AS2-From and AS2-To out of a receipt in an answer",
        we: "take them from the request",
        shown: &[
            Test("src/as2/tests/quirks/receipts.rs", "q80_reports_are_read_in_every_shape"),
            Test("tests/gateway/receipts.rs", "receipts_settle_our_messages_however_products_write_them"),
        ],
    },
    Quirk {
        number: "46",
        products: "leave AS2-Version out, or write one that nobody knows",
        we: "take any",
        shown: &[Test(HERE, "q46_q47_and_q53_headers_may_be_missing_or_unknown")],
    },
    Quirk {
        number: "47",
        products: "look for EDIINT-Features on receipts too, or do not know a feature",
        we: "announce AS2-Reliability and multiple-attachments on both; pass over what partners announce",
        shown: &[
            Test("src/as2/tests/quirks/writing.rs", "q47_features_are_announced_on_messages_and_receipts"),
            Test(HERE, "q46_q47_and_q53_headers_may_be_missing_or_unknown"),
        ],
    },
    Quirk {
        number: "48",
        products: "write Message-IDs without `@` or brackets, with `#`, quotes and slashes, up to 998 characters",
        we: "take any printable ASCII as it is; it is never a path or part of a query",
        shown: &[
            Test(HERE, "q48_and_q49_message_ids_are_kept_and_given_back_as_they_are"),
            Test(DOOR, "messages_come_in_as_products_write_them"),
        ],
    },
    Quirk {
        number: "49",
        products: "give the Original-Message-ID back without its brackets",
        we: "give it back as it came, and compare without brackets",
        shown: &[
            Test(HERE, "q48_and_q49_message_ids_are_kept_and_given_back_as_they_are"),
            Test("src/as2/message_id.rs", "brackets_make_no_difference_between_ids"),
            Test("src/exchange/record/mod.rs", "brackets_of_a_message_id_make_no_other_message"),
        ],
    },
    Quirk {
        number: "50",
        products: "put anything into Disposition-Notification-To, and send its options alone",
        we: "give a receipt where the header is, whatever it says; options alone ask for none",
        shown: &[Test(HERE, "q50_to_q52_a_receipt_is_asked_for_in_many_ways")],
    },
    Quirk {
        number: "51",
        products: "write its options in any order, quoted, spaced, half, with lists, and take the first or the last of a list",
        we: "read all of that and take the first algorithm that is accepted; write exactly one",
        shown: &[
            Test(HERE, "q50_to_q52_a_receipt_is_asked_for_in_many_ways"),
            Test("src/as2/receipt.rs", "options_are_read_as_partners_write_them"),
            Test("src/as2/tests/packing.rs", "headers_are_written_as_the_partner_wants_them"),
        ],
    },
    Quirk {
        number: "52",
        products: "name an address for the receipt where they want it in the answer, or one of somebody else's",
        we: "let the header decide; http and https only, to the partner's own places",
        shown: &[
            Test(HERE, "q50_to_q52_a_receipt_is_asked_for_in_many_ways"),
            Test(
                "tests/gateway/sending.rs",
                "a_receipt_asked_for_later_goes_to_the_address_of_the_partner_and_nowhere_else",
            ),
        ],
    },
    Quirk {
        number: "53",
        products: "leave Subject, From or Date out",
        we: "need none of them",
        shown: &[Test(HERE, "q46_q47_and_q53_headers_may_be_missing_or_unknown")],
    },
    Quirk {
        number: "54",
        products: "call EDI application/edi-consent, xml, octet-stream, text/plain, or application/application/EDIFACT",
        we: "tell EDI by its first segment, not by its type",
        shown: &[Test(DOOR, "content_types_of_every_kind_make_an_order_of_an_850")],
    },
];
