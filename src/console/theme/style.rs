//! Tokens to egui: text sizes, spacing, widget colours and fonts.

use std::collections::BTreeMap;

use egui::style::{HandleShape, WidgetVisuals};
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, vec2};

use super::Theme;

/// Body text in points.
pub const BODY: f32 = 14.0;
/// Small print (units, ages, tick labels) in points.
pub const SMALL: f32 = 12.0;

/// Loads the fonts; once per context. "Hack" backs the proportional family, so that arrows and
/// geometric shapes have glyphs.
pub fn install_fonts(ctx: &egui::Context) {
    let mut fonts = egui::FontDefinitions::default();
    if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional) {
        family.push("Hack".to_owned());
    }
    ctx.set_fonts(fonts);
}

/// Makes a context look like a theme. Cheap; call it when the theme changes.
pub fn apply(ctx: &egui::Context, theme: &Theme) {
    let base = if theme.is_dark() { egui::Theme::Dark } else { egui::Theme::Light };
    ctx.set_theme(base);
    ctx.set_style_of(base, style(theme));
}

fn style(theme: &Theme) -> egui::Style {
    let mut style = egui::Style {
        text_styles: text_styles(),
        visuals: visuals(theme),
        // Nothing slides or fades: frames cost pixels, and an operator waits for none of it.
        animation_time: 0.0,
        ..egui::Style::default()
    };
    style.spacing.item_spacing = vec2(8.0, 5.0);
    style.spacing.button_padding = vec2(8.0, 3.0);
    style.spacing.interact_size = vec2(28.0, 24.0);
    style.spacing.window_margin = Margin::same(10);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.scroll = egui::style::ScrollStyle::solid();
    style.spacing.scroll.bar_width = 8.0;
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = true;
    style
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    BTreeMap::from([
        (TextStyle::Small, FontId::proportional(SMALL)),
        (TextStyle::Body, FontId::proportional(BODY)),
        (TextStyle::Button, FontId::proportional(BODY)),
        (TextStyle::Heading, FontId::proportional(18.0)),
        (TextStyle::Monospace, FontId::monospace(BODY)),
    ])
}

/// How widgets look in a theme.
pub fn visuals(theme: &Theme) -> egui::Visuals {
    let mut visuals = if theme.is_dark() { egui::Visuals::dark() } else { egui::Visuals::light() };
    let corner = CornerRadius::same(4);
    let widget = |fill: Color32, edge: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, edge),
        corner_radius: corner,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(theme.panel, theme.line, theme.text);
    visuals.widgets.inactive = widget(theme.raised, theme.line, theme.text);
    visuals.widgets.hovered = widget(theme.raised, theme.accent, theme.text);
    visuals.widgets.active = widget(theme.line, theme.accent, theme.text);
    visuals.widgets.open = widget(theme.raised, theme.accent, theme.text);
    visuals.selection.bg_fill =
        theme.accent.gamma_multiply(if theme.is_dark() { 0.35 } else { 0.25 });
    visuals.selection.stroke = Stroke::new(1.0, theme.text);
    visuals.weak_text_color = Some(theme.text_weak);
    visuals.hyperlink_color = theme.accent;
    visuals.faint_bg_color = theme.raised.gamma_multiply(0.5);
    visuals.extreme_bg_color = theme.background;
    visuals.text_edit_bg_color = Some(theme.background);
    visuals.code_bg_color = theme.raised;
    visuals.warn_fg_color = theme.simulated;
    visuals.error_fg_color = theme.severity(marsdeck_engine::mission::Severity::Critical);
    visuals.window_fill = theme.raised;
    visuals.window_stroke = Stroke::new(1.0, theme.line);
    visuals.window_corner_radius = CornerRadius::same(6);
    visuals.menu_corner_radius = corner;
    visuals.window_shadow = Shadow { offset: [0, 4], blur: 12, spread: 0, color: theme.night };
    visuals.popup_shadow = visuals.window_shadow;
    visuals.panel_fill = theme.panel;
    visuals.striped = true;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Rect { aspect_ratio: 0.6 };
    visuals
}
