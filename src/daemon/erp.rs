//! The ERP's side as it is configured: where documents go, and where commands come from.

use std::sync::Arc;

use super::sink::Sink;
use crate::amqp::{ClientCertificate, ConsumerSettings, Exchanges, Publisher, PublisherSettings, SettingsFault};
use crate::config::{self, Amqp, Erp, Settings};
use crate::directory::Directory;
use crate::observe::Metrics;

/// Where documents and events go.
pub(super) fn sink(settings: &Settings, metrics: &Metrics) -> Result<Sink, SettingsFault> {
    match &settings.erp {
        Erp::Directory(folder) => Ok(Sink::Directory(Arc::new(Directory::new(folder)))),
        Erp::Amqp(amqp) => {
            let publisher = Publisher::start(connection(settings, amqp), metrics.clone())?;
            Ok(Sink::Broker(publisher, amqp.claim_check.clone()))
        }
    }
}

/// How commands are consumed, where there is a broker.
pub(super) fn commands(settings: &Settings) -> Option<ConsumerSettings> {
    let Erp::Amqp(amqp) = &settings.erp else { return None };
    let mut connection = connection(settings, amqp);
    connection.connection_name.push_str(" commands");
    let exchange = amqp.exchanges.commands.clone();
    Some(ConsumerSettings { connection, queue: format!("{exchange}.q"), exchange, prefetch: amqp.prefetch })
}

fn connection(settings: &Settings, amqp: &Amqp) -> PublisherSettings {
    let config::Amqp { url, ca, client, declare, exchanges, content_mode, window, shards, confirm_timeout, .. } = amqp;
    PublisherSettings {
        ca: ca.clone(),
        client: client
            .as_ref()
            .map(|client| ClientCertificate { chain: client.certificate.clone(), key: client.key.clone() }),
        declare: *declare,
        exchanges: Exchanges {
            documents: exchanges.documents.clone(),
            test: exchanges.test.clone(),
            events: exchanges.events.clone(),
        },
        content_mode: *content_mode,
        shards: *shards,
        window: *window,
        confirm_timeout: *confirm_timeout,
        connection_name: format!("edigate {}", settings.instance),
        ..PublisherSettings::new(url.clone())
    }
}
