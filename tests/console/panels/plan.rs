//! The Plan panel: begin, add, move, undo, break a rule and mend it, save, join, prepare.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::clock::{MarsClocks, SolClocks};
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::EventMessage;
use marsdeck_engine::command::{Account, Record};
use marsdeck_engine::document::{Content, DOCUMENT_KIND, DocumentKind, Documents};
use marsdeck_engine::plan::{ActivityId, Edit, Plan};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{
    Answered, CommandingPicture, DraftOf, Intent, Order, OrderId, Reply, SessionView, Snapshot,
};
use marsdeck_engine::time::Instant;
use serde_json::json;

use super::{Stage, harness, picture, themes};

mod documents;

const SIZE: [f32; 2] = [1500.0, 950.0];

/// Ada, who may do everything, logged in at the stage's console.
fn commanding(stage: &Stage) -> CommandingPicture {
    let account = json!({
        "name": "ada", "full_name": "Ada", "roles": { "*": ["lead"] }, "is_disabled": false,
        "must_change": false,
        "password": { "cost": { "memory_kib": 8, "passes": 1 }, "salt": "00", "value": "" },
    });
    let account: Account = serde_json::from_value(account).expect("an account");
    let session = SessionView {
        token: stage.session.token().digest(),
        name: "ada".to_owned(),
        must_change: false,
    };
    CommandingPicture {
        accounts: Arc::new(vec![account]),
        sessions: Arc::new(vec![session]),
        ..CommandingPicture::default()
    }
}

fn stage(theme: Theme) -> Stage {
    let mut stage = Stage::new("Plan", Snapshot::default(), theme, Box::new(|_| None));
    stage.clocks = Box::new(MarsClocks::default());
    "insight".clone_into(&mut stage.selection.mission);
    let start = MarsClocks::default().sol_start("insight", 200).expect("a sol");
    stage.time.set_cursor(start.plus_s(36_000.0));
    stage
}

/// Runs frames until the judge has told everything.
fn settle(harness: &mut Harness<'static, Stage>) {
    for _ in 0..2000 {
        harness.run_steps(2);
        let waits = ["checking…", "Opening the plan…", "placing…", "saving…"];
        if waits.iter().all(|text| harness.query_by_label(text).is_none()) {
            harness.run_steps(3);
            if waits.iter().all(|text| harness.query_by_label(text).is_none()) {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the judge never answered");
}

fn press(harness: &mut Harness<'static, Stage>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run_steps(3);
}

fn seis(theme: Theme, draws: bool) -> Harness<'static, Stage> {
    let mut harness = harness(stage(theme), SIZE, draws);
    press(&mut harness, "Plan a sol for SEIS");
    settle(&mut harness);
    harness
}

/// An activity on the timeline.
fn activity<'a>(harness: &'a Harness<'static, Stage>, name: &'a str) -> egui_kittest::Node<'a> {
    let mut all = harness.query_all_by_role(Role::Button);
    all.find(|node| node.label_text().starts_with(name)).expect("on the timeline")
}

/// Where it lies on screen.
fn place(harness: &Harness<'static, Stage>, name: &str) -> Pos2 {
    activity(harness, name).rect().center()
}

/// A field that is typed into.
fn write(harness: &mut Harness<'static, Stage>, label: &str, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, label).focus();
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::TextInput, label).type_text(text);
    harness.run_steps(2);
}

fn drag(harness: &mut Harness<'static, Stage>, from: Pos2, to: Pos2, modifiers: Modifiers) {
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    };
    harness.event(Event::ModifiersChanged(modifiers));
    for event in [Event::PointerMoved(from), button(from, true)] {
        harness.event(event);
        harness.run_steps(1);
    }
    for step in 1..=5 {
        let at = from + (to - from) * (step as f32 / 5.0);
        harness.event(Event::PointerMoved(at));
        harness.run_steps(1);
    }
    harness.event(button(to, false));
    harness.run_steps(1);
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.run_steps(2);
}

/// The orders that were sent, oldest first.
fn orders(stage: &Stage) -> Vec<(OrderId, Order)> {
    let order = |wish: &UiIntent| match wish {
        UiIntent::Engine(Intent::Command { id, order, .. }) => Some((*id, (**order).clone())),
        _ => None,
    };
    stage.wishes.iter().filter_map(order).collect()
}

fn saved(stage: &Stage) -> Vec<(OrderId, Arc<Plan>, Vec<u64>)> {
    let save = |(id, order): (OrderId, Order)| match order {
        Order::Save { content: Content::Plan(plan), parents, .. } => Some((id, plan, parents)),
        _ => None,
    };
    orders(stage).into_iter().filter_map(save).collect()
}

