//! Elements from PBF (<https://wiki.openstreetmap.org/wiki/PBF_Format>): blocks of messages, each packed for itself.
//!
//! It is read here and not by a library so that what is broken is told with its place: libraries pass over such tags in
//! silence, and sums beyond 64 bits end the program.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::protobuf::{Broken, Message, Value, summed};
use super::raw::{ElementId, Member, Node, Raw, Relation, Way};
use super::remarks::Remarks;
use super::tags::Tags;
use super::{Bounds, NodeId, RelationId, WayId};
use crate::city::import::Mistake;

/// The greatest a block's header may be: bytes.
const MOST_HEADER: usize = 64 * 1024;

/// The greatest a block may be, packed or not: bytes.
const MOST_BLOCK: usize = 32 * 1024 * 1024;

/// What a reader has to know of for a file that needs it, and what this one knows.
const KNOWN: [&[u8]; 2] = [b"OsmSchema-V0.6", b"DenseNodes"];

/// Whether a file begins as PBF does: with the length of a header that says it is the file's.
pub fn is_pbf(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, _, _, 0x0a, 9, rest @ ..] if rest.starts_with(b"OSMHeader"))
}

/// Reads all elements.
pub fn parse(name: &str, bytes: &[u8], remarks: &mut Remarks) -> Result<Raw, Mistake> {
    let mut raw = Raw::default();
    let mut at = 0;
    while at < bytes.len() {
        let read = next_block(&bytes[at..]).and_then(|(block, length)| {
            add_block(block, &mut raw, remarks)?;
            Ok(length)
        });
        let broken = |broken| format!("in the block from byte {at} on: {broken}");
        at += read.map_err(|message: String| Mistake::whole(name.to_owned(), broken(message)))?;
    }
    Ok(raw)
}

/// A block: what it holds, and its content, still packed.
struct Block<'a> {
    kind: &'a [u8],
    content: Message<'a>,
}

/// The next block, and how many bytes it and its header have.
fn next_block(bytes: &[u8]) -> Result<(Block<'_>, usize), String> {
    const CUT_OFF: &str = "the file ends in the midst of it: it is cut off";
    let (length, rest) = bytes.split_first_chunk().ok_or(CUT_OFF)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MOST_HEADER {
        return Err(format!("its header should have {length} bytes; {MOST_HEADER} are the most"));
    }
    let (header, rest) = rest.split_at_checked(length).ok_or(CUT_OFF)?;
    let (mut kind, mut size) = (None, None);
    Message(header).each(|field, value| {
        match field {
            1 => kind = Some(value.bytes()?),
            3 => size = Some(value.number()?),
            _ => {}
        }
        Ok(())
    })?;
    let (Some(kind), Some(size)) = (kind, size) else {
        return Err("its header does not say what it is and how long".to_owned());
    };
    let size = usize::try_from(size).ok().filter(|size| *size <= MOST_BLOCK);
    let size = size.ok_or_else(|| format!("it is too long; {MOST_BLOCK} bytes are the most"))?;
    let (content, _) = rest.split_at_checked(size).ok_or(CUT_OFF)?;
    Ok((Block { kind, content: Message(content) }, 4 + length + size))
}

fn add_block(block: Block, raw: &mut Raw, remarks: &mut Remarks) -> Result<(), String> {
    match block.kind {
        b"OSMHeader" => add_header(Message(&unpack(block.content)?), raw),
        b"OSMData" => Ok(add_data(Message(&unpack(block.content)?), raw, remarks)?),
        other => {
            remarks.add("blocks are of an unknown kind and passed over", String::from_utf8_lossy(other));
            Ok(())
        }
    }
}

/// What a block holds.
fn unpack(block: Message) -> Result<Vec<u8>, String> {
    let mut content = None;
    block.each(|field, value| {
        if matches!(field, 1 | 3..=7) {
            content = Some((field, value.bytes()?));
        }
        Ok(())
    })?;
    match content {
        Some((1, bytes)) => Ok(bytes.to_owned()),
        Some((3, bytes)) => {
            let mut unpacked = Vec::new();
            // One byte more than allowed tells that there are more.
            let read = ZlibDecoder::new(bytes).take(MOST_BLOCK as u64 + 1).read_to_end(&mut unpacked);
            read.map_err(|error| format!("its content is broken: {error}"))?;
            if unpacked.len() > MOST_BLOCK {
                return Err(format!("its content is too long; {MOST_BLOCK} bytes are the most"));
            }
            Ok(unpacked)
        }
        Some((field, _)) => {
            let by = ["LZMA", "bzip2", "LZ4", "Zstandard"][field as usize - 4];
            Err(format!("it is packed with {by}, which is not read: write it with zlib"))
        }
        None => Err("it has no content".to_owned()),
    }
}

