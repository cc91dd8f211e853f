//! Roles as boxes: a row for each role, a column for each mission.

use egui::{Checkbox, Grid, RichText, ScrollArea, Ui, WidgetInfo};
use marsdeck_engine::command::Role;

use super::model::{Roles, columns, not_here, role_help};
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Paints the boxes of an account; the one that was clicked: mission, role, whether it is on now.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    (account, roles): (&str, &Roles),
    free: bool,
) -> Option<(String, Role, bool)> {
    let columns = columns(&cx.snapshot.missions, roles);
    let mut clicked = None;
    let area = ScrollArea::horizontal().id_salt(("roles", account)).auto_shrink([false, true]);
    area.show(ui, |ui| {
        // Empty boxes have to be seen on a card too.
        ui.visuals_mut().widgets.inactive.bg_stroke.color = cx.theme.text_weak;
        let grid = Grid::new(("roles of", account)).num_columns(columns.len() + 1).striped(true);
        grid.spacing([14.0, 4.0]).show(ui, |ui| {
            ui.label("");
            for (_, name) in &columns {
                ui.label(RichText::new(name).size(SMALL).color(cx.theme.text_weak));
            }
            ui.end_row();
            for role in Role::ALL {
                ui.label(RichText::new(role.name()).color(cx.theme.text))
                    .on_hover_text(role_help(role));
                for (mission, name) in &columns {
                    let mut on = roles.get(mission).is_some_and(|roles| roles.contains(&role));
                    let why = not_here(mission, role);
                    let is_free = free && why.is_none();
                    let label = format!("{} of {account} in {name}", role.name());
                    let check = ui.add_enabled(is_free, Checkbox::without_text(&mut on));
                    check.widget_info(|| {
                        WidgetInfo::selected(egui::Role::CheckBox, is_free, on, &label)
                    });
                    let check = check.on_hover_text(&label);
                    let check = check.on_disabled_hover_text(why.unwrap_or("Wait for the answer."));
                    if check.changed() {
                        clicked = Some((mission.clone(), role, on));
                    }
                }
                ui.end_row();
            }
        });
    });
    clicked
}
