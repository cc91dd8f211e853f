//! A bar that exports what a panel shows: to a file by the engine, as a picture, or as text to the
//! clipboard.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crossbeam_channel::Receiver;
use egui::{Button, Id, Rect, RichText, TextEdit, Ui};
use marsdeck_engine::archive::{SeriesKey, SeriesKind, SeriesSummary};
use marsdeck_engine::query::Answer;
use marsdeck_engine::runtime::Intent;
use marsdeck_engine::time::{Civil, TimeRange, iso};

use super::picture::save_picture;
use crate::intent::UiIntent;
use crate::state::expand_home;
use crate::theme;
use crate::view::{ViewContext, ask_samples};

/// Most samples that are copied as text.
const MOST_COPIED: f64 = 50_000.0;

/// State of the bar.
#[derive(Default)]
pub struct ExportBar {
    open: bool,
    path: String,
    /// Whether the range is the selection where there is one.
    selection: bool,
    /// What is being collected for the clipboard.
    copying: Option<(Vec<SeriesKey>, TimeRange)>,
    said: String,
    /// Where the plot is, for pictures.
    area: Option<Rect>,
    /// What became of a picture.
    picture: Option<Receiver<String>>,
}

impl ExportBar {
    /// Tells where the plot was painted.
    pub fn set_area(&mut self, area: Rect) {
        self.area = Some(area);
    }

    /// The button that opens and closes the bar.
    pub fn button(&mut self, ui: &mut Ui) {
        let hint = "Export the shown range as CSV or miniSEED, or copy it.";
        if ui.selectable_label(self.open, "Export…").on_hover_text(hint).clicked() {
            self.open = !self.open;
            self.said.clear();
        }
    }

    /// The bar, where it is open: for these series over the shown range, or over the selection.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        series: &[&SeriesSummary],
        selected: Option<TimeRange>,
    ) {
        self.collect(ui, cx);
        if let Some(said) = self.picture.as_ref().and_then(|receiver| receiver.try_recv().ok()) {
            self.said = said;
            self.picture = None;
        }
        if !self.open {
            return;
        }
        self.selection &= selected.is_some();
        let range = selected.filter(|_| self.selection).unwrap_or(cx.time.range);
        if self.path.is_empty() {
            self.path = default_path(series, range);
        }
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Export to").color(cx.theme.text_weak));
            ui.add(TextEdit::singleline(&mut self.path).desired_width(360.0))
                .labelled_by(label.id)
                .on_hover_text("A file; ~/ is your home folder. The ending tells the format.");
            for (word, ending) in [("CSV", "csv"), ("miniSEED", "mseed"), ("Picture", "png")] {
                if ui.selectable_label(extension(&self.path) == ending, word).clicked() {
                    self.path = with_extension(&self.path, ending);
                }
            }
            if selected.is_some() {
                ui.checkbox(&mut self.selection, "Selection only");
            }
            let (keys, refused) = exported(series, &self.path);
            let go = ui.add_enabled(refused.is_none(), Button::new("Write file"));
            if go.on_disabled_hover_text(refused.unwrap_or_default()).clicked() {
                let path = expand_home(&self.path);
                self.said = format!("Writing {}; the status line says when done.", path.display());
                if extension(&self.path) == "png" {
                    "Taking a picture…".clone_into(&mut self.said);
                    self.picture = self.area.map(|area| save_picture(ui.ctx(), area, path));
                } else {
                    let intent = Intent::Export { series: keys, range, path };
                    cx.intents.send(UiIntent::Engine(intent));
                }
            }
            self.copy_button(ui, series, range);
            if ui.button("Close").on_hover_text("Close the export bar").clicked() {
                self.open = false;
            }
            ui.label(RichText::new(&self.said).size(theme::SMALL).color(cx.theme.text_weak));
        });
    }

    fn copy_button(&mut self, ui: &mut Ui, series: &[&SeriesSummary], range: TimeRange) {
        let expected: f64 = series.iter().map(|s| expected_samples(s, range)).sum();
        let few = expected <= MOST_COPIED && !series.is_empty();
        let copy = ui.add_enabled(few && self.copying.is_none(), Button::new("Copy as CSV"));
        let sentence = format!(
            "About {expected:.0} samples: zoom in below {MOST_COPIED:.0}, or write a file."
        );
        if copy.on_disabled_hover_text(sentence).clicked() {
            let keys = series.iter().map(|s| s.key.clone()).collect();
            self.copying = Some((keys, range));
        }
    }

    /// Goes on with what is being copied, until all samples are there.
    fn collect(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some((keys, range)) = &self.copying else { return };
        let slot = Id::unique("copy as CSV");
        let answers: Vec<_> =
            keys.iter().map(|key| ask_samples(cx.queries, slot, key, *range)).collect();
        if answers.iter().any(Option::is_none) {
            return;
        }
        let mut text = String::from("series,time_utc,value\n");
        let mut lines = 0_usize;
        for (key, answer) in keys.iter().zip(answers.into_iter().flatten()) {
            if let Answer::Range { times, values, .. } = answer.0.as_ref() {
                for (time, value) in times.iter().zip(values) {
                    // Writing to a string never fails.
                    let _ = writeln!(text, "{key},{},{value}", iso(*time, 6));
                    lines += 1;
                }
            }
        }
        ui.copy_text(text);
        self.said = format!("{lines} samples copied.");
        self.copying = None;
    }
}