fn add_header(header: Message, raw: &mut Raw) -> Result<(), String> {
    let mut bounds = None;
    let mut unknown = None;
    header.each(|field, value| {
        match field {
            1 => bounds = Some(value.bytes()?),
            4 if !KNOWN.contains(&value.bytes()?) => unknown = Some(value.bytes()?),
            _ => {}
        }
        Ok(())
    })?;
    if let Some(feature) = unknown {
        let feature = String::from_utf8_lossy(feature);
        return Err(format!("it needs a reader that knows `{feature}`, and this one does not"));
    }
    let Some(bounds) = bounds else { return Ok(()) };
    let mut sides = [0; 4];
    Message(bounds).each(|field, value| {
        if let 1..=4 = field {
            sides[field as usize - 1] = value.signed()?;
        }
        Ok(())
    })?;
    let [west, east, north, south] = sides.map(|side| side as f64 / 1e9);
    let bounds = Bounds { south, west, north, east };
    if south > north || [south, north].iter().any(|side| side.abs() > 90.0) || west.abs().max(east.abs()) > 180.0 {
        return Err(format!("its bounds are none: {bounds:?}"));
    }
    raw.add_bounds(bounds);
    Ok(())
}

/// What the elements of a block have in common.
struct Common<'a> {
    texts: Vec<&'a [u8]>,
    /// How much a step of latitude and longitude is: billionths of a degree.
    step: i64,
    /// Where latitude and longitude begin: billionths of a degree.
    from: [i64; 2],
}

fn add_data(block: Message, raw: &mut Raw, remarks: &mut Remarks) -> Result<(), Broken> {
    let mut common = Common { texts: Vec::new(), step: 100, from: [0; 2] };
    // What elements need to know stands behind them.
    let mut groups = Vec::new();
    block.each(|field, value| {
        match field {
            1 => Message(value.bytes()?).each(|field, value| {
                if field == 1 {
                    common.texts.push(value.bytes()?);
                }
                Ok(())
            })?,
            2 => groups.push(Message(value.bytes()?)),
            17 => common.step = value.number()? as i64,
            19 => common.from[0] = value.number()? as i64,
            20 => common.from[1] = value.number()? as i64,
            _ => {}
        }
        Ok(())
    })?;
    for group in groups {
        group.each(|field, value| {
            match field {
                1 => raw.add_node(common.node(Message(value.bytes()?))?, remarks),
                2 => {
                    for node in common.dense(Message(value.bytes()?))? {
                        raw.add_node(node, remarks);
                    }
                }
                3 => raw.add_way(common.way(Message(value.bytes()?))?, remarks),
                4 => raw.add_relation(common.relation(Message(value.bytes()?))?, remarks),
                _ => {}
            }
            Ok(())
        })?;
    }
    Ok(())
}

impl<'a> Common<'a> {
    fn node(&self, message: Message) -> Result<Node, Broken> {
        let (mut id, mut place, mut tags) = (None, [None; 2], Pairs::default());
        message.each(|field, value| {
            match field {
                1 => id = Some(value.signed()?),
                8 => place[0] = Some(value.signed()?),
                9 => place[1] = Some(value.signed()?),
                _ => tags.add(field, value)?,
            }
            Ok(())
        })?;
        let (Some(id), [Some(latitude), Some(longitude)]) = (id, place) else {
            return Err("a node does not say which one it is, or where");
        };
        Ok(Node { id: NodeId(id), place: self.place([latitude, longitude])?, tags: self.tags(&tags)? })
    }

