//! What a JSON schema says, in the few forms that scene types come in.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::pattern::Pattern;

/// Index of a type in its [`Model`].
pub(super) type Id = usize;

/// Chains of names for names, and nested constraints, are followed this far.
const DEEPEST: usize = 64;
/// A schema may hold this many types.
const MOST_TYPES: usize = 20_000;

/// Number formats that schemars writes by itself.
const NUMBER_FORMATS: [&str; 16] = [
    "int8", "int16", "int32", "int64", "int128", "int", "uint8", "uint16", "uint32", "uint64", "uint128", "uint",
    "float", "double", "f32", "f64",
];

/// All types that a schema mentions.
#[derive(Debug)]
pub(super) struct Model {
    types: Vec<Type>,
    root: Id,
    /// How deep the shortest value of each type is.
    costs: Vec<u32>,
}

/// One type.
#[derive(Debug, Default)]
pub(super) struct Type {
    /// The name it goes by among the definitions.
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    /// The author's word for it, from `x-type`.
    pub(super) words: Option<String>,
    /// A format that the caller checks.
    pub(super) format: Option<String>,
    pub(super) examples: Vec<Json>,
    pub(super) kind: Kind,
}

/// The forms of types.
#[derive(Debug, Default)]
pub(super) enum Kind {
    /// Anything goes.
    #[default]
    Any,
    /// A text or a number that only its format describes.
    Plain,
    /// `()`
    Unit,
    Bool,
    Number(Number),
    Text(Text),
    /// Any number of equal items.
    List {
        item: Id,
        length: Length,
    },
    /// A fixed number of items.
    Tuple(Vec<Id>),
    /// Values under keys that the author chooses.
    Map {
        keys: Keys,
        values: Id,
        length: Length,
    },
    Record(Record),
    Choice(Vec<Variant>),
    /// The value or `None`.
    Optional(Id),
    /// The value has one of several types.
    Either(Vec<Id>),
    /// Another name for a type.
    Alias(Id),
}

#[derive(Debug, Default)]
pub(super) struct Number {
    pub(super) whole: bool,
    pub(super) least: Option<Bound>,
    pub(super) most: Option<Bound>,
}

/// One end of a range.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) value: Amount,
    /// The end itself is not allowed.
    pub(super) open: bool,
}

/// A number, exact if it is whole.
#[derive(Clone, Copy, Debug)]
pub(super) enum Amount {
    Whole(i128),
    Real(f64),
}

#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) length: Length,
    pub(super) pattern: Option<Pattern>,
}

/// How many items or characters there may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
}

#[derive(Debug)]
pub(super) enum Keys {
    Text(Option<Pattern>),
    Whole { negative: bool },
}

#[derive(Debug, Default)]
pub(super) struct Record {
    /// Required fields first.
    pub(super) fields: Vec<Field>,
    /// The type of fields under other names, where those are allowed.
    pub(super) others: Option<Id>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) id: Id,
    pub(super) required: bool,
    pub(super) description: Option<String>,
    pub(super) default: Option<Json>,
    pub(super) unit: Option<String>,
    pub(super) examples: Vec<Json>,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) payload: Option<Id>,
}

impl Model {
    pub(super) fn of(schema: &Json) -> Self {
        let mut reader = Reader { document: schema, named: HashMap::new(), types: Vec::new() };
        let root = reader.target("#");
        let mut model = Model { types: reader.types, root, costs: Vec::new() };
        model.costs = super::sample::costs(&model);
        model
    }

    pub(super) fn root(&self) -> Id {
        self.root
    }

    /// The type with that index, names for names followed to what they mean.
    pub(super) fn get(&self, id: Id) -> &Type {
        const ANY: &Type =
            &Type { name: None, description: None, words: None, format: None, examples: Vec::new(), kind: Kind::Any };
        let mut id = id;
        for _ in 0..DEEPEST {
            match self.types.get(id) {
                Some(Type { kind: Kind::Alias(next), .. }) => id = *next,
                Some(found) => return found,
                None => break,
            }
        }
        ANY
    }

    /// The index behind names for names, to tell types apart.
    pub(super) fn behind(&self, id: Id) -> Id {
        let mut id = id;
        for _ in 0..DEEPEST {
            match self.types.get(id) {
                Some(Type { kind: Kind::Alias(next), .. }) => id = *next,
                _ => break,
            }
        }
        id
    }

    /// How deep the shortest value of the type is; the largest number if there can be none.
    pub(super) fn cost(&self, id: Id) -> u32 {
        self.costs.get(self.behind(id)).copied().unwrap_or(u32::MAX)
    }

    /// How many types there are.
    pub(super) fn len(&self) -> usize {
        self.types.len()
    }
}

