//! The table of the ground beside another one: that on board, a version, a standard table.

use egui::{ComboBox, RichText, ScrollArea, Ui};
use marsdeck_engine::mission::Severity as Shade;
use marsdeck_engine::sequence::table::{Catalogue, Table, compare, text};

use super::model;
use crate::panel::shared::DocumentDesk;
use crate::view::ViewContext;

/// With what a table is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum With {
    /// The copy of what is on board.
    #[default]
    Board,
    /// A version of the document.
    Version(u64),
    /// A standard table, by its identifier.
    Standard(String),
}

/// The copy of what is on board, with the words of where it comes from; none: nobody has it.
pub(super) type OnBoard = Option<(String, Table)>;

/// Paints the choice and the differences.
pub(super) fn show(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    (desk, with): (&mut DocumentDesk, &mut With),
    (catalogue, table): (&Catalogue, &Table),
    board: &OnBoard,
) {
    let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
    choice(ui, cx, desk, with, catalogue);
    let other = match &*with {
        With::Board => board.as_ref().map(|(_, table)| table.clone()),
        With::Standard(id) => catalogue.tables.iter().find(|table| table.id == *id).cloned(),
        With::Version(version) => desk
            .content(cx, *version)
            .and_then(|content| text::parse(&content).ok().map(|(_, table)| table)),
    };
    match (&*with, board) {
        (With::Board, Some((origin, _))) => drop(ui.label(weak(origin))),
        (With::Board, None) => {
            let sentence = "No dump of the table on board came down: release TABLE_DUMP in Commands, \
                            or write the path of a file above and press Load on-board copy.";
            ui.label(weak(sentence));
            return;
        }
        _ => (),
    }
    let Some(other) = other else {
        ui.label(weak("The other table is on its way…"));
        return;
    };
    let changes = compare(table, &other);
    if changes.is_empty() {
        ui.label("Both tables are the same.");
        return;
    }
    let said = "+ only here, − only there, ~ in both with other values";
    ui.label(weak(&format!("{} rows differ: {said}", changes.len())));
    ScrollArea::vertical().id_salt("differences").auto_shrink(false).show(ui, |ui| {
        for change in &changes {
            let (sign, words) = model::change_text(change, catalogue);
            let colour = cx.theme.severity(match sign {
                '+' => Shade::Normal,
                '−' => Shade::Critical,
                _ => Shade::Watch,
            });
            ui.label(RichText::new(format!("{sign} {words}")).color(colour));
        }
    });
}

fn choice(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    desk: &DocumentDesk,
    with: &mut With,
    catalogue: &Catalogue,
) {
    let words = |with: &With| match with {
        With::Board => "the table on board".to_owned(),
        With::Version(version) => format!("version {version}"),
        With::Standard(id) => format!("standard table {id}"),
    };
    let versions = desk.document(cx).map_or(&[][..], |document| document.versions.as_slice());
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Compare with").color(cx.theme.text_weak));
        let combo = ComboBox::from_id_salt("compare with").width(220.0);
        let response = combo.selected_text(words(with)).show_ui(ui, |ui| {
            let standard = catalogue.tables.iter().map(|table| With::Standard(table.id.clone()));
            let versions = versions.iter().rev().map(|version| With::Version(version.id));
            for one in [With::Board].into_iter().chain(versions).chain(standard) {
                let text = words(&one);
                ui.selectable_value(with, one, text);
            }
        });
        response.response.labelled_by(label.id);
    });
}
