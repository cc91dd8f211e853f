//! What names say: product identities, missions and instruments, qualified parameter names.

use crate::format::mseed::{Encoding, Header};

/// Mission and instrument identifiers; empty where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) mission: String,
    pub(super) instrument: String,
}

impl Origin {
    pub(super) fn new(mission: &str, instrument: &str) -> Self {
        Self { mission: mission.to_owned(), instrument: instrument.to_owned() }
    }
}

/// File name without folders.
pub(super) fn base(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

fn stem(name: &str) -> &str {
    let base = base(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// Drops a leading event name such as `S0235b_`.
fn without_event(stem: &str) -> &str {
    let Some((first, rest)) = stem.split_once('_') else { return stem };
    let bytes = first.as_bytes();
    let digits = bytes.get(1..bytes.len().saturating_sub(1)).unwrap_or_default();
    let is_event = bytes.first() == Some(&b'S')
        && (3..=5).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && bytes.last().is_some_and(u8::is_ascii_lowercase);
    if is_event && !rest.is_empty() { rest } else { stem }
}

/// Product identity of the records of a miniSEED file.
///
/// Integers (Steim and plain) are counts: `raw`. Floats are the outcome of some processing, and
/// the file name says of which: the name without a leading event (`S0235b_`) and the extension,
/// such as `VBB_corrected_ISAE_v4`. A name that begins with the channel says where the data come
/// from and not what was done: `processed`.
pub fn waveform_product(name: &str, header: &Header) -> String {
    if !matches!(header.encoding, Encoding::Float32 | Encoding::Float64) {
        return "raw".to_owned();
    }
    let stem = without_event(stem(name));
    let source = &header.source;
    let station = format!("{}.{}.", source.network, source.station);
    if stem.is_empty() || stem.starts_with(&station) {
        "processed".to_owned()
    } else {
        stem.to_owned()
    }
}

/// Mission and instrument out of words of a label or of a file name.
pub(super) fn origin_of(words: &str) -> Origin {
    let upper = words.to_ascii_uppercase();
    let known = [
        ("CHEMCAM", "msl", "chemcam"),
        ("CHEMISTRY CAMERA", "msl", "chemcam"),
        ("SAMPLE ANALYSIS AT MARS", "msl", "sam"),
        ("ROVER ENVIRONMENTAL MONITORING", "msl", "rems"),
        ("REMS", "msl", "rems"),
        ("RME_", "msl", "rems"),
        ("TWINS", "insight", "apss"),
        ("PS_CALIB", "insight", "apss"),
        ("AUXILIARY PAYLOAD SENSOR", "insight", "apss"),
        ("APSS", "insight", "apss"),
        ("IFG", "insight", "ifg"),
        ("HP3", "insight", "rad"),
        ("RADIOMETER", "insight", "rad"),
        ("SEIS", "insight", "seis"),
        ("MEDA", "mars2020", "meda"),
        ("WE__", "mars2020", "meda"),
        ("INSIGHT", "insight", ""),
        ("MARS SCIENCE LABORATORY", "msl", ""),
        ("MARS 2020", "mars2020", ""),
    ];
    let found = known.iter().find(|(sign, ..)| upper.contains(sign));
    found.map_or_else(Origin::default, |(_, mission, instrument)| Origin::new(mission, instrument))
}

/// Mission and instrument of a seismic network and station.
pub(super) fn origin_of_station(network: &str, station: &str) -> Origin {
    match (network, station) {
        ("XB" | "7J", station) if station.starts_with("EL") => Origin::new("insight", "seis"),
        _ => Origin::default(),
    }
}

/// A word as it stands in a qualified name: lower case, digits and `_`.
pub(super) fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}

/// Qualified name `/mission/instrument/column` of a table column. Columns that the mission
/// database knows under another name get that one.
pub(super) fn parameter_name(origin: &Origin, file: &str, column: &str) -> String {
    let column = word(column);
    let known = match (origin.mission.as_str(), column.as_str()) {
        ("insight", "bmy_air_temp") => "air_temperature_bmy",
        ("insight", "bpy_air_temp") => "air_temperature_bpy",
        ("insight", "pressure_temp") => "pressure_temperature",
        ("insight", "horizontal_wind_speed") => "wind_speed",
        ("msl", "ambient_temp") => "air_temperature",
        ("msl", "brightness_temp") => "ground_temperature",
        _ => &column,
    };
    if origin.mission.is_empty() {
        return format!("/file/{}/{known}", word(stem(file)));
    }
    let instrument = if origin.instrument.is_empty() { "table" } else { &origin.instrument };
    format!("/{}/{instrument}/{known}", origin.mission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_leave_the_product_name() {
        let names = [
            ("S0235b_VBB_corrected_ISAE_v4.mseed", "VBB_corrected_ISAE_v4"),
            ("S1222a_x.mseed", "x"),
            ("Some_thing.mseed", "Some_thing"),
            ("S0235b.mseed", "S0235b"),
        ];
        for (name, product) in names {
            assert_eq!(without_event(stem(name)), product);
        }
    }

    #[test]
    fn columns_become_qualified_names() {
        let apss = origin_of("twins_model_0123_02.csv");
        assert_eq!(parameter_name(&apss, "", "BMY_AIR_TEMP"), "/insight/apss/air_temperature_bmy");
        assert_eq!(parameter_name(&apss, "", "Wind Speed (m/s)"), "/insight/apss/wind_speed_m_s");
        let none = Origin::default();
        assert_eq!(parameter_name(&none, "a/B c.csv", "x"), "/file/b_c/x");
    }
}
