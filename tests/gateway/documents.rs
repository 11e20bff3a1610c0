//! What becomes of the content: characters kept, test orders apart, what cannot be mapped parked whole behind a positive
//! receipt.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::ledger::Ledger;
use crate::partner::{Terms, deliver};
use crate::plan::Plan;
use crate::{broker, order};

#[test]
fn an_order_arrives_in_its_business_members() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    let document = gateway.wait_for_documents(1).remove(0);
    assert_eq!(document["orderNumber"], order::number(1));
    assert_eq!(document["orderDate"], "2026-11-02");
    assert_eq!(document["currency"], "USD");
    assert_eq!(document["buyer"]["id"], "northwind");
    assert_eq!(document["shipTo"]["id"], "plant-0100");
    assert_eq!(document["shipTo"]["address"]["city"], "Toledo");
    let line = &document["lines"][0];
    assert_eq!(line["lineNumber"], "10");
    assert_eq!(line["item"]["buyerPartNumber"], "BRG-6205-2RS");
    assert_eq!(line["quantity"], json!({ "value": "500", "unit": "EA" }));
    assert_eq!(line["price"]["amount"], "2.45");
    assert_eq!(line["schedules"][0]["requestedDeliveryDate"], "2026-11-16");
    assert_eq!(document["meta"]["direction"], "inbound");
    assert_eq!(document["meta"]["partner"], "acme-bearings");
    assert_eq!(document["meta"]["source"]["transactionSet"], "850");
}

#[test]
fn every_line_of_a_longer_order_arrives() {
    const LINES: usize = 1000;
    let mut gateway = Plan::default().prepare();
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::with_lines(1, LINES)));
    let document = gateway.wait_for_documents(1).remove(0);
    let lines = document["lines"].as_array().unwrap();
    assert_eq!(lines.len(), LINES);
    assert!(lines.iter().zip(1..).all(|(line, place)| number(&line["lineNumber"]) == place * 10));
}

fn number(value: &Value) -> u32 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn latin_1_and_utf_8_characters_are_kept() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    for (index, bytes) in
        [(1, b"Wei\xdf & M\xfcller K\xfchllager".as_slice()), (2, "Weiß & Müller Kühllager".as_bytes())]
    {
        deliver(&gateway, &Terms::default().pack(&order::with_supplier_name(index, bytes)));
    }
    for document in gateway.wait_for_documents(2) {
        assert_eq!(document["supplier"]["name"], "Weiß & Müller Kühllager", "{}", document["orderNumber"]);
    }
}

#[test]
fn what_cannot_be_mapped_is_parked_and_the_rest_goes_on() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let order = String::from_utf8(order::interchange(1)).unwrap();
    // An order without a number, one whose lines are cut off, and something that is not EDI.
    for faulty in [order.replace(&order::number(1), ""), order[..order.len() / 2].to_owned(), "not EDI".to_owned()] {
        deliver(&gateway, &Terms::default().pack(faulty.as_bytes()));
    }
    deliver(&gateway, &Terms::default().pack(&order::interchange(2)));
    let documents = gateway.wait_for_documents(1);
    assert_eq!(documents.len(), 1, "{documents:?}");
    assert_eq!(documents[0]["orderNumber"], order::number(2));
    let listed = gateway.run(&["exchange", "list", "--json"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("parked"), "{listed}");
}

#[test]
fn an_interchange_is_rejected_whole_where_the_partner_file_says_so() {
    let mut gateway = Plan::default().x12("read = { on_error = \"reject-interchange\" }").prepare();
    gateway.start();
    let order = |index| String::from_utf8(order::interchange(index)).unwrap();
    let set = |index| {
        let order = order(index);
        order[order.find("ST*850").unwrap()..order.find("GE*").unwrap()].replace("*0001~", "*0002~")
    };
    let both = |index, second: String| order(index).replace("GE*1", &format!("{second}GE*2"));
    let faulty = both(1, set(2).replace(&order::number(2), ""));
    for file in [faulty, both(3, set(4))] {
        deliver(&gateway, &Terms::default().pack(file.as_bytes()));
    }
    let documents = gateway.wait_for_documents(2);
    let numbers: BTreeSet<&str> = documents.iter().map(|document| document["orderNumber"].as_str().unwrap()).collect();
    assert_eq!(numbers, BTreeSet::from([order::number(3).as_str(), order::number(4).as_str()]));
    let listed = gateway.run(&["doc", "list", "--json"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.matches("\"parked\"").count(), 2, "{listed}");
}

#[test]
fn test_orders_go_to_their_own_exchange() {
    let url = broker::shared().url();
    let (production, test) = (Ledger::of(&url, "usage.documents"), Ledger::of(&url, "usage.documents.test"));
    let mut gateway = Plan::default().usage("test").broker(&url, "usage").prepare();
    gateway.start();
    let test_order = |index| String::from_utf8(order::interchange(index)).unwrap().replace("*0*P*>", "*0*T*>");
    deliver(&gateway, &Terms::default().pack(test_order(1).as_bytes()));
    // An order marked for production, from a partner who is not: quarantined.
    deliver(&gateway, &Terms::default().pack(&order::interchange(2)));
    deliver(&gateway, &Terms::default().pack(test_order(3).as_bytes()));
    assert_eq!(test.wait_for_one(&order::number(1)).header("cloudEvents_ediusage"), "test");
    test.wait_for_one(&order::number(3));
    assert_eq!(test.deliveries().len(), 2);
    let published: Vec<Value> = production.deliveries().iter().map(|delivery| delivery.body.clone()).collect();
    assert_eq!(published, [Value::Null; 0]);
}
