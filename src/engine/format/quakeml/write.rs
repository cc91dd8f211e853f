//! From events to QuakeML BED 1.2 with the Mars and single-station extensions.
//!
//! Elements stand in the order of the catalogues of the Marsquake Service; `read` of what is
//! written gives the same events again.

use std::fmt::Write;

use crate::format::xmltree::print_time;

use super::read::{FILLER_DEPTH_M, STATION_DEG};
use super::{Event, Magnitude, Origin, Pick, Real, Timing};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<q:quakeml xmlns=\"http://quakeml.org/xmlns/bed/1.2\" \
xmlns:q=\"http://quakeml.org/xmlns/quakeml/1.2\" \
xmlns:mars=\"http://quakeml.org/xmlns/bed/1.2/mars\" \
xmlns:sst=\"http://quakeml.org/xmlns/singlestation/1.0\">
";
const VOCABULARY: &str = "http://quakeml.org/vocab/marsquake/1.0/";

/// Writes events as one document.
///
/// Mars events without location get the coordinates of the station, as the catalogues do;
/// control characters that XML cannot carry are left out.
pub fn write(events: &[Event]) -> String {
    let mut xml = Xml { text: HEAD.to_owned(), depth: 0 };
    xml.open("eventParameters", &[("publicID", "smi:marsdeck/eventparameters")]);
    for event in events {
        write_event(&mut xml, event);
    }
    xml.close("eventParameters");
    if events.iter().any(|event| event.origins.iter().any(is_single) || has_frequency(event)) {
        write_single_station(&mut xml, events);
    }
    xml.text.push_str("</q:quakeml>\n");
    xml.text
}

fn is_single(origin: &Origin) -> bool {
    origin.distance_deg.is_some() || origin.back_azimuth_deg.is_some()
}

fn has_frequency(event: &Event) -> bool {
    event.picks.iter().any(|pick| pick.frequency_hz.is_some())
}

fn write_event(xml: &mut Xml, event: &Event) {
    xml.open("event", &[("publicID", &event.public_id)]);
    for (text, kind) in [(&event.region, "region name"), (&event.name, "earthquake name")] {
        if !text.is_empty() {
            xml.open("description", &[]);
            xml.leaf("text", text);
            xml.leaf("type", kind);
            xml.close("description");
        }
    }
    xml.leaf("typeCertainty", &event.kind_certainty);
    for text in &event.comments {
        xml.open("comment", &[]);
        xml.leaf("text", text);
        xml.close("comment");
    }
    for origin in &event.origins {
        write_origin(xml, origin, event.is_of_mars());
    }
    for magnitude in &event.magnitudes {
        write_magnitude(xml, magnitude);
    }
    for pick in &event.picks {
        write_pick(xml, pick);
    }
    xml.leaf("preferredOriginID", event.preferred_origin.as_deref().unwrap_or_default());
    xml.leaf("preferredMagnitudeID", event.preferred_magnitude.as_deref().unwrap_or_default());
    xml.leaf("type", &event.kind);
    xml.term("mars:type", "MarsEventType", &event.mars_kind);
    xml.leaf("mars:typeCertainty", &event.mars_kind_certainty);
    xml.close("event");
}

fn write_origin(xml: &mut Xml, origin: &Origin, of_mars: bool) {
    xml.open("origin", &[("publicID", &origin.public_id)]);
    for (i, arrival) in origin.arrivals.iter().enumerate() {
        let id = format!("{}/arrival/{i}", origin.public_id);
        xml.open("arrival", &[("publicID", &id)]);
        xml.number("azimuth", arrival.azimuth_deg);
        xml.number("distance", arrival.distance_deg);
        xml.leaf("pickID", &arrival.pick);
        xml.leaf("phase", &arrival.phase);
        xml.close("arrival");
    }
    if let Some(time) = &origin.time {
        xml.timing(time);
    }
    let located = origin.epicentre_deg().is_some();
    let filler = |value: f64| (of_mars && !located).then(|| Real::exact(value));
    xml.quantity("longitude", origin.longitude_deg.or_else(|| filler(STATION_DEG.1)));
    xml.quantity("latitude", origin.latitude_deg.or_else(|| filler(STATION_DEG.0)));
    xml.quantity("depth", origin.depth_m.or_else(|| filler(FILLER_DEPTH_M)));
    xml.leaf("evaluationMode", &origin.mode);
    xml.leaf("evaluationStatus", &origin.status);
    xml.term("mars:locationQuality", "MarsLocationQualityType", &origin.quality);
    xml.close("origin");
}

