//! What may be typed behind `edigate mapping`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::CharsetArgument;

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// List the mappings there are: what each translates into what, and which ways
    List {
        #[command(flatten)]
        files: MappingsArgument,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Compile mapping files and tell all their faults, each with its line and what to type
    Check {
        /// The mappings: paths below mappings/, such as acme/order. All of one's own when none is named
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        #[command(flatten)]
        files: MappingsArgument,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a mapping file
    Show {
        /// The mapping: its path below mappings/, such as acme/order, or a shipped one, templates/x12/004010/order
        name: String,
        /// With all that it extends laid into it, and behind each key the file and line that it is from
        #[arg(long)]
        effective: bool,
        #[command(flatten)]
        files: MappingsArgument,
    },
    /// Read a file of EDI into documents, or write a document (JSON) as a message
    Try(TryArguments),
    /// Run the cases beside mappings in both directions: tests/DOCUMENT-CASE.edi and .json
    Test(TestArguments),
    /// Tell for each member of a document where it is from, or where it goes: value, segment, element, byte, rule
    Explain(ExplainArguments),
    /// Tell how one member came about, step by step, or what became of one element
    Trace(TraceArguments),
    /// Print the JSON Schema of mapping files, with which editors complete and check them
    Schema,
}

/// Where mappings and guides lie.
#[derive(Debug, Args)]
pub(crate) struct MappingsArgument {
    /// The gateway's configuration file, for mappings/, guides/ and partners/ beside it; edigate.toml, if it is there
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A folder with mappings of one's own, in place of mappings/ beside the configuration
    #[arg(long, value_name = "DIR")]
    pub(crate) mappings: Option<PathBuf>,
    /// A folder with guides of one's own, in place of guides/ beside the configuration
    #[arg(long, value_name = "DIR")]
    pub(crate) guides: Option<PathBuf>,
}

/// Whose messages they are.
#[derive(Debug, Args)]
pub(crate) struct PartnerArgument {
    /// The partner whose file says the time zone, the parties and what findings weigh; without it universal time and none
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TryArguments {
    /// The mapping: its path below mappings/, such as acme/order, or a shipped one, templates/x12/004010/order
    pub(crate) name: String,
    /// The file to read; `-` is standard input. One that ends in .json is written
    pub(crate) file: PathBuf,
    /// Write: the file is a document, whatever its name
    #[arg(long)]
    pub(crate) write: bool,
    /// Write a whole interchange around the message, from and to nobody, for programs that need one
    #[arg(long)]
    pub(crate) envelope: bool,
    #[command(flatten)]
    pub(crate) files: MappingsArgument,
    #[command(flatten)]
    pub(crate) partner: PartnerArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    /// Print JSON, a line for every document or message, with all that was noticed
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The file to read; `-` is standard input. One that ends in .json is a document to be written
    pub(crate) file: PathBuf,
    /// The mapping: its path below mappings/, such as acme/order, or a shipped one, templates/x12/004010/order
    #[arg(long, value_name = "NAME")]
    pub(crate) mapping: String,
    /// The file is a document, whatever its name
    #[arg(long)]
    pub(crate) write: bool,
    /// Only the transaction set at this place in the file, the first being 1
    #[arg(long, value_name = "N")]
    pub(crate) set: Option<usize>,
    #[command(flatten)]
    pub(crate) files: MappingsArgument,
    #[command(flatten)]
    pub(crate) partner: PartnerArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    /// Print JSON, a line for every message or document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    /// The file to read; `-` is standard input
    pub(crate) file: PathBuf,
    /// A member, lines[1].price.amount, or an object, lines[1].price; or a place, PO104, or in one segment, 12:PO104
    #[arg(value_name = "MEMBER|PLACE")]
    pub(crate) what: String,
    /// The mapping: its path below mappings/, such as acme/order, or a shipped one, templates/x12/004010/order
    #[arg(long, value_name = "NAME")]
    pub(crate) mapping: String,
    /// The transaction set at this place in the file, the first being 1; without it the first that the mapping is about
    #[arg(long, value_name = "N")]
    pub(crate) set: Option<usize>,
    #[command(flatten)]
    pub(crate) files: MappingsArgument,
    #[command(flatten)]
    pub(crate) partner: PartnerArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The mappings whose cases are run; those of all of one's own when none is named
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Write what was read into the .json of each case that differs, and messages of cases that have none
    #[arg(long)]
    pub(crate) update: bool,
    #[command(flatten)]
    pub(crate) files: MappingsArgument,
    /// The partner whose file says the time zone and the parties; without it the one whose folder the mapping is in, if
    /// there is one
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
