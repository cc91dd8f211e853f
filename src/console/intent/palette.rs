//! The palette (Ctrl+K): finds any command, workspace, panel, series, event, instrument or time.

use egui::{Align2, Area, FontId, Id, Key, Modifiers, Order, Response, RichText, Role, ScrollArea};
use egui::{Sense, TextEdit, Ui, WidgetInfo, vec2};
use marsdeck_engine::runtime::Snapshot;

use super::command::CommandContext;
use super::{COMMANDS, IntentQueue, UiIntent, fuzzy_score};
use crate::clock::{TimeParser, utc_text};
use crate::theme::{BODY, SMALL, Theme};

/// Most answers listed.
const MOST: usize = 60;

/// What the palette searches.
pub struct PaletteSources<'a> {
    /// For the commands.
    pub commands: CommandContext<'a>,
    /// Titles of the panels that exist.
    pub panels: &'a [&'static str],
    /// Reads a typed time.
    pub parse_time: &'a TimeParser<'a>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    kind: &'static str,
    text: String,
    detail: String,
    intent: UiIntent,
}

/// State of the palette.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    chosen: usize,
    /// Answers to the query, kept while it does not change.
    found: Option<(String, u64, Vec<Entry>)>,
}

impl Palette {
    /// Opens it, empty.
    pub fn open(&mut self) {
        *self = Self { open: true, ..Self::default() };
    }

    /// Whether it is on screen.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Shows it; Enter or a click sends the intent of the chosen answer.
    pub fn show(
        &mut self,
        ctx: &egui::Context,
        theme: &Theme,
        sources: &PaletteSources<'_>,
        intents: &IntentQueue,
    ) {
        if !self.open {
            return;
        }
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.open = false;
            return;
        }
        self.search(sources);
        let moved = self.move_choice(ctx);
        let enter = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let entries = self.found.as_ref().map(|(_, _, found)| found.clone()).unwrap_or_default();
        let width = (ctx.content_rect().width() - 40.0).min(640.0);
        let mut clicked = None;
        let shown = Area::new(Id::unique("palette"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_TOP, vec2(0.0, 56.0))
            .show(ctx, |ui| {
                egui::Frame::window(ui.style()).show(ui, |ui| {
                    ui.set_width(width);
                    clicked = self.body(ui, theme, &entries, moved);
                });
            });
        let outside = ctx.input(|input| input.pointer.any_pressed())
            && ctx
                .input(|input| input.pointer.interact_pos())
                .is_some_and(|at| !shown.response.rect.contains(at));
        let chosen = if enter { Some(self.chosen) } else { clicked };
        if let Some(entry) = chosen.and_then(|at| entries.get(at)) {
            intents.send(entry.intent.clone());
            // What was chosen is brought on screen.
            let panel = match entry.intent {
                UiIntent::PlotSeries(_) => Some("Plots"),
                UiIntent::SelectInstrument(..) => Some("Instrument"),
                _ => None,
            };
            if let Some(panel) = panel.filter(|panel| sources.panels.contains(panel)) {
                intents.send(UiIntent::OpenPanel(panel.to_owned()));
            }
            self.open = false;
        } else if outside {
            self.open = false;
        }
    }

    fn move_choice(&mut self, ctx: &egui::Context) -> bool {
        let count = self.found.as_ref().map_or(0, |(_, _, found)| found.len());
        let steps = ctx.input_mut(|input| {
            let mut of = |key| i64::try_from(input.count_and_consume_key(Modifiers::NONE, key));
            let down = of(Key::ArrowDown).unwrap_or(0) + 8 * of(Key::PageDown).unwrap_or(0);
            down - of(Key::ArrowUp).unwrap_or(0) - 8 * of(Key::PageUp).unwrap_or(0)
        });
        if count > 0 {
            let last = count as i64 - 1;
            self.chosen = (self.chosen as i64 + steps).clamp(0, last) as usize;
        }
        steps != 0
    }

    fn body(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        entries: &[Entry],
        moved: bool,
    ) -> Option<usize> {
        let label = ui.label(RichText::new("Find anything").color(theme.text_weak));
        let edit = TextEdit::singleline(&mut self.query)
            .hint_text("Command, panel, channel, event, or a time such as Sol 235 12:00")
            .desired_width(f32::INFINITY)
            .font(FontId::proportional(16.0));
        let response = ui.add(edit).labelled_by(label.id);
        response.request_focus();
        ui.add_space(4.0);
        if entries.is_empty() {
            ui.label(RichText::new("Nothing fits. Try fewer letters.").color(theme.text_weak));
        }
        let mut clicked = None;
        let height = (ui.ctx().content_rect().height() - 200.0).clamp(120.0, 420.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            for (i, entry) in entries.iter().enumerate() {
                let row = row(ui, theme, entry, i == self.chosen);
                if moved && i == self.chosen {
                    row.scroll_to_me(None);
                }
                if row.clicked() {
                    clicked = Some(i);
                }
            }
        });
        clicked
    }

    fn search(&mut self, sources: &PaletteSources<'_>) {
        let generation = sources.commands.snapshot.generation;
        if let Some((query, at, _)) = &self.found
            && *query == self.query
            && *at == generation
        {
            return;
        }
        if self.found.as_ref().is_some_and(|(query, _, _)| *query != self.query) {
            self.chosen = 0;
        }
        self.found = Some((self.query.clone(), generation, answers(&self.query, sources)));
    }
}

