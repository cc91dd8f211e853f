//! Texts of deliveries: times as people read them, names that can be names of files.

use serde::{Deserialize, Deserializer, Serializer, de};

use crate::time::{self, Instant, iso};

/// Longest text in bytes that is taken from a file of another center.
const MOST_TEXT: usize = 4_096;
/// Longest part of a file name that is made from a name, in characters.
const MOST_NAME: usize = 60;

/// Instants as ISO 8601 UTC in JSON.
pub(super) mod as_iso {
    use super::{Deserialize, Deserializer, Instant, Serializer, de, iso, time};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub fn serialize<S: Serializer>(t: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&iso(*t, 9))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(from)?;
        time::parse(&text, None).map_err(de::Error::custom)
    }
}

/// What is wrong with texts that are shown to people: control characters, and too long ones.
pub(super) fn fault_of_texts<'a>(texts: impl Iterator<Item = &'a String>) -> Option<String> {
    for text in texts {
        if text.len() > MOST_TEXT {
            return Some(format!("a text in it is longer than {MOST_TEXT} bytes"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Some("a text in it has control characters".to_owned());
        }
    }
    None
}

/// Why JSON could not be read. The words of the reader may quote all of it, so they are cut.
pub(super) fn unreadable(error: &serde_json::Error) -> String {
    let words: String = error.to_string().chars().take(200).collect();
    format!("it cannot be read: {words}")
}

/// A name as part of a file name on any system: letters, digits, `-` and `_`.
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let all: String = name.trim().chars().map(plain).take(MOST_NAME).collect();
    if all.is_empty() { "unnamed".to_owned() } else { all }
}

/// Why a path of a package must not be unpacked; none where it may.
pub(super) fn fault_of_path(path: &str) -> Option<&'static str> {
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.is_empty() || path.len() > 500 {
        return Some("its path is empty or too long");
    }
    if path.contains(['\\', '\0']) || path.chars().any(char::is_control) {
        return Some("its path has characters that no path of a package has");
    }
    let leads_out = path.split('/').any(|part| part.is_empty() || part == "." || part == "..");
    if is_drive || leads_out {
        return Some("its path would lead out of the folder that it is unpacked to");
    }
    None
}
