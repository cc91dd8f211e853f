//! A curve as small as a word: minimum to maximum of every slice as a bar, the mean as a line.

use egui::{Color32, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2};
use marsdeck_engine::archive::Bucket;

use crate::theme::Theme;

/// A sparkline over slices of equal width; a slice without data leaves a hole.
pub struct Sparkline<'a> {
    buckets: &'a [Bucket],
    theme: &'a Theme,
    size: Vec2,
    colour: Color32,
    label: &'a str,
}

impl<'a> Sparkline<'a> {
    /// Over slices, earliest first; `label` is what it shows, for those who do not see it.
    pub fn new(theme: &'a Theme, buckets: &'a [Bucket], label: &'a str) -> Self {
        Self { buckets, theme, size: Vec2::new(120.0, 28.0), colour: theme.accent, label }
    }

    /// Size in points.
    #[must_use]
    pub fn size(mut self, size: Vec2) -> Self {
        self.size = size;
        self
    }

    /// Colour of the curve.
    #[must_use]
    pub fn colour(mut self, colour: Color32) -> Self {
        self.colour = colour;
        self
    }
}

impl egui::Widget for Sparkline<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(self.size, Sense::hover());
        let extent = extent(self.buckets);
        if ui.is_rect_visible(rect) {
            ui.painter().hline(
                rect.x_range(),
                rect.bottom() - 0.5,
                Stroke::new(1.0, self.theme.grid),
            );
            if let Some((low, high)) = extent {
                paint(ui, rect, self.buckets, (low, high), self.colour);
            }
        }
        let said = match extent {
            Some((low, high)) => format!("{}: from {low:.4} to {high:.4}", self.label),
            None => format!("{}: no data", self.label),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
        response.on_hover_text(said)
    }
}

fn extent(buckets: &[Bucket]) -> Option<(f64, f64)> {
    let mut all = Bucket::EMPTY;
    for bucket in buckets.iter().filter(|bucket| bucket.count > 0) {
        all.merge(bucket);
    }
    (all.count > 0 && all.min.is_finite() && all.max.is_finite()).then_some((all.min, all.max))
}

fn paint(ui: &Ui, rect: Rect, buckets: &[Bucket], (low, high): (f64, f64), colour: Color32) {
    let height = rect.height() - 3.0;
    let y = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        rect.bottom() - 2.0 - height * share as f32
    };
    let step = rect.width() / buckets.len().max(1) as f32;
    let faint = Stroke::new(step.max(1.0), colour.gamma_multiply(0.35));
    let mut bars = Vec::with_capacity(buckets.len());
    let mut line: Vec<Pos2> = Vec::with_capacity(buckets.len());
    let mut lines = Vec::new();
    for (i, bucket) in buckets.iter().enumerate() {
        let x = rect.left() + (i as f32 + 0.5) * step;
        if let Some(mean) = bucket.mean() {
            if bucket.max > bucket.min {
                bars.push(Shape::line_segment(
                    [pos2(x, y(bucket.min)), pos2(x, y(bucket.max))],
                    faint,
                ));
            }
            line.push(pos2(x, y(mean)));
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
    }
    lines.push(line);
    ui.painter().extend(bars);
    for line in lines {
        if let [alone] = line.as_slice() {
            ui.painter().circle_filled(*alone, 1.5, colour);
        } else if line.len() > 1 {
            ui.painter().line(line, Stroke::new(1.5, colour));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extent_ignores_empty_slices() {
        let mut bucket = Bucket::EMPTY;
        bucket.add(2.0);
        bucket.add(-1.0);
        assert_eq!(extent(&[Bucket::EMPTY, bucket, Bucket::EMPTY]), Some((-1.0, 2.0)));
        assert_eq!(extent(&[Bucket::EMPTY]), None);
        assert_eq!(extent(&[]), None);
    }
}
