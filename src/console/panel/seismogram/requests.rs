//! From a window of the plot to an event request, and back: what requests brought, beside the
//! continuous data, under a band with the name of the request.

use egui::{Button, RichText, Ui};
use marsdeck_engine::archive::{Event, SeriesKey, SeriesSummary};
use marsdeck_engine::event_request::{EventRequest, RequestItem, State, lineage};
use marsdeck_engine::time::TimeRange;

use super::model::Group;
use super::traces::BROUGHT;
use crate::intent::UiIntent;
use crate::panel::shared::{RequestForm, best_series, window_of, window_text};
use crate::plot::{Mark, PlotState, TimeSpan};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::duration_text;

/// A series that requests brought to the visible range.
pub(super) struct EventSeries<'a> {
    pub(super) series: &'a SeriesSummary,
    /// Identifiers of the requests.
    pub(super) requests: String,
    /// Hull of their windows.
    pub(super) range: TimeRange,
}

/// What the panel keeps about requests.
#[derive(Default)]
pub(super) struct Requesting {
    form: RequestForm,
    /// Whether event data are left out.
    is_hidden: bool,
    /// The request whose window was selected last.
    shown: String,
}

/// All requests that may touch the visible range.
fn visible<'a>(cx: &'a ViewContext<'_>) -> impl Iterator<Item = &'a RequestItem> {
    let (range, requests) = (cx.time.range, &cx.snapshot.commanding.requests);
    requests.items().filter(move |item| item.request.window.overlaps(&range))
}

/// Whether a group holds what requests bring.
pub(super) fn is_brought(cx: &ViewContext<'_>, group: &Group<'_>) -> bool {
    let is_of = |name: &str| group.members.iter().any(|series| series.key.name == name);
    visible(cx).any(|item| {
        item.is_extracted() && item.request.expected().iter().any(|expected| is_of(&expected.name))
    })
}

/// Bands over the windows of requests, each with a label.
pub(super) fn bands(cx: &ViewContext<'_>) -> (Vec<TimeSpan>, Vec<Mark>) {
    let is_shown = |item: &&RequestItem| {
        let is_over = matches!(item.state(), State::Rejected | State::Closed);
        item.id == cx.selection.request || item.is_extracted() || !is_over
    };
    let all = visible(cx).filter(is_shown).map(|item| {
        let state = item.state();
        let label = format!("{} {}", item.id, state.word());
        let is_chosen = item.id == cx.selection.request;
        let colour = if is_chosen { cx.theme.accent } else { cx.theme.curve(BROUGHT) };
        let range = item.request.window;
        let mark = Mark { time: range.start, label: label.clone(), colour, strong: is_chosen };
        (TimeSpan { range, colour, label }, mark)
    });
    all.unzip()
}

impl Requesting {
    /// Selects the window of a request that was chosen elsewhere.
    pub(super) fn follow_selection(&mut self, cx: &ViewContext<'_>, plot: &mut PlotState) {
        if cx.selection.request == self.shown {
            return;
        }
        self.shown.clone_from(&cx.selection.request);
        if let Some(item) = cx.snapshot.commanding.requests.get(&self.shown) {
            plot.selection = Some(item.request.window);
            self.is_hidden = false;
        }
    }

    /// Shows or hides event data, where there are any requests.
    pub(super) fn toggle(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        if cx.snapshot.commanding.requests.is_empty() {
            return;
        }
        let mut is_on = !self.is_hidden;
        ui.toggle_value(&mut is_on, "Event data")
            .on_hover_text("What event requests brought, below the continuous data.");
        self.is_hidden = !is_on;
    }

    /// The series that requests brought to the visible range, but those of the shown group.
    pub(super) fn series<'a>(
        &self,
        cx: &'a ViewContext<'_>,
        group: &Group<'_>,
    ) -> Vec<EventSeries<'a>> {
        let mut found: Vec<EventSeries<'a>> = Vec::new();
        if self.is_hidden {
            return found;
        }
        let requests = &cx.snapshot.commanding.requests;
        for item in visible(cx).filter(|item| item.is_extracted()) {
            for expected in item.request.expected() {
                let Some(series) = best_series(&cx.snapshot.series, &expected.name) else {
                    continue;
                };
                let is_known = found.iter().any(|one| one.series.key == series.key);
                let is_there = group.members.iter().any(|own| own.key == series.key);
                if is_known || is_there {
                    continue;
                }
                let of = lineage(requests, &series.key, cx.time.range);
                let ids: Vec<&str> = of.iter().map(|item| item.id.as_str()).collect();
                let windows = of.iter().map(|item| item.request.window);
                let range = windows.reduce(|a, b| a.hull(&b)).unwrap_or(item.request.window);
                found.push(EventSeries { series, requests: ids.join(", "), range });
            }
        }
        found
    }

    /// The selected window and what can be asked for it; the requests that are in sight.
    pub(super) fn bar(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        group: &Group<'_>,
        selection: Option<TimeRange>,
    ) {
        let event = cx.snapshot.events.iter().find(|event| event.id == cx.selection.event);
        let window = selection.or_else(|| event.map(window_of));
        let in_sight: Vec<&RequestItem> = visible(cx).collect();
        if window.is_some() || !in_sight.is_empty() {
            ui.horizontal_wrapped(|ui| {
                if let Some(window) = window {
                    self.ask(ui, cx, group, (window, selection.is_some()), event);
                }
                lineages(ui, cx, &in_sight);
            });
        }
        self.form.said(ui, cx);
        self.form.show(ui, cx);
    }

    fn ask(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        group: &Group<'_>,
        (window, is_selected): (TimeRange, bool),
        event: Option<&Event>,
    ) {
        let button = ui.add(Button::new("Request event data…"));
        let hint = "Full-rate data of this window, out of the on-board memory. Drag with Shift to \
                    select another window.";
        if button.on_hover_text(hint).clicked() {
            self.form.open_new(&request_for(cx, group, window, event));
        }
        let what = if is_selected { "Selected" } else { "Around the event" };
        let length = duration_text(window.duration_s());
        let text = format!("{what}: {length}, {}", window_text(window));
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
    }
}

/// Requests in sight; a click leads to their panel.
fn lineages(ui: &mut Ui, cx: &ViewContext<'_>, items: &[&RequestItem]) {
    for item in items {
        let text = format!("{} {}", item.id, item.state().word());
        let hint = format!("{}. Opens the event requests.", item.request.wishes_text());
        if ui.small_button(text).on_hover_text(hint).clicked() {
            cx.intents.send(UiIntent::SelectRequest(item.id.clone()));
            cx.intents.send(UiIntent::OpenPanel("Event requests".to_owned()));
        }
    }
}

/// A request for a window, named after the event that it holds.
fn request_for(
    cx: &ViewContext<'_>,
    group: &Group<'_>,
    window: TimeRange,
    event: Option<&Event>,
) -> EventRequest {
    let name = |key: &SeriesKey| {
        let found = cx.snapshot.missions.parameter(&key.name);
        found.map(|(mission, ..)| mission.id.clone())
    };
    let mission = group.members.first().and_then(|series| name(&series.key));
    let mission = mission.unwrap_or_else(|| cx.mission().to_owned());
    let holds = |event: &&Event| window_of(event).overlaps(&window);
    let event = event.filter(holds).or_else(|| {
        let inside = |event: &&Event| window.contains(event.time);
        cx.snapshot.events.iter().find(inside)
    });
    let mut request = EventRequest::new(&mission, window);
    if let Some(event) = event {
        request.event.clone_from(&event.id);
        request.name.clone_from(&event.name);
    }
    request
}
