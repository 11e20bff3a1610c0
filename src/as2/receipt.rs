//! What receipt a sender asks for (RFC 4130, section 7.3).

use crate::mime::{HeaderList, split_outside_quotes, unquote};
use crate::smime::DigestAlgorithm;

use super::As2Error;

/// How many algorithms or protocols of one list are looked at.
const LONGEST_LIST: usize = 16;

/// The longest receipt address looked at, in bytes.
const LONGEST_URL: usize = 2048;

/// The receipt asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptAsked {
    /// None: there is no Disposition-Notification-To, whose presence alone asks.
    None,
    /// In the answer to the request.
    Sync(ReceiptTerms),
    /// Later, to an address: there is a Receipt-Delivery-Option.
    Async {
        /// Where to, as the sender wrote it: data, not a place to connect to.
        url: String,
        /// In what form.
        terms: ReceiptTerms,
    },
}

/// The form of the receipt, as the Disposition-Notification-Options say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ReceiptTerms {
    protocols: Option<Choice>,
    micalgs: Option<Choice>,
}

/// Whether a receiver that cannot do what an attribute asks may ignore it (RFC 4130, section 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Importance {
    /// It may not.
    Required,
    /// It may.
    #[default]
    Optional,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    importance: Importance,
    values: Vec<String>,
}

/// The form in which a receipt will be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptForm {
    /// Without a signature.
    Unsigned,
    /// Signed, with this digest.
    Signed(DigestAlgorithm),
}

impl ReceiptAsked {
    /// Reads it from a request's headers.
    pub fn of(headers: &HeaderList) -> Self {
        if headers.get("Disposition-Notification-To").is_none() {
            return Self::None;
        }
        let options = headers.text("Disposition-Notification-Options").unwrap_or_default();
        let terms = ReceiptTerms::parse(&options);
        match headers.text("Receipt-Delivery-Option").filter(|url| !url.is_empty()) {
            Some(url) => Self::Async { url: url.chars().take(LONGEST_URL).collect(), terms },
            None => Self::Sync(terms),
        }
    }

    /// `signed`, `unsigned` or `none`: what is asked for, whether or not it can be given.
    pub fn as_str(&self) -> &'static str {
        match self.terms() {
            None => "none",
            Some(terms) if matches!(terms.form(&[]), Ok(ReceiptForm::Unsigned)) => "unsigned",
            Some(_) => "signed",
        }
    }

    /// Where an asynchronous receipt is to go, as the sender wrote it.
    pub fn deliver_to(&self) -> Option<&str> {
        match self {
            Self::Async { url, .. } => Some(url),
            Self::None | Self::Sync(_) => None,
        }
    }

    /// The form asked for; `None` when no receipt is.
    pub fn terms(&self) -> Option<&ReceiptTerms> {
        match self {
            Self::None => None,
            Self::Sync(terms) | Self::Async { terms, .. } => Some(terms),
        }
    }
}

impl ReceiptTerms {
    /// Reads Disposition-Notification-Options: attributes in any order, any of them missing, with space anywhere,
    /// unknown ones passed over.
    pub fn parse(options: &str) -> Self {
        let mut terms = Self::default();
        for attribute in split_outside_quotes(options, b';') {
            let Some((name, values)) = attribute.split_once('=') else { continue };
            match name.trim().to_ascii_lowercase().as_str() {
                "signed-receipt-protocol" => terms.protocols = Some(Choice::parse(values)),
                "signed-receipt-micalg" => terms.micalgs = Some(Choice::parse(values)),
                _ => {}
            }
        }
        terms
    }

    /// The form the receipt gets, when receipts may be signed with `digests`: the first algorithm asked for that is
    /// among them, or SHA-256 where none is named.
    ///
    /// # Errors
    /// [`As2Error::UnsupportedReceiptProtocol`] and [`As2Error::UnsupportedMicAlgorithms`] where the sender says it
    /// requires what we do not do (RFC 4130, section 7.5.3).
    pub fn form(&self, digests: &[DigestAlgorithm]) -> Result<ReceiptForm, As2Error> {
        match &self.protocols {
            Some(asked) if !asked.names_pkcs7() => {
                return match asked.importance {
                    Importance::Required => Err(As2Error::UnsupportedReceiptProtocol),
                    Importance::Optional => Ok(ReceiptForm::Unsigned),
                };
            }
            None if self.micalgs.is_none() => return Ok(ReceiptForm::Unsigned),
            _ => {}
        }
        match (self.first_of(digests), &self.micalgs) {
            (Some(algorithm), _) => Ok(ReceiptForm::Signed(algorithm)),
            (None, Some(asked)) if asked.importance == Importance::Required && !asked.values.is_empty() => {
                Err(As2Error::UnsupportedMicAlgorithms)
            }
            (None, _) => Ok(ReceiptForm::Signed(DigestAlgorithm::Sha256)),
        }
    }

    /// Whether a signed receipt is required, not merely welcome.
    pub fn requires_signature(&self) -> bool {
        self.protocols.as_ref().is_some_and(|asked| asked.importance == Importance::Required)
    }

    /// The first algorithm asked for that is among `digests`.
    pub fn first_of(&self, digests: &[DigestAlgorithm]) -> Option<DigestAlgorithm> {
        self.micalgs().filter_map(DigestAlgorithm::parse_micalg).find(|algorithm| digests.contains(algorithm))
    }

