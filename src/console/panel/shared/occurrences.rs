//! Events and their picks as marks and shaded stretches of a time axis.

use egui::Color32;
use marsdeck_engine::archive::Event;
use marsdeck_engine::time::TimeRange;

use crate::plot::{Mark, TimeSpan};
use crate::view::ViewContext;

/// Picks of events that are not selected are shown in ranges up to this length, in seconds.
const PICKS_BELOW_S: f64 = 4.0 * 3600.0;
/// An event without an end is looked at for this long, in seconds.
const UNKNOWN_LENGTH_S: f64 = 1200.0;

/// Marks and spans of the events that touch a range.
pub struct Occurrences {
    /// Names of events at their time, phases at their picks.
    pub marks: Vec<Mark>,
    /// From start to end of the signals; uncertainties of the picks of the selected event.
    pub spans: Vec<TimeSpan>,
}

impl Occurrences {
    /// Of the visible range and those events that `wanted` lets through.
    pub fn visible(cx: &ViewContext<'_>, wanted: impl Fn(&Event) -> bool) -> Self {
        let range = cx.time.range;
        let mut all = Self { marks: Vec::new(), spans: Vec::new() };
        for event in cx.snapshot.events.iter().filter(|event| wanted(event)) {
            let touches = stretch(event).overlaps(&range) || range.contains(event.time);
            if touches {
                all.add(cx, event);
            }
        }
        all
    }

    fn add(&mut self, cx: &ViewContext<'_>, event: &Event) {
        let selected = event.id == cx.selection.event;
        let colour = if selected { cx.theme.accent } else { cx.theme.text_weak };
        let label = match (selected, event.quality.is_empty()) {
            (true, false) => format!("{} ({})", event.name, event.quality),
            _ => event.name.clone(),
        };
        self.marks.push(Mark { time: event.time, label, colour, strong: selected });
        if let Some(range) = event.span {
            self.spans.push(TimeSpan { range, colour, label: event.name.clone() });
        }
        if !selected && cx.time.range.duration_s() > PICKS_BELOW_S {
            return;
        }
        for pick in &event.picks {
            let colour = pick_colour(cx, &pick.phase);
            let label = pick_label(&pick.phase);
            // The phases stay when labels get in each other's way, start and end may go.
            let strong = selected && pick.phase.starts_with(['P', 'S']);
            self.marks.push(Mark { time: pick.time, label, colour, strong });
            if let (true, Some(spread)) = (selected, pick.uncertainty_s.filter(|s| *s > 0.0)) {
                let range = TimeRange::new(pick.time.plus_s(-spread), pick.time.plus_s(spread));
                self.spans.push(TimeSpan { range, colour, label: pick.phase.clone() });
            }
        }
    }
}

/// From start to end of the signal; where no end is known, twenty minutes from the origin.
pub fn stretch(event: &Event) -> TimeRange {
    let unknown = TimeRange::new(event.time, event.time.plus_s(UNKNOWN_LENGTH_S));
    event.span.filter(|span| !span.is_empty()).unwrap_or(unknown)
}

/// The range to show for an event: its origin and its signal with a tenth of it at both sides.
pub fn window_of(event: &Event) -> TimeRange {
    let span = stretch(event);
    let start = span.start.min(event.time);
    let margin = (span.end.s_since(start) * 0.1).max(30.0);
    TimeRange::new(start.plus_s(-margin), span.end.plus_s(margin))
}

/// `noise_start` reads `noise start`; P and S stay as they are.
fn pick_label(phase: &str) -> String {
    phase.replace('_', " ")
}

/// Compressional phases, shear phases, and all other marks differ in colour.
fn pick_colour(cx: &ViewContext<'_>, phase: &str) -> Color32 {
    match phase.chars().next() {
        Some('P') => cx.theme.curve(2),
        Some('S') => cx.theme.curve(3),
        _ => cx.theme.text_weak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::time::Instant;

    #[test]
    fn windows_hold_origin_and_signal() {
        let at = Instant::from_unix_s;
        let mut event = Event { time: at(1000.0), ..Event::default() };
        assert_eq!(window_of(&event), TimeRange::new(at(880.0), at(2320.0)));
        // The origin lies before the first arrival.
        event.span = Some(TimeRange::new(at(1200.0), at(2000.0)));
        assert_eq!(window_of(&event), TimeRange::new(at(900.0), at(2100.0)));
        // An empty span says nothing.
        event.span = Some(TimeRange::new(at(1200.0), at(1200.0)));
        assert_eq!(stretch(&event).duration_s(), 1200.0);
        assert_eq!(pick_label("noise_start"), "noise start");
    }
}
