//! What is asked of a server: the streams of the configuration, from where each station stopped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::format::seedlink::{Packet, glob};

/// Most stations that are remembered.
const MAX_STATIONS: usize = 20_000;

/// A station, or a pattern of some, and which streams of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// `NET_STA`; may hold `*` and `?`.
    pub(super) station: String,
    /// Selectors; none: every stream.
    pub(super) selectors: Vec<String>,
}

impl Wanted {
    /// The streams of a configuration by station, or what is wrong with them.
    pub(super) fn list(streams: &[String]) -> Result<Vec<Self>, String> {
        let mut list: Vec<Self> = Vec::new();
        for stream in streams {
            let (station, selector) =
                stream.split_once(':').map_or((stream.as_str(), None), |(a, b)| (a, Some(b)));
            let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
            let codes = station.split_once('_').is_some_and(|(net, sta)| plain(net) && plain(sta));
            if !(codes || station == "*") || selector.is_some_and(|text| !plain(text)) {
                return Err(format!(
                    "\"{stream}\" is no stream: write NET_STA or NET_STA:SELECTOR, such as \
                     XB_ELYSE:02BH?"
                ));
            }
            let found = list.iter_mut().find(|wanted| wanted.station == station);
            match (found, selector) {
                (Some(wanted), Some(selector)) => wanted.selectors.push(selector.to_owned()),
                // All of a station, and then some of it: all.
                (Some(wanted), None) => wanted.selectors.clear(),
                (None, selector) => list.push(Self {
                    station: station.to_owned(),
                    selectors: selector.map(str::to_owned).into_iter().collect(),
                }),
            }
        }
        if list.is_empty() {
            list.push(Self { station: "*".to_owned(), selectors: Vec::new() });
        }
        Ok(list)
    }

    fn is_pattern(&self) -> bool {
        self.station.contains(['*', '?'])
    }
}

/// The last packet of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Its number.
    pub(super) sequence: u64,
    /// Checksum of its record.
    checksum: u32,
}

/// The last packet of every station.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory(BTreeMap<String, Mark>);

impl Memory {
    /// What [`Memory::text`] wrote; nothing where it is not readable.
    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Where to go on, as text.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Remembers a packet; whether it is another one than the last of its station.
    pub(super) fn note(&mut self, packet: &Packet<'_>) -> bool {
        let mark = Mark { sequence: packet.sequence, checksum: crc32c::crc32c(packet.payload) };
        let full = self.0.len() >= MAX_STATIONS;
        match self.0.get_mut(packet.station.as_ref()) {
            Some(last) if *last == mark => return false,
            Some(last) => *last = mark,
            None if full => {}
            None => {
                self.0.insert(packet.station.clone().into_owned(), mark);
            }
        }
        true
    }

    /// What to ask for, each with the number to go on from. Known stations of a pattern are named
    /// one by one, because a pattern cannot have a number of each; a server applies the pattern
    /// to the others. The lowest number comes first: a server that knows one number for the whole
    /// connection takes the last it hears, and has sent everything before that one.
    pub(super) fn requests(&self, list: &[Wanted]) -> Vec<(Wanted, Option<u64>)> {
        let mut requests: Vec<(Wanted, Option<u64>)> = Vec::new();
        let mut named: Vec<&str> =
            list.iter().filter(|w| !w.is_pattern()).map(|w| w.station.as_str()).collect();
        for wanted in list {
            if !wanted.is_pattern() {
                let from = self.0.get(&wanted.station).map(|mark| mark.sequence);
                requests.push((wanted.clone(), from));
                continue;
            }
            for (station, mark) in &self.0 {
                if glob(&wanted.station, station) && !named.contains(&station.as_str()) {
                    named.push(station);
                    let one = Wanted { station: station.clone(), ..wanted.clone() };
                    requests.push((one, Some(mark.sequence)));
                }
            }
            requests.push((wanted.clone(), None));
        }
        requests.sort_by_key(|request| request.1);
        requests
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn list(streams: &[&str]) -> Result<Vec<Wanted>, String> {
        Wanted::list(&streams.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
    }

    fn packet(station: &str, sequence: u64) -> Packet<'_> {
        let station = Cow::Borrowed(station);
        Packet { sequence, format: b'2', subformat: b'D', station, payload: b"record" }
    }

    #[test]
    fn streams_are_gathered_by_station() {
        let wanted = list(&["XB_A:BH?", "XB_B", "XB_A:LH?", "XB_B:BHZ", "XB_*:02BHZ"]).unwrap();
        let shown: Vec<_> =
            wanted.iter().map(|w| (w.station.as_str(), w.selectors.join(" "))).collect();
        let expected =
            [("XB_A", "BH? LH?".into()), ("XB_B", "BHZ".into()), ("XB_*", "02BHZ".to_owned())];
        assert_eq!(shown, expected);
        assert_eq!(list(&[]).unwrap()[0].station, "*");
        for bad in ["XB", "XB_", "XB_A:", "_A", "X B_A", "XB_A:B Z", "XB_A\r\nBYE:Z"] {
            assert!(list(&[bad]).unwrap_err().contains("NET_STA"), "{bad}");
        }
    }

    #[test]
    fn a_pattern_goes_on_where_each_station_stopped() {
        let mut memory = Memory::default();
        for (station, sequence) in [("XB_A", 9), ("XB_B", 4), ("GE_C", 1)] {
            assert!(memory.note(&packet(station, sequence)));
            assert!(!memory.note(&packet(station, sequence)), "the same packet again");
        }
        assert_eq!(Memory::read(&memory.text()), memory);
        let requests = memory.requests(&list(&["XB_A", "XB_*", "GE_NEW"]).unwrap());
        let shown: Vec<_> = requests.iter().map(|(w, n)| (w.station.as_str(), *n)).collect();
        let expected = [("XB_*", None), ("GE_NEW", None), ("XB_B", Some(4)), ("XB_A", Some(9))];
        assert_eq!(shown, expected);
    }
}