/// About how many samples of a series a range holds.
pub fn expected_samples(series: &SeriesSummary, range: TimeRange) -> f64 {
    let start = range.start.max(series.span.start);
    let shared = TimeRange::new(start, range.end.min(series.span.end)).duration_s();
    let average = series.samples as f64 / series.span.duration_s().max(1e-9);
    shared * if series.rate_hz > 0.0 { series.rate_hz } else { average }
}

/// The series that a file of this ending can hold, and why nothing can be written.
fn exported(series: &[&SeriesSummary], path: &str) -> (Vec<SeriesKey>, Option<&'static str>) {
    let all: Vec<SeriesKey> = series.iter().map(|s| s.key.clone()).collect();
    let waves = || series.iter().filter(|s| s.kind == SeriesKind::Waveform);
    match extension(path).as_str() {
        _ if series.is_empty() => (all, Some("Plot a series first.")),
        "csv" | "png" => (all, None),
        "mseed" if waves().count() == 0 => {
            (all, Some("Only waveforms have miniSEED records; export these series as CSV."))
        }
        "mseed" => (waves().map(|s| s.key.clone()).collect(), None),
        _ => (all, Some("End the path in .csv, .mseed or .png.")),
    }
}

fn default_path(series: &[&SeriesSummary], range: TimeRange) -> String {
    let waves = series.iter().all(|s| s.kind == SeriesKind::Waveform);
    let name = series.first().map_or("marsdeck", |s| s.key.name.as_str());
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let ending = if waves && !series.is_empty() { "mseed" } else { "csv" };
    let c = Civil::of(range.start);
    format!(
        "~/{}_{:04}{:02}{:02}T{:02}{:02}{:02}.{ending}",
        name.trim_matches('_'),
        c.year,
        c.month,
        c.day,
        c.hour,
        c.minute,
        c.second
    )
}

fn extension(path: &str) -> String {
    let path = Path::new(path.trim());
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn with_extension(path: &str, ending: &str) -> String {
    PathBuf::from(path.trim()).with_extension(ending).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::time::Instant;

    fn series(kind: SeriesKind) -> SeriesSummary {
        SeriesSummary {
            key: SeriesKey::parse("XB.ELYSE.02.BHU"),
            kind,
            unit: String::new(),
            rate_hz: 20.0,
            span: TimeRange::new(Instant::from_unix_s(0.0), Instant::from_unix_s(100.0)),
            samples: 2000,
        }
    }

    #[test]
    fn endings_tell_what_is_written() {
        let (wave, value) = (series(SeriesKind::Waveform), series(SeriesKind::Parameter));
        assert_eq!(exported(&[&wave, &value], "a.csv").0.len(), 2);
        assert_eq!(exported(&[&wave, &value], "a.MSEED").0.len(), 1);
        assert!(exported(&[&value], "a.mseed").1.is_some());
        assert!(exported(&[&wave], "a.txt").1.is_some());
        assert!(exported(&[], "a.csv").1.is_some());
    }

    #[test]
    fn paths_name_the_first_series() {
        let wave = series(SeriesKind::Waveform);
        let range = TimeRange::new(Instant::from_unix_s(1e9), Instant::from_unix_s(1e9 + 1.0));
        let path = default_path(&[&wave], range);
        assert_eq!(path, "~/XB_ELYSE_02_BHU_20010909T014640.mseed");
        assert_eq!(with_extension(&path, "csv"), "~/XB_ELYSE_02_BHU_20010909T014640.csv");
        assert!(expand_home("~/x").is_absolute());
    }

    #[test]
    fn only_the_shared_time_counts() {
        let wave = series(SeriesKind::Waveform);
        let range = TimeRange::new(Instant::from_unix_s(90.0), Instant::from_unix_s(900.0));
        assert_eq!(expected_samples(&wave, range), 200.0);
    }
}
