//! What may be typed.

mod cert;
mod edi;
mod mapping;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use cert::*;
pub(crate) use edi::*;
pub(crate) use mapping::*;

/// A gateway between partners who speak AS2 with X12 or EDIFACT and an ERP that reads canonical JSON.
#[derive(Debug, Parser)]
#[command(name = "edigate", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway until it is told to stop (SIGTERM drains, SIGHUP reloads)
    Serve(ConfigArgument),
    /// Report every fault of the configuration, with file, line and what to type
    Check {
        #[command(flatten)]
        config: ConfigArgument,
        /// Print the diagnostics as JSON
        #[arg(long)]
        json: bool,
    },
    /// Look into files of X12 and EDIFACT, without a gateway and without configuration
    #[command(subcommand)]
    Edi(EdiCommand),
    /// Speak AS2 by hand
    #[command(subcommand)]
    As2(As2Command),
    /// List certificates, and put the next one in place of one that ends
    #[command(subcommand)]
    Cert(CertCommand),
    /// List, show and import guides: what messages look like
    #[command(subcommand)]
    Guide(GuideCommand),
    /// List, show and compare the schemas of the canonical documents
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Check, try and test mappings: what messages become and what documents become
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Look at the documents of a running gateway
    #[command(subcommand)]
    Doc(DocCommand),
    /// Look at the transport messages of a running gateway, refused ones too, and have it send
    #[command(subcommand)]
    Exchange(ExchangeCommand),
    /// Prove to others what was sent and received
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// What operators did
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the contract with the ERP as AsyncAPI 3.0: documents, events and commands, with their schemas
    Asyncapi(ConfigArgument),
    /// What an administrator sets up at the broker
    #[command(subcommand)]
    Amqp(AmqpCommand),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgument {
    /// The gateway's configuration file
    #[arg(long, value_name = "FILE", default_value = "edigate.toml")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AmqpCommand {
    /// Print exchanges, queues, policies and permissions; nothing is changed at the broker
    Topology {
        #[command(flatten)]
        config: ConfigArgument,
        /// For whom it is printed
        #[arg(long, value_enum, default_value_t = TopologyFormat::Definitions)]
        format: TopologyFormat,
        /// The broker's version
        #[arg(long, value_enum, default_value_t = BrokerArgument::V4)]
        broker: BrokerArgument,
        /// The virtual host
        #[arg(long, value_name = "NAME", default_value = "/")]
        vhost: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TopologyFormat {
    /// A file for `rabbitmqctl import_definitions`
    Definitions,
    /// Commands for a shell, users included
    Rabbitmqctl,
    /// Resources of the provider cyrilgdn/rabbitmq
    Terraform,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BrokerArgument {
    #[value(name = "3.10")]
    V3,
    #[value(name = "4")]
    V4,
}

#[derive(Debug, Subcommand)]
pub(crate) enum As2Command {
    /// Send one file, ask for a receipt, and verify the receipt and its MIC
    Send(Box<SendArguments>),
}

#[derive(Debug, Args)]
pub(crate) struct SendArguments {
    /// The file to send
    pub(crate) file: PathBuf,
    /// Address to post to
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Our AS2 name (AS2-From)
    #[arg(long, value_name = "NAME")]
    pub(crate) as2_from: String,
    /// Their AS2 name (AS2-To)
    #[arg(long, value_name = "NAME")]
    pub(crate) as2_to: String,
    /// Our certificate (PEM), needed to sign
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// Our private key (PEM), needed to sign
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// Their certificate (PEM): encrypts the message and verifies the receipt
    #[arg(long, value_name = "FILE")]
    pub(crate) their_cert: Option<PathBuf>,
    /// Digest of our signature
    #[arg(long, value_enum, default_value_t = SignArgument::Sha256)]
    pub(crate) sign: SignArgument,
    /// Cipher of the content
    #[arg(long, value_enum, default_value_t = EncryptArgument::Aes256Cbc)]
    pub(crate) encrypt: EncryptArgument,
    /// Whether and when to compress
    #[arg(long, value_enum, default_value_t = CompressArgument::None)]
    pub(crate) compress: CompressArgument,
    /// Sign by RSASSA-PSS; keys on elliptic curves have one way only
    #[arg(long)]
    pub(crate) pss: bool,
    /// Encrypt the content's key by RSAES-OAEP (with SHA-256)
    #[arg(long)]
    pub(crate) oaep: bool,
    /// The receipt to ask for
    #[arg(long, value_enum, default_value_t = ReceiptArgument::Signed)]
    pub(crate) receipt: ReceiptArgument,
    /// Message-ID, to send the same message again; a fresh one when left out
    #[arg(long, value_name = "ID")]
    pub(crate) message_id: Option<String>,
    /// Content type of the payload
    #[arg(long, value_name = "TYPE", default_value = "application/edi-x12")]
    pub(crate) content_type: String,
    /// Certificates (PEM) of those who may have issued the server's TLS certificate, in place of the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The server's own TLS certificate (PEM): exactly this one is accepted, whatever it says about itself
    #[arg(long, value_name = "FILE", conflicts_with = "tls_ca")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignArgument {
    None,
    #[value(name = "sha-1")]
    Sha1,
    #[value(name = "sha-256")]
    Sha256,
    #[value(name = "sha-384")]
    Sha384,
    #[value(name = "sha-512")]
    Sha512,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EncryptArgument {
    None,
    #[value(name = "aes-128-cbc")]
    Aes128Cbc,
    #[value(name = "aes-192-cbc")]
    Aes192Cbc,
    #[value(name = "aes-256-cbc")]
    Aes256Cbc,
    #[value(name = "aes-128-gcm")]
    Aes128Gcm,
    #[value(name = "aes-192-gcm")]
    Aes192Gcm,
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
    #[value(name = "3des")]
    TripleDes,
}

/// Whether and when to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CompressArgument {
    None,
    #[value(name = "before-sign")]
    BeforeSigning,
    #[value(name = "after-sign")]
    AfterSigning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReceiptArgument {
    Signed,
    Unsigned,
    None,
}

#[derive(Debug, Args)]
pub(crate) struct SocketArgument {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// The gateway's admin socket, in place of the one the configuration names
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) socket: SocketArgument,
    /// Only this partner's
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
    /// Only those at this stage
    #[arg(long, visible_alias = "state", value_name = "STAGE")]
    pub(crate) stage: Option<String>,
    /// At most this many, newest first; the gateway gives no more than 1000 at once
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Only those older than this one, to go on from the end of a list
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// Ids of documents, or the first six or more letters of them; without any, those that the selectors choose among
    /// what came in, or with --direction out among what went out and is at its end
    pub(crate) ids: Vec<String>,
    /// All that wait for the same, as 'edigate doc quarantine' names them: those of which there is a document by now go on
    #[arg(long, value_name = "GROUP", conflicts_with = "ids")]
    pub(crate) group: Option<String>,
    #[command(flatten)]
    pub(crate) select: DocumentListArguments,
    /// By which mapping: as it was read the first time (which is the default), or as the mapping in force reads it. What
    /// goes out is written by the mapping in force
    #[arg(long, value_name = "WHICH", value_parser = ["original", "current"])]
    pub(crate) with: Option<String>,
    /// Only say what would be different (exit code 2 when something is); for what came in
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Leave out what is the same as the first time; for what came in
    #[arg(long)]
    pub(crate) only_different: bool,
    /// Why: it is told to the ERP and kept with the document
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DocumentListArguments {
    #[command(flatten)]
    pub(crate) list: ListArguments,
    /// Only those that come in, or go out
    #[arg(long, value_name = "WAY", value_parser = ["in", "out"])]
    pub(crate) direction: Option<String>,
    /// Only those of this type, such as order
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Only those of the order with this number, the order itself among them
    #[arg(long, value_name = "NUMBER")]
    pub(crate) po: Option<String>,
    /// Only those made since then: an instant, a day, today, yesterday, or 90m, 24h, 7d ago
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Only those made before then
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DocCommand {
    /// List documents, newest first
    List(DocumentListArguments),
    /// Tell the story of an order, or of a document by its number: everything that was exchanged about it, on one screen
    Trace {
        /// The order's number, or a document's own; what stands before a colon, as in PO:4500012345, is passed over
        number: String,
        /// Only this partner's, where several use the number
        #[arg(long, value_name = "ID")]
        partner: Option<String>,
        #[command(flatten)]
        socket: SocketArgument,
    },
    /// Publish documents again under their own ids, or make new messages of the ERP's; a reason is wanted
    Replay(ReplayArguments),
    /// Offer the message that carried a document to the partner again, delivered or not: the same bytes, the same Message-ID
    Resend {
        /// The document's id, or the first six or more letters of it
        id: String,
        /// Why: it is kept with the message
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        socket: SocketArgument,
        #[command(flatten)]
        wait: WaitArgument,
    },
    /// Show why a document waits, in what the partner sent, and how many more wait for the same
    Explain {
        /// Its id, or the first six or more letters of it
        id: String,
        #[command(flatten)]
        socket: SocketArgument,
    },
    /// What waits for a person, grouped by why it does
    Quarantine {
        /// Only this partner's
        #[arg(long, value_name = "ID")]
        partner: Option<String>,
        /// Only this group, with the ids of its documents
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
        #[command(flatten)]
        socket: SocketArgument,
    },
    /// Let a document go on that waits for a person, by the configuration in force
    Release {
        /// Its id, or the first six or more letters of it; several may be given
        #[arg(required_unless_present = "group")]
        ids: Vec<String>,
        /// All that wait for the same, as 'edigate doc quarantine' names them
        #[arg(long, value_name = "GROUP", conflicts_with = "ids")]
        group: Option<String>,
        /// Why: it is told to the ERP and kept with the document
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        socket: SocketArgument,
    },
    /// Show one document: where it came from, how far it is, what was wrong with it
    Show {
        /// Its id, or the first six or more letters of it
        id: String,
        #[command(flatten)]
        socket: SocketArgument,
        /// Print its content instead: the canonical document, or the transaction set when it is parked
        #[arg(long)]
        content: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExchangeCommand {
    /// List exchanges, newest first
    List(ListArguments),
    /// Show one exchange
    Show {
        /// Its id, or the first six or more letters of it
        id: String,
        #[command(flatten)]
        socket: SocketArgument,
        /// Print the business content instead: what the partner sent, decrypted, or what is sent to it
        #[arg(long)]
        content: bool,
        /// Print this attachment of the message instead, by its place in the list, from 1
        #[arg(long, value_name = "NUMBER", conflicts_with = "content")]
        attachment: Option<usize>,
    },
    /// Have the gateway send a file to a partner; it is on disk there when this command ends
    Submit(Box<SubmitArguments>),
    /// Send the content of an earlier message once more, as a new message under a new Message-ID
    Resubmit {
        /// Its id, or the first six or more letters of it
        id: String,
        #[command(flatten)]
        socket: SocketArgument,
        #[command(flatten)]
        wait: WaitArgument,
    },
    /// Offer a message again now, delivered or not: the same bytes under the same Message-ID
    Retry {
        /// Its id, or the first six or more letters of it
        id: String,
        /// Why: it is kept with the message
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        socket: SocketArgument,
        #[command(flatten)]
        wait: WaitArgument,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List who did what, newest first
    List {
        #[command(flatten)]
        socket: SocketArgument,
        /// Only since then: an instant, a day, today, yesterday, or 90m, 24h, 7d ago
        #[arg(long, value_name = "WHEN")]
        since: Option<String>,
        /// Only before then
        #[arg(long, value_name = "WHEN")]
        until: Option<String>,
        /// Only what was done to this: the id of a document or an exchange, its beginning, or a partner's
        #[arg(long, value_name = "ID")]
        subject: Option<String>,
        /// At most this many; the gateway gives no more than 1000 at once
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        /// Only rows before this one, to go on from the end of a list
        #[arg(long, value_name = "ROW")]
        before: Option<u64>,
    },
    /// Walk along the rows: whether one was changed or taken out (exit code 2)
    Verify {
        #[command(flatten)]
        socket: SocketArgument,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Write a folder with a message, its receipt, signatures and certificates, and a script that verifies it with openssl
    Export(ExportArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The exchange's id, the first six or more letters of it, or the Message-ID
    pub(crate) message: String,
    /// The folder to make; evidence-ID in this one when left out
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) socket: SocketArgument,
}

#[derive(Debug, Args)]
pub(crate) struct SubmitArguments {
    /// The partner's id: the name of its folder
    pub(crate) partner: String,
    /// The file to send
    pub(crate) file: PathBuf,
    /// Content type of the payload, in place of the partner file's
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,
    /// The file name the partner is told, in place of the file's own
    #[arg(long, value_name = "NAME")]
    pub(crate) file_name: Option<String>,
    /// Subject, in place of the partner file's
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,
    #[command(flatten)]
    pub(crate) socket: SocketArgument,
    #[command(flatten)]
    pub(crate) wait: WaitArgument,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct WaitArgument {
    /// Wait for the end, at most so many seconds: exit code 0 when it is delivered, 1 when not
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct GuidesArgument {
    /// A folder with guides of one's own, beside those that come with edigate
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) guides: Option<PathBuf>,
    /// The gateway's configuration file, for what is in guides/ beside it; edigate.toml, if it is there
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuideCommand {
    /// List the guides there are
    List {
        #[command(flatten)]
        guides: GuidesArgument,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one guide: its loops, its segments, their elements and codes
    Show {
        /// Which one: x12/004010/850, edifact/D96A/ORDERS, an overlay such as acme-bearings/810, or a segment, x12/004010/TA1
        guide: String,
        /// Only this loop or segment, by name, path or segment group: N1, PO1/N1, SG25
        part: Option<String>,
        #[command(flatten)]
        guides: GuidesArgument,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make guides of a UN/EDIFACT directory (zip) or of a BizTalk-style schema (xsd) that you hold
    Import(ImportArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// List the documents there are, with the versions of their schemas
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one schema
    Show {
        /// Which one: order@1 for the newest of a major, or order/1.0
        schema: String,
    },
    /// Tell what differs between two versions, and whether it needs a new major (exit code 2)
    Diff {
        /// The older one: order@1, order/1.0, or a file
        old: String,
        /// The newer one
        new: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The archive of a directory, such as d96a.zip, or a schema, such as X12_00401_850.xsd
    pub(crate) source: PathBuf,
    /// The folder of guides to write into: guides/ beside edigate.toml, or any other
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
    /// Only this message, such as ORDERS; may be given several times. All of them when left out
    #[arg(long, value_name = "MESSAGE")]
    pub(crate) only: Vec<String>,
    /// Write over files that are there
    #[arg(long)]
    pub(crate) replace: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
