//! Small dialogs: a path to ingest, a name for a workspace, the sol of a report.

use std::path::{Path, PathBuf};

use egui::{Id, Key, Modal, Modifiers, RichText, ScrollArea, TextEdit};
use marsdeck_engine::report::ReportOrder;
use marsdeck_engine::runtime::Intent;

use crate::intent::{IntentQueue, UiIntent};
use crate::theme::Theme;

/// Most completions listed.
const MOST: usize = 12;

/// The dialog that is open.
#[derive(Default)]
pub(super) enum Dialog {
    /// None.
    #[default]
    None,
    /// Asks for a path; with the completions of what is typed.
    Ingest {
        /// What is typed.
        text: String,
        /// The text that the completions belong to, and they.
        hints: (String, Vec<String>),
    },
    /// Asks for the name of a workspace.
    Save {
        /// What is typed.
        name: String,
    },
    /// Asks which hand-over report to write where.
    Report {
        /// Identifier of the mission.
        mission: String,
        /// The sol.
        sol: i32,
        /// Where to; empty: a name of its own in the home folder.
        path: String,
    },
}

impl Dialog {
    /// The dialog that asks for a path.
    pub(super) fn ingest() -> Self {
        let text = "~/".to_owned();
        let hints = (text.clone(), completions(&text));
        Self::Ingest { text, hints }
    }

    /// The dialog that asks for a report.
    pub(super) fn report(mission: String, sol: i32) -> Self {
        Self::Report { mission, sol, path: String::new() }
    }

    /// Shows the open dialog, and closes it when it is done.
    pub(super) fn show(&mut self, ctx: &egui::Context, theme: &Theme, intents: &IntentQueue) {
        let done = match self {
            Self::None => false,
            Self::Ingest { text, hints } => ingest(ctx, theme, intents, text, hints),
            Self::Save { name } => save(ctx, theme, intents, name),
            Self::Report { mission, sol, path } => report(ctx, theme, intents, mission, sol, path),
        };
        if done {
            *self = Self::None;
        }
    }
}

fn ingest(
    ctx: &egui::Context,
    theme: &Theme,
    intents: &IntentQueue,
    text: &mut String,
    hints: &mut (String, Vec<String>),
) -> bool {
    if hints.0 != *text {
        *hints = (text.clone(), completions(text));
    }
    let tab = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Tab));
    if tab && let Some(longer) = common_start(&hints.1) {
        *text = longer;
    }
    let enter = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let modal = Modal::new(Id::unique("ingest")).show(ctx, |ui| {
        ui.set_width(560.0_f32.min(ctx.content_rect().width() - 60.0));
        ui.heading("Ingest files");
        ui.label(
            RichText::new(
                "A file or a folder; Tab completes. Dropping files onto the window also works.",
            )
            .color(theme.text_weak),
        );
        let label = ui.label("Path");
        let id = Id::unique("ingest path");
        let edit =
            TextEdit::singleline(text).id(id).desired_width(f32::INFINITY).cursor_at_end(true);
        let response = ui.add(edit.font(egui::TextStyle::Monospace)).labelled_by(label.id);
        response.request_focus();
        if tab {
            let mut state = TextEdit::load_state(ctx, id).unwrap_or_default();
            let end = egui::text::CCursor::new(text.chars().count());
            state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
            TextEdit::store_state(ctx, id, state);
        }
        ScrollArea::vertical().max_height(180.0).show(ui, |ui| {
            for hint in &hints.1 {
                if ui.selectable_label(false, RichText::new(hint).monospace()).clicked() {
                    text.clone_from(hint);
                }
            }
        });
        let exists = expand(text).exists();
        if !exists && !text.trim().is_empty() {
            ui.label(RichText::new("No such file or folder yet.").color(theme.text_weak));
        }
        ui.horizontal(|ui| {
            let go = ui.add_enabled(exists, egui::Button::new("Ingest")).clicked();
            let cancel = ui.button("Cancel").clicked();
            (go || (enter && exists), cancel)
        })
        .inner
    });
    let (go, cancel) = modal.inner;
    if go {
        intents.send(UiIntent::Engine(Intent::Ingest { paths: vec![expand(text)] }));
    }
    go || cancel || modal.should_close()
}

fn save(ctx: &egui::Context, theme: &Theme, intents: &IntentQueue, name: &mut String) -> bool {
    let enter = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let modal = Modal::new(Id::unique("save workspace")).show(ctx, |ui| {
        ui.set_width(360.0);
        ui.heading("Save this layout");
        let label = ui.label(RichText::new("Name of the workspace").color(theme.text_weak));
        let edit = TextEdit::singleline(name).desired_width(f32::INFINITY).char_limit(30);
        ui.add(edit).labelled_by(label.id).request_focus();
        ui.horizontal(|ui| {
            let ready = !name.trim().is_empty();
            let go = ui.add_enabled(ready, egui::Button::new("Save")).clicked();
            let cancel = ui.button("Cancel").clicked();
            (go || (enter && ready), cancel)
        })
        .inner
    });
    let (go, cancel) = modal.inner;
    if go {
        intents.send(UiIntent::SaveWorkspace(name.trim().to_owned()));
    }
    go || cancel || modal.should_close()
}