impl Record {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Bound {
    fn from_json(value: Option<&Json>, open: bool) -> Option<Bound> {
        let number = value?.as_number()?;
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        let value = whole.map(Amount::Whole).or_else(|| number.as_f64().map(Amount::Real))?;
        Some(Bound { value, open })
    }
}

impl Amount {
    pub(super) fn real(self) -> f64 {
        match self {
            Amount::Whole(value) => value as f64,
            Amount::Real(value) => value,
        }
    }

    pub(super) fn compare(self, other: Amount) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Amount::Whole(a), Amount::Whole(b)) => Some(a.cmp(&b)),
            _ => self.real().partial_cmp(&other.real()),
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Amount::Whole(value) => write!(out, "{value}"),
            Amount::Real(value) if *value != 0.0 && !(1e-5..1e16).contains(&value.abs()) => write!(out, "{value:e}"),
            Amount::Real(value) => write!(out, "{value}"),
        }
    }
}

/// Turns JSON into types.
struct Reader<'j> {
    document: &'j Json,
    named: HashMap<String, Id>,
    types: Vec<Type>,
}

type Object = Map<String, Json>;

impl<'j> Reader<'j> {
    fn reserve(&mut self) -> Id {
        self.types.push(Type::default());
        self.types.len() - 1
    }

    fn add(&mut self, kind: Kind) -> Id {
        self.types.push(Type { kind, ..Type::default() });
        self.types.len() - 1
    }

    /// The type that a reference points at.
    fn target(&mut self, reference: &str) -> Id {
        if let Some(id) = self.named.get(reference) {
            return *id;
        }
        let id = self.reserve();
        self.named.insert(reference.to_owned(), id);
        let Some(Json::Object(object)) = self.find(reference) else { return id };
        let inner = self.object(object, 0);
        let name = reference.strip_prefix("#/$defs/").or_else(|| object.get("title").and_then(Json::as_str));
        self.types[id].kind = Kind::Alias(inner);
        if let Some(found) = self.types.get_mut(inner)
            && found.name.is_none()
            && !object.contains_key("$ref")
        {
            found.name = name.map(str::to_owned);
        }
        id
    }

    /// A named type with further constraints beside its name.
    fn narrowed(&mut self, reference: &str, object: &Object, depth: usize) -> Id {
        let Some(Json::Object(target)) = self.find(reference) else { return self.add(Kind::Any) };
        let id = self.object(&merged(target, object, "$ref"), depth + 1);
        if let Some(found) = self.types.get_mut(id).filter(|found| found.name.is_none()) {
            found.name = reference.strip_prefix("#/$defs/").map(str::to_owned);
        }
        id
    }

