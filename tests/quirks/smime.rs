//! S/MIME, algorithms and certificates.

use crate::quirk::{Quirk, Test};

const PRODUCTS: &str = "src/as2/tests/quirks/products.rs";
const WRITING: &str = "src/as2/tests/quirks/writing.rs";
const PACKING: &str = "src/as2/tests/packing.rs";
const SIGNATURE: &str = "src/smime/tests/signature.rs";
const ENVELOPE: &str = "src/smime/tests/envelope.rs";
const OPENSSL: &str = "src/smime/tests/openssl_cms.rs";
const CERTIFICATE: &str = "src/smime/certificate.rs";
const ODD: &str = "src/smime/tests/odd.rs";
const PARTNER: &str = "src/partner/tests.rs";

pub(crate) const QUIRKS: &[Quirk] = &[
    Quirk {
        number: "55",
        products: "write CMS in BER of indefinite length",
        we: "read BER, at any depth up to a bound; write DER, and envelopes without anything behind them",
        shown: &[
            Test(SIGNATURE, "a_signature_of_indefinite_lengths_verifies"),
            Test("tests/gateway/peers.rs", "openssl_delivers_in_every_algorithm_and_in_ber_of_indefinite_length"),
            Test(PRODUCTS, "messages_of_mendelson_are_opened"),
            Test(WRITING, "q55_nothing_stands_behind_an_envelope"),
        ],
    },
    Quirk {
        number: "56",
        products: "spell micalg in a dozen ways, leave it out, or name another algorithm than they used",
        we: "go by the algorithm in the signature; micalg is not looked at",
        shown: &[
            Test("src/smime/digest.rs", "reads_every_spelling_of_micalg_that_was_met"),
            Test(PRODUCTS, "q56_q61_and_q70_what_headers_say_about_a_signature_does_not_matter"),
        ],
    },
    Quirk {
        number: "57",
        products: "know only the old names, or only the new ones",
        we: "write `sha1` and `sha-256`, or what `micalg_style` says",
        shown: &[Test(PACKING, "headers_are_written_as_the_partner_wants_them")],
    },
    Quirk {
        number: "58",
        products: "name the signature's algorithm with its digest, or only RSA",
        we: "take both",
        shown: &[
            Test(SIGNATURE, "attributes_verify_however_they_travel"),
            Test(PRODUCTS, "receipts_of_mendelson_are_read"),
        ],
    },
    Quirk {
        number: "58a",
        products: "sign the content itself, without signed attributes",
        we: "take that where `require_signed_attributes = false`, as Sterling's profile has it",
        shown: &[
            Test(OPENSSL, "its_signatures_without_attributes_verify_where_allowed"),
            Test(PRODUCTS, "messages_and_receipts_of_sterling_are_read"),
        ],
    },
    Quirk {
        number: "58b",
        products: "sign a receipt by another digest than its MIC is made by",
        we: "never tie the two",
        shown: &[Test(PRODUCTS, "receipts_of_mendelson_are_read")],
    },
    Quirk {
        number: "59",
        products: "write the parameters of a digest as NULL, or not at all",
        we: "take both",
        shown: &[Test(SIGNATURE, "attributes_verify_however_they_travel")],
    },
    Quirk {
        number: "60",
        products: "refuse a signature with CMSAlgorithmProtection (RFC 6211)",
        we: "write it unless `omit_cms_algorithm_protection = true`, as the profiles of those products have it; check it where it is",
        shown: &[
            Test(SIGNATURE, "algorithms_exchanged_behind_the_attributes_are_told"),
            Test("src/partner/profile.rs", "every_shipped_profile_is_clean_and_listed_with_what_it_sets"),
            Test(PRODUCTS, "messages_of_mendelson_are_opened"),
        ],
    },
    Quirk {
        number: "61",
        products: "call the signature x-pkcs7-signature or EDIINTSIG.p7s, send it in binary without saying so, or without certificates",
        we: "take the second part as the signature, whatever it is called, in binary or base64 as its first byte shows",
        shown: &[
            Test(PRODUCTS, "q56_q61_and_q70_what_headers_say_about_a_signature_does_not_matter"),
            Test(PRODUCTS, "messages_of_openas2_are_opened"),
        ],
    },
    Quirk {
        number: "62",
        products: "call an envelope x-pkcs7-mime, leave smime-type out or spell it otherwise",
        we: "go by the object identifier inside",
        shown: &[Test(PRODUCTS, "q62_a_cms_layer_is_told_by_what_it_is")],
    },
    Quirk {
        number: "63",
        products: "encrypt for several, themselves among them, by issuer and serial or by key id",
        we: "try every key of ours that is in use; pass over the rest",
        shown: &[
            Test(ENVELOPE, "any_of_our_certificates_opens_it"),
            Test(ENVELOPE, "every_kind_of_key_opens_what_was_sealed_for_it"),
        ],
    },
    Quirk {
        number: "64",
        products: "send another certificate along than the one agreed on",
        we: "verify with configured certificates only",
        shown: &[
            Test(SIGNATURE, "other_content_a_wrong_signature_and_a_foreign_certificate_are_told_apart"),
            Test("tests/gateway/faults.rs", "faults_of_the_message_get_their_disposition"),
        ],
    },
    Quirk {
        number: "65",
        products: "go on with certificates that have expired",
        we: "refuse, and warn before; `allow_expired_until` of a certificate reaches past its end",
        shown: &[
            Test(PARTNER, "only_an_explicit_date_reaches_past_a_certificates_end"),
            Test(PARTNER, "a_window_holds_its_first_instant_and_not_its_last"),
        ],
    },
    Quirk {
        number: "66",
        products: "use certificates with odd serials, strings and extensions",
        we: "read configured certificates leniently and know them by their SHA-256",
        shown: &[
            Test(ODD, "odd_certificates_are_read_and_used"),
            Test(CERTIFICATE, "integers_lose_octets_that_say_nothing"),
            Test(CERTIFICATE, "unusable_files_say_why"),
        ],
    },
    Quirk {
        number: "67",
        products: "want (Amazon) no compression and no canonical form",
        we: "ship a profile that says so",
        shown: &[Test("src/partner/profile.rs", "every_shipped_profile_is_clean_and_listed_with_what_it_sets")],
    },
    Quirk {
        number: "68",
        products: "expect a receipt signed by the key of the name they wrote to, with the digest they asked for first",
        we: "sign by the identity's key and the first accepted digest; with PKCS #1, which who signs by PSS reads too",
        shown: &[
            Test("src/as2/receipt.rs", "options_are_read_as_partners_write_them"),
            Test("src/as2/tests/round_trip.rs", "every_combination_arrives_and_is_settled"),
        ],
    },
    Quirk {
        number: "69",
        products: "offer RSA-1024, MD5, RC2 and DES still",
        we: "accept SHA-1 and triple DES by `accept_algs`, up to a date; the rest never",
        shown: &[
            Test(PARTNER, "legacy_algorithms_are_accepted_until_the_end_of_their_day"),
            Test(OPENSSL, "its_weak_signatures_are_refused_by_default"),
            Test(OPENSSL, "what_we_do_not_support_is_named"),
        ],
    },
    Quirk {
        number: "70",
        products: "stumble over a micalg where nothing is signed",
        we: "write it on multipart/signed only",
        shown: &[Test(WRITING, "q70_micalg_stands_on_what_is_signed_and_nowhere_else")],
    },
];
