//! A publication as AMQP properties, headers and body.
//!
//! In binary mode the attributes are headers; in structured mode the body has them, and no header says them again.
//! Headers are flat scalars and none begins with `x-`: only such become application properties when RabbitMQ converts
//! a message to AMQP 1.0, where the CloudEvents binding looks for them. `app_id` stays unset, for it would become the
//! group id of one giant group; `expiration`, `priority` and `user_id` mean nothing here.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::PublisherSettings;
use crate::exchange::{Body, Channel, ContentMode, Publication};

/// A message that is ready to be handed to a channel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) exchange: ShortString,
    pub(super) routing_key: ShortString,
    /// `message_id`, by which the broker's return of it is recognised.
    pub(super) id: ShortString,
    pub(super) properties: BasicProperties,
    pub(super) body: Vec<u8>,
    /// Whether it comes back when no queue is bound for it. Nobody need listen to events.
    pub(super) mandatory: bool,
}

/// Kept on disk by the broker (AMQP 0-9-1, `delivery-mode`).
const PERSISTENT: u8 = 2;

impl Message {
    /// The message of a publication; an error says what does not fit AMQP.
    pub(super) fn new(
        publication: &Publication,
        sequence: u64,
        body: Body,
        settings: &PublisherSettings,
    ) -> Result<Self, String> {
        let exchange = match publication.channel {
            Channel::Documents => settings.exchanges.documents.as_str(),
            Channel::Test => settings.exchanges.test.as_str(),
            Channel::Events => settings.exchanges.events.as_str(),
            // The broker's own exchange: a routing key is the name of a queue there.
            Channel::Reply => "",
        };
        let id = short("message_id", &publication.id.to_string())?;
        let seconds = u64::try_from(publication.time.as_millis() / 1000).unwrap_or(0);
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_message_id(id.clone())
            .with_correlation_id(short("correlation_id", &publication.correlation_id)?)
            .with_type(short("type", &publication.kind)?)
            .with_timestamp(seconds);
        let (properties, body) = match settings.content_mode {
            ContentMode::Binary => {
                let properties = properties
                    .with_content_type(short("content_type", "application/json")?)
                    .with_headers(headers(publication, sequence, body.dataref())?);
                (properties, body.into_json())
            }
            ContentMode::Structured => {
                let properties = properties.with_content_type(short("content_type", STRUCTURED)?);
                (properties, publication.structured(sequence, body))
            }
        };
        Ok(Self {
            exchange: short("exchange", exchange)?,
            routing_key: short("routing_key", &publication.routing_key)?,
            id,
            properties,
            body,
            mandatory: publication.channel != Channel::Events,
        })
    }
}

/// CloudEvents 1.0, JSON format, section 3.
const STRUCTURED: &str = "application/cloudevents+json";

/// AMQP 0-9-1, section 4.2.5.3: a short string has at most 255 bytes.
fn short(what: &str, text: &str) -> Result<ShortString, String> {
    ShortString::try_new(text).map_err(|_| format!("{what} has {} bytes; AMQP allows 255", text.len()))
}

