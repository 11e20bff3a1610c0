//! The members of a document, in its order.

use serde_json::Value;

use crate::canon::{push_index, push_member};

/// A member, an item of an array, or an object around them.
pub(super) struct Node<'d> {
    /// `lines[0].price.amount`
    pub(super) path: String,
    /// Its value; nothing of an object or array.
    pub(super) value: Option<&'d Value>,
    /// Whether it is an array of plain values.
    pub(super) is_list: bool,
}

/// Every object, item and value of a document, each before what is in it, less `meta`, which is the gateway's.
pub(super) fn of(document: &Value) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    walk(document, &mut String::new(), &mut nodes);
    nodes
}

fn walk<'d>(value: &'d Value, path: &mut String, nodes: &mut Vec<Node<'d>>) {
    let length = path.len();
    match value {
        Value::Object(members) => {
            nodes.push(Node { path: path.clone(), value: None, is_list: false });
            let is_root = path.is_empty();
            for (name, member) in members.iter().filter(|(name, _)| !(is_root && *name == "meta")) {
                push_member(path, name);
                walk(member, path, nodes);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            let is_list = !items.iter().any(|item| item.is_object() || item.is_array());
            nodes.push(Node { path: path.clone(), value: None, is_list });
            for (index, item) in items.iter().enumerate() {
                push_index(path, index);
                walk(item, path, nodes);
                path.truncate(length);
            }
        }
        value => nodes.push(Node { path: path.clone(), value: Some(value), is_list: false }),
    }
}

/// A value for a person.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The path of all such members: `lines[*].price` of `lines[2].price`.
pub(super) fn of_all(path: &str) -> String {
    let parts = path.split('[').enumerate().map(|(index, part)| match part.split_once(']') {
        Some((_, rest)) if index > 0 => format!("[*]{rest}"),
        _ => part.to_owned(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_come_in_the_order_of_the_document() {
        let document = json!({"meta": {"x": 1}, "b": "2", "a": [{"c": true}, "d"]});
        let nodes = of(&document);
        let paths: Vec<&str> = nodes.iter().map(|node| node.path.as_str()).collect();
        assert_eq!(paths, ["", "b", "a", "a[0]", "a[0].c", "a[1]"]);
        assert_eq!(of_all("a[0].c[12].d"), "a[*].c[*].d");
    }
}
