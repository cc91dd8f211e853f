//! Pieces that several sections paint: significance, state, stages, hashes, arguments.

use egui::{Label, RichText, Role, Ui, WidgetInfo};
use marsdeck_engine::command::{CommandItem, Digest, State};
use marsdeck_engine::mission::command::Consequence;
use marsdeck_engine::time::{Instant, iso};

use super::model::{self, How, Mark};
use crate::theme::{SMALL, severity_word};
use crate::view::ViewContext;
use crate::widget::SeverityBadge;

/// What is at stake: shape, colour and word.
pub(super) fn significance_badge(ui: &mut Ui, cx: &ViewContext<'_>, of: Consequence, reason: &str) {
    let (severity, words) = model::significance(of);
    let badge = ui.add(SeverityBadge::new(cx.theme, severity).word(words));
    let meaning = match of {
        Consequence::Normal => "Normal (level D).",
        Consequence::User1 | Consequence::User2 => "As the mission defines it.",
        Consequence::Vital => "Level C: at the wrong time it could lose the mission for a while.",
        Consequence::Critical => "Level B: it could do harm that cannot be undone.",
        Consequence::Forbidden => "Level A: for contingencies that nobody foresees.",
    };
    badge.on_hover_text(format!("{meaning}\n{reason}").trim().to_owned());
}

/// Where a command stands: shape, colour and word.
pub(super) fn state_badge(ui: &mut Ui, cx: &ViewContext<'_>, state: State) {
    let badge = SeverityBadge::new(cx.theme, model::state_severity(state)).word(state.words());
    ui.add(badge);
}

/// The stages of a command as chips; `is_brief` for a word or two each.
pub(super) fn chips(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    marks: &[Mark],
    (now, is_brief): (Option<Instant>, bool),
) {
    for mark in marks {
        let words = mark.words(now);
        let shown = if is_brief { mark.brief() } else { words.clone() };
        let badge = ui.add(SeverityBadge::new(cx.theme, mark.severity()).word(&shown));
        let name = format!("{} {words}", severity_word(mark.severity()));
        badge.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        badge.on_hover_text(match &mark.how {
            How::Seen(at, evidence) if evidence.is_empty() => format!("Seen {}", utc(*at)),
            How::Seen(at, evidence) => format!("Seen {}: {evidence}", utc(*at)),
            How::Unknown => "Nothing was heard of it in its time, or later stages came without \
                             it. That is not good news."
                .to_owned(),
            How::Waiting(Some(until)) => format!("Waited for until {}", utc(*until)),
            How::Waiting(None) => "It had not been heard of by then.".to_owned(),
        });
    }
}

/// A hash, short; the whole of it in the hover text and on a click in the clipboard.
pub(super) fn hash(ui: &mut Ui, cx: &ViewContext<'_>, name: &str, digest: Digest) {
    let text = RichText::new(format!("{name} {}", digest.short()));
    let text = text.monospace().size(SMALL).color(cx.theme.text_weak);
    let label = ui.add(Label::new(text).sense(egui::Sense::click()));
    let label = label.on_hover_text(format!("SHA-256 {digest}\nClick to copy it."));
    if label.clicked() {
        ui.copy_text(digest.to_string());
    }
}

/// Number, name and arguments of a command.
pub(super) fn name(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem) {
    let prepared = item.sealed.prepared();
    let title = format!("{} {}", item.uid, model::short(&prepared.name));
    ui.label(RichText::new(title).color(cx.theme.text).strong()).on_hover_text(&prepared.name);
    let arguments = model::arguments(item);
    if !arguments.is_empty() {
        let text = RichText::new(arguments).monospace().size(SMALL).color(cx.theme.text);
        ui.add(Label::new(text).wrap());
    }
}

/// A mission's name.
pub(super) fn mission_name<'a>(cx: &ViewContext<'a>, id: &'a str) -> &'a str {
    cx.snapshot.missions.mission(id).map_or(id, |mission| mission.name.as_str())
}

/// A small, quiet text.
pub(super) fn weak(cx: &ViewContext<'_>, text: impl Into<String>) -> RichText {
    RichText::new(text).size(SMALL).color(cx.theme.text_weak)
}

/// When it may go, where something limits that.
pub(super) fn times(ui: &mut Ui, cx: &ViewContext<'_>, item: &CommandItem) {
    let timing = item.sealed.prepared().timing;
    let all = [
        ("not before", timing.earliest),
        ("expires", timing.expires),
        ("arrive by", timing.arrive_by),
    ];
    for (word, at) in all {
        if let Some(at) = at {
            let text = weak(cx, format!("{word} {}", cx.time_text(at)));
            ui.label(text).on_hover_text(utc(at));
        }
    }
}

/// UTC to the second.
pub(super) fn utc(t: Instant) -> String {
    format!("{} UTC", iso(t, 0).replace('T', " ").trim_end_matches('Z'))
}
