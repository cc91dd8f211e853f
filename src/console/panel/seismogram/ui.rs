//! Paints the traces of a group with events and picks; the toolbar chooses and moves.

use egui::{Button, ComboBox, Id, RichText, Ui};
use marsdeck_engine::archive::Event;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::time::{TimeRange, iso};

use super::model::{self, Group};
use super::requests::{self, Requesting};
use super::traces::Traces;
use crate::intent::UiIntent;
use crate::panel::shared::{ExportBar, Occurrences, axis_choice, window_of};
use crate::plot::{PlotState, PlotView};
use crate::theme;
use crate::view::{Panel, ViewContext};
use crate::widget::{EmptyState, loading_mark, simulated_badge};

/// The Seismogram panel.
#[derive(Default)]
pub struct Seismogram {
    state: PlotState,
    /// The group that the operator chose, as its label; none: the one with most samples.
    chosen: Option<String>,
    common: bool,
    demean: bool,
    export: ExportBar,
    requesting: Requesting,
}

impl Panel for Seismogram {
    fn title(&self) -> &'static str {
        "Seismogram"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let groups = model::groups(&cx.snapshot.series);
        if groups.is_empty() {
            let sentence = "Ingest miniSEED files of a seismometer, drop them onto the window, or \
                            fetch some from the Products panel.";
            let state = EmptyState::new("No waveforms stored", sentence).button("Ingest…");
            if state.show(ui, cx.theme) {
                cx.intents.send(UiIntent::AskIngest);
            }
            return;
        }
        let segments = segments(cx, &groups);
        let shown = self.shown(cx, &groups, &segments);
        let Some(group) = groups.get(shown) else { return };
        let data = segments.get(shown).and_then(Option::as_deref);
        self.requesting.follow_selection(cx, &mut self.state);
        let events = self.requesting.series(cx, group);
        let traces = Traces::ask(ui, cx, group, self.demean);
        let traces = traces.with_events(ui, cx, &events, self.demean);
        self.toolbar(ui, cx, &groups, shown, traces.loading());
        event_bar(ui, cx, data);
        self.requesting.bar(ui, cx, group, self.state.selection);
        info(ui, cx, group, &traces);
        self.export.show(ui, cx, &group.members, self.state.selection);
        egui::CentralPanel::no_frame().show(ui, |ui| {
            let nothing = !traces.any(cx.time.range) && !traces.loading();
            if nothing && let Some(span) = group.span() {
                elsewhere(ui, cx, group, data, span);
            }
            self.plot(ui, cx, group, &traces);
        });
    }
}

/// Where the data of each group lie, asked of its first channel; none while under way. With a
/// single group nothing is to be chosen, but events ask for it too.
fn segments(cx: &ViewContext<'_>, groups: &[Group<'_>]) -> Vec<Option<Vec<TimeRange>>> {
    let slot = Id::unique("seismogram segments");
    let ask = |group: &Group<'_>| {
        let key = group.members.first()?.key.clone();
        let request = Request::Segments { key: key.clone(), range: TimeRange::ALL };
        match cx.queries.ask(slot.with(key), &request).answer?.1.as_ref() {
            Answer::Segments(segments) => Some(segments.clone()),
            _ => None,
        }
    };
    groups.iter().map(ask).collect()
}

