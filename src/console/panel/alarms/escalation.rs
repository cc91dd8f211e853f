//! The page about escalation: which program is told of what nobody acknowledges.

use egui::{Button, ComboBox, Grid, RichText, TextEdit, Ui};
use marsdeck_engine::alarm::Escalation;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::Intent;

use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Severities to choose from, the least one that is escalated.
const LEAST: [(Severity, &str); 4] = [
    (Severity::Watch, "Caution (watch) or worse"),
    (Severity::Warning, "Caution (warning) or worse"),
    (Severity::Distress, "Serious or worse"),
    (Severity::Critical, "Critical"),
];

/// What is typed.
#[derive(Clone, Debug, PartialEq)]
struct Typed {
    after_s: f64,
    severity: Severity,
    command: String,
}

impl Typed {
    fn of(rule: Option<&Escalation>) -> Self {
        let none = Self { after_s: 300.0, severity: Severity::Critical, command: String::new() };
        rule.map_or(none, |rule| Self {
            after_s: rule.after_s,
            severity: rule.severity.min(Severity::Critical),
            command: joined(&rule.command),
        })
    }

    fn rule(&self) -> Result<Escalation, String> {
        let command = words(&self.command)?;
        let rule = Escalation { after_s: self.after_s, severity: self.severity, command };
        match rule.problem() {
            Some(_) if self.command.trim().is_empty() => Err("Write the command first.".to_owned()),
            Some(problem) => Err(problem),
            None => Ok(rule),
        }
    }
}

/// The page.
#[derive(Default)]
pub(super) struct Page {
    /// What is typed, and the rule that it began with.
    typed: Option<(Option<Escalation>, Typed)>,
}

impl Page {
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let rule = &cx.snapshot.alarms.escalation;
        if self.typed.as_ref().is_none_or(|(begun, _)| begun != rule) {
            self.typed = Some((rule.clone(), Typed::of(rule.as_ref())));
        }
        let Some((_, typed)) = &mut self.typed else { return };
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        ui.add_space(4.0);
        let state = match rule {
            Some(_) => "On: what nobody acknowledges in time is told to a program.",
            None => "Off: nobody is told of alarms that are not acknowledged.",
        };
        ui.label(RichText::new(state).color(cx.theme.text).strong());
        ui.label(weak(
            "The program is started once for each alarm, on the machine that writes the archive. It \
             gets the alarm as JSON on its standard input and has 30 seconds.",
        ));
        ui.add_space(4.0);
        Grid::new("escalation").num_columns(2).spacing([14.0, 6.0]).show(ui, |ui| {
            let label = ui.label(weak("Not acknowledged within"));
            let value =
                egui::DragValue::new(&mut typed.after_s).range(1.0..=604_800.0).suffix(" s");
            ui.add(value).labelled_by(label.id);
            ui.end_row();
            let label = ui.label(weak("Severity"));
            let chosen = LEAST.iter().find(|(severity, _)| *severity == typed.severity);
            let combo = ComboBox::from_id_salt("escalated severity").width(200.0);
            let combo = combo.selected_text(chosen.map_or("", |(_, text)| text));
            let response = combo.show_ui(ui, |ui| {
                for (severity, text) in LEAST {
                    ui.selectable_value(&mut typed.severity, severity, text);
                }
            });
            response.response.labelled_by(label.id);
            ui.end_row();
            let label = ui.label(weak("Command"));
            let edit = TextEdit::singleline(&mut typed.command).desired_width(420.0);
            let edit = edit.font(egui::TextStyle::Monospace).hint_text("/usr/local/bin/page-duty");
            ui.add(edit).labelled_by(label.id);
            ui.end_row();
            ui.label("");
            let hint = "Program and arguments; quotes hold blanks together. No shell takes part.";
            ui.label(weak(hint).size(SMALL));
            ui.end_row();
        });
        buttons(ui, cx, typed, rule.as_ref());
    }
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, typed: &Typed, rule: Option<&Escalation>) {
    let reads = (!cx.snapshot.writable).then(|| "This console only reads the archive.".to_owned());
    let wanted = typed.rule();
    let same =
        (wanted.as_ref().ok() == rule && rule.is_some()).then(|| "This is how it is.".into());
    let send = |rule: Option<Escalation>| {
        let rule = rule.map(Box::new);
        cx.intents.send(UiIntent::Engine(Intent::SetEscalation { rule }));
    };
    ui.horizontal(|ui| {
        let why = reads.clone().or_else(|| wanted.as_ref().err().cloned()).or(same);
        let text = if rule.is_some() { "Save" } else { "Switch on" };
        let save = ui.add_enabled(why.is_none(), Button::new(text));
        let pressed = save.on_disabled_hover_text(why.unwrap_or_default()).clicked();
        if let (true, Ok(wanted)) = (pressed, &wanted) {
            send(Some(wanted.clone()));
        }
        let off = ui.add_enabled(reads.is_none() && rule.is_some(), Button::new("Switch off"));
        if off.on_disabled_hover_text(reads.unwrap_or_default()).clicked() {
            send(None);
        }
        if let (Err(problem), false) = (&wanted, typed.command.trim().is_empty()) {
            let colour = cx.theme.severity(Severity::Watch);
            ui.label(RichText::new(problem).size(SMALL).color(colour));
        }
    });
}

/// The words of a command: parted by blanks, held together by quotes.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("A quote is not closed.".to_owned()) } else { Ok(words) }
}

/// Words as a command that [`words`] reads again.
fn joined(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let is_plain =
            !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"'".contains(c));
        match (is_plain, word.contains('"')) {
            (true, _) => word.clone(),
            (false, false) => format!("\"{word}\""),
            // A word may be put together of parts with either quote.
            (false, true) => format!("\"{}\"", word.replace('"', "\"'\"'\"")),
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_they_are_written() {
        let read = |text: &str| words(text).expect("words");
        assert_eq!(read(" call  duty "), ["call", "duty"]);
        assert_eq!(read("sh -c 'cat > \"a b\"' \"\""), ["sh", "-c", "cat > \"a b\"", ""]);
        assert!(words("call \"duty").is_err());
        for command in [vec!["sh", "-c", "echo 'a' \"b c\""], vec!["x", ""], vec!["plain"]] {
            let command: Vec<String> = command.into_iter().map(str::to_owned).collect();
            assert_eq!(read(&joined(&command)), command);
        }
    }
}
