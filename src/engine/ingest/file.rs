//! One file: recognised, read, stored, reported.

use std::collections::BTreeSet;

use super::names::{Origin, origin_of, origin_of_station, waveform_product};
use super::recognise::{Format, recognise};
use super::table::{batch_of, span_of};
use super::{FileReport, IngestOptions, Outcome, ampcs as ground, convert, packets, uplink};
use crate::archive::{Archive, ArchiveError, NewProduct, PutProduct};
use crate::format::table::Table;
use crate::format::{ampcs, chemcam, csv, mseed, pds3, pds4, quakeml, stationxml, xtce};
use crate::problem::Problem;
use crate::time::{Instant, TimeRange};

/// Longest label text that is kept beside a product.
const LABEL_BYTES: usize = 256 << 10;

/// Gives the bytes of a file that a label names.
pub(super) type Siblings<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What a file brought.
#[derive(Default)]
struct Taken {
    about: NewProduct,
    /// Whether series, events or values are new.
    is_new: bool,
    /// Whether the file itself is to be kept as a product.
    keep: bool,
}

/// One file on its way in.
struct Intake<'a> {
    archive: &'a Archive,
    name: &'a str,
    bytes: &'a [u8],
    siblings: Siblings<'a>,
    options: &'a IngestOptions,
    origin: Origin,
    problems: Vec<Problem>,
}

/// Takes in one file. `siblings` gives the bytes of files that a label names.
pub fn ingest_bytes(
    archive: &Archive,
    name: &str,
    bytes: &[u8],
    siblings: Siblings<'_>,
    options: &IngestOptions,
    now: Instant,
) -> FileReport {
    let report = |format: &str, outcome, what: String, problems| FileReport {
        name: name.to_owned(),
        format: format.to_owned(),
        outcome,
        what,
        problems,
    };
    if bytes.is_empty() {
        let what = "the file is empty: fetch it again".to_owned();
        return report("", Outcome::Failed, what, Vec::new());
    }
    let Some(format) = recognise(bytes) else {
        let what = "no known format: nothing was stored".to_owned();
        return report("", Outcome::Unrecognised, what, Vec::new());
    };
    let mut origin = origin_of(super::names::base(name));
    if !options.mission.is_empty() {
        origin.mission.clone_from(&options.mission);
    }
    if !options.instrument.is_empty() {
        origin.instrument.clone_from(&options.instrument);
    }
    let problems = Vec::new();
    let mut intake = Intake { archive, name, bytes, siblings, options, origin, problems };
    let stored = intake.store(format, now);
    let mut problems = intake.problems;
    for problem in &mut problems {
        if problem.place.is_empty() {
            name.clone_into(&mut problem.place);
        }
    }
    match stored {
        Ok((what, outcome)) => report(format.id(), outcome, what, problems),
        Err(error) => report(format.id(), Outcome::Failed, error.to_string(), problems),
    }
}

/// Keeps a file that a label describes as a product of its own, without reading it.
pub(super) fn keep_described(
    archive: &Archive,
    name: &str,
    bytes: &[u8],
    label: &str,
    now: Instant,
) -> FileReport {
    let about = NewProduct {
        name: super::names::base(name).to_owned(),
        format: "data".to_owned(),
        summary: format!("data described by {label}"),
        ..NewProduct::default()
    };
    let (outcome, what) = match archive.put_product(&about, bytes, now) {
        Ok(PutProduct::Stored(_)) => (Outcome::Stored, about.summary),
        Ok(PutProduct::AlreadyStored(_)) => (Outcome::AlreadyStored, about.summary),
        Err(error) => (Outcome::Failed, error.to_string()),
    };
    let (name, format) = (name.to_owned(), about.format);
    FileReport { name, format, outcome, what, problems: Vec::new() }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..bytes.len().min(LABEL_BYTES)).unwrap_or_default())
        .into_owned()
}

