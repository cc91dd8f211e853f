//! Small dialogs: a path to ingest or for a layout, a name for a workspace, the sol of a report.

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
    Path {
        /// What for.
        purpose: &'static Purpose,
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

/// What a path is asked for.
pub(super) struct Purpose {
    title: &'static str,
    help: &'static str,
    /// The word on the button.
    go: &'static str,
    /// Whether the file is written, so that it need not be there.
    writes: bool,
    /// What is typed at first.
    start: &'static str,
    make: fn(PathBuf) -> UiIntent,
}

const INGEST: Purpose = Purpose {
    title: "Ingest files",
    help: "A file or a folder; Tab completes. Dropping files onto the window also works.",
    go: "Ingest",
    writes: false,
    start: "~/",
    make: |path| UiIntent::Engine(Intent::Ingest { paths: vec![path] }),
};

const EXPORT_LAYOUT: Purpose = Purpose {
    title: "Export layout",
    help: "Workspaces, windows and their plots, for a colleague; Tab completes.",
    go: "Write",
    writes: true,
    start: "~/marsdeck-layout.json",
    make: UiIntent::ExportLayout,
};

const OPEN_LAYOUT: Purpose = Purpose {
    title: "Open layout",
    help: "A layout file; Tab completes. Its workspaces and windows replace those of the same \
           names.",
    go: "Open",
    writes: false,
    start: "~/",
    make: UiIntent::OpenLayout,
};

impl Dialog {
    fn path(purpose: &'static Purpose) -> Self {
        let text = purpose.start.to_owned();
        let hints = (text.clone(), completions(&text));
        Self::Path { purpose, text, hints }
    }

    /// The dialog that asks what to ingest.
    pub(super) fn ingest() -> Self {
        Self::path(&INGEST)
    }

    /// The dialog that asks where to write the layout.
    pub(super) fn export_layout() -> Self {
        Self::path(&EXPORT_LAYOUT)
    }

    /// The dialog that asks which layout to open.
    pub(super) fn open_layout() -> Self {
        Self::path(&OPEN_LAYOUT)
    }

    /// The dialog that asks for a report.
    pub(super) fn report(mission: String, sol: i32) -> Self {
        Self::Report { mission, sol, path: String::new() }
    }

    /// Shows the open dialog, and closes it when it is done.
    pub(super) fn show(&mut self, ctx: &egui::Context, theme: &Theme, intents: &IntentQueue) {
        let done = match self {
            Self::None => false,
            Self::Path { purpose, text, hints } => ask(ctx, theme, intents, purpose, text, hints),
            Self::Save { name } => save(ctx, theme, intents, name),
            Self::Report { mission, sol, path } => report(ctx, theme, intents, mission, sol, path),
        };
        if done {
            *self = Self::None;
        }
    }
}

fn ask(
    ctx: &egui::Context,
    theme: &Theme,
    intents: &IntentQueue,
    purpose: &Purpose,
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
    let modal = Modal::new(Id::unique(purpose.title)).show(ctx, |ui| {
        ui.set_width(560.0_f32.min(ctx.content_rect().width() - 60.0));
        ui.heading(purpose.title);
        ui.label(RichText::new(purpose.help).color(theme.text_weak));
        let label = ui.label("Path");
        let id = Id::unique((purpose.title, "path"));
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
        let ready = remark(ui, theme, purpose, text);
        ui.horizontal(|ui| {
            let go = ui.add_enabled(ready, egui::Button::new(purpose.go)).clicked();
            let cancel = ui.button("Cancel").clicked();
            (go || (enter && ready), cancel)
        })
        .inner
    });
    let (go, cancel) = modal.inner;
    if go {
        intents.send((purpose.make)(expand(text)));
    }
    go || cancel || modal.should_close()
}

/// Says what is in the way of a path; whether nothing is.
fn remark(ui: &mut egui::Ui, theme: &Theme, purpose: &Purpose, text: &str) -> bool {
    let path = expand(text);
    let (ready, said) = if !purpose.writes {
        (path.exists(), "No such file or folder yet.")
    } else if path.is_dir() {
        (false, "Type the name of a file.")
    } else if path.parent().is_some_and(|p| !p.as_os_str().is_empty() && !p.is_dir()) {
        (false, "There is no such folder.")
    } else {
        (true, "The file is there and is replaced.")
    };
    let worth_saying = if ready { purpose.writes && path.exists() } else { true };
    if worth_saying && !text.trim().is_empty() {
        ui.label(RichText::new(said).color(theme.text_weak));
    }
    ready && !text.trim().is_empty()
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
