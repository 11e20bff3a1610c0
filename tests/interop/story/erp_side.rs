//! The ERP's side of a story: at RabbitMQ, or at the directory that a gateway has without one.

use std::fs;

use serde_json::Value;

use crate::broker;
use crate::erp_peer::Erp;
use crate::gateway::Gateway;
use crate::plan::Plan;

/// Where the ERP is.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    RabbitMq,
    Directory,
}

impl Side {
    /// The plan of a gateway that has its ERP there; `prefix` begins the names of its exchanges.
    pub fn plan(self, prefix: &str) -> Plan {
        match self {
            Self::RabbitMq => Plan::default().broker(&broker::shared().url(), prefix),
            Self::Directory => Plan::default(),
        }
    }

    /// The ERP itself, before the gateway starts.
    pub fn open(self, gateway: &Gateway) -> ErpSide {
        match self {
            Self::RabbitMq => ErpSide::RabbitMq(Erp::start(&broker::shared().url(), gateway)),
            Self::Directory => ErpSide::Directory,
        }
    }
}

pub enum ErpSide {
    RabbitMq(Erp),
    Directory,
}

impl ErpSide {
    /// Asks for `document` to be sent.
    pub fn send(&mut self, gateway: &Gateway, kind: &str, document: &Value) {
        let key = format!("send.{kind}.v1.acme-bearings");
        match self {
            Self::RabbitMq(erp) => {
                erp.publish(&serde_json::json!({"key": key, "body": document, "messageId": "order-1"}));
            }
            Self::Directory => {
                let folder = gateway.path("var/erp/from-erp/commands");
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(".new"), document.to_string()).unwrap();
                fs::rename(folder.join(".new"), folder.join(format!("{key}.1.json"))).unwrap();
            }
        }
    }

    /// Waits for an event of this name about the document with this number.
    pub fn wait_for_event(&self, gateway: &Gateway, name: &str, number: &str) {
        match self {
            Self::RabbitMq(erp) => drop(erp.wait_for_event(name, number)),
            Self::Directory => {
                let told = gateway.wait_for_event(name);
                assert_eq!(told["document"]["number"], number, "{told:#}");
            }
        }
    }

    /// The business documents, as soon as there are `count`, each with the key that orders its thread.
    pub fn documents(&self, gateway: &Gateway, count: usize) -> Vec<(Value, Option<String>)> {
        match self {
            Self::Directory => gateway.wait_for_documents(count).into_iter().map(|document| (document, None)).collect(),
            Self::RabbitMq(erp) => {
                let arrived = || erp.arrived("documents").len();
                erp.wait_for("documents", |_| arrived() >= count);
                let document = |one: Value| {
                    let key = one["attributes"]["partitionkey"].as_str().map(str::to_owned);
                    (one["data"].clone(), key)
                };
                erp.arrived("documents").into_iter().map(document).collect()
            }
        }
    }
}
