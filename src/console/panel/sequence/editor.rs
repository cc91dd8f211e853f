//! The text of a sequence: colours, line numbers, faults underlined, completion and help.

use std::sync::Arc;

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::{TextEditOutput, TextEditState};
use egui::{
    Align2, EventFilter, FontId, Galley, Id, Pos2, Rect, RichText, ScrollArea, TextBuffer,
    TextEdit, Ui, pos2, vec2,
};
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::sequence::help;
use marsdeck_engine::sequence::text::Span;

use super::analysis::Analysis;
use super::colours;
use super::completion::{Completion, Keys};
use super::model;
use crate::theme::{BODY, SMALL, Theme};

/// Width of the line numbers in points.
const GUTTER: f32 = 46.0;

/// What of the text field is kept from frame to frame.
#[derive(Default)]
pub(super) struct Editor {
    completion: Completion,
    /// Character of the cursor.
    cursor: usize,
    /// Line and column to go to, both from 1.
    go: Option<(usize, usize)>,
    /// Line to bring into view, from 1.
    reveal: Option<usize>,
    drawn: Option<Drawn>,
}

/// A text with its colours, until text, faults or theme change.
struct Drawn {
    text: String,
    faults: Vec<Span>,
    theme: &'static str,
    job: egui::text::LayoutJob,
}

impl Editor {
    /// Puts the cursor to a line and column.
    pub(super) fn go_to(&mut self, line: usize, column: usize) {
        self.go = Some((line, column));
        self.reveal = Some(line);
    }

    /// Puts the cursor to the begin of a line, while the keyboard stays where it is.
    pub(super) fn show_line(&mut self, text: &str, line: usize) {
        self.cursor = model::index_of(text, line, 1);
        self.reveal = Some(line);
        self.completion.close();
    }

    /// Line of the cursor, from 1.
    pub(super) fn line(&self, text: &str) -> usize {
        model::place_of(text, self.cursor).0
    }

    /// Paints it and takes what is typed; true where the text was changed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        text: &mut String,
        done: &Analysis,
        dictionary: &Dictionary,
    ) -> bool {
        let id = ui.make_persistent_id("sequence text");
        // In the frame of a click elsewhere the text would give the keyboard away again.
        let is_click = ui.input(|input| input.pointer.any_released());
        if is_click && self.go.is_some() {
            ui.ctx().request_repaint();
        } else if let Some((line, column)) = self.go.take() {
            put_cursor(ui, id, model::index_of(text, line, column));
            ui.memory_mut(|memory| memory.request_focus(id));
            self.completion.close();
        }
        let area = ScrollArea::both().id_salt("sequence text area").auto_shrink(false);
        let mut changed = false;
        area.show(ui, |ui| {
            changed = self.field(ui, theme, (id, text), done, dictionary);
        });
        changed
    }

    fn field(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        (id, text): (Id, &mut String),
        done: &Analysis,
        dictionary: &Dictionary,
    ) -> bool {
        let font = FontId::monospace(BODY);
        let letter = ui.fonts_mut(|fonts| fonts.glyph_width(&font, 'm'));
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        let view = ui.clip_rect().size();
        let width = (letter * (longest as f32 + 3.0)).max(view.x - GUTTER - 24.0);
        let keys = self.completion.keys(ui);
        let is_open = self.completion.is_open();
        // Faults of an older text stand elsewhere in this one.
        let faults = if *done.text == **text { done.underlined.as_slice() } else { &[] };
        let mut drawn = self.drawn.take();
        let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, _width: f32| -> Arc<Galley> {
            let job = coloured(&mut drawn, buffer.as_str(), theme, &font, faults);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let rows = (view.y / ui.text_style_height(&egui::TextStyle::Monospace)).floor() as usize;
        let filter = EventFilter {
            tab: is_open,
            escape: is_open,
            horizontal_arrows: true,
            vertical_arrows: true,
        };
        let output = ui
            .horizontal_top(|ui| {
                ui.add_space(GUTTER);
                TextEdit::multiline(text)
                    .id(id)
                    .font(font.clone())
                    .desired_width(width)
                    .desired_rows(rows.saturating_sub(1).max(4))
                    .event_filter(filter)
                    .layouter(&mut layouter)
                    .show(ui)
            })
            .inner;
        self.drawn = drawn;
        let response = output.response.response.clone();
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Sequence text"));
        numbers(ui, theme, &output.galley, output.galley_pos, done);
        if let Some(row) =
            self.reveal.take().and_then(|line| output.galley.rows.get(line.saturating_sub(1)))
        {
            let rect = row.rect().translate(output.galley_pos.to_vec2());
            ui.scroll_to_rect(rect.with_max_x(rect.left()).expand(30.0), None);
        }
        let keys = (&keys, dictionary);
        let changed = response.changed() | self.assist(ui, theme, (id, text), &output, keys);
        self.hover(
            ui,
            theme,
            &response,
            (&output.galley, output.galley_pos),
            text,
            done,
            dictionary,
        );
        changed
    }

    /// The list of what can stand at the cursor; true where something of it was taken.
    fn assist(
        &mut self,
        ui: &Ui,
        theme: &Theme,
        (id, text): (Id, &mut String),
        output: &TextEditOutput,
        (keys, dictionary): (&Keys, &Dictionary),
    ) -> bool {
        let Some(range) = output.cursor_range else { return false };
        let response = &output.response.response;
        let cursor = range.primary.index.0;
        let typed = response.changed();
        let taken = self.completion.follow(dictionary, text, cursor, typed, keys);
        self.cursor = cursor;
        let rect = output.galley.pos_from_cursor(CCursor::new(cursor));
        let rect = rect.translate(output.galley_pos.to_vec2());
        if self.cursor_left(ui, response) {
            self.completion.close();
        }
        let list = id.with("completion");
        let clicked = self.completion.show(ui, theme, list, rect, keys);
        let Some(candidate) = taken.or(clicked) else { return false };
        let (new, at) = model::with_span(text, candidate.replaces, &candidate.insert);
        *text = new;
        self.cursor = at;
        put_cursor(ui, id, at);
        ui.memory_mut(|memory| memory.request_focus(id));
        true
    }

    /// Whether the text lost the keyboard to something that is not the list.
    fn cursor_left(&self, ui: &Ui, response: &egui::Response) -> bool {
        let pointer_down =
            ui.input(|input| input.pointer.any_down() || input.pointer.any_released());
        self.completion.is_open() && !response.has_focus() && !pointer_down
    }

    /// What stands under the pointer: what is wrong there, and what the dictionary says.
    #[expect(clippy::too_many_arguments, reason = "all of it is what the pointer is over")]
    fn hover(
        &self,
        ui: &Ui,
        theme: &Theme,
        response: &egui::Response,
        (galley, origin): (&Galley, Pos2),
        text: &str,
        done: &Analysis,
        dictionary: &Dictionary,
    ) {
        let Some(pointer) = response.hover_pos().filter(|_| !self.completion.is_open()) else {
            return;
        };
        let cursor = galley.cursor_from_pos(pointer - origin);
        let (line, column) = model::place_of(text, cursor.index.0);
        let wrong: Vec<&str> = done
            .findings
            .iter()
            .filter(|one| one.span.is_some_and(|span| span.touches(line, column)))
            .map(|one| one.words.as_str())
            .collect();
        let about = help(dictionary, text, line, column);
        if (wrong.is_empty() && about.is_none()) || *done.text != *text {
            return;
        }
        let tip = egui::Tooltip::always_open(
            ui.ctx().clone(),
            ui.layer_id(),
            response.id.with("help"),
            Rect::from_center_size(pointer, vec2(2.0, 18.0)),
        );
        tip.show(|ui| {
            ui.set_max_width(420.0);
            for words in wrong {
                let colour = theme.severity(marsdeck_engine::mission::Severity::Critical);
                ui.label(RichText::new(words).color(colour));
            }
            if let Some(about) = about {
                ui.label(RichText::new(about.title).strong());
                for line in about.lines {
                    ui.label(RichText::new(line).size(SMALL));
                }
            }
        });
    }
}

