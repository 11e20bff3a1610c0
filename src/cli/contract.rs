//! `edigate asyncapi` and `edigate amqp topology`: the contract with the ERP, for others' tools.

use std::path::Path;

use super::args::{AmqpCommand, BrokerArgument, ConfigArgument, TopologyFormat};
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::config;
use crate::exchange::contract::{BrokerVersion, Names, Topology, asyncapi};

/// Prints the contract as AsyncAPI.
pub(super) fn print_asyncapi(config: &ConfigArgument, out: &mut Output) -> Result<Exit, Failure> {
    out.json(&asyncapi(&names(&config.config)?, env!("CARGO_PKG_VERSION")))?;
    Ok(Exit::Clean)
}

/// Prints what is to be set up at the broker.
pub(super) fn amqp(command: &AmqpCommand, out: &mut Output) -> Result<Exit, Failure> {
    let AmqpCommand::Topology { config, format, broker, vhost } = command;
    let version = match broker {
        BrokerArgument::V3 => BrokerVersion::V3,
        BrokerArgument::V4 => BrokerVersion::V4,
    };
    let topology = Topology { names: names(&config.config)?, vhost: vhost.clone(), version };
    match format {
        TopologyFormat::Definitions => out.json(&topology.definitions())?,
        TopologyFormat::Rabbitmqctl => out.bytes(topology.commands().as_bytes())?,
        TopologyFormat::Terraform => out.bytes(topology.terraform().as_bytes())?,
    }
    Ok(Exit::Clean)
}

/// The names of the configuration, or those it would have if it said nothing: neither keys nor a broker are needed.
fn names(config: &Path) -> Result<Names, Failure> {
    let exchanges = if config.exists() {
        config::exchanges(config).map_err(|diagnostics| Failure::configuration(config, &diagnostics))?
    } else {
        config::Exchanges::default()
    };
    let config::Exchanges { documents, test, events, commands } = exchanges;
    Ok(Names { documents, test, events, commands })
}
