//! What a PDS4 label says about the product and its files.

use roxmltree::Node;

use super::xml::{at, child, content, count, deep, name, value};
use crate::format::table::parse_utc;
use crate::problem::Problem;
use crate::time::Instant;

/// Identification and context of a product. Empty text where the label is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Root element, e.g. `Product_Observational`.
    pub product_class: String,
    /// Logical identifier, `urn:nasa:pds:…`.
    pub logical_identifier: String,
    /// Version, e.g. `1.0`.
    pub version_id: String,
    /// Title.
    pub title: String,
    /// Version of the information model.
    pub model_version: String,
    /// Start of the observation as written.
    pub start_time: String,
    /// End of the observation as written.
    pub stop_time: String,
    /// Names of the investigations.
    pub investigations: Vec<String>,
    /// Names of the observing systems' components of type Instrument.
    pub instruments: Vec<String>,
    /// Names of the other components: hosts, spacecraft.
    pub hosts: Vec<String>,
    /// Names of the targets.
    pub targets: Vec<String>,
    /// Processing level, e.g. `Calibrated`.
    pub processing_level: String,
    /// Leaf values of the mission and discipline areas, in order: sols, clocks, local times.
    pub mission: Vec<(String, String)>,
}

impl Label {
    /// `lid::version`.
    pub fn lidvid(&self) -> String {
        format!("{}::{}", self.logical_identifier, self.version_id)
    }

    /// Start of the observation, if the label gives a readable one.
    pub fn start(&self) -> Option<Instant> {
        parse_utc(&self.start_time)
    }

    /// End of the observation, if the label gives a readable one.
    pub fn stop(&self) -> Option<Instant> {
        parse_utc(&self.stop_time)
    }

    /// First value of that name in the mission and discipline areas.
    pub fn mission_value(&self, name: &str) -> Option<&str> {
        self.mission.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
}

/// A file of the product as the label describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileArea {
    /// Name.
    pub name: String,
    /// Size in bytes, if stated.
    pub size: Option<u64>,
    /// MD5 in hexadecimal, lower case; empty where none is stated.
    pub md5: String,
    /// Number of records, if stated.
    pub records: Option<u64>,
    /// Time of creation as written.
    pub created: String,
}

/// Longest list of mission values kept; real labels hold a few hundred.
const MISSION_VALUES: usize = 4096;

/// Reads identification, times and context.
pub(super) fn read(root: Node<'_, '_>, problems: &mut Vec<Problem>) -> Label {
    let mut label = Label { product_class: name(root).to_owned(), ..Label::default() };
    // Pre-release labels say Identification_Area_Product.
    let id = root.children().find(|n| name(*n).starts_with("Identification_Area"));
    if let Some(id) = id {
        let logical = value(id, "logical_identifier").to_owned();
        label.logical_identifier = logical;
        value(id, "version_id").clone_into(&mut label.version_id);
        value(id, "title").clone_into(&mut label.title);
        value(id, "information_model_version").clone_into(&mut label.model_version);
        if label.logical_identifier.is_empty() {
            problems.push(Problem::at(at(id), "logical_identifier", "missing or empty"));
        }
    } else {
        let reason = format!("no Identification_Area in <{}>: not a PDS4 label", name(root));
        problems.push(Problem::at(at(root), "label", reason));
    }
    let areas =
        root.children().filter(|n| ["Observation_Area", "Context_Area"].contains(&name(*n)));
    for area in areas {
        context(area, &mut label);
    }
    for (field, text) in
        [("start_date_time", &label.start_time), ("stop_date_time", &label.stop_time)]
    {
        let unknown = text.is_empty() || text.eq_ignore_ascii_case("unk");
        if !unknown && parse_utc(text).is_none() {
            let shown: String = text.chars().take(40).collect();
            problems.push(Problem::of(field, format!("'{shown}' is not a UTC time")));
        }
    }
    label
}

fn context(area: Node<'_, '_>, label: &mut Label) {
    if let Some(times) = child(area, "Time_Coordinates") {
        value(times, "start_date_time").clone_into(&mut label.start_time);
        value(times, "stop_date_time").clone_into(&mut label.stop_time);
    }
    deep(area, "processing_level").clone_into(&mut label.processing_level);
    for node in area.children() {
        match name(node) {
            "Investigation_Area" => label.investigations.push(value(node, "name").to_owned()),
            "Target_Identification" => label.targets.push(value(node, "name").to_owned()),
            "Observing_System" => {
                let parts = node.children().filter(|n| name(*n) == "Observing_System_Component");
                for part in parts {
                    let kind = value(part, "type").to_ascii_lowercase();
                    let list = if kind == "instrument" {
                        &mut label.instruments
                    } else {
                        &mut label.hosts
                    };
                    list.push(value(part, "name").to_owned());
                }
            }
            "Mission_Area" | "Discipline_Area" => {
                let leaves = node
                    .descendants()
                    .filter(|n| n.is_element() && !n.children().any(|c| c.is_element()));
                for leaf in leaves.take(MISSION_VALUES.saturating_sub(label.mission.len())) {
                    let text = content(leaf);
                    if !text.is_empty() {
                        label.mission.push((name(leaf).to_owned(), text.to_owned()));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads the `File` element of a file area; `None` where there is none.
pub(super) fn file(area: Node<'_, '_>, problems: &mut Vec<Problem>) -> Option<FileArea> {
    let file = child(area, "File")?;
    Some(FileArea {
        name: value(file, "file_name").to_owned(),
        size: count(file, "file_size", problems),
        md5: value(file, "md5_checksum").to_ascii_lowercase(),
        records: count(file, "records", problems),
        created: value(file, "creation_date_time").to_owned(),
    })
}
