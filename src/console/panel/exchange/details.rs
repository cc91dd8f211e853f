//! What is known of the selected package or receipt: problems first, then approvals and files.

use egui::{Grid, RichText, Ui};
use marsdeck_engine::delivery::{
    Approvals, Checked, ExchangeView, Manifest, PackageView, ReceiptView,
};
use marsdeck_engine::mission::Severity;

use super::model::{Key, approvals_text, standing};
use crate::clock::utc_text;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, bytes_text};

/// Most lines of problems that are painted.
const MOST_PROBLEMS: usize = 100;

/// Paints what is selected.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, view: &ExchangeView, key: &Key) {
    ui.add_space(4.0);
    match key {
        Key::Sent(stem) | Key::Came(stem) => {
            let is_sent = matches!(key, Key::Sent(_));
            let all = if is_sent { &view.outbox } else { &view.inbox };
            if let Some(of) = all.iter().find(|package| package.stem == *stem) {
                package(ui, cx, of);
                if is_sent {
                    receipts(ui, cx, view, stem);
                }
                files(ui, cx, of);
            }
        }
        Key::Receipt(file) => {
            if let Some(of) = view.receipts.iter().find(|one| one.file == *file) {
                receipt(ui, cx, of);
            }
        }
    }
}

fn weak(cx: &ViewContext<'_>, text: &str) -> RichText {
    RichText::new(text).size(SMALL).color(cx.theme.text_weak)
}

/// A hash that can be copied.
fn hash(ui: &mut Ui, cx: &ViewContext<'_>, name: &str, digest: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.label(weak(cx, name));
        ui.label(RichText::new(digest).monospace().size(SMALL).color(cx.theme.text));
        if ui.small_button("Copy").on_hover_text(format!("Copy the {name}")).clicked() {
            ui.copy_text(digest.to_owned());
        }
    });
}

fn package(ui: &mut Ui, cx: &ViewContext<'_>, of: &PackageView) {
    let manifest = of.checked.as_ref().and_then(|checked| checked.manifest.as_ref());
    ui.horizontal_wrapped(|ui| {
        let name = manifest.map_or(of.stem.as_str(), |manifest| manifest.name.as_str());
        ui.label(RichText::new(name).heading().color(cx.theme.text));
        let (severity, word) = match of.problems.len() {
            0 => (Severity::Normal, "every file as packed"),
            _ => (Severity::Critical, "do not use it"),
        };
        ui.add(SeverityBadge::new(cx.theme, severity).word(word));
        if let Some(manifest) = manifest {
            ui.label(weak(cx, &heading(manifest)));
        }
    });
    for problem in of.problems.iter().take(MOST_PROBLEMS) {
        line(ui, cx, Severity::Critical, &problem.to_string());
    }
    if of.problems.len() > MOST_PROBLEMS {
        let more = of.problems.len() - MOST_PROBLEMS;
        ui.label(weak(cx, &format!("… and {more} more problems")));
    }
    if let Some(Checked { sha256, .. }) = &of.checked {
        hash(ui, cx, "SHA-256", &sha256.to_string());
    }
    match &of.approvals {
        Some(of) => approvals(ui, cx, of),
        None => {
            ui.label(weak(cx, &approvals_text(of)));
        }
    }
}

fn heading(of: &Manifest) -> String {
    let Manifest { mission, created, prepared_by, dictionary, .. } = of;
    let name = format!("{} {}", dictionary.name, dictionary.version);
    let dictionary = if name.trim().is_empty() {
        "no dictionary".to_owned()
    } else {
        format!("dictionary {} ({}…)", name.trim(), dictionary.sha256.short())
    };
    format!("{mission}, put together {} UTC by {prepared_by}, {dictionary}", utc_text(*created))
}

