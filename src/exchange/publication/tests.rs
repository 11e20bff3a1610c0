use serde_json::json;

use super::*;
use crate::canon::claim::Claim;

fn order() -> ReceivedDocument<'static> {
    static PARTNER: std::sync::LazyLock<PartnerId> = std::sync::LazyLock::new(|| "acme-bearings".parse().unwrap());
    ReceivedDocument {
        row: RowId::from_bytes([1; 16]),
        instance: "prod-1",
        partner: &PARTNER,
        document_type: "order",
        major: 1,
        document_id: DocumentId::from_bytes([2; 16]),
        document_number: "4500012345",
        order_number: Some("4500012345"),
        site: Some("plant-0100"),
        received_at: Timestamp::from_millis(1_764_000_000_120),
        dataschema: "urn:edigate:schema:order:1.0",
        usage: Usage::Production,
        replay: 0,
        content_hash: Sha256::of(b"{}"),
    }
}

#[test]
fn an_order_is_addressed_as_the_contract_says() {
    let publication = Publication::received(&order());
    assert_eq!(publication.channel, Channel::Documents);
    assert_eq!(publication.routing_key, "order.v1.acme-bearings.plant-0100");
    assert_eq!(publication.id, RowId::from_bytes([1; 16]));
    assert_eq!(publication.source, "/edigate/prod-1/partners/acme-bearings");
    assert_eq!(publication.kind, "dev.edigate.order.received.v1");
    assert_eq!(publication.subject, "order/acme-bearings/4500012345");
    assert_eq!(publication.partition_key, "acme-bearings|order|4500012345");
    assert_eq!(publication.correlation_id, "acme-bearings|order|4500012345");
    assert_eq!(publication.causation_id, None);
}

#[test]
fn a_test_order_goes_to_the_exchange_for_tests() {
    let publication = Publication::received(&ReceivedDocument { usage: Usage::Test, ..order() });
    assert_eq!(publication.channel, Channel::Test);
}

#[test]
fn routing_keys_hold_letters_digits_and_hyphens_only() {
    let check = |document_type: &'static str, site: Option<&'static str>, expect: &str| {
        let document = ReceivedDocument { document_type, site, ..order() };
        assert_eq!(Publication::received(&document).routing_key, expect);
    };
    check("order-response", Some("plant-0100"), "order-response.v1.acme-bearings.plant-0100");
    check("order", None, "order.v1.acme-bearings.-");
    check("order", Some(""), "order.v1.acme-bearings.-");
    check("order", Some(" Plant 0100 "), "order.v1.acme-bearings.plant-0100");
    check("order", Some("a.b#c*d"), "order.v1.acme-bearings.a-b-c-d");
    check("order", Some("Köln"), "order.v1.acme-bearings.k-ln");
}

#[test]
fn no_key_outgrows_a_short_string() {
    let partner: PartnerId = "p".repeat(64).parse().unwrap();
    let long = "9".repeat(5_000);
    let document = ReceivedDocument {
        partner: &partner,
        document_type: &long,
        document_number: &long,
        order_number: Some(&long),
        site: Some(&long),
        major: u32::MAX,
        ..order()
    };
    let publication = Publication::received(&document);
    assert!(publication.routing_key.len() <= 255, "{}", publication.routing_key.len());
    assert!(publication.correlation_id.len() <= 255, "{}", publication.correlation_id.len());
    assert_eq!(publication.about.unwrap().document_number.len(), 255);
    let umlauts = "ä".repeat(128);
    let publication = Publication::received(&ReceivedDocument { document_number: &umlauts, ..order() });
    assert_eq!(publication.about.unwrap().document_number, "ä".repeat(127));
}

#[test]
fn long_numbers_do_not_run_into_one_another() {
    let key = |last: char| {
        let number = "9".repeat(200) + &last.to_string();
        Publication::received(&ReceivedDocument { order_number: Some(&number), ..order() }).partition_key
    };
    assert_ne!(key('1'), key('2'));
}