    /// How the sender spells this algorithm, when it names it.
    pub fn spelling(&self, algorithm: DigestAlgorithm) -> Option<&str> {
        self.micalgs().find(|text| DigestAlgorithm::parse_micalg(text) == Some(algorithm))
    }

    fn micalgs(&self) -> impl Iterator<Item = &str> {
        self.micalgs.iter().flat_map(|asked| asked.values.iter().map(String::as_str))
    }
}

impl Choice {
    /// Reads `required, sha-256, sha1`, the importance standing anywhere or missing.
    fn parse(values: &str) -> Self {
        let mut choice = Self { importance: Importance::default(), values: Vec::new() };
        // The list may be quoted as a whole, or each value of it.
        let values = unquote_list(values.trim());
        for value in values.split(',').map(|value| unquote(value.trim())).filter(|value| !value.is_empty()) {
            match value.to_ascii_lowercase().as_str() {
                "required" => choice.importance = Importance::Required,
                "optional" => choice.importance = Importance::Optional,
                _ if choice.values.len() < LONGEST_LIST => choice.values.push(value),
                _ => {}
            }
        }
        choice
    }

    /// An empty list asks for a signature without saying which; PKCS #7 is the only one AS2 has.
    fn names_pkcs7(&self) -> bool {
        self.values.is_empty() || self.values.iter().any(|v| v.to_ascii_lowercase().ends_with("pkcs7-signature"))
    }
}

fn unquote_list(values: &str) -> String {
    let whole =
        values.len() >= 2 && values.matches('"').count() == 2 && values.starts_with('"') && values.ends_with('"');
    if whole { unquote(values) } else { values.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};

    const SHA2: [DigestAlgorithm; 3] = [Sha256, Sha384, Sha512];

    #[test]
    fn options_are_read_as_partners_write_them() {
        let check = |options: &str, expect: Result<ReceiptForm, &str>| {
            let form = ReceiptTerms::parse(options).form(&SHA2);
            let form = form.map_err(|error| error.disposition().to_string().split("; ").nth(1).unwrap().to_owned());
            assert_eq!(form, expect.map_err(str::to_owned), "{options}");
        };
        let signed = |algorithm| Ok(ReceiptForm::Signed(algorithm));
        check("", Ok(ReceiptForm::Unsigned));
        check("something-else=optional, x", Ok(ReceiptForm::Unsigned));
        check(
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha-384",
            signed(Sha384),
        );
        check(
            "signed-receipt-micalg = required ,\tsha512 ;\tSigned-Receipt-Protocol=pkcs7-signature,required",
            signed(Sha512),
        );
        check(
            "signed-receipt-protocol=optional,pkcs7-signature;signed-receipt-micalg=optional,sha1,SHA256",
            signed(Sha256),
        );
        check(
            "signed-receipt-protocol=\"optional\", \"pkcs7-signature\"; signed-receipt-micalg=\"optional, sha-512\"",
            signed(Sha512),
        );
        check("signed-receipt-protocol=required, x-pkcs7-signature", signed(Sha256));
        check("signed-receipt-micalg=optional, sha-256;", signed(Sha256));
        check("signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, md5", signed(Sha256));
        check(
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=required, md5, sha1",
            Err("failed/failure: unsupported MIC-algorithms"),
        );
        check("signed-receipt-protocol=required, pgp-signature", Err("failed/failure: unsupported format"));
        check("signed-receipt-protocol=optional, pgp-signature", Ok(ReceiptForm::Unsigned));
    }

    #[test]
    fn the_partners_spelling_of_an_algorithm_is_kept() {
        let terms = ReceiptTerms::parse("signed-receipt-micalg=optional, SHA256, sha1");
        assert_eq!(terms.spelling(Sha256), Some("SHA256"));
        assert_eq!(terms.spelling(Sha512), None);
        assert_eq!(terms.first_of(&[Sha1]), Some(Sha1));
        let many = format!("signed-receipt-micalg=optional{}, sha512", ", x".repeat(LONGEST_LIST));
        assert_eq!(ReceiptTerms::parse(&many).first_of(&SHA2), None);
    }

    #[test]
    fn only_disposition_notification_to_asks_for_a_receipt() {
        let check = |names: &[(&str, &str)], expect: &str| {
            let headers = HeaderList::from_pairs(names.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
            let found = match ReceiptAsked::of(&headers) {
                ReceiptAsked::None => "none".to_owned(),
                ReceiptAsked::Sync(_) => "sync".to_owned(),
                ReceiptAsked::Async { url, .. } => format!("async to {url}"),
            };
            assert_eq!(found, expect);
        };
        check(&[], "none");
        check(&[("Disposition-Notification-Options", "signed-receipt-micalg=optional, sha1")], "none");
        check(&[("disposition-notification-to", "")], "sync");
        check(
            &[("Disposition-Notification-To", "x"), ("Receipt-Delivery-Option", "http://a/?b")],
            "async to http://a/?b",
        );
    }

    #[test]
    fn what_is_asked_has_a_word() {
        let check = |options: Option<&str>, expect: &str| {
            let asked = options.map_or(ReceiptAsked::None, |options| ReceiptAsked::Sync(ReceiptTerms::parse(options)));
            assert_eq!(asked.as_str(), expect, "{options:?}");
        };
        check(None, "none");
        check(Some(""), "unsigned");
        check(Some("signed-receipt-protocol=optional, pkcs7-signature"), "signed");
        check(Some("signed-receipt-micalg=required, md5"), "signed");
        check(Some("signed-receipt-protocol=required, pgp-signature"), "signed");
    }
}
