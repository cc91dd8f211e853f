//! From bytes to text: UTF-8, UTF-16 with a byte order mark, Latin-1 where the file declares it.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::problem::Problem;

use super::Problems;

/// How far into a file its first element is looked for.
const HEAD: usize = 64 * 1024;

/// The text of a file. Bytes that are no text are replaced, and the first one is reported.
pub(crate) fn decode<'b>(bytes: &'b [u8], problems: &mut Problems) -> Cow<'b, str> {
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return Cow::Owned(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return Cow::Owned(utf16(rest, u16::from_be_bytes));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if is_latin1(bytes) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
        Err(error) => {
            problems.push(Problem::at(
                error.valid_up_to() as u64,
                "encoding",
                "the text is not valid UTF-8; the damaged characters were replaced",
            ));
            String::from_utf8_lossy(bytes)
        }
    }
}

/// Local name of the first element, where the start of the file is XML.
pub(crate) fn root_name(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let first = head.iter().find(|b| !b.is_ascii_whitespace())?;
    // `<`, or the first byte of one of the three byte order marks.
    if !matches!(first, b'<' | 0xEF | 0xFE | 0xFF) {
        return None;
    }
    let text = decode(head, &mut Problems::default());
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => {
                return Some(e.local_name().as_ref().to_owned());
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Whether the XML declaration names a single-byte western encoding.
fn is_latin1(bytes: &[u8]) -> bool {
    let head = bytes.get(..200).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let Some((declaration, _)) = head.split_once("?>") else { return false };
    ["iso-8859-1", "latin1", "latin-1", "windows-1252", "us-ascii"]
        .iter()
        .any(|name| declaration.contains(name))
}
