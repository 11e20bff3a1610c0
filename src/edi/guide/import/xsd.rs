//! Schemas in the style of BizTalk: one XML schema for each transaction set, where loops, segments, composites and
//! elements are XML elements in order. What XML Schema cannot say stands in annotations:
//!
//! ```xml
//! <b:schemaInfo document_type="864" standards_version="00401" …/>
//! <xs:element ref="N1" minOccurs="0" maxOccurs="2">  <b:recordInfo tag_name="N1" notes="Name">
//!     <b:Rule subjects="X12ConditionDesignatorX_Paired"> <b:Subject name="N103"/> <b:Subject name="N104"/> </b:Rule>
//! <xs:element name="N101" type="X12_ID_98">          <b:fieldInfo notes="Entity Identifier Code_98"/>
//! ```
//!
//! A segment that differs from place to place has copies there, `DTM_2`, `DTM_3`. A dictionary has each segment once:
//! the first copy gives its elements, all copies its codes.

mod set;
mod tree;

use super::{Imported, Pack, label, note};
use crate::base::Diagnostic;

/// Makes a guide of a schema. `file` is its name, for faults.
///
/// # Errors
/// When it is no XML, or says nowhere which message it describes.
pub fn import(file: &str, bytes: &[u8]) -> Result<Imported, Diagnostic> {
    let not_one = |text: String| Diagnostic::error("not-a-schema", format!("{file}: {text}"));
    let text = text(bytes).ok_or_else(|| not_one("this is neither UTF-8 nor UTF-16".to_owned()))?;
    let root = tree::read(&text).map_err(not_one)?;
    set::import(file, &root).map_err(not_one)
}

/// Schemas are in UTF-8 or, as the editor writes them, in UTF-16 with a byte order mark.
fn text(bytes: &[u8]) -> Option<String> {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units = bytes.get(2..)?.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(from));
        String::from_utf16(&units.collect::<Vec<u16>>()).ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).to_vec()).ok(),
    }
}