fn write_magnitude(xml: &mut Xml, magnitude: &Magnitude) {
    xml.open("magnitude", &[("publicID", &magnitude.public_id)]);
    xml.quantity("mag", Some(magnitude.value));
    xml.leaf("type", &magnitude.kind);
    xml.leaf("originID", &magnitude.origin);
    xml.close("magnitude");
}

fn write_pick(xml: &mut Xml, pick: &Pick) {
    xml.open("pick", &[("publicID", &pick.public_id)]);
    xml.leaf("phaseHint", &pick.phase);
    xml.timing(&pick.timing);
    let parts: Vec<&str> = pick.channel.split('.').collect();
    if let [net, sta, loc, cha] = parts[..] {
        let codes = [
            ("networkCode", net),
            ("stationCode", sta),
            ("locationCode", loc),
            ("channelCode", cha),
        ];
        xml.open("waveformID", &codes);
        xml.close("waveformID");
    }
    xml.leaf("filterID", &pick.filter);
    xml.close("pick");
}

fn write_single_station(xml: &mut Xml, events: &[Event]) {
    let id = "smi:marsdeck/singlestationparameters";
    xml.open("sst:singleStationParameters", &[("publicID", id)]);
    for origin in events.iter().flat_map(|e| &e.origins).filter(|o| is_single(o)) {
        let id = format!("{}/singlestation", origin.public_id);
        xml.open("sst:singleStationOrigin", &[("publicID", &id)]);
        xml.leaf("sst:bedOriginReference", &origin.public_id);
        for (name, by, value) in [
            ("sst:distance", "sst:preferredDistanceID", origin.distance_deg),
            ("sst:azimuth", "sst:preferredAzimuthID", origin.back_azimuth_deg),
        ] {
            let Some(value) = value else { continue };
            let id = format!("{}/{}", origin.public_id, name.trim_start_matches("sst:"));
            xml.leaf(by, &id);
            xml.open(name, &[("publicID", &id)]);
            xml.quantity_in("sst:", name, value);
            xml.close(name);
        }
        xml.close("sst:singleStationOrigin");
    }
    for pick in events.iter().flat_map(|e| &e.picks) {
        let Some(frequency) = pick.frequency_hz else { continue };
        let id = format!("{}/singlestation", pick.public_id);
        xml.open("sst:singleStationPick", &[("publicID", &id)]);
        xml.quantity_in("sst:", "sst:frequency", frequency);
        xml.leaf("sst:pickReference", &pick.public_id);
        xml.close("sst:singleStationPick");
    }
    xml.close("sst:singleStationParameters");
}

/// Indented XML in the making.
struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth + 1));
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            // Writing to a String cannot fail.
            let _ = write!(self.text, " {key}=\"");
            self.escape(value);
            self.text.push('"');
        }
        self.text.push_str(">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        let _ = writeln!(self.text, "</{name}>");
    }

    /// An element with text; nothing where the text is empty.
    fn leaf(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.indent();
        let _ = write!(self.text, "<{name}>");
        self.escape(text);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// A term of a Mars vocabulary.
    fn term(&mut self, name: &str, vocabulary: &str, term: &str) {
        if !term.is_empty() {
            self.leaf(name, &format!("{VOCABULARY}{vocabulary}#{term}"));
        }
    }

    fn number(&mut self, name: &str, value: Option<f64>) {
        if let Some(value) = value.filter(|v| v.is_finite()) {
            self.leaf(name, &value.to_string());
        }
    }

    fn quantity(&mut self, name: &str, value: Option<Real>) {
        if let Some(value) = value {
            self.quantity_in("", name, value);
        }
    }

    fn quantity_in(&mut self, prefix: &str, name: &str, value: Real) {
        self.open(name, &[]);
        self.number(&format!("{prefix}value"), Some(value.value));
        self.number(&format!("{prefix}lowerUncertainty"), value.lower);
        self.number(&format!("{prefix}upperUncertainty"), value.upper);
        self.close(name);
    }

    fn timing(&mut self, timing: &Timing) {
        self.open("time", &[]);
        self.leaf("value", &print_time(timing.time));
        self.number("lowerUncertainty", timing.lower_s);
        self.number("upperUncertainty", timing.upper_s);
        self.close("time");
    }

    /// Adds text; what XML 1.0 cannot carry is left out.
    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\t' | '\n' | '\r' => {
                    let _ = write!(self.text, "&#{};", c as u32);
                }
                '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
                _ => self.text.push(c),
            }
        }
    }
}
