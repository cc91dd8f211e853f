//! The bytes of a packet; only the lines on screen are made.

use egui::text::LayoutJob;
use egui::{FontId, Label, ScrollArea, TextFormat, Ui};
use marsdeck_engine::runtime::PacketSeen;

use super::model;
use crate::theme::{SMALL, Theme};
use crate::view::ViewContext;

/// Width in points that a line and its scroll bar need.
pub(super) const WIDTH: f32 = 590.0;

/// Paints the dump of a packet.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, packet: &PacketSeen) {
    let font = FontId::monospace(SMALL);
    let height = ui.fonts_mut(|fonts| fonts.row_height(&font));
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::both().id_salt("bytes").auto_shrink(false).show_rows(
        ui,
        height,
        model::dump_lines(&packet.bytes),
        |ui, lines| {
            for line in lines {
                ui.add(Label::new(job(cx.theme, &font, &packet.bytes, line)).extend());
            }
        },
    );
}

fn job(theme: &Theme, font: &FontId, bytes: &[u8], line: usize) -> LayoutJob {
    let (offset, hex, ascii) = model::dump_line(bytes, line);
    let mut job = LayoutJob::default();
    job.append(&offset, 0.0, TextFormat::simple(font.clone(), theme.text_weak));
    job.append("  ", 0.0, TextFormat::simple(font.clone(), theme.text_weak));
    job.append(&hex, 0.0, TextFormat::simple(font.clone(), theme.text));
    job.append(" ", 0.0, TextFormat::simple(font.clone(), theme.text));
    job.append(&ascii, 0.0, TextFormat::simple(font.clone(), theme.accent));
    job
}
