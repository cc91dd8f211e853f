//! Where a link gets its bytes, in one line of text: `tcp:host:port`, `folder:/path`, …

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where the bytes of a link come from. It is written and read as one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// `file:PATH`: a file of packets or frames, read once from beginning to end.
    File(PathBuf),
    /// `folder:PATH`: every file that appears in a folder and those below it.
    Folder(PathBuf),
    /// `udp:HOST:PORT`: datagrams that arrive at an address of this machine.
    Udp(String),
    /// `tcp:HOST:PORT`: a connection to a server.
    Tcp(String),
    /// `tcp-listen:HOST:PORT`: connections from others to an address of this machine.
    TcpListen(String),
    /// `seedlink:HOST:PORT/NET_STA:LOCCHA,NET_STA…`: a `SeedLink` server (version 3 or 4) and which
    /// streams of it; without a list, all.
    SeedLink {
        /// `HOST:PORT`.
        address: String,
        /// `NET_STA` or `NET_STA:SELECTOR`.
        streams: Vec<String>,
    },
    /// `http://…` or `https://…`: a file that is asked for again and again.
    Http(String),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let usage = || {
            format!(
                "\"{text}\" is no source of a link: write tcp:HOST:PORT, tcp-listen:HOST:PORT, \
                 udp:HOST:PORT, seedlink:HOST:PORT/NET_STA, file:PATH, folder:PATH or an http \
                 address"
            )
        };
        if text.starts_with("http://") || text.starts_with("https://") {
            return Ok(Self::Http(text.to_owned()));
        }
        let (scheme, rest) = text.split_once(':').ok_or_else(usage)?;
        if rest.is_empty() {
            return Err(usage());
        }
        let address = |text: &str| {
            let (host, port) = text.rsplit_once(':').ok_or_else(usage)?;
            if host.is_empty() || port.parse::<u16>().is_err() {
                return Err(format!("\"{text}\" is no address: write HOST:PORT"));
            }
            Ok(text.to_owned())
        };
        match scheme {
            "file" => Ok(Self::File(PathBuf::from(rest))),
            "folder" => Ok(Self::Folder(PathBuf::from(rest))),
            "udp" => address(rest).map(Self::Udp),
            "tcp" => address(rest).map(Self::Tcp),
            "tcp-listen" => address(rest).map(Self::TcpListen),
            "seedlink" => {
                let (at, list) = rest.split_once('/').unwrap_or((rest, ""));
                let streams = list.split(',').map(str::trim).filter(|s| !s.is_empty());
                let streams = streams.map(str::to_owned).collect();
                Ok(Self::SeedLink { address: address(at)?, streams })
            }
            _ => Err(usage()),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Folder(path) => write!(f, "folder:{}", path.display()),
            Self::Udp(address) => write!(f, "udp:{address}"),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::TcpListen(address) => write!(f, "tcp-listen:{address}"),
            Self::SeedLink { address, streams } if streams.is_empty() => {
                write!(f, "seedlink:{address}")
            }
            Self::SeedLink { address, streams } => {
                write!(f, "seedlink:{address}/{}", streams.join(","))
            }
            Self::Http(url) => f.write_str(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn a_source_is_one_line() {
        for text in [
            "tcp:localhost:10010",
            "tcp-listen:[::1]:10010",
            "udp:0.0.0.0:5000",
            "seedlink:geofon.gfz.de:18000",
            "seedlink:127.0.0.1:18000/XB_ELYSE:02BH?,XB_ELYS0",
            "file:/data/pass 12.tlm",
            "folder:inbox",
            "https://example.org/latest.mseed?n=1",
        ] {
            assert_eq!(text.parse::<Source>().expect(text).to_string(), text);
        }
        for text in ["", "tcp", "tcp:", "tcp:host", "tcp:host:99999", "udp::5", "ftp:a:1"] {
            let error = text.parse::<Source>().expect_err(text);
            assert!(error.contains("write "), "{error}");
        }
    }
}