impl Seismogram {
    /// Index of the group to show.
    fn shown(
        &self,
        cx: &ViewContext<'_>,
        groups: &[Group<'_>],
        segments: &[Option<Vec<TimeRange>>],
    ) -> usize {
        let chosen = self.chosen.as_ref();
        let known = chosen.and_then(|label| groups.iter().position(|g| g.label() == *label));
        known.unwrap_or_else(|| {
            let range = cx.time.range;
            let cover = |s: &Option<Vec<TimeRange>>| Some(model::covered_s(s.as_ref()?, range));
            let mut covered: Vec<Option<f64>> = segments.iter().map(cover).collect();
            // Event data stand beside the continuous ones, not in their place.
            for (covered, group) in covered.iter_mut().zip(groups) {
                if requests::is_brought(cx, group) {
                    *covered = Some(0.0);
                }
            }
            model::choose(groups, &covered, range)
        })
    }

    fn toolbar(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        groups: &[Group<'_>],
        shown: usize,
        loading: bool,
    ) {
        ui.horizontal_wrapped(|ui| {
            self.group_choice(ui, cx, groups, shown);
            ui.label(RichText::new("Amplitude").color(cx.theme.text_weak));
            ui.selectable_value(&mut self.common, false, "Per trace")
                .on_hover_text("Each trace fills its row.");
            ui.selectable_value(&mut self.common, true, "Common")
                .on_hover_text("The same height for all, each around its own middle.");
            ui.toggle_value(&mut self.demean, "Demean")
                .on_hover_text("Takes the mean of the shown data off each trace.");
            self.requesting.toggle(ui, cx);
            axis_choice(ui, cx);
            self.export.button(ui);
            if groups.get(shown).is_some_and(Group::is_simulated) {
                simulated_badge(ui, cx.theme);
            }
            if loading {
                loading_mark(ui, cx.theme);
            }
        });
    }

    fn group_choice(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        groups: &[Group<'_>],
        shown: usize,
    ) {
        let label = ui.label(RichText::new("Channels").color(cx.theme.text_weak));
        let text = groups.get(shown).map(Group::label).unwrap_or_default();
        let combo =
            ComboBox::from_id_salt("channels").width(230.0).selected_text(text).show_ui(ui, |ui| {
                let automatic = self.chosen.is_none();
                let text = "Automatic: most samples, measured first";
                if ui.selectable_label(automatic, text).clicked() {
                    self.chosen = None;
                }
                for group in groups {
                    let label = group.label();
                    let is_on = self.chosen.as_ref() == Some(&label);
                    if ui.selectable_label(is_on, &label).clicked() {
                        self.chosen = Some(label);
                        self.state.locked.clear();
                    }
                }
            });
        combo.response.labelled_by(label.id).on_hover_text("Station, location, band and product");
    }

    fn plot(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, group: &Group<'_>, traces: &Traces<'_>) {
        let rows = traces.rows(cx, self.common);
        let nights = cx.nights.get(cx.clocks, cx.mission(), cx.time.range);
        let mut events = Occurrences::visible(cx, |_| true);
        let (spans, marks) = requests::bands(cx);
        events.spans.extend(spans);
        events.marks.extend(marks);
        let view = PlotView {
            label: "Seismogram",
            cursor: Some(cx.time.cursor),
            nights: &nights,
            marks: &events.marks,
            spans: &events.spans,
            ..PlotView::new(ui.scope_id(), cx.theme, cx.time.range, cx.tick_labels(), &rows)
        };
        let mut output = view.show(ui, &mut self.state);
        if std::mem::take(&mut output.fit)
            && let Some(span) = group.span()
        {
            output.range = Some(span);
        }
        output.send(cx.intents);
        self.export.set_area(ui.min_rect());
    }
}

/// Steps from event to event, of those that lie in the data where any do.
fn event_bar(ui: &mut Ui, cx: &ViewContext<'_>, data: Option<&[TimeRange]>) {
    let all: Vec<&Event> = cx.snapshot.events.iter().collect();
    if all.is_empty() {
        return;
    }
    let held = |event: &&Event| {
        data.is_some_and(|data| data.iter().any(|s| s.overlaps(&window_of(event))))
    };
    let with_data: Vec<&Event> = all.iter().copied().filter(held).collect();
    let (events, which) =
        if with_data.is_empty() { (all, "") } else { (with_data, " that lies in these data") };
    let selected = cx.snapshot.events.iter().find(|e| e.id == cx.selection.event);
    ui.horizontal_wrapped(|ui| {
        for (on, text) in [(false, "◀ Previous event"), (true, "Next event ▶")] {
            let to = model::neighbour(&events, &cx.selection.event, cx.time.cursor, on);
            let word = if on { "next" } else { "previous" };
            let button = ui
                .add_enabled(to.is_some(), Button::new(text))
                .on_hover_text(format!("The {word} event{which}"))
                .on_disabled_hover_text(format!("There is no {word} event{which}."));
            if let (true, Some(to)) = (button.clicked(), to) {
                go(cx, to);
            }
        }
        let fit = ui.add_enabled(selected.is_some(), Button::new("Fit event"));
        let fit = fit.on_disabled_hover_text("Select an event first.");
        if let (true, Some(event)) = (fit.clicked(), selected) {
            cx.intents.send(UiIntent::SetRange(window_of(event)));
        }
        if let Some(event) = selected {
            picks(ui, cx, event);
        }
    });
}

/// Selects an event, puts the cursor to its origin and shows its window.
fn go(cx: &ViewContext<'_>, event: &Event) {
    cx.intents.send(UiIntent::SelectEvent(event.id.clone()));
    cx.intents.send(UiIntent::SetCursor(event.time));
    cx.intents.send(UiIntent::SetRange(window_of(event)));
}

/// The selected event and its picks; a click puts the cursor there.
fn picks(ui: &mut Ui, cx: &ViewContext<'_>, event: &Event) {
    ui.add_space(6.0);
    let mut text = event.name.clone();
    if let Some(magnitude) = event.magnitude {
        text = format!("{text}  {} {magnitude:.1}", event.magnitude_type);
    }
    if let Some(distance) = event.distance_deg {
        text = format!("{text}  {distance:.1}°");
    }
    ui.label(RichText::new(text).color(cx.theme.accent).strong());
    for pick in &event.picks {
        let hint = format!("Cursor to {} at {}", pick.phase, cx.time_text(pick.time));
        if ui.small_button(pick.phase.replace('_', " ")).on_hover_text(hint).clicked() {
            cx.intents.send(UiIntent::SetCursor(pick.time));
        }
    }
    if event.simulated {
        simulated_badge(ui, cx.theme);
    }
}

/// Rate, unit, span and number of samples of the group, and how it is drawn.
fn info(ui: &mut Ui, cx: &ViewContext<'_>, group: &Group<'_>, traces: &Traces<'_>) {
    let Some(first) = group.members.first() else { return };
    let mut parts = vec![format!("{} Hz", first.rate_hz)];
    let defined = cx.snapshot.missions.parameter(&first.key.name).map(|found| &found.2.unit);
    let unit = if first.unit.is_empty() { defined } else { Some(&first.unit) };
    parts.push(unit.cloned().unwrap_or_else(|| "unit unknown".into()));
    if let Some(span) = group.span() {
        let date = |t| iso(t, 0).replace('T', " ").trim_end_matches('Z').to_owned();
        parts.push(format!("stored {} to {} UTC", date(span.start), date(span.end)));
    }
    let samples: u64 = group.members.iter().map(|s| s.samples).sum();
    parts.push(format!("{samples} samples in {} channels", group.members.len()));
    parts.extend(traces.detail());
    let text = RichText::new(parts.join("  ·  ")).size(theme::SMALL).color(cx.theme.text_weak);
    ui.add(egui::Label::new(text).truncate());
}

/// Says where the data of the group lie when none are in the visible range.
fn elsewhere(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    group: &Group<'_>,
    data: Option<&[TimeRange]>,
    span: TimeRange,
) {
    let nearest = data.unwrap_or_default().iter().min_by_key(|segment| {
        let cursor = cx.time.cursor;
        if segment.contains(cursor) {
            0
        } else {
            let to = |t: marsdeck_engine::time::Instant| t.ns_since(cursor).saturating_abs();
            to(segment.start).min(to(segment.end))
        }
    });
    ui.horizontal_wrapped(|ui| {
        let text = format!("{} has no data in the visible range.", group.label());
        ui.label(RichText::new(text).color(cx.theme.text));
        if let Some(nearest) = nearest
            && ui.button("Go to the nearest data").clicked()
        {
            cx.intents.send(UiIntent::SetRange(*nearest));
            cx.intents.send(UiIntent::SetCursor(nearest.start));
        }
        if ui.button("Show all of it").clicked() {
            cx.intents.send(UiIntent::SetRange(span));
        }
    });
}
