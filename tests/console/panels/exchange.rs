//! The Exchange panel: packages and receipts, what was changed, and where.

use std::path::PathBuf;
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::command::{Digest, Record};
use marsdeck_engine::delivery::{
    Approvals, ApprovedBy, DictionaryName, ExchangeView, Heading, JournalEnd, Origin, PackageView,
    Part, Receipt, ReceiptStatus, ReceiptView, check, package,
};
use marsdeck_engine::document::{DOCUMENT_KIND, Documents};
use marsdeck_engine::plan::{Model, Plan};
use marsdeck_engine::runtime::{CommandingPicture, DraftOf, Intent, Order, SessionView, Snapshot};
use marsdeck_engine::time::{Instant, TimeRange};

use serde_json::json;

use super::{Stage, harness, picture, themes};

fn at(s: f64) -> Instant {
    Instant::from_unix_s(1.5642e9 + s)
}

fn packed(name: &str) -> Vec<u8> {
    let plan = Plan::new("p", name, "insight", TimeRange::new(at(0.0), at(88_775.0)));
    let origin = Origin { document: name.to_owned(), version: 17, author: "anne".to_owned() };
    let dictionary = DictionaryName {
        name: "InSight".to_owned(),
        version: "4.2".to_owned(),
        sha256: Digest::of(b"dictionary"),
    };
    let heading = Heading {
        mission: "insight".to_owned(),
        name: name.to_owned(),
        created: at(-400.0),
        prepared_by: "anne".to_owned(),
        dictionary,
    };
    package(&heading, &[Part::plan(&origin, &plan, &Model::builtin("insight"))]).expect("a package")
}

fn put(name: &str, stem: &str, after_s: f64, flip: Option<usize>) -> PackageView {
    let mut bytes = packed(name);
    let mut approvals = Approvals::new(&format!("{stem}.zip"), Digest::of(&bytes), at(after_s));
    let digest = Digest::of(stem.as_bytes());
    approvals.command = 41;
    approvals.command_sha256 = digest;
    approvals.journal = Some(JournalEnd { record: 212, hash: digest });
    let (who, roles) = ("bruno".to_owned(), vec!["lead".to_owned()]);
    approvals.approvals = vec![ApprovedBy { who, roles, time: at(after_s - 60.0), digest }];
    if let Some(flip) = flip {
        bytes[flip] ^= 1;
    }
    let checked = check(&bytes);
    let mut problems = checked.problems.clone();
    problems.extend(approvals.check(&bytes));
    PackageView {
        stem: stem.to_owned(),
        placed: Some(at(after_s)),
        checked: Some(checked),
        approvals: Some(approvals),
        problems,
    }
}

fn answer(file: &str, of: &PackageView, status: ReceiptStatus, reason: &str) -> ReceiptView {
    let package_sha256 = of.checked.as_ref().expect("read").sha256;
    let (by, reason) = ("JPL".to_owned(), reason.to_owned());
    let receipt = Receipt { package_sha256, status, by, time: at(900.0), reason };
    let (file, stem) = (format!("{file}.receipt.json"), of.stem.clone());
    ReceiptView { file, receipt: Some(receipt), stem, refused: String::new() }
}

fn view() -> ExchangeView {
    let sent = [
        put("Sol 235 uplink", "insight_Sol_235_uplink_41_1f00", 0.0, None),
        put("Sol 236 uplink", "insight_Sol_236_uplink_57_2a11", 300.0, None),
        put("Event requests", "insight_Event_requests_60_77b0", 500.0, None),
        put("Sol 237 uplink", "insight_Sol_237_uplink_66_90c4", 700.0, Some(11)),
    ];
    let mut stray = answer("other", &sent[0], ReceiptStatus::Accepted, "");
    stray.stem.clear();
    stray.refused.push_str("no package of the outbox has the SHA-256 00000000…");
    let receipts = vec![
        stray,
        answer("sol235", &sent[0], ReceiptStatus::Accepted, "in the uplink window of Sol 235"),
        answer("sol236", &sent[1], ReceiptStatus::Rejected, "the dictionary is 4.3 now"),
    ];
    let came = [
        put("Uplink report", "jpl_uplink_report", 650.0, None),
        put("Pass plan", "jpl_pass_plan", 640.0, Some(800)),
    ];
    ExchangeView {
        folder: PathBuf::from("/srv/exchange/jpl"),
        outbox: sent.into_iter().map(Arc::new).collect(),
        inbox: came.into_iter().map(Arc::new).collect(),
        receipts,
        ..ExchangeView::default()
    }
}

fn snapshot(view: ExchangeView) -> Snapshot {
    let exchange = Arc::new(view);
    let commanding = Arc::new(CommandingPicture { exchange, ..CommandingPicture::default() });
    Snapshot { writable: true, archive_generation: 1, commanding, ..Snapshot::default() }
}

fn stage(view: ExchangeView, theme: Theme) -> Stage {
    Stage::new("Exchange", snapshot(view), theme, Box::new(|_| None))
}