#[test]
fn a_start_page_offers_examples_and_an_empty_plan() {
    let mut harness = harness(stage(Theme::dark()), SIZE, false);
    harness.get_by_label("No plan is open");
    harness.get_by_label("Plan a sol for ChemCam");
    press(&mut harness, "New plan…");
    press(&mut harness, "Make the plan");
    settle(&mut harness);
    harness.get_by_label("Timeline of Sol 200");
    harness.get_by_label("Activities 0");
    harness.get_by_label_contains("not saved");
}

#[test]
fn an_example_is_clean_and_an_activity_moves_by_hand_and_back() {
    let mut harness = seis(Theme::dark(), false);
    harness.get_by_label("Activities 12");
    harness.get_by_label_contains("No rule is broken");
    let pass = place(&harness, "UHFComm #11 at");
    let before = activity(&harness, "UHFComm #11 at").label_text();
    // Into the evening, when the computer sleeps.
    drag(&mut harness, pass, pass + egui::vec2(140.0, 0.0), Modifiers::ALT);
    settle(&mut harness);
    assert!(activity(&harness, "UHFComm #11 at").label_text().ends_with(", breaks a rule"));
    harness.get_by_label("Violations 1");
    harness.get_by_label_contains("1 error");
    press(&mut harness, "Undo");
    settle(&mut harness);
    let after = activity(&harness, "UHFComm #11 at").label_text();
    assert_eq!(before, after);
    harness.get_by_label_contains("No rule is broken");
    press(&mut harness, "Redo");
    settle(&mut harness);
    assert!(activity(&harness, "UHFComm #11 at").label_text().ends_with(", breaks a rule"));
}

/// The text of a node.
trait LabelText {
    fn label_text(&self) -> String;
}

impl LabelText for egui_kittest::Node<'_> {
    fn label_text(&self) -> String {
        use egui_kittest::kittest::NodeT;
        self.accesskit_node().label().unwrap_or_default()
    }
}

#[test]
fn types_are_found_and_added_and_wrong_arguments_are_told_and_mended() {
    let mut harness = seis(Theme::dark(), false);
    harness.get_by_label("Add").click();
    harness.run_steps(3);
    harness.get_by_label("Search types").focus();
    harness.get_by_label("Search types").type_text("tilt measurement seis");
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "SEIS tilt measurement").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    settle(&mut harness);
    harness.get_by_label("Activities 13");
    // The form is in front; a length that is too short is told at once, taken and mended.
    let field = harness.get_by_label("duration [s]");
    field.focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    harness.get_by_label("duration [s]").type_text("3");
    harness.run_steps(2);
    harness.get_by_label_contains("less than 10 s");
    harness.key_press(Key::Enter);
    settle(&mut harness);
    harness.get_by_label("Violations 1").click();
    harness.run_steps(3);
    harness.get_all_by_role_and_label(Role::Button, "Fix").next().expect("a fix").click();
    settle(&mut harness);
    harness.get_by_label("Violations 0");
    // Every step can be taken back.
    for _ in 0..3 {
        press(&mut harness, "Undo");
    }
    settle(&mut harness);
    harness.get_by_label("Activities 12");
}

#[test]
fn a_type_is_dropped_onto_the_timeline_and_an_end_is_drawn_out() {
    let mut harness = seis(Theme::dark(), false);
    harness.get_by_label("Add").click();
    harness.run_steps(3);
    let from = harness.get_by_role_and_label(Role::Button, "APSS activity").rect().center();
    let wake = activity(&harness, "Wake #1 at").rect();
    drag(&mut harness, from, wake.center() + egui::vec2(200.0, 60.0), Modifiers::NONE);
    settle(&mut harness);
    harness.get_by_label("Activities 13");
    activity(&harness, "APSSGeneric #13 at");
    let end = wake.right_center() - egui::vec2(1.0, 0.0);
    drag(&mut harness, end, end + egui::vec2(25.0, 0.0), Modifiers::ALT);
    settle(&mut harness);
    let longer = activity(&harness, "Wake #1 at").rect();
    assert!(longer.width() > wake.width() + 15.0, "{wake} {longer}");
    assert!((longer.left() - wake.left()).abs() < 1.0);
    press(&mut harness, "Edit");
    harness.get_by_label("Undo change the length of Wake #1 Ctrl+Z");
}

