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
    /// Read a file of EDI into documents, or write a document (JSON) as a message
    Try(TryArguments),
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
