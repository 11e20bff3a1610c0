//! The mappings, guides and partners that a command works with.

use std::path::{Path, PathBuf};

use crate::base::{Diagnostic, PartnerId, nearest};
use crate::cli::args::{GuidesArgument, MappingsArgument, PartnerArgument};
use crate::cli::exit::Exit;
use crate::cli::guide::guides_of;
use crate::cli::print::Failure;
use crate::cli::report::{self, Lines};
use crate::config::{self, MappingFiles};
use crate::edi::Guides;
use crate::mapping::{Mapping, template, templates};
use crate::partner::Terms;

const CONFIGURATION: &str = "edigate.toml";

/// How the engine calls the folder of mappings, wherever it lies.
const FOLDER: &str = "mappings/";

/// What there is to work with.
pub(super) struct Project {
    files: MappingFiles,
    pub(super) guides: Guides,
    /// The configuration, when there is one.
    configuration: Option<PathBuf>,
}

impl Project {
    /// What the command line says: a configuration, or folders.
    pub(super) fn of(argument: &MappingsArgument) -> Result<Self, Failure> {
        let configuration = match &argument.config {
            Some(file) if file.is_file() => Some(file.clone()),
            Some(file) => return Err(Failure::new(Exit::Usage, format!("{} is no file", file.display()))),
            None => Some(PathBuf::from(CONFIGURATION)).filter(|file| file.is_file()),
        };
        let beside = configuration.as_deref().unwrap_or(Path::new(CONFIGURATION));
        let files = match &argument.mappings {
            Some(folder) if folder.is_dir() => MappingFiles::in_folder(folder),
            Some(folder) => return Err(Failure::new(Exit::Usage, format!("{} is no folder", folder.display()))),
            None => MappingFiles::beside(beside),
        };
        let config = configuration.clone().filter(|_| argument.guides.is_none());
        let guides = guides_of(&GuidesArgument { guides: argument.guides.clone(), config })?;
        Ok(Self { files, guides, configuration })
    }

    /// Files that could not be read.
    pub(super) fn unreadable(&self) -> Vec<Diagnostic> {
        self.files.unreadable().to_vec()
    }

    /// The names of one's own files.
    pub(super) fn own(&self) -> impl Iterator<Item = &str> {
        self.files.names()
    }