    fn find(&self, reference: &str) -> Option<&'j Json> {
        self.document.pointer(reference.strip_prefix('#')?)
    }

    fn read(&mut self, schema: &Json, depth: usize) -> Id {
        match schema {
            Json::Object(object) => self.object(object, depth + 1),
            _ => self.add(Kind::Any),
        }
    }

    fn object(&mut self, object: &Object, depth: usize) -> Id {
        if depth > DEEPEST || self.types.len() > MOST_TYPES {
            return self.add(Kind::Any);
        }
        if let Some(reference) = object.get("$ref").and_then(Json::as_str) {
            if !narrows(object) {
                return self.target(reference);
            }
            return self.narrowed(reference, object, depth);
        }
        if let Some(Json::Array(parts)) = object.get("allOf") {
            let whole =
                parts.iter().filter_map(Json::as_object).fold(Object::new(), |sum, part| merged(&sum, part, ""));
            return self.object(&merged(&whole, object, "allOf"), depth + 1);
        }
        let id = self.reserve();
        let (nullable, kind) = self.kind(object, depth);
        self.types[id] = Type {
            name: None,
            description: text(object, "description"),
            words: text(object, "x-type"),
            format: text(object, "format").filter(|format| !NUMBER_FORMATS.contains(&format.as_str())),
            examples: examples(object),
            kind,
        };
        if nullable { self.add(Kind::Optional(id)) } else { id }
    }

    /// Whether `None` is allowed too, and the type else.
    fn kind(&mut self, object: &Object, depth: usize) -> (bool, Kind) {
        for (word, tagged) in [("oneOf", true), ("anyOf", false)] {
            if let Some(Json::Array(branches)) = object.get(word) {
                return self.branches(object, branches, tagged, depth);
            }
        }
        if let Some(names) = names(object) {
            let null = Json::Null;
            let nullable = object.get("enum").and_then(Json::as_array).is_some_and(|list| list.contains(&null));
            return (nullable, Kind::Choice(names.into_iter().map(|name| unit(name, None)).collect()));
        }
        match object.get("type") {
            Some(Json::Array(types)) => {
                let words: Vec<&str> = types.iter().filter_map(Json::as_str).collect();
                let others: Vec<&str> = words.iter().copied().filter(|word| *word != "null").collect();
                let nullable = others.len() < words.len();
                match &others[..] {
                    [] => (false, Kind::Unit),
                    [only] => (nullable, self.typed(only, object, depth)),
                    many => {
                        let kinds: Vec<Kind> = many.iter().map(|word| self.typed(word, object, depth)).collect();
                        (nullable, Kind::Either(kinds.into_iter().map(|kind| self.add(kind)).collect()))
                    }
                }
            }
            Some(Json::String(word)) => (false, self.typed(word, object, depth)),
            _ if object.contains_key("properties") => (false, self.typed("object", object, depth)),
            _ if object.contains_key("format") => (false, Kind::Plain),
            _ => (false, Kind::Any),
        }
    }

    fn branches(&mut self, object: &Object, branches: &[Json], tagged: bool, depth: usize) -> (bool, Kind) {
        if object.contains_key("properties") {
            // Fields beside a choice among further fields: too involved to say what is wrong.
            return (false, Kind::Any);
        }
        let null = |branch: &&Json| branch.get("type").and_then(Json::as_str) == Some("null");
        let nullable = branches.iter().any(|branch| null(&branch));
        let others: Vec<&Json> = branches.iter().filter(|branch| !null(branch)).collect();
        let variants: Option<Vec<Vec<Variant>>> =
            others.iter().map(|branch| self.variants(branch, tagged, depth)).collect();
        let kind = match (variants, &others[..]) {
            (_, []) => return (false, Kind::Unit),
            (Some(variants), _) => Kind::Choice(variants.into_iter().flatten().collect()),
            (None, [only]) => Kind::Alias(self.read(only, depth)),
            (None, many) => Kind::Either(many.iter().map(|branch| self.read(branch, depth)).collect()),
        };
        (nullable, kind)
    }

    /// The variants that one branch of a choice stands for.
    fn variants(&mut self, branch: &Json, tagged: bool, depth: usize) -> Option<Vec<Variant>> {
        let object = branch.as_object()?;
        if let Some(names) = names(object) {
            let description = text(object, "description");
            return Some(names.into_iter().map(|name| unit(name, description.clone())).collect());
        }
        let mut properties = object.get("properties")?.as_object()?.iter();
        let (name, schema) = properties.next()?;
        let required = object.get("required")?.as_array()?;
        let single = properties.next().is_none() && matches!(&required[..], [Json::String(only)] if only == name);
        if !tagged || !single || schema.get("const").is_some() {
            return None;
        }
        let payload = Some(self.read(schema, depth));
        Some(vec![Variant { name: name.clone(), description: text(object, "description"), payload }])
    }

    fn typed(&mut self, word: &str, object: &Object, depth: usize) -> Kind {
        match word {
            "null" => Kind::Unit,
            "boolean" => Kind::Bool,
            "integer" => Kind::Number(number(object, true)),
            "number" => Kind::Number(number(object, false)),
            "string" => Kind::Text(Text {
                length: length(object, "minLength", "maxLength"),
                pattern: text(object, "pattern").map(|pattern| Pattern::new(&pattern)),
            }),
            "array" => self.array(object, depth),
            "object" => self.fields_or_map(object, depth),
            _ => Kind::Any,
        }
    }

    fn array(&mut self, object: &Object, depth: usize) -> Kind {
        if let Some(Json::Array(items)) = object.get("prefixItems") {
            return Kind::Tuple(items.iter().map(|item| self.read(item, depth)).collect());
        }
        let length = length(object, "minItems", "maxItems");
        let item = self.read(object.get("items").unwrap_or(&Json::Bool(true)), depth);
        match (length.least.unwrap_or(0), length.most) {
            (least, Some(most)) if least == most && most < 64 => Kind::Tuple(vec![item; most as usize]),
            _ => Kind::List { item, length },
        }
    }

    fn fields_or_map(&mut self, object: &Object, depth: usize) -> Kind {
        let others = match object.get("additionalProperties") {
            None | Some(Json::Bool(false)) => None,
            Some(schema) => Some(self.read(schema, depth)),
        };
        if let Some(Json::Object(properties)) = object.get("properties") {
            return Kind::Record(Record { fields: self.fields(object, properties, depth), others });
        }
        let length = length(object, "minProperties", "maxProperties");
        let by_pattern = object.get("patternProperties").and_then(Json::as_object).and_then(|all| all.iter().next());
        if let Some((pattern, schema)) = by_pattern {
            let keys = match pattern.as_str() {
                r"^\d+$" => Keys::Whole { negative: false },
                r"^-?\d+$" => Keys::Whole { negative: true },
                other => Keys::Text(Some(Pattern::new(other))),
            };
            return Kind::Map { keys, values: self.read(schema, depth), length };
        }
        match others {
            Some(values) => Kind::Map { keys: Keys::Text(None), values, length },
            None => Kind::Record(Record::default()),
        }
    }

    fn fields(&mut self, object: &Object, properties: &Object, depth: usize) -> Vec<Field> {
        let required: Vec<&str> = object
            .get("required")
            .and_then(Json::as_array)
            .map(|names| names.iter().filter_map(Json::as_str).collect())
            .unwrap_or_default();
        let first = required.iter().filter_map(|name| properties.get_key_value(*name));
        let rest = properties.iter().filter(|(name, _)| !required.contains(&name.as_str()));
        let mut fields = Vec::with_capacity(properties.len());
        for (name, schema) in first.chain(rest) {
            let id = self.read(schema, depth);
            fields.push(field(name, id, required.contains(&name.as_str()), schema));
        }
        fields
    }
}

