//! The help, made from the table of commands.

use egui::{Grid, Id, Key, Modal, RichText, ScrollArea};

use super::{COMMANDS, command::Group};
use crate::theme::Theme;

/// What the mouse does in plots and the scrubber.
const MOUSE: &[(&str, &str)] = &[
    ("Wheel", "Zooms around the pointer"),
    ("Drag", "Moves the visible range; on the cursor's handle, moves the cursor"),
    ("Right drag", "Zooms to a box"),
    ("Shift+Drag", "Statistics of a selection"),
    ("Double click", "Shows everything"),
    ("Click", "Puts the time cursor there"),
];

/// Shows the help; false when the operator closes it.
pub fn show_help(ctx: &egui::Context, theme: &Theme) -> bool {
    let id = Id::unique("help");
    let free = ctx.content_rect().size();
    let size = egui::vec2(760.0_f32.min(free.x - 60.0), free.y - 80.0);
    let area = Modal::default_area(id).default_size(size);
    let modal = Modal::new(id).area(area).show(ctx, |ui| {
        ui.set_width(size.x);
        let mut close = false;
        ui.horizontal(|ui| {
            ui.heading("Keys and mouse");
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                close = ui.button("Close").clicked();
            });
        });
        ui.separator();
        ScrollArea::vertical().max_height(size.y - 60.0).show(ui, |ui| {
            ui.columns(2, |columns| {
                let (left, right) = columns.split_at_mut(1);
                if let (Some(left), Some(right)) = (left.first_mut(), right.first_mut()) {
                    group(left, theme, Group::Time);
                    for of in [Group::Places, Group::Data, Group::Window] {
                        group(right, theme, of);
                    }
                }
            });
            mouse(ui, theme);
        });
        close
    });
    let keyed = ctx.input(|input| input.key_pressed(Key::Escape));
    !(modal.inner || keyed || modal.backdrop_response.clicked())
}

fn group(ui: &mut egui::Ui, theme: &Theme, of: Group) {
    ui.label(RichText::new(of.title()).strong().color(theme.accent));
    Grid::new(of.title()).num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
        for command in COMMANDS.iter().filter(|command| command.group == of) {
            // The nine numbers make one line.
            let number = command.id.strip_prefix("workspace.").and_then(|n| n.parse::<u8>().ok());
            if command.shortcuts.is_empty() || number.is_some_and(|n| n > 1) {
                continue;
            }
            if number.is_some() {
                ui.label(RichText::new("1 to 9").monospace());
                ui.label("Open a workspace");
                ui.end_row();
                continue;
            }
            let keys: Vec<String> = command.shortcuts.iter().map(|keys| keys.text()).collect();
            ui.label(RichText::new(keys.join(" or ")).monospace());
            ui.label(command.text).on_hover_text(command.tooltip);
            ui.end_row();
        }
    });
    ui.add_space(8.0);
}

fn mouse(ui: &mut egui::Ui, theme: &Theme) {
    ui.label(RichText::new("Mouse in plots and the scrubber").strong().color(theme.accent));
    Grid::new("mouse").num_columns(2).spacing([12.0, 3.0]).show(ui, |ui| {
        for (what, does) in MOUSE {
            ui.label(RichText::new(*what).monospace());
            ui.label(*does);
            ui.end_row();
        }
    });
}
