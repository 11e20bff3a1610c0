//! `edigate asyncapi` and `edigate amqp topology`: the contract with the ERP, for others' tools.

use std::path::Path;

use super::args::{AmqpCommand, BrokerArgument, ConfigArgument, TopologyFormat};
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::config;
use crate::exchange::contract::{BrokerVersion, Contract, Names, Topology, asyncapi};

/// Prints the contract as AsyncAPI.
pub(super) fn print_asyncapi(config: &ConfigArgument, out: &mut Output) -> Result<Exit, Failure> {
    out.json(&asyncapi(&contract(&config.config)?, env!("CARGO_PKG_VERSION")))?;
    Ok(Exit::Clean)
}

/// Prints what is to be set up at the broker.
pub(super) fn amqp(command: &AmqpCommand, out: &mut Output) -> Result<Exit, Failure> {
    let AmqpCommand::Topology { config, format, broker, vhost } = command;
    let version = match broker {
        BrokerArgument::V3 => BrokerVersion::V3,
        BrokerArgument::V4 => BrokerVersion::V4,
    };
    let topology = Topology { names: contract(&config.config)?.names, vhost: vhost.clone(), version };
    match format {
        TopologyFormat::Definitions => out.json(&topology.definitions())?,
        TopologyFormat::Rabbitmqctl => out.bytes(topology.commands().as_bytes())?,
        TopologyFormat::Terraform => out.bytes(topology.terraform().as_bytes())?,
    }
    Ok(Exit::Clean)
}

/// What the configuration says, or would if it said nothing: neither keys nor a broker are needed.
fn contract(config: &Path) -> Result<Contract, Failure> {
    let erp = if config.exists() {
        config::erp_side(config).map_err(|diagnostics| Failure::configuration(config, &diagnostics))?
    } else {
        config::ErpSide::default()
    };
    let config::Exchanges { documents, test, events, commands } = erp.exchanges;
    let names = Names { documents, test, events, commands };
    Ok(Contract { names, content_mode: erp.content_mode, claim_check: erp.claim_check })
}