fn row(ui: &mut Ui, theme: &Theme, entry: &Entry, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 25.0), Sense::click());
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        if chosen || response.hovered() {
            let fill = theme.accent.gamma_multiply(if chosen { 0.3 } else { 0.12 });
            painter.rect_filled(rect, 3.0, fill);
        }
        let left = rect.left_center() + vec2(8.0, 0.0);
        let small = FontId::proportional(SMALL);
        painter.text(left, Align2::LEFT_CENTER, entry.kind, small.clone(), theme.text_weak);
        let body = FontId::proportional(BODY);
        let at = left + vec2(92.0, 0.0);
        painter.text(at, Align2::LEFT_CENTER, &entry.text, body, theme.text);
        let right = rect.right_center() - vec2(8.0, 0.0);
        painter.text(right, Align2::RIGHT_CENTER, &entry.detail, small, theme.text_weak);
    }
    let said = format!("{}: {}", entry.kind, entry.text);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &said));
    response
}

fn answers(query: &str, sources: &PaletteSources<'_>) -> Vec<Entry> {
    let mut scored: Vec<(i32, Entry)> = Vec::new();
    let mut offer = |bonus: i32, looked_at: &str, entry: &dyn Fn() -> Option<Entry>| {
        if let Some(score) = fuzzy_score(query, looked_at)
            && let Some(entry) = entry()
        {
            scored.push((score + bonus, entry));
        }
    };
    let cx = &sources.commands;
    for name in cx.workspaces {
        let intent = UiIntent::OpenWorkspace(name.clone());
        offer(3, name, &|| Some(place("Workspace", name, intent.clone())));
    }
    for title in sources.panels {
        let intent = UiIntent::OpenPanel((*title).to_owned());
        offer(2, title, &|| Some(place("Panel", title, intent.clone())));
    }
    for command in COMMANDS {
        // Workspaces stand in the list by their names already.
        if command.id.starts_with("workspace.") && command.text.ends_with(char::is_numeric) {
            continue;
        }
        offer(1, command.text, &|| {
            (command.make)(cx).map(|intent| Entry {
                kind: "Command",
                text: command.text.to_owned(),
                detail: command.shortcut_text(),
                intent,
            })
        });
    }
    data_entries(cx.snapshot, query.is_empty(), &mut offer);
    // Best first; equal ones stay in the order of the list above.
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut found: Vec<Entry> = scored.into_iter().map(|(_, entry)| entry).collect();
    found.truncate(MOST);
    if let Some((instant, said)) = (sources.parse_time)(query) {
        let text = format!("Go to {said}");
        let intent = UiIntent::SetCursor(instant);
        found.insert(0, Entry { kind: "Time", text, detail: utc_text(instant), intent });
    }
    found
}

fn place(kind: &'static str, name: &str, intent: UiIntent) -> Entry {
    Entry { kind, text: name.to_owned(), detail: String::new(), intent }
}

type Offer<'a> = dyn FnMut(i32, &str, &dyn Fn() -> Option<Entry>) + 'a;

/// Instruments, events and series; events and series only once something is typed.
fn data_entries(snapshot: &Snapshot, all: bool, offer: &mut Offer<'_>) {
    for mission in &snapshot.missions.missions {
        for instrument in &mission.instruments {
            let text = format!("{} ({})", instrument.title, instrument.name);
            let looked_at = format!("{} {} {}", instrument.name, instrument.title, mission.name);
            offer(0, &looked_at, &|| {
                Some(Entry {
                    kind: "Instrument",
                    text: text.clone(),
                    detail: mission.name.clone(),
                    intent: UiIntent::SelectInstrument(mission.id.clone(), instrument.id.clone()),
                })
            });
        }
    }
    if all {
        return;
    }
    for event in snapshot.events.iter() {
        offer(0, &event.name, &|| {
            Some(Entry {
                kind: "Event",
                text: event.name.clone(),
                detail: format!("{} {} {}", utc_text(event.time), event.kind, event.quality),
                intent: UiIntent::SelectEvent(event.id.clone()),
            })
        });
    }
    for series in snapshot.series.iter() {
        let title = snapshot
            .missions
            .missions
            .iter()
            .flat_map(|mission| &mission.instruments)
            .flat_map(|instrument| &instrument.parameters)
            .find(|parameter| parameter.name == series.key.name)
            .map_or("", |parameter| parameter.title.as_str());
        offer(0, &format!("{} {title}", series.key), &|| {
            Some(Entry {
                kind: "Series",
                text: series.key.to_string(),
                detail: title.to_owned(),
                intent: UiIntent::PlotSeries(series.key.clone()),
            })
        });
    }
}
