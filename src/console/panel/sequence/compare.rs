//! What changed between two versions of a sequence, step by step.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::sequence::text::{parse, print_step};
use marsdeck_engine::sequence::{Change, Sequence, difference};

use crate::panel::shared::{DocumentDesk, version_choice};
use crate::view::ViewContext;

/// How a line stands: its sign, its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    sign: char,
    words: String,
}

/// The view: which versions, and what came out.
#[derive(Default)]
pub(super) struct CompareView {
    /// None: the version that is edited.
    before: Option<u64>,
    /// None: the text that is here.
    after: Option<u64>,
    of: (String, String),
    lines: Vec<Line>,
}

impl CompareView {
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        desk: &mut DocumentDesk,
        here: &str,
    ) {
        ui.horizontal_wrapped(|ui| {
            let document = desk.document(cx);
            let choice = ("Compare", "the saved version");
            version_choice(ui, cx, document, choice, &mut self.before);
            version_choice(ui, cx, document, ("with", "what is here"), &mut self.after);
        });
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        let Some(saved) = desk.version() else {
            ui.label(weak("Save the sequence first; then changes are shown here."));
            return;
        };
        let before = desk.content(cx, self.before.unwrap_or(saved));
        let after = match self.after {
            Some(version) => desk.content(cx, version),
            None => Some(Arc::from(here)),
        };
        let (Some(before), Some(after)) = (before, after) else {
            ui.label(weak("The versions are on their way…"));
            return;
        };
        if *self.of.0 != *before || *self.of.1 != *after {
            self.lines = lines(&before, &after);
            self.of = (before.to_string(), after.to_string());
        }
        if self.lines.is_empty() {
            ui.label(weak("Both have the same steps."));
            return;
        }
        let height = ui.text_style_height(&egui::TextStyle::Monospace);
        let area = ScrollArea::both().id_salt("changes").auto_shrink(false);
        area.show_rows(ui, height, self.lines.len(), |ui, rows| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            for line in self.lines.iter().skip(rows.start).take(rows.len()) {
                let colour = match line.sign {
                    '+' => cx.theme.severity(Severity::Normal),
                    '−' => cx.theme.severity(Severity::Critical),
                    _ => cx.theme.severity(Severity::Watch),
                };
                let text = format!("{} {}", line.sign, line.words);
                ui.label(RichText::new(text).monospace().color(colour));
            }
        });
    }
}

fn step(of: &Sequence, at: usize) -> String {
    of.steps.get(at).map_or_else(String::new, |step| {
        let text = print_step(step);
        format!("{} {}", at + 1, text.trim_end().replace('\n', " ⏎ "))
    })
}

/// What differs: steps with signs, changed ones with what changed before and after.
pub(super) fn lines(before: &str, after: &str) -> Vec<Line> {
    let (a, b) = (parse(before).sequence, parse(after).sequence);
    let mut found = Vec::new();
    let mut line = |sign, words: String| found.push(Line { sign, words });
    if a.id != b.id {
        line('~', format!("identifier {:?}, then {:?}", a.id, b.id));
    }
    if a.dictionary != b.dictionary {
        line('~', format!("dictionary {:?}, then {:?}", a.dictionary, b.dictionary));
    }
    if a.metadata != b.metadata {
        line('~', "metadata of the sequence".to_owned());
    }
    for change in difference(&a, &b) {
        match change {
            Change::Same(..) => (),
            Change::Removed(at) => line('−', step(&a, at)),
            Change::Added(at) => line('+', step(&b, at)),
            Change::Changed { before, after, what } => {
                line('~', format!("{} ({})", step(&a, before), what.join(", ")));
                line('~', format!("→ {}", step(&b, after)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_signs() {
        let before = "@ID \"a\"\nR1 A\nR1 B 1\nR1 C\n";
        let after = "@ID \"b\"\nR1 B 2\nR1 C\nR1 D\n";
        let told: Vec<String> =
            lines(before, after).iter().map(|l| format!("{} {}", l.sign, l.words)).collect();
        assert_eq!(
            told,
            [
                "~ identifier \"a\", then \"b\"",
                "− 1 R00:00:01 A",
                "~ 2 R00:00:01 B 1 (arguments)",
                "~ → 1 R00:00:01 B 2",
                "+ 3 R00:00:01 D",
            ]
        );
        assert!(lines(before, before).is_empty());
    }
}
