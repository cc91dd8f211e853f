//! Lines that a server answers with: greeting, `OK`, `ERROR`, `END`.

use crate::problem::Problem;

/// Longest line that is taken from a server, in bytes; the standard has 255.
pub const LONGEST_LINE: usize = 1024;

/// The first line of `bytes` without its end, and how many bytes it took; none while it has not
/// arrived whole.
///
/// # Errors
/// A problem where no line can come of it: too long, or not text.
pub fn split_line(bytes: &[u8]) -> Result<Option<(String, usize)>, Problem> {
    let window = bytes.get(..LONGEST_LINE).unwrap_or(bytes);
    let Some(end) = window.iter().position(|b| *b == b'\n') else {
        if bytes.len() < LONGEST_LINE {
            return Ok(None);
        }
        let reason = format!("no end of line in {LONGEST_LINE} bytes: this is not SeedLink");
        return Err(Problem::at(0, "line", reason));
    };
    let line = String::from_utf8_lossy(window.get(..end).unwrap_or_default());
    let line = line.trim();
    if line.chars().any(char::is_control) {
        return Err(Problem::at(0, "line", "it is not text: this is not SeedLink"));
    }
    Ok(Some((line.to_owned(), end + 1)))
}

/// What a server says of itself after `HELLO`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// Software and its version.
    pub software: String,
    /// Capabilities, such as `SLPROTO:4.0`, as they were written.
    pub capabilities: Vec<String>,
    /// Data centre or station.
    pub organisation: String,
}

impl Hello {
    /// Whether this is a SeedLink server at all: every one has the word in its first line.
    pub fn is_seedlink(&self) -> bool {
        self.software.to_ascii_lowercase().contains("seedlink")
    }

    /// Whether it speaks version 4.
    pub fn offers_v4(&self) -> bool {
        self.capabilities.iter().any(|c| c.to_ascii_uppercase().starts_with("SLPROTO:4."))
    }
}

/// Reads the two lines that answer `HELLO`.
pub fn hello(first: &str, second: &str) -> Hello {
    let (software, rest) = first.split_once("::").unwrap_or((first, ""));
    Hello {
        software: software.trim().to_owned(),
        capabilities: rest.split_whitespace().map(str::to_owned).collect(),
        organisation: second.trim().to_owned(),
    }
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Accepted.
    Ok,
    /// Refused.
    Error {
        /// `UNSUPPORTED`, `UNAUTHORIZED` and so on (version 4); empty in version 3.
        code: String,
        /// The server's words; may be empty.
        text: String,
    },
    /// End of data.
    End,
    /// Anything else.
    Other(String),
}

/// Reads the answer to a command.
pub fn reply(line: &str) -> Reply {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match word {
        "OK" => Reply::Ok,
        "END" => Reply::End,
        "ERROR" => {
            let (code, text) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest, ""));
            Reply::Error { code: code.trim().to_owned(), text: text.trim().to_owned() }
        }
        _ => Reply::Other(line.to_owned()),
    }
}