    /// Many nodes, field by field.
    fn dense(&self, message: Message) -> Result<Vec<Node>, Broken> {
        let [mut ids, mut latitudes, mut longitudes, mut texts] = [const { Vec::new() }; 4];
        message.each(|field, value| match field {
            1 => value.numbers(&mut ids),
            8 => value.numbers(&mut latitudes),
            9 => value.numbers(&mut longitudes),
            10 => value.numbers(&mut texts),
            _ => Ok(()),
        })?;
        if ids.len() != latitudes.len() || ids.len() != longitudes.len() {
            return Err("nodes have not as many places as numbers");
        }
        let mut texts = texts.into_iter();
        let places = summed(&latitudes).zip(summed(&longitudes));
        let nodes = summed(&ids).zip(places).map(|(id, (latitude, longitude))| {
            let mut tags = Tags::default();
            // Keys and values in turn; a zero ends those of a node. Where no node has any, there are no zeros either.
            while let Some(key) = texts.next().filter(|key| *key != 0) {
                let value = texts.next().ok_or("a key has no value")?;
                tags.add(self.text(key)?, self.text(value)?);
            }
            Ok(Node { id: NodeId(id), place: self.place([latitude, longitude])?, tags })
        });
        nodes.collect()
    }

    fn way(&self, message: Message) -> Result<Way, Broken> {
        let (mut id, mut nodes, mut tags) = (None, Vec::new(), Pairs::default());
        message.each(|field, value| match field {
            1 => {
                id = Some(value.number()? as i64);
                Ok(())
            }
            8 => value.numbers(&mut nodes),
            _ => tags.add(field, value),
        })?;
        let id = id.ok_or("a way does not say which one it is")?;
        Ok(Way { id: WayId(id), nodes: summed(&nodes).map(NodeId).collect(), tags: self.tags(&tags)? })
    }

    fn relation(&self, message: Message) -> Result<Relation, Broken> {
        let (mut id, mut tags) = (None, Pairs::default());
        let [mut roles, mut members, mut kinds] = [const { Vec::new() }; 3];
        message.each(|field, value| match field {
            1 => {
                id = Some(value.number()? as i64);
                Ok(())
            }
            8 => value.numbers(&mut roles),
            9 => value.numbers(&mut members),
            10 => value.numbers(&mut kinds),
            _ => tags.add(field, value),
        })?;
        let id = id.ok_or("a relation does not say which one it is")?;
        if members.len() != roles.len() || members.len() != kinds.len() {
            return Err("a relation has not as many roles and kinds as members");
        }
        let members = summed(&members).zip(&roles).zip(&kinds).map(|((member, role), kind)| {
            let element = match kind {
                0 => ElementId::Node(NodeId(member)),
                1 => ElementId::Way(WayId(member)),
                2 => ElementId::Relation(RelationId(member)),
                _ => return Err("a member is neither node nor way nor relation"),
            };
            Ok(Member { element, role: self.text(*role)?.into() })
        });
        Ok(Relation { id: RelationId(id), members: members.collect::<Result<_, _>>()?, tags: self.tags(&tags)? })
    }

    /// Latitude and longitude from steps.
    fn place(&self, steps: [i64; 2]) -> Result<[f64; 2], Broken> {
        let degrees = |axis: usize, greatest: f64| {
            let billionths = self.step.checked_mul(steps[axis])?.checked_add(self.from[axis])?;
            Some(billionths as f64 / 1e9).filter(|degrees| degrees.abs() <= greatest)
        };
        let place = degrees(0, 90.0).zip(degrees(1, 180.0));
        let (latitude, longitude) = place.ok_or("a node is beyond 90 degrees of latitude or 180 of longitude")?;
        Ok([latitude, longitude])
    }

    fn tags(&self, Pairs { keys, values }: &Pairs) -> Result<Tags, Broken> {
        if keys.len() != values.len() {
            return Err("an element has not as many values as keys");
        }
        let mut tags = Tags::default();
        for (key, value) in keys.iter().zip(values) {
            tags.add(self.text(*key)?, self.text(*value)?);
        }
        Ok(tags)
    }

    fn text(&self, number: u64) -> Result<&'a str, Broken> {
        let text = usize::try_from(number).ok().and_then(|number| self.texts.get(number));
        let text = text.ok_or("an element has a text that is not in its block")?;
        std::str::from_utf8(text).map_err(|_| "a text is not in UTF-8")
    }
}

/// The keys and values of an element, as numbers of texts.
#[derive(Default)]
struct Pairs {
    keys: Vec<u64>,
    values: Vec<u64>,
}

impl Pairs {
    fn add(&mut self, field: u32, value: Value) -> Result<(), Broken> {
        match field {
            2 => value.numbers(&mut self.keys),
            3 => value.numbers(&mut self.values),
            _ => Ok(()),
        }
    }
}
