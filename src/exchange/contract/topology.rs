//! What an administrator of the broker sets up: exchanges, queues, policies, and users with no more rights than they need.
//! It is printed and never declared behind the administrator's back.

use serde_json::{Value, json};

use super::Names;

/// Brokers differ in what policies they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerVersion {
    /// RabbitMQ 3.10 and later of major 3.
    V3,
    /// RabbitMQ 4.
    V4,
}

/// A broker's set-up for one gateway and one ERP.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The names.
    pub names: Names,
    /// The virtual host.
    pub vhost: String,
    /// Which broker.
    pub version: BrokerVersion,
}

/// What is printed of a queue.
struct Queue {
    name: String,
    exchange: Option<String>,
    key: &'static str,
    single: bool,
}

/// What a user may do.
struct Permission {
    user: &'static str,
    configure: String,
    write: String,
    read: String,
}

impl Topology {
    fn exchanges(&self) -> Vec<String> {
        let Names { documents, test, events, commands } = &self.names;
        [documents, test, events, commands].into_iter().cloned().chain([DEAD_EXCHANGE.to_owned()]).collect()
    }

    fn queues(&self) -> Vec<Queue> {
        let Names { documents, test, events, commands } = &self.names;
        let queue = |name: String, exchange: &String, single| Queue {
            name,
            exchange: Some(exchange.clone()),
            key: "#",
            single,
        };
        vec![
            queue(self.names.queue(), commands, false),
            queue("erp.documents".to_owned(), documents, true),
            queue("erp-test.documents".to_owned(), test, true),
            queue("erp.events".to_owned(), events, true),
            Queue { name: DEAD_QUEUE.to_owned(), exchange: Some(DEAD_EXCHANGE.to_owned()), key: "#", single: false },
        ]
    }

    /// The policies: name, pattern of queues, definition.
    fn policies(&self) -> Vec<(&'static str, String, Value)> {
        let mut erp = json!({
            "delivery-limit": 10,
            "dead-letter-exchange": DEAD_EXCHANGE,
            "dead-letter-strategy": "at-least-once",
            "overflow": "reject-publish",
            "max-length": 100_000,
        });
        if let (BrokerVersion::V4, Some(members)) = (self.version, erp.as_object_mut()) {
            members.insert("delayed-retry-type".to_owned(), json!("all"));
            members.insert("delayed-retry-min".to_owned(), json!(5_000));
            members.insert("delayed-retry-max".to_owned(), json!(300_000));
        }
        let commands = json!({
            "dead-letter-exchange": DEAD_EXCHANGE,
            "dead-letter-strategy": "at-least-once",
            "overflow": "reject-publish",
            "delivery-limit": 1_000,
        });
        vec![
            ("edigate-erp", format!("^{ERP_QUEUES}$"), erp),
            ("edigate-commands", format!("^{}$", escaped(&self.names.queue())), commands),
        ]
    }

    /// Users and what they may do (RabbitMQ's access control, section "How Permissions Work"): declaring a queue is to
    /// configure it; binding one is to write it and to read the exchange; consuming is to read.
    fn permissions(&self) -> [Permission; 2] {
        let Names { documents, test, events, commands } = &self.names;
        let any = |names: &[&String]| names.iter().map(|name| escaped(name)).collect::<Vec<_>>().join("|");
        let published = any(&[documents, test, events]);
        [
            Permission {
                user: "edigate",
                configure: "^$".to_owned(),
                // Answers go to queues of the ERP's through the broker's own exchange.
                write: format!("^({published}|amq\\.default)$"),
                read: format!("^{}$", escaped(&self.names.queue())),
            },
            Permission {
                user: "erp",
                // What begins so is the ERP's own; answers come to a queue that the broker names.
                configure: format!("^({ERP_QUEUES}|{ANSWER_QUEUES})$"),
                write: format!("^({ERP_QUEUES}|{})$", escaped(commands)),
                read: format!("^({ERP_QUEUES}|{ANSWER_QUEUES}|{published})$"),
            },
        ]
    }