fn approvals(ui: &mut Ui, cx: &ViewContext<'_>, of: &Approvals) {
    for one in &of.approvals {
        let (time, roles) = (utc_text(one.time), one.roles.join(", "));
        let text = format!("Approved by {} ({roles}), {time} UTC", one.who);
        line(ui, cx, Severity::Normal, &text);
    }
    let end = of.journal.map_or_else(String::new, |end| {
        format!(", audit journal then at record {} ({}…)", end.record, end.hash.short())
    });
    let released = utc_text(of.released);
    ui.label(weak(cx, &format!("Released {released} UTC as #{}{end}", of.command)));
}

fn line(ui: &mut Ui, cx: &ViewContext<'_>, severity: Severity, text: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.add(SeverityBadge::new(cx.theme, severity).shape_only());
        ui.label(RichText::new(text).color(cx.theme.text));
    });
}

/// The receipts of a delivered package.
fn receipts(ui: &mut Ui, cx: &ViewContext<'_>, view: &ExchangeView, stem: &str) {
    let own = view.receipts.iter().filter(|one| one.refused.is_empty() && one.stem == stem);
    let mut found: Vec<_> = own.filter_map(|one| one.receipt.as_ref()).collect();
    found.sort_by_key(|receipt| (receipt.time, receipt.status));
    for receipt in found {
        let (severity, _) = standing(receipt.status);
        let text = format!("{} UTC, {}", utc_text(receipt.time), receipt.words());
        line(ui, cx, severity, &text);
    }
}

fn receipt(ui: &mut Ui, cx: &ViewContext<'_>, of: &ReceiptView) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&of.file).heading().color(cx.theme.text));
        let counts = of.receipt.as_ref().filter(|_| of.refused.is_empty());
        let (severity, word) =
            counts.map_or((Severity::Critical, "refused"), |receipt| standing(receipt.status));
        ui.add(SeverityBadge::new(cx.theme, severity).word(word));
    });
    if !of.refused.is_empty() {
        line(ui, cx, Severity::Critical, &of.refused);
    }
    if let Some(receipt) = &of.receipt {
        let text = format!("{} UTC, {}", utc_text(receipt.time), receipt.words());
        ui.label(RichText::new(text).color(cx.theme.text));
        if !of.stem.is_empty() {
            ui.label(weak(cx, &format!("About {}.zip", of.stem)));
        }
        hash(ui, cx, "SHA-256 that it names", &receipt.package_sha256.to_string());
    }
}

/// The files of a package, each with its check.
fn files(ui: &mut Ui, cx: &ViewContext<'_>, of: &PackageView) {
    let Some(checked) = &of.checked else { return };
    ui.add_space(4.0);
    let listed = checked.manifest.iter().flat_map(|manifest| &manifest.files);
    let by_path: std::collections::BTreeMap<&str, _> =
        listed.map(|file| (file.path.as_str(), file)).collect();
    let cell = |text: &str| RichText::new(text).color(cx.theme.text);
    Grid::new("files").num_columns(5).spacing([14.0, 3.0]).striped(true).show(ui, |ui| {
        for title in ["Check", "File", "Form", "From", "Size"] {
            ui.label(weak(cx, title));
        }
        ui.end_row();
        for file in &checked.files {
            let about = by_path.get(file.path.as_str());
            let (severity, word) = if file.wrong.is_empty() {
                (Severity::Normal, "good")
            } else {
                (Severity::Critical, "wrong")
            };
            let badge = ui.add(SeverityBadge::new(cx.theme, severity).word(word));
            if !file.wrong.is_empty() {
                badge.on_hover_text(&file.wrong);
            }
            let path = ui.label(cell(&file.path));
            if let Some(about) = about {
                path.on_hover_text(format!("SHA-256 {}", about.sha256));
                let form = ui.label(cell(about.kind.words()));
                if !about.notes.is_empty() {
                    form.on_hover_text(about.notes.join("\n"));
                }
                let (name, version) = (&about.document, about.document_version);
                ui.label(cell(&format!("{name}, version {version} by {}", about.author)));
            } else {
                ui.label(cell("not in the manifest"));
                ui.label("");
            }
            ui.label(cell(&bytes_text(file.bytes)));
            ui.end_row();
        }
    });
}
