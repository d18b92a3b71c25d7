//! Files as tests write them.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::raw::{ElementId, Node, Raw};
use super::tags::Tags;

/// The same bytes in gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// How a PBF is written, of all the ways that there are.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// All nodes in one message.
    pub is_dense: bool,
    pub is_packed: bool,
    /// How much a step of latitude and longitude is: billionths of a degree.
    pub step: i64,
    /// Where latitude and longitude begin: billionths of a degree.
    pub from: [i64; 2],
}

/// The elements as PBF.
pub fn pbf(raw: &Raw, form: Form) -> Vec<u8> {
    let mut header = Vec::new();
    if let Some(bounds) = raw.bounds {
        let mut sides = Vec::new();
        for (field, side) in (1..).zip([bounds.west, bounds.east, bounds.north, bounds.south]) {
            number(&mut sides, field, zigzag((side * 1e9).round() as i64));
        }
        bytes(&mut header, 1, &sides);
    }
    bytes(&mut header, 4, b"OsmSchema-V0.6");
    bytes(&mut header, 4, b"DenseNodes");
    let mut file = block("OSMHeader", &header, form.is_packed);
    // Ways and relations are in a block of their own, with texts of their own.
    file.extend(block("OSMData", &nodes(raw, form), form.is_packed));
    file.extend(block("OSMData", &others(raw), form.is_packed));
    file
}

/// A block with its header.
pub fn block(kind: &str, content: &[u8], is_packed: bool) -> Vec<u8> {
    let mut blob = Vec::new();
    if is_packed {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(content).unwrap();
        number(&mut blob, 2, content.len() as u64);
        bytes(&mut blob, 3, &packed.finish().unwrap());
    } else {
        bytes(&mut blob, 1, content);
    }
    let mut header = Vec::new();
    bytes(&mut header, 1, kind.as_bytes());
    number(&mut header, 3, blob.len() as u64);
    [&(header.len() as u32).to_be_bytes()[..], &header, &blob].concat()
}

/// Texts, each once; the first is empty.
struct Texts(Vec<String>);

impl Texts {
    fn number(&mut self, text: &str) -> u64 {
        let known = self.0.iter().position(|known| known == text);
        known.unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        }) as u64
    }

    /// A block with these texts and this group.
    fn block(&self, group: &[u8]) -> Vec<u8> {
        let (mut table, mut block) = (Vec::new(), Vec::new());
        self.0.iter().for_each(|text| bytes(&mut table, 1, text.as_bytes()));
        bytes(&mut block, 1, &table);
        bytes(&mut block, 2, group);
        block
    }
}

fn nodes(raw: &Raw, form: Form) -> Vec<u8> {
    let mut texts = Texts(vec![String::new()]);
    let mut group = Vec::new();
    let steps =
        |node: &Node| [0, 1].map(|axis| ((node.place[axis] * 1e9).round() as i64 - form.from[axis]) / form.step);
    if form.is_dense {
        let mut dense = Vec::new();
        bytes(&mut dense, 1, &packed(differences(raw.nodes.iter().map(|node| node.id.0))));
        bytes(&mut dense, 8, &packed(differences(raw.nodes.iter().map(|node| steps(node)[0]))));
        bytes(&mut dense, 9, &packed(differences(raw.nodes.iter().map(|node| steps(node)[1]))));
        let mut said = Vec::new();
        for node in &raw.nodes {
            for (key, value) in node.tags.pairs() {
                said.extend([texts.number(key), texts.number(value)]);
            }
            said.push(0);
        }
        bytes(&mut dense, 10, &packed(said));
        bytes(&mut group, 2, &dense);
    } else {
        for node in &raw.nodes {
            let mut message = Vec::new();
            number(&mut message, 1, zigzag(node.id.0));
            pairs(&mut message, &node.tags, &mut texts);
            number(&mut message, 8, zigzag(steps(node)[0]));
            number(&mut message, 9, zigzag(steps(node)[1]));
            bytes(&mut group, 1, &message);
        }
    }
    let mut block = texts.block(&group);
    number(&mut block, 17, form.step as u64);
    number(&mut block, 19, form.from[0] as u64);
    number(&mut block, 20, form.from[1] as u64);
    block
}

fn others(raw: &Raw) -> Vec<u8> {
    let mut texts = Texts(vec![String::new()]);
    let mut group = Vec::new();
    for way in &raw.ways {
        let mut message = Vec::new();
        number(&mut message, 1, way.id.0 as u64);
        pairs(&mut message, &way.tags, &mut texts);
        bytes(&mut message, 8, &packed(differences(way.nodes.iter().map(|node| node.0))));
        bytes(&mut group, 3, &message);
    }
    for relation in &raw.relations {
        let mut message = Vec::new();
        number(&mut message, 1, relation.id.0 as u64);
        pairs(&mut message, &relation.tags, &mut texts);
        let members = relation.members.iter().map(|member| match member.element {
            ElementId::Node(id) => (id.0, 0),
            ElementId::Way(id) => (id.0, 1),
            ElementId::Relation(id) => (id.0, 2),
        });
        let (ids, kinds): (Vec<i64>, Vec<u64>) = members.unzip();
        bytes(&mut message, 8, &packed(relation.members.iter().map(|member| texts.number(&member.role))));
        bytes(&mut message, 9, &packed(differences(ids)));
        bytes(&mut message, 10, &packed(kinds));
        bytes(&mut group, 4, &message);
    }
    texts.block(&group)
}

fn pairs(message: &mut Vec<u8>, tags: &Tags, texts: &mut Texts) {
    let numbers = tags.pairs().map(|(key, value)| (texts.number(key), texts.number(value)));
    let (keys, values): (Vec<u64>, Vec<u64>) = numbers.unzip();
    bytes(message, 2, &packed(keys));
    bytes(message, 3, &packed(values));
}

fn differences(numbers: impl IntoIterator<Item = i64>) -> impl Iterator<Item = u64> {
    let mut before = 0;
    numbers.into_iter().map(move |number| zigzag(number - std::mem::replace(&mut before, number)))
}

fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

fn packed(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut out = Vec::new();
    numbers.into_iter().for_each(|number| varint(&mut out, number));
    out
}

/// A field that holds a number.
pub fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

/// A field that holds bytes.
pub fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
