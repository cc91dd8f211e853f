//! The layers of the list: pictures and heights of the ground, marks and lines over it.

use egui::{Align, Layout, Role, Slider, TextWrapMode, Ui, WidgetInfo, vec2};

use super::super::settings::{GlobeSettings, LayerSetting};
use super::super::view::GlobeInput;
use super::{WIDTH, heading};
use crate::theme::Theme;

/// Room for the opacity slider and for each of the two buttons of a layer, points.
const SLIDER: f32 = 56.0;
const BUTTON: f32 = 20.0;
const GAP: f32 = 4.0;

/// One line of the list.
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    /// What its maker wants.
    given: LayerSetting,
    /// Whether it can be seen through.
    fades: bool,
    /// What is wrong with it; empty where nothing is.
    trouble: &'a str,
    /// Whom it is from; may be empty.
    credit: &'a str,
}

/// Shows all groups that have layers, and the button that puts them back.
pub(super) fn show(settings: &mut GlobeSettings, ui: &mut Ui, input: &GlobeInput<'_>) {
    let shown = |visible| LayerSetting { visible, opacity: 1.0 };
    let ground = input.ground;
    let pictures = settings.ordered(&ground.imagery, |l| &l.id).into_iter().map(|l| Row {
        id: &l.id,
        name: &l.name,
        given: shown(l.visible),
        fades: true,
        trouble: &l.trouble,
        credit: &l.credit,
    });
    let pictures: Vec<Row<'_>> = pictures.collect();
    let heights = settings.ordered(&ground.elevation, |l| &l.id).into_iter().map(|l| Row {
        id: &l.id,
        name: &l.name,
        given: shown(l.visible),
        fades: false,
        trouble: &l.trouble,
        credit: "",
    });
    let heights: Vec<Row<'_>> = heights.collect();
    let marks = settings.ordered(&input.scene.layers, |l| &l.id).into_iter().map(|l| Row {
        id: &l.id,
        name: &l.name,
        given: LayerSetting { visible: l.visible, opacity: l.opacity },
        fades: true,
        trouble: "",
        credit: "",
    });
    let marks: Vec<Row<'_>> = marks.collect();
    group(settings, ui, "Ground pictures", &pictures, input.theme);
    group(settings, ui, "Heights", &heights, input.theme);
    group(settings, ui, "Marks and lines", &marks, input.theme);
    ui.checkbox(&mut settings.graticule, "Graticule");
    let changed = !settings.layers.is_empty() || !settings.order.is_empty();
    let hint = "Show, fade and order all layers as they came";
    if ui.add_enabled(changed, egui::Button::new("Reset layers")).on_hover_text(hint).clicked() {
        settings.reset_layers();
    }
}

/// A group, its topmost layer first; nothing where it has none.
fn group(settings: &mut GlobeSettings, ui: &mut Ui, words: &str, rows: &[Row<'_>], theme: &Theme) {
    if rows.is_empty() {
        return;
    }
    heading(ui, words, theme);
    let ids: Vec<&str> = rows.iter().map(|r| r.id).collect();
    let mut moved = None;
    for (n, row) in rows.iter().enumerate().rev() {
        let ends = [n + 1 == rows.len(), n == 0];
        if let Some(up) = line(settings, ui, row, ends, theme) {
            moved = Some((row.id, up));
        }
    }
    if let Some((id, up)) = moved {
        settings.move_layer(&ids, id, up);
    }
}

/// One layer; `ends` tells whether it is topmost and lowest. Answers with the way it is to move.
fn line(
    settings: &mut GlobeSettings,
    ui: &mut Ui,
    row: &Row<'_>,
    ends: [bool; 2],
    theme: &Theme,
) -> Option<bool> {
    let before = settings.layers.get(row.id).copied().unwrap_or(row.given);
    let mut setting = before;
    let mut wanted = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let name_width = WIDTH - SLIDER - 2.0 * BUTTON - 3.0 * GAP;
        let size = vec2(name_width, ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(name_width);
            ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
            let name = ui.checkbox(&mut setting.visible, row.name);
            if !row.credit.is_empty() {
                name.on_hover_text(row.credit);
            }
        });
        if row.fades {
            opacity(ui, &mut setting, row.name);
        } else {
            ui.add_space(SLIDER + GAP);
        }
        for (n, (face, verb)) in [("⏶", "Raise"), ("⏷", "Lower")].into_iter().enumerate() {
            let enabled = !ends[n];
            let button = egui::Button::new(face).min_size(vec2(BUTTON, 18.0)).frame(false);
            let name = format!("{verb} {}", row.name);
            let button = ui.add_enabled(enabled, button).on_hover_text(&name);
            button.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &name));
            if button.clicked() {
                wanted = Some(n == 0);
            }
        }
    });
    if !row.trouble.is_empty() && setting.visible {
        ui.horizontal_wrapped(|ui| {
            ui.add_space(20.0);
            ui.colored_label(theme.simulated, format!("⚠ {}", row.trouble));
        });
    }
    if setting != before {
        settings.layers.insert(row.id.to_owned(), setting);
    }
    wanted
}

fn opacity(ui: &mut Ui, setting: &mut LayerSetting, name: &str) {
    ui.spacing_mut().slider_width = SLIDER;
    let slider = Slider::new(&mut setting.opacity, 0.1..=1.0).show_value(false);
    let name = format!("Opacity of {name}");
    let slider = ui.add_enabled(setting.visible, slider).on_hover_text(&name);
    slider.widget_info(|| WidgetInfo::labeled(Role::Slider, setting.visible, &name));
}
