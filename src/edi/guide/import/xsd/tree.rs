//! An XML schema as a tree of what its elements and annotations say, without namespaces.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// XML elements of a schema; the largest published ones have a hundred thousand.
const NODES: usize = 1_000_000;
/// XML elements inside one another; schemas stay below fifty.
const DEPTH: usize = 128;

/// An XML element.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Its name without prefix.
    pub(super) name: String,
    attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// An attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The children of this name.
    pub(super) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The annotation of this name: `recordInfo`, `fieldInfo`, `schemaInfo`.
    pub(super) fn annotations<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Self> {
        self.all("annotation").flat_map(|one| one.all("appinfo")).flat_map(move |info| info.all(name))
    }
}

/// Reads an XML document.
pub(super) fn read(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    let mut nodes = 0;
    loop {
        let event = reader.read_event().map_err(|fault| format!("this is not XML: {fault}"))?;
        match event {
            Event::Start(start) => {
                nodes += 1;
                open.push(node(&start)?);
            }
            Event::Empty(start) => {
                nodes += 1;
                open.push(node(&start)?);
                close(&mut open)?;
            }
            Event::End(_) => close(&mut open)?,
            Event::Eof => break,
            _ => {}
        }
        if nodes > NODES {
            return Err(format!("more than {NODES} XML elements"));
        }
        if open.len() > DEPTH {
            return Err(format!("more than {DEPTH} XML elements inside one another"));
        }
    }
    let (Some(mut top), true) = (open.pop(), open.is_empty()) else {
        return Err("this is not XML: it ends too early".to_owned());
    };
    top.children.pop().filter(|root| root.name == "schema").ok_or_else(|| "this is no XML schema".to_owned())
}

fn close(open: &mut Vec<Node>) -> Result<(), String> {
    match (open.pop(), open.last_mut()) {
        (Some(node), Some(parent)) => {
            parent.children.push(node);
            Ok(())
        }
        _ => Err("this is not XML: an end without a beginning".to_owned()),
    }
}

fn node(start: &BytesStart<'_>) -> Result<Node, String> {
    let mut node = Node { name: start.local_name().as_ref().to_owned(), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|fault| format!("this is not XML: {fault}"))?;
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|fault| format!("this is not XML: {fault}"))?;
        node.attributes.insert(attribute.key.local_name().as_ref().to_owned(), value.into_owned());
    }
    Ok(node)
}
