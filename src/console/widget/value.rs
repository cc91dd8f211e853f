//! A value with its unit, severity and age; a click copies it.

use egui::{Color32, FontId, Response, Role, Sense, TextFormat, Ui, WidgetInfo, text::LayoutJob};
use marsdeck_engine::mission::{Parameter, Severity};
use marsdeck_engine::query::LatestValue;
use marsdeck_engine::time::Instant;

use super::severity_badge::paint_severity;
use super::{age_text, is_stale};
use crate::theme::{BODY, SMALL, Theme, severity_shape, severity_word};

/// A value as printed: the name of a state where the parameter has one, else the number with the
/// parameter's decimals; very large and very small numbers in powers of ten.
pub fn format_value(value: f64, parameter: Option<&Parameter>) -> String {
    let decimals = usize::from(parameter.map_or(2, |parameter| parameter.decimals));
    if let Some(parameter) = parameter {
        let state = parameter.states.iter().find(|(number, _)| *number == value);
        if let Some((_, name)) = state {
            return name.clone();
        }
    }
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        format!("{value:.3e}")
    } else {
        format!("{value:.decimals$}")
    }
}

/// A value cell: digits in monospace, unit in small print, severity shape before it when it is not
/// normal, grey with its age when stale. A click copies the number.
pub struct ValueCell<'a> {
    theme: &'a Theme,
    latest: Option<LatestValue>,
    now: Instant,
    parameter: Option<&'a Parameter>,
    severity: Severity,
    name: &'a str,
    size: f32,
}

impl<'a> ValueCell<'a> {
    /// Of the newest value (none: nothing so early) at an instant; `name` is what it measures.
    pub fn new(theme: &'a Theme, name: &'a str, latest: Option<LatestValue>, now: Instant) -> Self {
        Self { theme, latest, now, parameter: None, severity: Severity::Normal, name, size: BODY }
    }

    /// With the definition of its parameter: unit, decimals, states, expected rate.
    #[must_use]
    pub fn parameter(mut self, parameter: Option<&'a Parameter>) -> Self {
        self.parameter = parameter;
        self
    }

    /// With a severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With digits of another size in points.
    #[must_use]
    pub fn size(mut self, size: f32) -> Self {
        self.size = size;
        self
    }

    fn stale(&self) -> bool {
        self.latest.is_some_and(|latest| is_stale(self.now, latest.time, self.parameter))
    }

    fn colour(&self) -> Color32 {
        if self.latest.is_none() || self.stale() {
            self.theme.stale
        } else if self.severity > Severity::Normal {
            self.theme.severity(self.severity)
        } else {
            self.theme.text
        }
    }

    fn job(&self) -> LayoutJob {
        let mut job = LayoutJob::default();
        let colour = self.colour();
        let mut add = |text: &str, font: FontId, colour: Color32| {
            job.append(text, 0.0, TextFormat::simple(font, colour));
        };
        let digits = FontId::monospace(self.size);
        let small = FontId::proportional(SMALL);
        let Some(latest) = self.latest else {
            add("–", digits, colour);
            return job;
        };
        let text = format_value(latest.value, self.parameter);
        add(&text, digits, colour);
        let unit = self.parameter.map_or("", |parameter| parameter.unit.as_str());
        if !unit.is_empty() {
            add(&format!(" {unit}"), small.clone(), self.theme.text_weak);
        }
        if self.stale() {
            add(&format!("  {} old", age_text(self.now, latest.time)), small, self.theme.stale);
        }
        job
    }
}

impl egui::Widget for ValueCell<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let job = self.job();
        let said = format!("{}: {}", self.name, job.text);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let marked = self.severity > Severity::Normal && self.latest.is_some();
        let mark = if marked { 16.0 } else { 0.0 };
        let size = galley.size() + egui::vec2(mark, 0.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        if ui.is_rect_visible(rect) {
            if marked {
                let centre = egui::pos2(rect.left() + 7.0, rect.center().y);
                let colour = self.theme.severity(self.severity);
                paint_severity(ui.painter(), centre, 5.0, severity_shape(self.severity), colour);
            }
            ui.painter().galley(rect.min + egui::vec2(mark, 0.0), galley, self.theme.text);
        }
        let said = if marked { format!("{said}, {}", severity_word(self.severity)) } else { said };
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
        if let (true, Some(latest)) = (response.clicked(), self.latest) {
            ui.copy_text(latest.value.to_string());
        }
        response.on_hover_text(format!("{said}\nClick to copy the number."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_with_decimals_states_and_powers() {
        let mut parameter = Parameter {
            name: "/m/i/p".into(),
            title: "P".into(),
            unit: "Pa".into(),
            rate_hz: 1.0,
            decimals: 1,
            limits: vec![],
            alarm: marsdeck_engine::mission::AlarmRule::default(),
            states: vec![],
            expression: String::new(),
            description: String::new(),
        };
        assert_eq!(format_value(731.26, Some(&parameter)), "731.3");
        assert_eq!(format_value(1.5e12, Some(&parameter)), "1.500e12");
        assert_eq!(format_value(2.5e-9, None), "2.500e-9");
        assert_eq!(format_value(0.0, None), "0.00");
        assert_eq!(format_value(f64::NAN, None), "–");
        parameter.states = vec![(2.0, "SCIENCE".into())];
        assert_eq!(format_value(2.0, Some(&parameter)), "SCIENCE");
        assert_eq!(format_value(3.0, Some(&parameter)), "3.0");
    }
}