fn report(
    ctx: &egui::Context,
    theme: &Theme,
    intents: &IntentQueue,
    mission: &str,
    sol: &mut i32,
    path: &mut String,
) -> bool {
    let enter = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let modal = Modal::new(Id::unique("report")).show(ctx, |ui| {
        ui.set_width(520.0_f32.min(ctx.content_rect().width() - 60.0));
        ui.heading("Hand-over report");
        let text = "Alarms, shelf, events, log entries, gaps and key parameters of a sol as an \
                    HTML page. A browser prints it, or makes a PDF of it.";
        ui.label(RichText::new(text).color(theme.text_weak));
        ui.horizontal(|ui| {
            let label = ui.label(format!("Sol of {mission}"));
            ui.add(egui::DragValue::new(sol).range(0..=99_999)).labelled_by(label.id);
        });
        let own = format!("~/handover_{mission}_sol{sol:04}.html");
        let label = ui.label("File");
        let edit = TextEdit::singleline(path).hint_text(&own).desired_width(f32::INFINITY);
        ui.add(edit.font(egui::TextStyle::Monospace)).labelled_by(label.id);
        let target = expand(if path.trim().is_empty() { &own } else { path });
        let has_folder = target.parent().is_some_and(|p| p.as_os_str().is_empty() || p.is_dir());
        if !has_folder {
            ui.label(RichText::new("There is no such folder.").color(theme.text_weak));
        } else if target.exists() {
            ui.label(RichText::new("The file is there and is replaced.").color(theme.text_weak));
        }
        let (go, cancel) = ui
            .horizontal(|ui| {
                let go = ui.add_enabled(has_folder, egui::Button::new("Write report")).clicked();
                (go || (enter && has_folder), ui.button("Cancel").clicked())
            })
            .inner;
        (go.then_some(target), cancel)
    });
    let closed = modal.should_close();
    let (target, cancel) = modal.inner;
    let go = target.is_some();
    if let Some(path) = target {
        // The console adds who.
        let order = ReportOrder { mission: mission.to_owned(), sol: *sol, who: String::new() };
        intents.send(UiIntent::Engine(Intent::Report { order, path }));
    }
    go || cancel || closed
}

/// The path of a typed text; `~/` is the home folder.
fn expand(text: &str) -> PathBuf {
    let text = text.trim();
    match (text.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(base)) => base.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}

/// Entries of the folder that a typed path points into and that go on as typed; folders end in
/// a slash. Hidden ones only when a dot is typed.
fn completions(text: &str) -> Vec<String> {
    let text = text.trim_start();
    let (folder, start) = match text.rfind('/') {
        Some(at) => text.split_at(at + 1),
        None => ("", text),
    };
    let read = if folder.is_empty() { PathBuf::from(".") } else { expand(folder) };
    let Ok(entries) = std::fs::read_dir(Path::new(&read)) else { return Vec::new() };
    let mut found: Vec<String> = entries
        .take(5000)
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !start.starts_with('.');
            let slash = if entry.path().is_dir() { "/" } else { "" };
            (name.starts_with(start) && !hidden).then(|| format!("{folder}{name}{slash}"))
        })
        .collect();
    found.sort();
    found.truncate(MOST);
    found
}

/// What all completions begin with.
fn common_start(hints: &[String]) -> Option<String> {
    let first = hints.first()?;
    let length = hints.iter().skip(1).fold(first.len(), |length, hint| {
        let same = first.bytes().zip(hint.bytes()).take_while(|(a, b)| a == b).count();
        length.min(same)
    });
    let length = (0..=length).rev().find(|at| first.is_char_boundary(*at))?;
    first.get(..length).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_complete() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["S0235b.mseed", "S0235b.xml", ".hidden"] {
            std::fs::write(folder.path().join(name), b"").expect("written");
        }
        std::fs::create_dir(folder.path().join("Sub")).expect("made");
        let base = format!("{}/", folder.path().display());
        let found = completions(&format!("{base}S"));
        assert_eq!(
            found,
            [format!("{base}S0235b.mseed"), format!("{base}S0235b.xml"), format!("{base}Sub/")]
        );
        assert_eq!(common_start(&found[..2]), Some(format!("{base}S0235b.")));
        assert_eq!(completions(&format!("{base}.")), [format!("{base}.hidden")]);
        assert!(completions("/no/such/folder/x").is_empty());
        assert_eq!(common_start(&[]), None);
        assert_eq!(common_start(&["aé".into(), "aè".into()]), Some("a".into()));
    }
}
