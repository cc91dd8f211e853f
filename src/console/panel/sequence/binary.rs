//! The binary form of a sequence: what it is for, its checksum and hash, its bytes.

use std::sync::Arc;

use egui::{Grid, RichText, ScrollArea, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::problem::Problem;
use marsdeck_engine::sequence::{BinarySequence, compile, spacecraft_number};
use marsdeck_engine::time::Instant;

use super::analysis::{Analysis, Basis};
use crate::panel::shared::{hex, hex_line};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::bytes_text;

/// What a text is in binary form.
struct Made {
    text: Arc<str>,
    basis: Arc<Basis>,
    result: Result<(BinarySequence, Vec<u8>), Vec<Problem>>,
}

/// The view.
#[derive(Default)]
pub(super) struct BinaryView {
    made: Option<Made>,
}

impl BinaryView {
    /// Paints it; the bytes where they are to be written to a file.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        done: &Analysis,
        basis: &Arc<Basis>,
    ) -> Option<Vec<u8>> {
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        let Some(spacecraft) = spacecraft_number(&basis.mission) else {
            ui.label(weak("This mission has no spacecraft that a binary form could be for."));
            return None;
        };
        let is_made = |made: &Made| *made.text == *done.text && Arc::ptr_eq(&made.basis, basis);
        if !self.made.as_ref().is_some_and(is_made) {
            let created = cx.present().unwrap_or(cx.time.cursor);
            self.made = Some(make(done, basis, spacecraft, created));
        }
        let made = self.made.as_ref()?;
        match &made.result {
            Err(problems) => {
                let colour = cx.theme.severity(Severity::Critical);
                ui.label(RichText::new("It has no binary form yet:").color(colour));
                let area = ScrollArea::vertical().id_salt("not binary").auto_shrink(false);
                area.show(ui, |ui| {
                    for problem in problems.iter().take(200) {
                        ui.label(RichText::new(problem.to_string()).size(SMALL));
                    }
                });
                None
            }
            Ok((of, bytes)) => shown(ui, cx, of, bytes),
        }
    }
}

fn make(done: &Analysis, basis: &Arc<Basis>, spacecraft: u32, created: Instant) -> Made {
    let faults = done
        .parsed
        .faults
        .iter()
        .map(|fault| Problem::of(format!("line {}", fault.span.line), fault.reason.clone()));
    let faults: Vec<Problem> = faults.collect();
    let sequence = &done.parsed.sequence;
    let (dictionary, mission) = (&basis.dictionary, &basis.mission);
    let result = if faults.is_empty() {
        compile(sequence, dictionary, mission, spacecraft, created, &|_| None)
    } else {
        Err(faults)
    };
    let result = result.map(|of| {
        let bytes = of.to_bytes();
        (of, bytes)
    });
    Made { text: Arc::clone(&done.text), basis: Arc::clone(basis), result }
}

fn shown(ui: &mut Ui, cx: &ViewContext<'_>, of: &BinarySequence, bytes: &[u8]) -> Option<Vec<u8>> {
    let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
    let mut write = None;
    let seal = bytes.len().saturating_sub(4);
    let hash = bytes.get(bytes.len().saturating_sub(36)..seal).unwrap_or_default();
    let crc = bytes.get(seal..).unwrap_or_default();
    let rows = [
        ("Size", format!("{}, {} steps", bytes_text(bytes.len() as u64), of.steps.len())),
        ("Spacecraft", format!("{} ({})", of.spacecraft, of.dictionary.mission)),
        ("Dictionary", dictionary_text(of)),
        ("SHA-256", hex(hash)),
        ("Checksum (CRC-32C)", hex(crc)),
    ];
    let hint = "To the path above, with the ending .mdsq";
    if ui.button("Write binary file").on_hover_text(hint).clicked() {
        write = Some(bytes.to_vec());
    }
    ScrollArea::both().id_salt("binary").auto_shrink(false).show(ui, |ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        Grid::new("binary facts").num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
            for (name, value) in rows {
                ui.label(weak(name));
                ui.label(RichText::new(value).monospace().size(SMALL));
                ui.end_row();
            }
        });
        for line in 0..bytes.len().div_ceil(16).min(4096) {
            ui.label(RichText::new(hex_line(bytes, line)).monospace().size(SMALL));
        }
    });
    write
}

/// Version and the whole hash: the exact dictionary.
fn dictionary_text(of: &BinarySequence) -> String {
    let version = match of.dictionary.version.as_str() {
        "" => "without a version",
        version => version,
    };
    format!("{version}, {}", hex(&of.dictionary.sha256))
}