#[test]
fn a_document_without_an_order_has_a_key_of_its_own() {
    let check = |number: &'static str, order_number: Option<&'static str>, expect: &str| {
        let document =
            ReceivedDocument { document_type: "inventory", document_number: number, order_number, ..order() };
        assert_eq!(Publication::received(&document).partition_key, expect);
    };
    check("77", Some("4500012345"), "acme-bearings|order|4500012345");
    check("77", None, "acme-bearings|inventory|77");
    check("77", Some("  "), "acme-bearings|inventory|77");
    let id = DocumentId::from_bytes([2; 16]).to_string();
    assert_eq!(
        Publication::received(&ReceivedDocument { document_number: "", order_number: None, ..order() }).partition_key,
        format!("acme-bearings|order|{id}")
    );
}

#[test]
fn a_stored_publication_reads_back_as_it_was() {
    let publication = Publication::received(&order());
    let json = serde_json::to_string(&publication).unwrap();
    assert_eq!(serde_json::from_str::<Publication>(&json).unwrap(), publication);
    assert!(json.contains(r#""routingKey":"order.v1.acme-bearings.plant-0100""#), "{json}");
}

#[test]
fn the_content_hash_leaves_out_meta_and_the_order_of_members() {
    let base = json!({"orderNumber": "1", "lines": [{"a": "1", "b": null}], "meta": {"exchange": "x"}});
    let same = json!({"meta": {"exchange": "y", "replay": 1}, "lines": [{"b": null, "a": "1"}], "orderNumber": "1"});
    let other = json!({"orderNumber": "1", "lines": [{"a": "2", "b": null}]});
    let inner = json!({"orderNumber": "1", "lines": [{"a": "1", "b": null, "meta": 1}]});
    assert_eq!(content_hash(&base), content_hash(&same));
    assert_ne!(content_hash(&base), content_hash(&other));
    assert_ne!(content_hash(&base), content_hash(&inner));
    assert_eq!(content_hash(&base), Sha256::of(br#"{"lines":[{"a":"1","b":null}],"orderNumber":"1"}"#));
}

#[test]
fn a_structured_event_is_one_json_object_with_the_body_as_it_is() {
    let publication = Publication::received(&order());
    let check = |body: Body, data: serde_json::Value, dataref: Option<&str>| {
        let event: serde_json::Value = serde_json::from_slice(&publication.structured(7, body)).unwrap();
        assert_eq!(event["data"], data);
        assert_eq!(event.get("dataref").and_then(|text| text.as_str()), dataref);
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["id"], publication.id.to_string());
        assert_eq!(event["datacontenttype"], "application/json");
        assert_eq!((&event["sequence"], &event["edireplay"]), (&json!("00000000000000000007"), &json!(0)));
        assert!(event.get("causationid").is_none(), "what is not known is absent");
    };
    check(Body::Whole(b"{\"b\": 1, \"a\": \"2.450\"}".to_vec()), json!({"b": 1, "a": "2.450"}), None);
    check(Body::Whole(b"not JSON \"".to_vec()), json!("not JSON \""), None);
    let claim = Claim { dataref: "https://edigate.example/1".to_owned(), bytes: 2, sha256: Sha256::of(b"{}") };
    let data = json!({"dataref": claim.dataref, "bytes": 2, "sha256": claim.sha256.to_string()});
    check(Body::Claimed(claim), data, Some("https://edigate.example/1"));
    let answer = publication.structured(Row::UNCOUNTED, Body::Whole(b"{}".to_vec()));
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    assert!(answer.get("sequence").is_none(), "an answer is no part of the sequence");
    let text = publication.structured(7, Body::Whole(b"{\"n\": 1.10}".to_vec()));
    assert!(text.ends_with(b",\"data\":{\"n\": 1.10}}"), "the body is as it was, byte for byte");
}