    /// A file for `rabbitmqctl import_definitions`. It holds no users, who must be there before: their passwords are
    /// nobody's but the administrator's.
    pub fn definitions(&self) -> Value {
        let vhost = &self.vhost;
        let queues = self.queues();
        let bindings = queues.iter().filter_map(|queue| {
            let exchange = queue.exchange.as_ref()?;
            Some(json!({
                "source": exchange, "vhost": vhost, "destination": queue.name, "destination_type": "queue",
                "routing_key": queue.key, "arguments": {},
            }))
        });
        json!({
            "vhosts": [{ "name": vhost }],
            "permissions": self.permissions().iter().map(|Permission { user, configure, write, read }| json!({
                "user": user, "vhost": vhost, "configure": configure, "write": write, "read": read,
            })).collect::<Vec<_>>(),
            "exchanges": self.exchanges().iter().map(|name| json!({
                "name": name, "vhost": vhost, "type": "topic", "durable": true, "auto_delete": false, "internal": false,
                "arguments": {},
            })).collect::<Vec<_>>(),
            "queues": queues.iter().map(|queue| json!({
                "name": queue.name, "vhost": vhost, "durable": true, "auto_delete": false, "arguments": arguments(queue),
            })).collect::<Vec<_>>(),
            "bindings": bindings.collect::<Vec<_>>(),
            "policies": self.policies().iter().map(|(name, pattern, definition)| json!({
                "name": name, "vhost": vhost, "pattern": pattern, "apply-to": "queues", "priority": 1, "definition": definition,
            })).collect::<Vec<_>>(),
        })
    }

    /// Commands for a shell, users included; their passwords are to be filled in.
    pub fn commands(&self) -> String {
        let vhost = &self.vhost;
        let mut lines = Vec::new();
        for Permission { user, .. } in self.permissions() {
            lines.push(format!("rabbitmqctl add_user {user}   # asks for the password"));
        }
        lines.push(
            "# Exchanges, queues and bindings: import the definitions (edigate amqp topology --format definitions). What \
             follows is in them, too."
                .to_owned(),
        );
        for (name, pattern, definition) in self.policies() {
            lines.push(format!(
                "rabbitmqctl set_policy -p '{vhost}' {name} '{pattern}' '{definition}' --apply-to queues"
            ));
        }
        for Permission { user, configure, write, read } in self.permissions() {
            lines.push(format!("rabbitmqctl set_permissions -p '{vhost}' {user} '{configure}' '{write}' '{read}'"));
        }
        lines.push("# With these the gateway may declare nothing: [erp.amqp] declare = false.".to_owned());
        lines.join("\n") + "\n"
    }

    /// Resources of the Terraform provider cyrilgdn/rabbitmq. The users must be there before, as with the definitions.
    pub fn terraform(&self) -> String {
        let label = |name: &str| name.replace(['.', '-'], "_");
        let vhost = &self.vhost;
        let users = self.permissions().map(|permission| permission.user).join(" and ");
        let mut blocks = vec![format!("# The users {users} must be there before: no password belongs into a file.")];
        for name in self.exchanges() {
            blocks.push(format!(
                "resource \"rabbitmq_exchange\" \"{}\" {{\n  name  = \"{name}\"\n  vhost = \"{vhost}\"\n  settings {{\n    type    = \"topic\"\n    durable = true\n  }}\n}}",
                label(&name)
            ));
        }
        for queue in self.queues() {
            let arguments = arguments(&queue);
            blocks.push(format!(
                "resource \"rabbitmq_queue\" \"{0}\" {{\n  name  = \"{1}\"\n  vhost = \"{vhost}\"\n  settings {{\n    durable        = true\n    arguments_json = jsonencode({arguments})\n  }}\n}}",
                label(&queue.name), queue.name
            ));
            if let Some(exchange) = &queue.exchange {
                blocks.push(format!(
                    "resource \"rabbitmq_binding\" \"{0}\" {{\n  source           = rabbitmq_exchange.{1}.name\n  destination      = rabbitmq_queue.{0}.name\n  destination_type = \"queue\"\n  routing_key      = \"{2}\"\n  vhost            = \"{vhost}\"\n}}",
                    label(&queue.name), label(exchange), queue.key
                ));
            }
        }
        for (name, pattern, definition) in self.policies() {
            let pattern = pattern.replace('\\', "\\\\");
            blocks.push(format!(
                "resource \"rabbitmq_policy\" \"{}\" {{\n  name  = \"{name}\"\n  vhost = \"{vhost}\"\n  policy {{\n    pattern    = \"{pattern}\"\n    priority   = 1\n    apply_to   = \"queues\"\n    definition = {definition}\n  }}\n}}",
                label(name)
            ));
        }
        for Permission { user, configure, write, read } in self.permissions() {
            let [configure, write, read] = [configure, write, read].map(|pattern| pattern.replace('\\', "\\\\"));
            blocks.push(format!(
                "resource \"rabbitmq_permissions\" \"{user}\" {{\n  user  = \"{user}\"\n  vhost = \"{vhost}\"\n  permissions {{\n    configure = \"{configure}\"\n    write     = \"{write}\"\n    read      = \"{read}\"\n  }}\n}}"
            ));
        }
        blocks.join("\n\n") + "\n"
    }
}