#[test]
fn several_are_enclosed_nudged_duplicated_and_deleted() {
    let mut harness = seis(Theme::dark(), false);
    let wake = activity(&harness, "Wake #1 at").rect();
    let from = wake.left_top() - egui::vec2(6.0, 4.0);
    let to = wake.right_bottom() + egui::vec2(4.0, 2.0);
    drag(&mut harness, from, to, Modifiers::SHIFT);
    harness.get_by_label("#1");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    harness.get_by_label("12 activities");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::D);
    settle(&mut harness);
    harness.get_by_label("Activities 24");
    harness.key_press(Key::ArrowRight);
    settle(&mut harness);
    harness.key_press(Key::Delete);
    settle(&mut harness);
    harness.get_by_label("Activities 12");
    harness.get_by_label("Steps 3").click();
    harness.run_steps(3);
    harness.get_by_label("2. nudge 12 activities");
    harness.get_by_label("3. delete 12 activities");
}

#[test]
fn goals_are_placed_and_applied_as_one_step() {
    let mut harness = seis(Theme::dark(), false);
    press(&mut harness, "Goals…");
    press(&mut harness, "Add a goal");
    harness.run_steps(8);
    harness.get_by_role_and_label(Role::ComboBox, "Activity type").click();
    harness.run_steps(3);
    let item = "APSS activity";
    harness.get_all_by_role_and_label(Role::Button, item).last().expect("in the list").click();
    harness.run_steps(3);
    press(&mut harness, "Place them");
    settle(&mut harness);
    harness.get_by_label_contains("placed,");
    let apply = harness.get_by_label_contains("Apply ");
    let text = apply.label_text();
    apply.click();
    harness.run_steps(3);
    settle(&mut harness);
    let count: usize = text.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("a number");
    assert!(count > 0, "{text}");
    harness.get_by_label(&format!("Activities {}", 12 + count));
    harness.get_by_label("Steps 1");
}

#[test]
fn unsaved_work_outlives_the_program_and_is_asked_for() {
    let mut harness = seis(Theme::dark(), false);
    activity(&harness, "Wake #9 at").click();
    harness.run_steps(2);
    harness.key_press(Key::Delete);
    settle(&mut harness);
    let kept = harness.state().kept().expect("kept");
    press(&mut harness, "Plan");
    press(&mut harness, "Close");
    harness.get_by_label("There are changes that are not saved");
    press(&mut harness, "Back to the plan");
    harness.get_by_label("Activities 11");
    let mut next = stage(Theme::dark());
    next.restore(&kept);
    let mut harness = super::harness(next, SIZE, false);
    settle(&mut harness);
    harness.get_by_label("Activities 11");
    harness.get_by_label_contains("not saved");
}

/// What the spacecraft says about the first steps of the sequence of the plan.
fn told(at: Instant) -> Answer {
    let message = |s: f64, text: &str| EventMessage {
        time: at.plus_s(s),
        message: format!("Sequence sol_200_seis step {text}"),
        ..EventMessage::default()
    };
    let before = vec![
        message(60.0, "1 of 30 VM_ABORT_MODE started"),
        message(900.0, "1 of 30 VM_ABORT_MODE completed"),
        message(1200.0, "6 of 30 SEIS_EBOX_ON started"),
        message(1500.0, "6 of 30 SEIS_EBOX_ON failed: no power"),
    ];
    Answer::MessagesAround { before, after: Vec::new(), more_before: false, more_after: false }
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut start = harness(stage(theme.clone()), SIZE, true);
        picture(&mut start, &format!("plan_start_{name}"));
        let mut of = stage(theme);
        let at = of.time.cursor.plus_s(-6000.0);
        of.set_answers(Box::new(move |request: &Request| match request {
            Request::MessagesAround { .. } => Some(Ok(told(at))),
            _ => None,
        }));
        let mut harness = harness(of, SIZE, true);
        press(&mut harness, "Plan a sol for SEIS");
        settle(&mut harness);
        activity(&harness, "SeisContinuous #7 at").click();
        settle(&mut harness);
        picture(&mut harness, &format!("plan_clean_{name}"));
        let pass = place(&harness, "UHFComm #11 at");
        drag(&mut harness, pass, pass + egui::vec2(140.0, 0.0), Modifiers::ALT);
        settle(&mut harness);
        harness.get_by_label_contains("Violations ").click();
        harness.run_steps(4);
        picture(&mut harness, &format!("plan_broken_{name}"));
        harness.get_by_label("Add").click();
        harness.run_steps(3);
        press(&mut harness, "Goals…");
        press(&mut harness, "Add a goal");
        picture(&mut harness, &format!("plan_goals_{name}"));
    }
}