#[test]
fn packages_show_their_receipts_and_what_was_changed() {
    let mut shown = harness(stage(view(), Theme::dark()), [1100.0, 900.0], false);
    for label in [
        "4 delivered, 1 without receipt, 1 rejected, 3 changed or refused",
        "/srv/exchange/jpl",
        "OFF no receipt",
        "NORMAL good",
        "Receipt of JPL",
        "for Sol 236 uplink",
        "no package of ours",
        "insight_Sol_235_uplink_41_1f00.zip",
        "CRITICAL refused",
    ] {
        assert!(shown.query_all_by_label(label).next().is_some(), "no {label:?}");
    }
    // One in the outbox, one in the inbox.
    assert_eq!(shown.query_all_by_label("CRITICAL changed").count(), 2);
    assert_eq!(shown.query_all_by_label("NORMAL accepted").count(), 2, "package and receipt");
    // The newest is selected: a byte of it was changed, and the place is told.
    shown.get_by_label("CRITICAL do not use it");
    let place = shown.query_all_by_label_contains("byte 11: package: its SHA-256 is");
    assert_eq!(place.count(), 1);
    shown.get_by_label("insight_Sol_235_uplink_41_1f00.zip").click();
    shown.run_steps(3);
    shown.get_by_label("NORMAL every file as packed");
    shown.get_by_label_contains("Approved by bruno (lead)");
    shown.get_by_label_contains("audit journal then at record 212");
    shown.get_by_label_contains("in the uplink window of Sol 235");
    shown.get_by_label("plan, Aerie JSON");
    let from = shown.query_all_by_label("Sol 235 uplink, version 17 by anne");
    assert_eq!(from.count(), 2);
    shown.get_by_label("other.receipt.json").click();
    shown.run_steps(3);
    shown.get_by_label_contains("no package of the outbox has the SHA-256");
    shown.get_by_label("Copy path").click();
    shown.run_steps(2);
}

#[test]
fn nothing_says_what_to_do() {
    let shown = harness(stage(ExchangeView::default(), Theme::dark()), [700.0, 300.0], false);
    shown.get_by_label("No exchange folder");
    let empty = ExchangeView { folder: PathBuf::from("/srv/x"), ..ExchangeView::default() };
    let shown = harness(stage(empty, Theme::dark()), [700.0, 300.0], false);
    shown.get_by_label("Nothing was exchanged yet");
}

#[test]
fn pictures() {
    for theme in themes() {
        let name = if theme.is_dark() { "dark" } else { "light" };
        let stage = self::stage(view(), theme);
        let mut shown = harness(stage, [1100.0, 760.0], true);
        picture(&mut shown, &format!("exchange_{name}"));
        shown.get_by_label("insight_Sol_235_uplink_41_1f00.zip").click();
        shown.run_steps(3);
        picture(&mut shown, &format!("exchange_{name}_accepted"));
    }
    let mut narrow = harness(stage(view(), Theme::dark()), [520.0, 420.0], true);
    picture(&mut narrow, "exchange_narrow");
}

/// Ada, a planner who is logged in, and a plan that she saved.
fn commanding(stage: &Stage) -> CommandingPicture {
    let account = json!({
        "name": "ada", "full_name": "Ada", "roles": { "insight": ["planner"] },
        "is_disabled": false, "must_change": false,
        "password": { "cost": { "memory_kib": 8, "passes": 1 }, "salt": "00", "value": "" },
    });
    let event = json!({
        "kind": "plan", "mission": "insight", "name": "Sol 173", "bytes": 9, "parents": [],
        "digest": "00".repeat(32), "note": "",
    });
    let record = Record {
        number: 17,
        time: at(0.0),
        who: "ada".to_owned(),
        kind: DOCUMENT_KIND.to_owned(),
        body: event.to_string(),
        hash: Digest::default(),
    };
    let session = SessionView {
        token: stage.session.token().digest(),
        name: "ada".to_owned(),
        must_change: false,
    };
    CommandingPicture {
        accounts: Arc::new(vec![serde_json::from_value(account).expect("an account")]),
        sessions: Arc::new(vec![session]),
        documents: Arc::new(Documents::of(&[record])),
        exchange: Arc::new(view()),
        ..CommandingPicture::default()
    }
}

#[test]
fn a_delivery_is_put_together_from_saved_documents() {
    let mut stage = stage(view(), Theme::dark());
    let commanding = Arc::new(commanding(&stage));
    stage.set_snapshot(Snapshot { commanding, ..Snapshot::default() });
    let mut harness = harness(stage, [1200.0, 800.0], false);
    let press = |harness: &mut Harness<'static, Stage>, label: &str| {
        harness.get_by_label(label).click();
        harness.run_steps(3);
    };
    press(&mut harness, "Choose documents for a new delivery");
    assert!(harness.query_by_label_contains("Give it a name").is_some());
    harness.get_by_label("Name of the delivery").focus();
    harness.run_steps(2);
    harness.get_by_label("Name of the delivery").type_text("sol_173");
    harness.run_steps(2);
    press(&mut harness, "plan Sol 173, version 17 by ada");
    press(&mut harness, "Prepare the delivery for approval");
    let asked = harness.state().wishes.iter().find_map(|wish| match wish {
        UiIntent::Engine(Intent::Command { order, .. }) => Some(order.as_ref().clone()),
        _ => None,
    });
    let Some(Order::Prepare(draft)) = asked else { panic!("{asked:?}") };
    assert_eq!(draft.mission, "insight");
    let what = DraftOf::Delivery { name: "sol_173".to_owned(), versions: vec![17] };
    assert_eq!(draft.what, what);
}
