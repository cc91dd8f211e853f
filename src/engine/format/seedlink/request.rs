//! The lines that a client sends, in the words of either version.

/// Version of the protocol that a connection speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Version 3: 512-byte records of miniSEED 2, 24-bit numbers.
    #[default]
    V3,
    /// Version 4: records of any length and format, 64-bit numbers.
    V4,
}

impl Protocol {
    /// Its number on screen.
    pub fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }
}

/// `STATION …` for `NET_STA`, which may hold `*` and `?`.
pub fn station(protocol: Protocol, id: &str) -> String {
    match (protocol, id.split_once('_')) {
        (Protocol::V4, _) => format!("STATION {id}"),
        (Protocol::V3, Some((network, station))) => format!("STATION {station} {network}"),
        // A pattern without a network: that of all.
        (Protocol::V3, None) => format!("STATION {id} *"),
    }
}

/// `SELECT …` for a selector in the words of either version: `02BH?`, `BHZ`, `02_B_H_?`, each
/// with an optional `!` before and `.D` behind. One that is neither goes out as it is, for the
/// server to judge.
pub fn select(protocol: Protocol, selector: &str) -> String {
    let (negative, plain) = selector.strip_prefix('!').map_or(("", selector), |rest| ("!", rest));
    let (stream, suffix) = match plain.split_once('.') {
        Some((stream, _)) => (stream, plain.get(stream.len()..).unwrap_or_default()),
        None => (plain, ""),
    };
    let told = match protocol {
        Protocol::V4 => to_v4(stream),
        Protocol::V3 => to_v3(stream),
    };
    // The suffix of version 3 is a type, that of version 4 a format: only the first is known.
    let suffix = if protocol == Protocol::V3 { suffix } else { "" };
    format!("SELECT {negative}{}{suffix}", told.unwrap_or_else(|| stream.to_owned()))
}

/// `LLCCC` as `LL_B_S_SS` (FDSN source identifier).
fn to_v4(stream: &str) -> Option<String> {
    if stream.contains('_') || !stream.is_ascii() {
        return None;
    }
    let (location, channel) = match stream.len() {
        3 => ("*", stream),
        5 => stream.split_at_checked(2)?,
        _ => return None,
    };
    let location = location.trim_matches(['-', ' ']);
    let (band, rest) = channel.split_at_checked(1)?;
    let (kind, orientation) = rest.split_at_checked(1)?;
    Some(format!("{location}_{band}_{kind}_{orientation}"))
}

/// `LL_B_S_SS` as `LLCCC`, where each code has the length that version 3 needs.
fn to_v3(stream: &str) -> Option<String> {
    let codes: Vec<&str> = stream.split('_').collect();
    let [location, band, kind, orientation] = codes.as_slice() else { return None };
    let channel: String = [band, kind, orientation]
        .into_iter()
        .map(|code| if *code == "*" { "?" } else { code })
        .collect();
    match (*location, channel.len()) {
        ("*", 3) => Some(channel),
        ("", 3) => Some(format!("--{channel}")),
        (location, 3) if location.len() == 2 => Some(format!("{location}{channel}")),
        _ => None,
    }
}

/// `DATA`, from a packet on where one is known (that packet included), else from now on.
pub fn data(protocol: Protocol, from: Option<u64>) -> String {
    match (protocol, from) {
        (_, None) => "DATA".to_owned(),
        (Protocol::V3, Some(number)) => format!("DATA {:06X}", number & 0xFF_FFFF),
        (Protocol::V4, Some(number)) => format!("DATA {number}"),
    }
}

/// Whether a name fits a pattern with `*` (any letters) and `?` (one letter).
pub fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // Where to go on when the letters after the last `*` do not fit.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(letter) if *letter == b'?' || name.get(n) == Some(letter) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((after, begin)) => {
                    star = Some((after, begin + 1));
                    (p, n) = (after, begin + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|letter| *letter == b'*')
}
