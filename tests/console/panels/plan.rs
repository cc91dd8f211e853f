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
    stage.selection.mission = "insight".to_owned();
    let start = MarsClocks::default().sol_start("insight", 200).expect("a sol");
    stage.time.set_cursor(start.plus_s(30_000.0));
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
    harness.get_by_label_contains("No rule is broken");
    // Every step can be taken back.
    for _ in 0..3 {
        press(&mut harness, "Undo");
    }
    settle(&mut harness);
    harness.get_by_label("Activities 12");
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
fn a_plan_is_saved_and_prepared_by_who_may() {
    let mut stage = stage(Theme::dark());
    stage.set_snapshot(Snapshot::default());
    let mut harness = harness(stage, SIZE, false);
    press(&mut harness, "Plan a sol for SEIS");
    settle(&mut harness);
    // Nobody is logged in: nothing can be saved or prepared.
    harness.get_by_label("Prepare for uplink").click();
    harness.run_steps(2);
    assert!(orders(harness.state()).is_empty());
    log_in(&mut harness, VecDeque::new(), Documents::default());
    save(&mut harness, "first");
    let sent = saved(harness.state());
    let (id, plan, parents) = sent.first().expect("an order");
    assert_eq!((plan.activities.len(), parents.len()), (12, 0));
    answer(&mut harness, *id, Reply::Saved(41));
    harness.get_by_label("version 41");
    harness.get_by_label("Saved as version 41.");
    harness.get_by_label("Prepare for uplink").click();
    harness.run_steps(3);
    let all = orders(harness.state());
    let (_, last) = all.last().expect("an order");
    let Order::Prepare(draft) = last else { panic!("{last:?}") };
    assert_eq!(draft.what, DraftOf::Plan { version: 41, activate: true });
}

fn log_in(
    harness: &mut Harness<'static, Stage>,
    answers: VecDeque<Answered>,
    documents: Documents,
) {
    let commanding = CommandingPicture {
        answers: Arc::new(answers),
        documents: Arc::new(documents),
        ..commanding(harness.state())
    };
    let snapshot = Snapshot { commanding: Arc::new(commanding), ..Snapshot::default() };
    harness.state_mut().set_snapshot(snapshot);
    harness.run_steps(3);
}

fn answer(harness: &mut Harness<'static, Stage>, order: OrderId, reply: Reply) {
    log_in(harness, [Answered { order, reply }].into(), Documents::default());
    harness.run_steps(3);
}

fn save(harness: &mut Harness<'static, Stage>, note: &str) {
    press(harness, "Plan");
    press(harness, "Save…");
    harness.get_by_label("What was done").focus();
    harness.get_by_label("What was done").type_text(note);
    harness.run_steps(2);
    press(harness, "Save now");
    for _ in 0..500 {
        harness.run_steps(1);
        std::thread::sleep(Duration::from_millis(1));
        if saved(harness.state()).iter().any(|_| true) {
            break;
        }
    }
}

#[test]
fn what_somebody_else_saved_meanwhile_is_joined_and_decided() {
    let mut harness = harness(stage(Theme::dark()), SIZE, false);
    log_in(&mut harness, VecDeque::new(), Documents::default());
    press(&mut harness, "Plan a sol for SEIS");
    settle(&mut harness);
    // Ours: a note; theirs, from the same plan: another note, and one activity more.
    activity(&harness, "Wake #1 at").click();
    harness.run_steps(3);
    write(&mut harness, "Notes", "ours");
    harness.key_press(Key::Enter);
    settle(&mut harness);
    save(&mut harness, "mine");
    let (id, ours, _) = saved(harness.state()).remove(0);
    let mut base = (*ours).clone();
    base.activities.get_mut(&ActivityId(1)).expect("there").notes.clear();
    let mut theirs = base.clone();
    theirs.activities.get_mut(&ActivityId(1)).expect("there").notes = "theirs".to_owned();
    let mut more = base.activities[&ActivityId(12)].clone();
    more.id = ActivityId(13);
    theirs.apply(&[Edit::add(more)]).expect("an edit");
    let behind = Reply::Behind { head: 9, common: Some(5), by: "bob".to_owned() };
    answer(&mut harness, id, behind);
    harness.get_by_label("bob saved another version meanwhile");
    let opened = |version: u64, plan: &Plan| {
        let wanted = orders(harness.state()).into_iter().find_map(|(id, order)| match order {
            Order::Open { version: v } if v == version => Some(id),
            _ => None,
        });
        let content = Content::Plan(Arc::new(plan.clone()));
        Answered { order: wanted.expect("asked for"), reply: Reply::Opened { version, content } }
    };
    let answers = [opened(9, &theirs), opened(5, &base)];
    log_in(&mut harness, answers.into(), Documents::default());
    for _ in 0..500 {
        harness.run_steps(1);
        if harness.query_by_label_contains("Theirs: theirs").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    harness.get_by_label("Ours: ours");
    harness.get_by_label("Theirs: theirs").click();
    harness.run_steps(3);
    press(&mut harness, "Join and save");
    for _ in 0..500 {
        harness.run_steps(1);
        if saved(harness.state()).len() > 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let (_, joined, parents) = saved(harness.state()).remove(1);
    assert_eq!(joined.activities[&ActivityId(1)].notes, "theirs");
    assert_eq!((joined.activities.len(), parents), (13, vec![9]));
}

#[test]
fn goals_are_placed_and_applied_as_one_step() {
    let mut harness = seis(Theme::dark(), false);
    press(&mut harness, "Goals…");
    press(&mut harness, "Add a goal");
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

#[test]
fn saved_plans_are_listed_opened_and_their_versions_compared() {
    let mut harness = harness(stage(Theme::dark()), SIZE, false);
    let plan = {
        let at = Instant::from_unix_s(1.5642e9);
        let range = marsdeck_engine::time::TimeRange::new(at, at.plus_s(88_775.0));
        Plan::new("week", "Week", "insight", range)
    };
    let record = |number: u64, note: &str, parents: Vec<u64>| Record {
        number,
        time: Instant::from_unix_s(1.5642e9),
        who: "bob".to_owned(),
        kind: DOCUMENT_KIND.to_owned(),
        body: json!({
            "kind": DocumentKind::Plan, "mission": "insight", "name": "Week",
            "digest": "00".repeat(32), "bytes": 10, "parents": parents, "note": note,
        })
        .to_string(),
        hash: marsdeck_engine::command::Digest::of(b""),
    };
    let documents = Documents::of(&[record(3, "begun", vec![]), record(7, "more", vec![3])]);
    log_in(&mut harness, VecDeque::new(), documents.clone());
    press(&mut harness, "Open Week");
    let order = orders(harness.state())[0].0;
    let content = Content::Plan(Arc::new(plan.clone()));
    let opened = Answered { order, reply: Reply::Opened { version: 7, content } };
    log_in(&mut harness, [opened].into(), documents.clone());
    settle(&mut harness);
    harness.get_by_label("version 7");
    harness.get_by_label("Versions").click();
    harness.run_steps(3);
    harness.get_by_label("begun");
    press(&mut harness, "Compare 3");
    let order = orders(harness.state()).last().expect("an order").0;
    let mut old = plan;
    old.name = "Old week".to_owned();
    let content = Content::Plan(Arc::new(old));
    let opened = Answered { order, reply: Reply::Opened { version: 3, content } };
    log_in(&mut harness, [opened].into(), documents);
    for _ in 0..500 {
        harness.run_steps(1);
        if harness.query_by_label_contains("From version 3").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    harness.get_by_label("~ name Old week → Week");
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
        let at = of.time.cursor.plus_s(-1000.0);
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