fn headers(publication: &Publication, sequence: u64, dataref: Option<&str>) -> Result<FieldTable, String> {
    let mut table = FieldTable::default();
    let mut put = |name: &str, value: AMQPValue| {
        short("header name", &format!("cloudEvents_{name}")).map(|name| {
            table.insert(name, value);
        })
    };
    for (name, text) in publication.attributes(sequence) {
        // CloudEvents 1.0 knows no empty attribute: what is not known is absent.
        if !text.is_empty() {
            put(name, AMQPValue::LongString(text.into()))?;
        }
    }
    if let Some(dataref) = dataref {
        put("dataref", AMQPValue::LongString(dataref.into()))?;
    }
    if let Some(document) = &publication.about {
        put("edireplay", AMQPValue::LongLongInt(i64::from(document.replay)))?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{DocumentId, RowId, Secret, Sha256, Timestamp};
    use crate::canon::Usage;
    use crate::canon::claim::Claim;
    use crate::exchange::ReceivedDocument;

    fn publication(document_number: &str, usage: Usage) -> Publication {
        Publication::received(&ReceivedDocument {
            row: RowId::from_bytes([1; 16]),
            instance: "prod-1",
            partner: &"acme-bearings".parse().unwrap(),
            document_type: "order",
            major: 1,
            document_id: DocumentId::from_bytes([2; 16]),
            document_number,
            order_number: Some(document_number),
            site: Some("plant-0100"),
            received_at: Timestamp::from_millis(1_764_000_000_120),
            dataschema: "urn:edigate:schema:order:1.0",
            usage,
            replay: 2,
            content_hash: Sha256::of(b"{}"),
        })
    }

    fn settings(content_mode: ContentMode) -> PublisherSettings {
        PublisherSettings { content_mode, ..PublisherSettings::new(Secret::new(String::new())) }
    }

    fn message(publication: &Publication) -> Message {
        let body = Body::Whole(b"{}".to_vec());
        Message::new(publication, 48_213, body, &settings(ContentMode::Binary)).unwrap()
    }

    #[test]
    fn every_property_and_header_is_as_the_contract_says() {
        let message = message(&publication("4500012345", Usage::Production));
        assert_eq!(message.exchange.as_str(), "edigate.documents");
        assert_eq!(message.routing_key.as_str(), "order.v1.acme-bearings.plant-0100");

        let id = RowId::from_bytes([1; 16]).to_string();
        let text = |value: &Option<ShortString>| value.as_ref().map(ToString::to_string);
        let properties = &message.properties;
        assert_eq!(text(properties.content_type()).as_deref(), Some("application/json"));
        assert_eq!(*properties.delivery_mode(), Some(2));
        assert_eq!(text(properties.message_id()), Some(id.clone()));
        assert_eq!(text(properties.correlation_id()).as_deref(), Some("acme-bearings|order|4500012345"));
        assert_eq!(text(properties.kind()).as_deref(), Some("dev.edigate.order.received.v1"));
        assert_eq!(*properties.timestamp(), Some(1_764_000_000));
        for unset in [
            properties.content_encoding(),
            properties.reply_to(),
            properties.app_id(),
            properties.expiration(),
            properties.user_id(),
            properties.cluster_id(),
        ] {
            assert_eq!(*unset, None);
        }
        assert_eq!(*properties.priority(), None);

        let headers = properties.headers().clone().unwrap();
        let hash = Sha256::of(b"{}").to_string();
        let document = DocumentId::from_bytes([2; 16]).to_string();
        let expect = [
            ("specversion", "1.0"),
            ("id", &id),
            ("source", "/edigate/prod-1/partners/acme-bearings"),
            ("type", "dev.edigate.order.received.v1"),
            ("subject", "order/acme-bearings/4500012345"),
            ("time", "2025-11-24T16:00:00.120Z"),
            ("dataschema", "urn:edigate:schema:order:1.0"),
            ("partitionkey", "acme-bearings|order|4500012345"),
            ("sequence", "00000000000000048213"),
            ("correlationid", "acme-bearings|order|4500012345"),
            ("edipartner", "acme-bearings"),
            ("edidoctype", "order"),
            ("edidocid", &document),
            ("edidocnum", "4500012345"),
            ("ediusage", "production"),
            ("edicontenthash", &hash),
        ];
        for (name, value) in expect {
            let found = headers.inner().get(format!("cloudEvents_{name}").as_str());
            assert_eq!(found, Some(&AMQPValue::LongString(value.into())), "{name}");
        }
        assert_eq!(headers.inner().get("cloudEvents_edireplay"), Some(&AMQPValue::LongLongInt(2)));
        assert_eq!(headers.inner().len(), expect.len() + 1);
    }

    #[test]
    fn the_exchange_follows_the_usage_and_absent_attributes_stay_absent() {
        let message = message(&publication("", Usage::Test));
        assert_eq!(message.exchange.as_str(), "edigate.documents.test");
        let headers = message.properties.headers().clone().unwrap();
        assert!(!headers.contains_key("cloudEvents_edidocnum"));
        assert!(!headers.contains_key("cloudEvents_causationid"));
    }

    #[test]
    fn a_body_that_is_left_to_be_fetched_is_named_in_a_header_and_in_its_place() {
        let publication = publication("1", Usage::Production);
        let sha256 = Sha256::of(b"{}");
        let claim = Claim { dataref: "https://edigate.example/v1/documents/1".to_owned(), bytes: 2, sha256 };
        let whole = message(&publication);
        let body = Body::Claimed(claim.clone());
        let claimed = Message::new(&publication, 48_213, body, &settings(ContentMode::Binary)).unwrap();
        assert_eq!(claimed.body, serde_json::to_vec(&claim).unwrap());
        let mut headers = claimed.properties.headers().clone().unwrap();
        let dataref = AMQPValue::LongString(claim.dataref.as_str().into());
        assert_eq!(headers.inner().get("cloudEvents_dataref"), Some(&dataref));
        headers = headers.inner().iter().filter(|(name, _)| name.as_str() != "cloudEvents_dataref").fold(
            FieldTable::default(),
            |mut table, (name, value)| {
                table.insert(name.clone(), value.clone());
                table
            },
        );
        let without = claimed.properties.with_headers(headers);
        assert_eq!(without, whole.properties, "all else is as it would be");
    }

    #[test]
    fn in_structured_mode_the_body_is_the_event_and_there_are_no_headers() {
        let publication = publication("1", Usage::Production);
        let body = Body::Whole(b"{\"orderNumber\":\"1\"}".to_vec());
        let message = Message::new(&publication, 7, body.clone(), &settings(ContentMode::Structured)).unwrap();
        let content_type = message.properties.content_type().as_ref().map(ToString::to_string);
        assert_eq!(content_type.as_deref(), Some("application/cloudevents+json"));
        assert_eq!(*message.properties.headers(), None);
        assert_eq!(message.body, publication.structured(7, body));
        let binary = self::message(&publication);
        for of in [BasicProperties::message_id, BasicProperties::correlation_id, BasicProperties::kind] {
            assert_eq!(of(&message.properties), of(&binary.properties));
        }
    }

    #[test]
    fn what_does_not_fit_amqp_is_said_and_not_a_panic() {
        let mut publication = publication("1", Usage::Production);
        publication.routing_key = "x".repeat(256);
        let body = Body::Whole(Vec::new());
        let fault = Message::new(&publication, 1, body, &settings(ContentMode::Binary)).unwrap_err();
        assert_eq!(fault, "routing_key has 256 bytes; AMQP allows 255");
    }
}