/// The colours of a text; those of the frame before where nothing changed.
fn coloured(
    drawn: &mut Option<Drawn>,
    text: &str,
    theme: &Theme,
    font: &FontId,
    faults: &[Span],
) -> egui::text::LayoutJob {
    let is_same = |of: &Drawn| of.text == text && of.faults == faults && of.theme == theme.name;
    match drawn {
        Some(of) if is_same(of) => of.job.clone(),
        _ => {
            let job = colours::layout(text, theme, font, faults);
            let (text, faults) = (text.to_owned(), faults.to_vec());
            *drawn = Some(Drawn { text, faults, theme: theme.name, job: job.clone() });
            job
        }
    }
}

/// The numbers of the lines that can be seen, and a mark where something is wrong.
fn numbers(ui: &Ui, theme: &Theme, galley: &Galley, origin: Pos2, done: &Analysis) {
    let clip = ui.clip_rect();
    let first = galley.rows.partition_point(|row| origin.y + row.rect().bottom() < clip.top());
    for (at, row) in galley.rows.iter().enumerate().skip(first) {
        let rect = row.rect().translate(origin.to_vec2());
        if rect.top() > clip.bottom() {
            break;
        }
        let line = at + 1;
        let from = done.underlined.partition_point(|span| span.line < line);
        let is_wrong = done.underlined.get(from).is_some_and(|span| span.line == line);
        let colour = if is_wrong {
            theme.severity(marsdeck_engine::mission::Severity::Critical)
        } else {
            theme.text_weak
        };
        let place = pos2(origin.x - 12.0, rect.center().y);
        let text = if is_wrong { format!("! {line}") } else { line.to_string() };
        let font = FontId::monospace(SMALL);
        ui.painter().text(place, Align2::RIGHT_CENTER, text, font, colour);
    }
}

fn put_cursor(ui: &Ui, id: Id, index: usize) {
    let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(index))));
    state.store(ui.ctx(), id);
}