impl Intake<'_> {
    fn store(&mut self, format: Format, now: Instant) -> Result<(String, Outcome), ArchiveError> {
        let mut taken = match format {
            Format::Mseed => self.mseed()?,
            Format::QuakeMl => self.quakeml()?,
            Format::StationXml => self.stationxml(),
            Format::Pds4 => self.pds4()?,
            Format::Pds3 => self.pds3()?,
            Format::ChemCam => self.chemcam(),
            Format::Moc => self.moc(),
            Format::AmpcsChannels => self.channel_values()?,
            Format::AmpcsEvrs => self.event_records()?,
            Format::AmpcsPackets => self.packets(),
            Format::AmpcsDictionary => self.dictionary(),
            Format::Xtce => self.xtce(),
            Format::SeqJson => self.uplink(uplink::seqjson(self.bytes)),
            Format::Satf => self.uplink(uplink::satf(self.bytes)),
            Format::Plan => self.uplink(uplink::plan(self.bytes, &self.origin.mission)),
            Format::Ccsds => self.space_packets()?,
            Format::Csv => self.csv()?,
        };
        let what = taken.about.summary.clone();
        if !taken.keep {
            let outcome = if taken.is_new { Outcome::Stored } else { Outcome::AlreadyStored };
            return Ok((what, outcome));
        }
        super::names::base(self.name).clone_into(&mut taken.about.name);
        format.id().clone_into(&mut taken.about.format);
        taken.about.mission.clone_from(&self.origin.mission);
        taken.about.instrument.clone_from(&self.origin.instrument);
        taken.about.problems.clone_from(&self.problems);
        match self.archive.put_product(&taken.about, self.bytes, now)? {
            PutProduct::AlreadyStored(_) if !taken.is_new => Ok((what, Outcome::AlreadyStored)),
            _ => Ok((what, Outcome::Stored)),
        }
    }

    /// Words of a label that may say where the data come from; what the caller said counts more.
    fn learn(&mut self, words: &str) {
        let found = origin_of(words);
        if self.origin.mission.is_empty() {
            self.origin = found;
        } else if self.origin.instrument.is_empty() && self.origin.mission == found.mission {
            self.origin.instrument = found.instrument;
        }
    }

    fn identity(&self, by_format: &str) -> String {
        let own = &self.options.product;
        if own.is_empty() { by_format.to_owned() } else { own.clone() }
    }

    /// Records go to the waveform store as they are, each run of one product identity at once.
    fn mseed(&mut self) -> Result<Taken, ArchiveError> {
        let mut records = mseed::scan(self.bytes);
        let mut product = None;
        for (_, header) in records.by_ref() {
            if header.samples > 0 && header.encoding != mseed::Encoding::Text {
                product = Some(waveform_product(self.name, &header));
                break;
            }
        }
        let product = self.identity(product.as_deref().unwrap_or("raw"));
        let report = self.archive.append_waveform(&product, self.bytes)?;
        self.problems.extend(report.problems);
        let (new, known) = (report.records_stored, report.records_duplicate);
        let what = if new == 0 && known > 0 {
            format!("all {known} records are stored already as {product}")
        } else {
            let (samples, series) = (report.samples_stored, report.series.len());
            let before = if known > 0 {
                format!("; {known} records were stored already")
            } else {
                String::new()
            };
            format!(
                "{new} records, {samples} samples of {series} series stored as {product}{before}"
            )
        };
        if new == 0 && known == 0 {
            return Err(ArchiveError::Input("no whole record was found in it".to_owned()));
        }
        let about = NewProduct { summary: what, ..NewProduct::default() };
        Ok(Taken { about, is_new: new > 0, keep: false })
    }

    fn quakeml(&mut self) -> Result<Taken, ArchiveError> {
        let (read, problems) = quakeml::read(self.bytes);
        self.problems.extend(problems);
        let events: Vec<_> = read.iter().map(convert::event).collect();
        let changed = self.archive.put_events(&events)?;
        if read.iter().any(quakeml::Event::is_of_mars) {
            self.learn("SEIS");
        }
        let about = NewProduct {
            span: convert::events_span(&events),
            summary: format!("{} events, {changed} of them new or changed", events.len()),
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: changed > 0, keep: true })
    }

    fn stationxml(&mut self) -> Taken {
        let (inventory, problems) = stationxml::read(self.bytes);
        self.problems.extend(problems);
        let stations: BTreeSet<(&str, &str)> = inventory
            .networks
            .iter()
            .flat_map(|n| n.stations.iter().map(|s| (n.code.as_str(), s.code.as_str())))
            .collect();
        if let Some((network, station)) = stations.first()
            && self.origin.mission.is_empty()
        {
            self.origin = origin_of_station(network, station);
        }
        let (channels, span) = convert::inventory_span(&inventory);
        let names: Vec<String> = stations.iter().map(|(n, s)| format!("{n}.{s}")).collect();
        let summary = format!("{channels} channel epochs of {}", names.join(", "));
        Taken {
            about: NewProduct { span, summary, ..NewProduct::default() },
            is_new: false,
            keep: true,
        }
    }

    /// Stores tables that have times; returns new and known values.
    fn tables(&mut self, tables: &[Table], product: &str) -> Result<(u64, u64), ArchiveError> {
        let (mut new, mut known) = (0, 0);
        for table in tables {
            let found = batch_of(table, &self.origin, product, self.name, &mut self.problems);
            if let Some(batch) = found {
                let report = self.archive.append_parameters(&batch)?;
                new += report.values;
                known += report.duplicates;
            }
        }
        Ok((new, known))
    }

    fn pds4(&mut self) -> Result<Taken, ArchiveError> {
        let (product, problems) = pds4::read(self.bytes, self.siblings);
        self.problems.extend(problems);
        let label = &product.label;
        let words = [label.instruments.join(" "), label.investigations.join(" ")].join(" ");
        self.learn(&words);
        self.learn(&label.logical_identifier.replace('_', " "));
        let level = super::names::word(&label.processing_level);
        let identity = self.identity(if level.is_empty() { "raw" } else { &level });
        let (new, known) = self.tables(&product.tables, &identity)?;
        let stated = label.start().zip(label.stop()).map(|(a, b)| TimeRange::new(a, b.plus_ns(1)));
        let about = NewProduct {
            product: if new + known > 0 { identity } else { String::new() },
            span: stated.or_else(|| span_of(product.tables.iter())),
            summary: summary(&label.title, product.tables.len(), product.arrays.len(), new, known),
            label: text_of(self.bytes),
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: new > 0, keep: true })
    }

    fn pds3(&mut self) -> Result<Taken, ArchiveError> {
        let (product, problems) = pds3::read(self.bytes, self.siblings);
        self.problems.extend(problems);
        let label = &product.label;
        let words: Vec<&str> =
            ["INSTRUMENT_NAME", "INSTRUMENT_ID", "DATA_SET_ID", "MISSION_NAME", "PRODUCT_ID"]
                .iter()
                .map(|key| label.text(key))
                .collect();
        let words = words.join(" ");
        self.learn(&words);
        let identity = self.identity("raw");
        let (new, known) = self.tables(&product.tables, &identity)?;
        let time = |key: &str| crate::format::table::parse_utc(label.text(key));
        let stated = time("START_TIME").zip(time("STOP_TIME"));
        let end = self.bytes.windows(5).position(|w| w == b"\nEND\r" || w == b"\nEND\n");
        let text = self.bytes.get(..end.map_or(self.bytes.len(), |e| e + 5)).unwrap_or_default();
        let about = NewProduct {
            product: if new + known > 0 { identity } else { String::new() },
            span: stated
                .map(|(a, b)| TimeRange::new(a, b.plus_ns(1)))
                .or_else(|| span_of(product.tables.iter())),
            summary: summary(
                label.text("PRODUCT_ID"),
                product.tables.len(),
                product.arrays.len(),
                new,
                known,
            ),
            label: text_of(text),
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: new > 0, keep: true })
    }

    /// A dictionary is kept whole; packets that come later are read by it.
    fn xtce(&mut self) -> Taken {
        let (dictionary, problems) = xtce::read(self.bytes);
        self.problems.extend(problems);
        let summary = dictionary.map_or_else(String::new, |found| {
            let (parameters, containers) = (found.parameters.len(), found.containers.len());
            let commands = match found.commanding.commands.len() {
                0 => String::new(),
                count => format!(", {count} commands"),
            };
            format!("{}: {parameters} parameters in {containers} containers{commands}", found.name)
        });
        let about = NewProduct { summary, ..NewProduct::default() };
        Taken { about, is_new: false, keep: true }
    }

    fn space_packets(&mut self) -> Result<Taken, ArchiveError> {
        let identity = self.identity("raw");
        let stored = packets::store(
            self.archive,
            self.bytes,
            &identity,
            &self.options.derived,
            &mut self.problems,
        )?;
        let about = NewProduct {
            product: identity,
            span: stored.span,
            summary: stored.summary,
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: stored.new > 0, keep: true })
    }

    fn chemcam(&mut self) -> Taken {
        let (ccs, problems) = chemcam::read_ccs(self.bytes);
        self.problems.extend(problems);
        self.origin = Origin::new("msl", "chemcam");
        let name = chemcam::decode_name(self.name);
        let start = name.as_ref().map(|n| convert::msl_sclk(n.sclk));
        let kind = name.as_ref().map_or("spectrum", |n| n.kind());
        let sol = name.map_or_else(String::new, |n| format!(", sol {}", n.executed_sol()));
        let label: Vec<String> = ccs.header.iter().map(|(k, v)| format!("{k} = {v}")).collect();
        let about = NewProduct {
            span: start.map(|t| TimeRange::new(t, t.plus_s(60.0))),
            summary: format!(
                "{kind}{sol}: {} shots, {} wavelengths",
                ccs.shots.len(),
                ccs.wave_nm.len()
            ),
            label: label.join("\n"),
            ..NewProduct::default()
        };
        Taken { about, is_new: false, keep: true }
    }

    fn moc(&mut self) -> Taken {
        let (points, problems) = chemcam::read_moc(self.bytes);
        self.problems.extend(problems);
        self.origin = Origin::new("msl", "chemcam");
        let times: Vec<Instant> =
            points.iter().filter_map(|p| p.sclk).map(convert::msl_sclk).collect();
        let hull = times.iter().min().zip(times.iter().max());
        let about = NewProduct {
            span: hull.map(|(a, b)| TimeRange::new(*a, b.plus_s(60.0))),
            summary: format!("oxide contents of {} points", points.len()),
            label: target_lines(&points),
            ..NewProduct::default()
        };
        Taken { about, is_new: false, keep: true }
    }

    fn channel_values(&mut self) -> Result<Taken, ArchiveError> {
        let (mut values, problems) = ampcs::read_channels(self.bytes);
        self.problems.extend(problems);
        ground::definitions(self.archive)?.complete_values(&mut values);
        let (mission, identity) = (&self.origin.mission, &self.options.product);
        let batches = ground::batches(&values, mission, identity, &mut self.problems);
        let (mut new, mut known) = (0, 0);
        for batch in &batches {
            let report = self.archive.append_parameters(batch)?;
            new += report.values;
            known += report.duplicates;
        }
        let about = NewProduct {
            product: batches.first().map(|b| b.product.clone()).unwrap_or_default(),
            span: ground::span(values.iter().map(ampcs::ChannelValue::time)),
            summary: summary(&format!("{} channel values", values.len()), 1, 0, new, known),
            label: text_of(ground::channel_label(&values).as_bytes()),
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: new > 0, keep: true })
    }

    fn event_records(&mut self) -> Result<Taken, ArchiveError> {
        let (mut evrs, problems) = ampcs::read_evrs(self.bytes);
        self.problems.extend(problems);
        ground::definitions(self.archive)?.complete_events(&mut evrs);
        let mission = &self.origin.mission;
        let messages: Vec<_> = evrs.iter().filter_map(|e| ground::message(e, mission)).collect();
        let new = self.archive.put_messages(&messages)?;
        let about = NewProduct {
            span: ground::span(evrs.iter().map(ampcs::Evr::time)),
            summary: format!("{} event records, {new} of them new", evrs.len()),
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: new > 0, keep: true })
    }

    fn packets(&mut self) -> Taken {
        let (packets, problems) = ampcs::read_packets(self.bytes);
        self.problems.extend(problems);
        let about = NewProduct {
            span: ground::span(packets.iter().map(ampcs::PacketRow::time)),
            summary: ground::packet_summary(&packets),
            ..NewProduct::default()
        };
        Taken { about, is_new: false, keep: true }
    }

    /// Kept as a product: what it defines is read from there.
    fn dictionary(&mut self) -> Taken {
        let (dictionary, problems) = ampcs::read_dictionary(self.bytes);
        self.problems.extend(problems);
        let header = &dictionary.header;
        let version = [header.mission.as_str(), &header.version].join(" ");
        let summary = format!("{}: {}", version.trim(), dictionary.summary());
        let summary = summary.trim_start_matches([':', ' ']).to_owned();
        Taken { about: NewProduct { summary, ..NewProduct::default() }, is_new: false, keep: true }
    }

    /// Sequences and plans are kept as products.
    fn uplink(&mut self, (about, problems): (NewProduct, Vec<Problem>)) -> Taken {
        self.problems.extend(problems);
        if self.origin.mission.is_empty() {
            self.origin.mission.clone_from(&about.mission);
        }
        Taken { about, is_new: false, keep: true }
    }

    fn csv(&mut self) -> Result<Taken, ArchiveError> {
        let (read, problems) = csv::read(self.bytes, csv::Limits::default());
        self.problems.extend(problems);
        let identity = self.identity("raw");
        let tables = [read.table];
        let (new, known) = self.tables(&tables, &identity)?;
        let [table] = &tables;
        let title = format!("{} rows, {} columns", table.rows, table.columns.len());
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        let label = read.comments.into_iter().chain([names.join(",")]).collect::<Vec<_>>();
        let about = NewProduct {
            product: if new + known > 0 { identity } else { String::new() },
            span: span_of(tables.iter()),
            summary: summary(&title, 1, 0, new, known),
            label: label.join("\n"),
            ..NewProduct::default()
        };
        Ok(Taken { about, is_new: new > 0, keep: true })
    }
}

/// The targets of a table of compositions: `SCLK TARGET` for each point, which is all that tells
/// the name of what a spectrum was taken of.
fn target_lines(points: &[chemcam::MocPoint]) -> String {
    let line = |p: &chemcam::MocPoint| {
        let sclk = p.sclk.filter(|_| !p.target.is_empty())?;
        Some(format!("{sclk} {}\n", p.target))
    };
    points.iter().filter_map(line).collect()
}

fn summary(title: &str, tables: usize, arrays: usize, new: u64, known: u64) -> String {
    let mut parts = Vec::new();
    if !title.is_empty() {
        parts.push(title.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if tables + arrays > 1 || arrays > 0 {
        parts.push(format!("{tables} tables, {arrays} arrays"));
    }
    if new > 0 {
        parts.push(format!("{new} parameter values stored"));
    }
    if known > 0 {
        parts.push(format!("{known} values were stored already"));
    }
    if parts.is_empty() { "label".to_owned() } else { parts.join("; ") }
}
