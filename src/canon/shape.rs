//! A JSON Schema of ours, boiled down to what the mapping compiler and the run-time check ask: which members there are,
//! in which order, of which type, and which are required.

use serde_json::Value;

/// Schemas of ours are trees a few levels deep; a reference that leads deeper than this leads in a circle.
const MAX_DEPTH: usize = 16;

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A single value.
    Value(Kind),
    /// An object with these members, in the schema's order.
    Object(Vec<Member>),
    /// An object whose keys are the partner's own, such as `extensions`; values are texts.
    Open,
    /// An array of items of one shape, with at least so many and at most so many.
    Array {
        /// What each item is.
        item: Box<Shape>,
        /// The fewest items.
        min: usize,
        /// The most items, where there is a bound.
        max: Option<usize>,
    },
}

/// The type of a single value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A decimal in a string.
    Decimal,
    /// A day.
    Date,
    /// An instant with its offset.
    Instant,
    /// A JSON integer.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Word(Vec<String>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What its value must be.
    pub shape: Shape,
    /// Whether the object is incomplete without it.
    pub required: bool,
}

impl Shape {
    /// Reads a schema that this crate generated. `None` if it uses a construct that our schemas do not have.
    pub fn of_schema(schema: &Value) -> Option<Self> {
        Self::read(schema, schema, MAX_DEPTH)
    }

    /// The member `name` of an object.
    pub fn member(&self, name: &str) -> Option<&Member> {
        match self {
            Self::Object(members) => members.iter().find(|member| member.name == name),
            Self::Value(_) | Self::Open | Self::Array { .. } => None,
        }
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Object(members) => members,
            Self::Value(_) | Self::Open | Self::Array { .. } => &[],
        }
    }

    fn read(schema: &Value, root: &Value, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = root.pointer(reference.strip_prefix('#')?)?;
            let mut shape = Self::read(target, root, depth)?;
            shape.require(required(schema));
            return Some(shape);
        }
        if let Some(words) = words(schema) {
            return Some(Self::Value(Kind::Word(words)));
        }
        let count =
            |bound: &str| schema.get(bound).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        match schema.get("type")?.as_str()? {
            "string" => Some(Self::Value(match schema.get("format").and_then(Value::as_str) {
                Some("decimal") => Kind::Decimal,
                Some("date") => Kind::Date,
                Some("date-time") => Kind::Instant,
                Some(_) | None => Kind::Text,
            })),
            "integer" => Some(Self::Value(Kind::Integer)),
            "boolean" => Some(Self::Value(Kind::Boolean)),
            "array" => Some(Self::Array {
                item: Box::new(Self::read(schema.get("items")?, root, depth)?),
                min: count("minItems").unwrap_or(0),
                max: count("maxItems"),
            }),
            "object" => match schema.get("properties") {
                Some(properties) => Self::object(schema, properties, root, depth),
                None => Some(Self::Open),
            },
            _ => None,
        }
    }

    fn object(schema: &Value, properties: &Value, root: &Value, depth: usize) -> Option<Self> {
        let members = properties.as_object()?.iter().map(|(name, schema)| {
            let shape = Self::read(schema, root, depth)?;
            Some(Member { name: name.clone(), shape, required: false })
        });
        let mut shape = Self::Object(members.collect::<Option<Vec<_>>>()?);
        shape.require(required(schema));
        Some(shape)
    }

    /// Makes members required: a place may ask more of a shared shape than the shape itself does.
    fn require<'s>(&mut self, names: impl Iterator<Item = &'s str>) {
        let Self::Object(members) = self else { return };
        for name in names {
            members.iter_mut().filter(|member| member.name == name).for_each(|member| member.required = true);
        }
    }
}

/// The members that a schema names as required.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The words of an enumeration: `enum`, or `oneOf` with a `const` and a description each.
pub(super) fn words(schema: &Value) -> Option<Vec<String>> {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(list) = schema.get("enum").and_then(Value::as_array) {
        return list.iter().map(word).collect();
    }
    let variants = schema.get("oneOf")?.as_array()?;
    variants.iter().map(|variant| word(variant.get("const")?)).collect()
}