fn field(name: &str, id: Id, required: bool, schema: &Json) -> Field {
    let none = Object::new();
    let object = schema.as_object().unwrap_or(&none);
    Field {
        name: name.to_owned(),
        id,
        required,
        description: text(object, "description"),
        default: object.get("default").cloned(),
        unit: text(object, "x-unit"),
        examples: examples(object),
    }
}

fn unit(name: String, description: Option<String>) -> Variant {
    Variant { name, description, payload: None }
}

/// The names that a branch of plain names allows.
fn names(object: &Object) -> Option<Vec<String>> {
    if let Some(Json::String(only)) = object.get("const") {
        return Some(vec![only.clone()]);
    }
    let list = object.get("enum")?.as_array()?;
    list.iter().filter(|name| !name.is_null()).map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Whether an object with a reference says more than a description of it.
fn narrows(object: &Object) -> bool {
    const HARMLESS: [&str; 9] =
        ["$ref", "description", "default", "example", "examples", "title", "deprecated", "readOnly", "writeOnly"];
    object.keys().any(|key| !HARMLESS.contains(&key.as_str()) && (key == "x-type" || !key.starts_with("x-")))
}

fn merged(base: &Object, over: &Object, without: &str) -> Object {
    let mut sum = base.clone();
    for (key, value) in over.iter().filter(|(key, _)| *key != without) {
        sum.insert(key.clone(), value.clone());
    }
    sum
}

fn text(object: &Object, key: &str) -> Option<String> {
    object.get(key).and_then(Json::as_str).map(str::to_owned)
}

fn examples(object: &Object) -> Vec<Json> {
    let list = object.get("examples").and_then(Json::as_array).cloned();
    list.unwrap_or_else(|| object.get("example").cloned().into_iter().collect())
}

fn length(object: &Object, least: &str, most: &str) -> Length {
    Length {
        least: object.get(least).and_then(Json::as_u64).filter(|least| *least > 0),
        most: object.get(most).and_then(Json::as_u64),
    }
}

fn number(object: &Object, whole: bool) -> Number {
    let (mut least, mut most) = limits(object.get("format").and_then(Json::as_str).unwrap_or_default());
    for (key, open) in [("minimum", false), ("exclusiveMinimum", true)] {
        least = tighter(least, Bound::from_json(object.get(key), open), std::cmp::Ordering::Less);
    }
    for (key, open) in [("maximum", false), ("exclusiveMaximum", true)] {
        most = tighter(most, Bound::from_json(object.get(key), open), std::cmp::Ordering::Greater);
    }
    Number { whole, least, most }
}

/// Keeps `old` only if it is beyond the new bound as seen from outside.
fn tighter(old: Option<Bound>, new: Option<Bound>, looser: std::cmp::Ordering) -> Option<Bound> {
    match (old, new) {
        (Some(old), Some(new)) => match old.value.compare(new.value) {
            Some(order) if order == looser => Some(new),
            Some(std::cmp::Ordering::Equal) if new.open => Some(new),
            _ => Some(old),
        },
        (old, new) => new.or(old),
    }
}

/// What fits into the machine's form of a number.
fn limits(format: &str) -> (Option<Bound>, Option<Bound>) {
    let between = |least: i128, most: i128| {
        let bound = |value| Some(Bound { value: Amount::Whole(value), open: false });
        (bound(least), bound(most))
    };
    let real = |value| Some(Bound { value: Amount::Real(value), open: false });
    match format {
        "int8" => between(i8::MIN.into(), i8::MAX.into()),
        "int16" => between(i16::MIN.into(), i16::MAX.into()),
        "int32" => between(i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => between(i64::MIN.into(), i64::MAX.into()),
        "uint8" => between(0, u8::MAX.into()),
        "uint16" => between(0, u16::MAX.into()),
        "uint32" => between(0, u32::MAX.into()),
        "uint64" | "uint" => between(0, u64::MAX.into()),
        "float" => (real(f64::from(f32::MIN)), real(f64::from(f32::MAX))),
        _ => (None, None),
    }
}