    /// The names of shipped mappings that no file of one's own stands for.
    pub(super) fn shipped(&self) -> impl Iterator<Item = &'static str> {
        templates().filter(|name| !self.is_own(name))
    }

    pub(super) fn is_own(&self, name: &str) -> bool {
        self.files.names().any(|known| known == name)
    }

    /// Whether a file is made only to be extended.
    pub(super) fn is_part(&self, name: &str) -> bool {
        self.files.is_part(name)
    }

    /// The text of a file, shipped or not, or of a table beside one.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.files.text(name).or_else(|| template(name).map(str::to_owned))
    }

    /// The mapping that was meant by what was typed: a name, or the path of its file.
    pub(super) fn name(&self, typed: &str) -> Result<String, Failure> {
        let plain = typed.strip_suffix(".toml").unwrap_or(typed);
        let plain = plain.strip_prefix("./").unwrap_or(plain);
        let folder = format!("{}/", self.place("").trim_end_matches('/'));
        let below = plain.strip_prefix(&folder).or_else(|| plain.strip_prefix(FOLDER));
        let known = |name: &str| self.own().any(|own| own == name) || template(name).is_some();
        let found = [Some(plain), below].into_iter().flatten().find(|name| known(name));
        found.map(str::to_owned).ok_or_else(|| {
            let wanted = below.unwrap_or(plain);
            let mut names: Vec<&str> = self.own().collect();
            self.shipped().for_each(|name| names.push(name));
            let hint = match nearest(wanted, names) {
                Some(near) => format!("did you mean {near}?"),
                None => "'edigate mapping list' tells which there are".to_owned(),
            };
            Failure::new(Exit::Failed, format!("there is no mapping {typed}; {hint}"))
        })
    }

    /// Compiles a mapping by its name.
    pub(super) fn compile(&self, name: &str) -> Result<Mapping, Vec<Diagnostic>> {
        Mapping::compile(name, &|name| self.files.text(name), &self.guides)
    }

    /// The mapping that was meant by what was typed.
    pub(super) fn mapping(&self, typed: &str) -> Result<Mapping, Failure> {
        let name = self.name(typed)?;
        self.compile(&name).map_err(|faults| {
            let told = self.paragraphs(&faults);
            Failure::new(Exit::Configuration, format!("{name} has faults\n{told}{}", report::summary(&faults)))
        })
    }

    /// What the partner's file says; the terms of nobody when no partner is named.
    pub(super) fn terms(&self, partner: Option<&str>) -> Result<Terms, Failure> {
        let Some(partner) = partner else { return Ok(Terms::default()) };
        let Some(configuration) = &self.configuration else {
            let text = "there is no configuration that could know a partner; name its file by --config";
            return Err(Failure::new(Exit::Usage, text));
        };
        let id: PartnerId =
            partner.parse().map_err(|fault| Failure::new(Exit::Usage, format!("'{partner}' {fault}")))?;
        let folder = configuration.parent().unwrap_or(Path::new(""));
        let place = format!("partners/{id}/partner.toml");
        match config::partner_terms(configuration, &id) {
            Ok(Some(terms)) => Ok(terms),
            Ok(None) => Err(Failure::new(Exit::Failed, format!("there is no {}", folder.join(place).display()))),
            Err(faults) => {
                let source = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
                let told = report::render(&faults, &source);
                Err(Failure::new(Exit::Configuration, format!("there are faults\n{told}")))
            }
        }
    }

    /// Whether the configuration has a partner of this name.
    pub(super) fn has_partner(&self, name: &str) -> bool {
        let folder = self.configuration.as_ref().map(|file| file.parent().unwrap_or(Path::new("")));
        folder.is_some_and(|folder| folder.join("partners").join(name).join("partner.toml").is_file())
    }

    /// Where a file below the folder of mappings lies, as a person would type it.
    pub(super) fn place(&self, below: &str) -> String {
        let place = self.files.place(below).display().to_string();
        place.strip_prefix("./").map(str::to_owned).unwrap_or(place)
    }

    /// A file that the engine names, as a person would type it; the engine's own name of what is shipped.
    pub(super) fn shown(&self, file: &str) -> String {
        let own = file.strip_prefix(FOLDER).filter(|below| self.is_own(below.trim_end_matches(".toml")));
        own.map_or_else(|| file.to_owned(), |below| self.place(below))
    }

    /// The text of a file that the engine names.
    pub(super) fn source(&self, file: &str) -> Option<String> {
        self.text(file.strip_prefix(FOLDER)?.strip_suffix(".toml")?)
    }

    /// The same diagnostic with its file as a person would type it.
    pub(super) fn placed(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.location.file = diagnostic.location.file.map(|file| self.shown(&file));
        diagnostic
    }

    /// A paragraph for each diagnostic, with the lines of the files.
    pub(super) fn paragraphs(&self, diagnostics: &[Diagnostic]) -> String {
        let one = |diagnostic: &Diagnostic| {
            let file = diagnostic.location.file.clone().unwrap_or_default();
            let placed = self.placed(diagnostic.clone());
            report::paragraphs(&[placed], Lines::Whole, &|_| self.source(&file))
        };
        diagnostics.iter().map(one).collect()
    }
}

/// A mapping that is at work, for a partner or for nobody.
pub(super) struct Trial {
    pub(super) project: Project,
    pub(super) mapping: Mapping,
    pub(super) terms: Terms,
}

impl Trial {
    /// What the command line says.
    pub(super) fn of(files: &MappingsArgument, name: &str, partner: &PartnerArgument) -> Result<Self, Failure> {
        let project = Project::of(files)?;
        let mapping = project.mapping(name)?;
        let terms = project.terms(partner.partner.as_deref())?;
        Ok(Self { project, mapping, terms })
    }
}
