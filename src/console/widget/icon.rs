//! Icons painted as shapes, so that no font has to have them, and buttons with one.

use egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui,
    WidgetInfo, vec2,
};

use crate::theme::Theme;

/// A painted icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Start.
    Play,
    /// Stand still.
    Pause,
    /// One step back.
    StepBack,
    /// One step on.
    StepForward,
    /// To the first data.
    First,
    /// To the newest data.
    Last,
    /// Fit all.
    Fit,
    /// Close.
    Close,
    /// Out of here, into a window of its own.
    Detach,
}

/// Paints an icon into a square.
pub fn paint_icon(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    let centre = rect.center();
    let r = rect.width().min(rect.height()) / 2.0;
    let at = |x: f32, y: f32| centre + vec2(x, y) * r;
    let fill = |points: Vec<Pos2>| Shape::convex_polygon(points, colour, Stroke::NONE);
    let bar = |x: f32, w: f32| {
        Shape::rect_filled(Rect::from_min_max(at(x, -0.8), at(x + w, 0.8)), 0.0, colour)
    };
    let right = |x: f32| fill(vec![at(x - 0.55, -0.8), at(x + 0.65, 0.0), at(x - 0.55, 0.8)]);
    let left = |x: f32| fill(vec![at(x + 0.55, -0.8), at(x + 0.55, 0.8), at(x - 0.65, 0.0)]);
    match icon {
        Icon::Play => painter.extend([fill(vec![at(-0.6, -0.9), at(0.9, 0.0), at(-0.6, 0.9)])]),
        Icon::Pause => painter.extend([bar(-0.7, 0.5), bar(0.2, 0.5)]),
        Icon::StepForward => painter.extend([bar(-0.75, 0.22), right(0.2)]),
        Icon::StepBack => painter.extend([left(-0.2), bar(0.53, 0.22)]),
        Icon::Last => painter.extend([right(-0.2), bar(0.53, 0.22)]),
        Icon::First => painter.extend([bar(-0.75, 0.22), left(0.2)]),
        Icon::Fit => {
            let stroke = Stroke::new(1.6, colour);
            painter.extend([
                Shape::line(
                    vec![at(-0.4, -0.7), at(-0.9, -0.7), at(-0.9, 0.7), at(-0.4, 0.7)],
                    stroke,
                ),
                Shape::line(vec![at(0.4, -0.7), at(0.9, -0.7), at(0.9, 0.7), at(0.4, 0.7)], stroke),
                Shape::line_segment([at(-0.55, 0.0), at(0.55, 0.0)], stroke),
            ]);
        }
        Icon::Detach => {
            let stroke = Stroke::new(1.4, colour);
            let page =
                vec![at(0.0, -0.6), at(-0.9, -0.6), at(-0.9, 0.9), at(0.6, 0.9), at(0.6, 0.0)];
            painter.extend([
                Shape::line(page, stroke),
                Shape::line_segment([at(-0.2, 0.2), at(0.9, -0.9)], stroke),
                Shape::line(vec![at(0.3, -0.9), at(0.9, -0.9), at(0.9, -0.3)], stroke),
            ]);
        }
        Icon::Close => {
            let stroke = Stroke::new(1.6, colour);
            painter.extend([
                Shape::line_segment([at(-0.6, -0.6), at(0.6, 0.6)], stroke),
                Shape::line_segment([at(-0.6, 0.6), at(0.6, -0.6)], stroke),
            ]);
        }
    }
}

/// A button with an icon; `label` is its accessible name, `tooltip` says what it does.
pub fn icon_button(
    ui: &mut Ui,
    theme: &Theme,
    icon: Icon,
    label: &str,
    tooltip: &str,
    selected: bool,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(30.0, 26.0), Sense::click());
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        let fill = if selected { theme.accent.gamma_multiply(0.35) } else { visuals.bg_fill };
        let painter = ui.painter();
        painter.rect(
            rect,
            CornerRadius::same(4),
            fill,
            visuals.bg_stroke,
            egui::StrokeKind::Inside,
        );
        if response.has_focus() {
            let stroke = Stroke::new(2.0, theme.accent);
            painter.rect_stroke(rect, CornerRadius::same(4), stroke, egui::StrokeKind::Inside);
        }
        let inner = Rect::from_center_size(rect.center(), vec2(13.0, 13.0));
        paint_icon(painter, inner, icon, theme.text);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, label));
    response.on_hover_text(tooltip)
}

/// A button that is only an icon until the pointer is over it, for the ends of bars.
pub fn quiet_icon_button(
    ui: &mut Ui,
    theme: &Theme,
    icon: Icon,
    label: &str,
    tooltip: &str,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(24.0, 22.0), Sense::click());
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        let looked_at = response.hovered() || response.has_focus();
        if looked_at {
            painter.rect_filled(rect, CornerRadius::same(3), theme.accent.gamma_multiply(0.3));
        }
        let inner = Rect::from_center_size(rect.center(), vec2(11.0, 11.0));
        paint_icon(painter, inner, icon, if looked_at { theme.text } else { theme.text_weak });
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    response.on_hover_text(tooltip)
}