const DEAD_EXCHANGE: &str = "edigate.dlx";
const DEAD_QUEUE: &str = "edigate.dlq";
/// Names of the ERP's own queues.
const ERP_QUEUES: &str = r"erp(-test)?\..*";
/// Names that the broker gives to queues that have none.
const ANSWER_QUEUES: &str = r"amq\.gen.*";

fn arguments(queue: &Queue) -> Value {
    if queue.single {
        json!({ "x-queue-type": "quorum", "x-single-active-consumer": true })
    } else {
        json!({ "x-queue-type": "quorum" })
    }
}

/// A name inside a regular expression.
fn escaped(name: &str) -> String {
    name.replace('.', "\\.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTED: &str = include_str!("../../../docs/erp.md");

    #[test]
    fn every_format_prints_the_same_rights_and_no_more_than_are_needed() {
        let [documents, test, events, commands] =
            ["documents", "documents.test", "events", "commands"].map(|name| format!("edigate.{name}"));
        let names = Names { documents, test, events, commands };
        let topology = Topology { names, vhost: "/".to_owned(), version: BrokerVersion::V4 };
        let expect = [
            (
                "edigate",
                "^$",
                r"^(edigate\.documents|edigate\.documents\.test|edigate\.events|amq\.default)$",
                r"^edigate\.commands\.q$",
            ),
            (
                "erp",
                r"^(erp(-test)?\..*|amq\.gen.*)$",
                r"^(erp(-test)?\..*|edigate\.commands)$",
                r"^(erp(-test)?\..*|amq\.gen.*|edigate\.documents|edigate\.documents\.test|edigate\.events)$",
            ),
        ];
        let (commands, definitions, terraform) = (topology.commands(), topology.definitions(), topology.terraform());
        for (index, (user, configure, write, read)) in expect.into_iter().enumerate() {
            let line = format!("rabbitmqctl set_permissions -p '/' {user} '{configure}' '{write}' '{read}'\n");
            assert!(commands.contains(&line), "{line}\n{commands}");
            assert!(DOCUMENTED.contains(&line), "docs/erp.md has other rights than {line}");
            let expect = json!({"user": user, "vhost": "/", "configure": configure, "write": write, "read": read});
            assert_eq!(definitions["permissions"][index], expect);
            let hcl = |pattern: &str| pattern.replace('\\', "\\\\");
            for (right, pattern) in [("configure", configure), ("write    ", write), ("read     ", read)] {
                assert!(terraform.contains(&format!("{right} = \"{}\"", hcl(pattern))), "{right}\n{terraform}");
            }
        }
        assert!(definitions.get("users").is_none(), "a password is nobody's but the administrator's");
    }
}
