//! Which of its forms a file has, told by its content.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::raw::Raw;
use super::remarks::Remarks;
use super::{pbf, xml};
use crate::city::import::Mistake;
use crate::city::import::xml::Source;

/// How a file in the form of gzip begins (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads all elements of a file.
pub fn read(path: &Path, remarks: &mut Remarks) -> Result<Raw, Mistake> {
    let name = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => parse(name, bytes, remarks),
        Err(error) => Err(Mistake::whole(name, format!("cannot read it: {error}"))),
    }
}

/// Reads all elements of a file that is called so and has this content.
pub fn parse(name: String, bytes: Vec<u8>, remarks: &mut Remarks) -> Result<Raw, Mistake> {
    let bytes = if bytes.starts_with(&GZIP) { unpack(&name, &bytes)? } else { bytes };
    if pbf::is_pbf(&bytes) {
        return pbf::parse(&name, &bytes, remarks);
    }
    match first_letter(&bytes) {
        Some(b'<') => xml::parse(&Source::of_bytes(name, bytes)?, remarks),
        Some(_) => {
            let message = "this is no file of OpenStreetMap: it should be XML or PBF, or one of both in gzip";
            Err(Mistake::whole(name, message.to_owned()))
        }
        None => Err(Mistake::whole(name, "the file is empty".to_owned())),
    }
}

fn unpack(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Mistake> {
    let mut unpacked = Vec::new();
    match MultiGzDecoder::new(bytes).read_to_end(&mut unpacked) {
        Ok(_) => Ok(unpacked),
        Err(error) => {
            let after = unpacked.len();
            let message =
                format!("the file is broken or cut off: gzip says so after {after} bytes of content ({error})");
            Err(Mistake::whole(name.to_owned(), message))
        }
    }
}

/// The first byte of a text that is neither blank nor a mark of the order of bytes.
fn first_letter(bytes: &[u8]) -> Option<u8> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
