//! The Commands panel and the Audit trail: preparing, approving, the queue, the guarded release that
//! only a live view has, stages, the history.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::state::{Mode, TimeControl};
use marsdeck::theme::Theme;
use marsdeck_engine::command::{CommandEvent, Reason, Role, Sealed, State, Uid};
use marsdeck_engine::mission::command::Consequence;
use marsdeck_engine::runtime::{CommandingPicture, DraftOf, Order, Reply};
use marsdeck_engine::time::{Instant, TimeRange};

use super::desk::{
    Journal, NOW, account, answer, first, is_disabled, journal, last_order, live, logged_in,
    orders, people, prepared, press, shown, write,
};
use super::{Stage, harness, picture, themes};

const SIZE: [f32; 2] = [1000.0, 760.0];

fn past(mode: Mode, at: Instant, theme: Theme) -> Stage {
    let mut stage = live("Commands", shown("bob"), theme);
    stage.time = TimeControl::paused_at(at, TimeRange::new(at.plus_s(-600.0), at.plus_s(600.0)));
    stage.time.mode = mode;
    stage
}

#[test]
fn a_command_is_prepared_from_the_dictionary() {
    let mut harness = harness(live("Commands", shown("ada"), Theme::dark()), SIZE, false);
    write(&mut harness, "Search", "vbb axes");
    harness.run_steps(3);
    press(&mut harness, "SEIS_VBB_ON");
    write(&mut harness, "Expires", "tomorrow");
    harness.run_steps(3);
    harness.get_by_label("Not a time yet.");
    assert!(is_disabled(&harness, "Prepare SEIS_VBB_ON"));
    write(&mut harness, "Expires", "2020-09-14T00:00:00");
    harness.run_steps(3);
    press(&mut harness, "Prepare SEIS_VBB_ON");
    let Order::Prepare(draft) = last_order(&harness) else { panic!("no draft") };
    assert_eq!(draft.mission, "insight");
    let DraftOf::Command { name, arguments } = &draft.what else { panic!("no command") };
    assert!(name.ends_with("/SEIS_VBB_ON") && arguments.is_empty(), "{name}");
    assert!(draft.timing.expires.is_some());
    answer(&mut harness, shown("ada"), Reply::Refused(vec!["the clock stands".into()]));
    harness.get_by_label("Not done: Prepare SEIS_VBB_ON");
    harness.get_by_label("The clock stands.");
}

#[test]
fn nobody_prepares_without_an_account_and_operators_may_not_approve() {
    let mut without = harness(live("Commands", shown(""), Theme::dark()), SIZE, false);
    press(&mut without, "SEIS_EBOX_ON");
    assert!(is_disabled(&without, "Prepare SEIS_EBOX_ON"));
    press(&mut without, "Open Accounts");
    assert!(without.state().wishes.contains(&UiIntent::OpenPanel("Accounts".into())));
    press(&mut without, "Drafts 1");
    assert!(is_disabled(&without, "Approve #1") && is_disabled(&without, "Enqueue #1"));
    let mut bob = harness(live("Commands", shown("bob"), Theme::dark()), SIZE, false);
    press(&mut bob, "Drafts 1");
    assert!(is_disabled(&bob, "Approve #1") && !is_disabled(&bob, "Enqueue #1"));
}

#[test]
fn an_author_cannot_approve_and_a_lead_can() {
    let mut picture = shown("ada");
    let accounts = people().into_iter().map(|of| match of.name.as_str() {
        "ada" => account("ada", "Ada Lovelace", "insight", &[Role::Lead]),
        _ => of,
    });
    picture.accounts = Arc::new(accounts.collect());
    let mut own = harness(live("Commands", picture, Theme::dark()), SIZE, false);
    press(&mut own, "Drafts 1");
    own.get_by_label("Somebody else has to approve it.");
    assert!(is_disabled(&own, "Approve #1"));
    let mut eve = harness(live("Commands", shown("eve"), Theme::dark()), SIZE, false);
    press(&mut eve, "Drafts 1");
    eve.get_by_label_contains("0 of 1 approvals");
    press(&mut eve, "Approve #1");
    let desk = journal().desk();
    let seen = desk.get(Uid(1)).expect("a command").sealed.digest();
    assert_eq!(last_order(&eve), Order::Approve { uid: Uid(1), seen });
    press(&mut eve, "Reject #1");
    write(&mut eve, "Why it is rejected", "wrong axis");
    eve.run_steps(2);
    press(&mut eve, "Reject #1, with this reason");
    let reason = "wrong axis".to_owned();
    assert_eq!(last_order(&eve), Order::Reject { uid: Uid(1), seen, reason });
    press(&mut eve, "Enqueue #1");
    assert_eq!(last_order(&eve), Order::Enqueue { uid: Uid(1) });
}

#[test]
fn an_edit_opens_the_form_and_names_what_was_seen() {
    let mut harness = harness(live("Commands", shown("ada"), Theme::dark()), SIZE, false);
    press(&mut harness, "Drafts 1");
    press(&mut harness, "Edit #1");
    harness.get_by_label("Editing #1: it becomes a draft, its approvals are void");
    press(&mut harness, "Save the change of #1");
    let Order::Edit { uid, seen, draft } = last_order(&harness) else { panic!("no edit") };
    let desk = journal().desk();
    assert_eq!((uid, seen), (Uid(1), desk.get(Uid(1)).expect("a command").sealed.digest()));
    let DraftOf::Command { arguments, .. } = draft.what else { panic!("no command") };
    assert!(arguments.contains(&("vbb3".to_owned(), "false".to_owned())), "{arguments:?}");
    answer(&mut harness, shown("ada"), Reply::Refused(vec!["eve changed it".into()]));
    harness.get_by_label("Save the change of #1");
    press(&mut harness, "Save the change of #1");
    answer(&mut harness, shown("ada"), Reply::Done("Command #1 was edited".into()));
    harness.get_by_label("No command chosen");
}

#[test]
fn the_queue_is_held_and_moved_and_its_constraints_put_aside() {
    let mut harness = harness(live("Commands", shown("bob"), Theme::dark()), SIZE, false);
    press(&mut harness, "Queue 1");
    harness.get_by_label_contains("CUT-OFF SOON, IN 4:12");
    harness.get_by_label_contains("approved, 1 of 1: eve");
    let uid = first(&journal().desk(), State::Queued);
    assert!(is_disabled(&harness, &format!("Move {uid} up")), "it is the only one");
    press(&mut harness, &format!("Hold {uid}"));
    assert!(orders(harness.state()).is_empty(), "a reason is asked for first");
    write(&mut harness, "Why it is held", "wind");
    harness.run_steps(2);
    press(&mut harness, &format!("Hold {uid}, with this reason"));
    assert_eq!(last_order(&harness), Order::Hold { uid, reason: "wind".into() });
    press(&mut harness, &format!("Put constraint 1 of {uid} aside"));
    write(&mut harness, "Why the constraint is put aside", "seen by camera");
    harness.run_steps(2);
    press(&mut harness, &format!("Put aside {uid}, with this reason"));
    let reason = "seen by camera".to_owned();
    assert_eq!(last_order(&harness), Order::Suspend { uid, constraint: 0, reason });
}

#[test]
fn a_release_takes_two_steps_and_disarms_itself() {
    let mut harness = harness(live("Commands", shown("bob"), Theme::dark()), SIZE, false);
    let uid = first(&journal().desk(), State::Queued);
    let (arm, go) = (format!("Arm the release of {uid}"), format!("Release {uid} now"));
    press(&mut harness, "Queue 1");
    assert!(harness.query_by_label(&go).is_none(), "not before it is armed");
    press(&mut harness, &arm);
    assert!(orders(harness.state()).is_empty(), "arming orders nothing");
    let desk = journal().desk();
    let sealed = &desk.get(uid).expect("a command").sealed;
    harness.get_by_label(&sealed.bytes_digest().to_string());
    harness.run_steps(60);
    assert!(harness.query_by_label(&go).is_none(), "it disarmed itself");
    press(&mut harness, &arm);
    press(&mut harness, &go);
    assert_eq!(last_order(&harness), Order::Release { uid });
    assert_eq!(orders(harness.state()).len(), 1, "once");
}

#[test]
fn what_stands_against_a_release_is_said_and_stops_it() {
    let mut picture = shown("bob");
    let uid = first(&picture.desk, State::Queued);
    let mut ready = (*picture.ready).clone();
    let run = ready.get_mut(&uid).expect("it was checked");
    run.reasons = vec![Reason::NoWindow(None), Reason::Held("wind".into())];
    picture.ready = Arc::new(ready);
    let mut harness = harness(live("Commands", picture, Theme::dark()), SIZE, false);
    press(&mut harness, "Queue 1");
    harness.get_by_label("No window is open, and none is planned.");
    harness.get_by_label("It is held: wind.");
    assert!(is_disabled(&harness, &format!("Arm the release of {uid}")));
}

#[test]
fn a_replay_has_nothing_to_release_and_shows_the_desk_of_its_cursor() {
    for (mode, line) in [
        (Mode::Replay, "Replay: nothing can be released here"),
        (Mode::Paused, "Paused: nothing can be released here"),
    ] {
        let mut now = harness(past(mode, NOW, Theme::dark()), SIZE, false);
        press(&mut now, "Queue 1");
        now.get_by_label(line);
        for word in ["Arm", "Release", "Hold", "Approve", "Move"] {
            assert!(now.query_by_label_contains(word).is_none(), "{word} in {mode:?}");
        }
        // Before the queued one joined the queue there were two drafts.
        let mut then = harness(past(mode, NOW.plus_s(-785.0), Theme::dark()), SIZE, false);
        press(&mut then, "Queue 0");
        press(&mut then, "Drafts 2");
        press(&mut then, "Under way and history");
        then.get_by_label("2 commands");
    }
    // What was armed does not outlive the live view.
    let mut harness = harness(live("Commands", shown("bob"), Theme::dark()), SIZE, false);
    let uid = first(&journal().desk(), State::Queued);
    press(&mut harness, "Queue 1");
    press(&mut harness, &format!("Arm the release of {uid}"));
    harness.state_mut().time.mode = Mode::Paused;
    harness.run_steps(2);
    assert!(harness.query_by_label(&format!("Release {uid} now")).is_none());
    harness.state_mut().time.mode = Mode::Live;
    harness.run_steps(2);
    assert!(harness.query_by_label(&format!("Release {uid} now")).is_none());
}

#[test]
fn what_is_unknown_is_said_searched_and_settled() {
    let mut harness = harness(live("Commands", shown("bob"), Theme::dark()), SIZE, false);
    press(&mut harness, "Under way and history");
    harness.get_by_label("4 commands");
    harness.get_by_label("SERIOUS complete unknown");
    assert_eq!(harness.get_all_by_label("NORMAL complete").count(), 2, "state and stage");
    write(&mut harness, "Search", "ebox_on");
    harness.run_steps(4);
    harness.get_by_label("1 command");
    harness.get_by_label("SEIS_EBOX_ON").click();
    harness.run_steps(4);
    let uid = first(&journal().desk(), State::Unknown);
    press(&mut harness, &format!("Settle {uid} as complete"));
    write(&mut harness, "How that is known", "phone");
    harness.run_steps(2);
    press(&mut harness, &format!("Settle as complete {uid}, with this reason"));
    let reason = "phone".to_owned();
    assert_eq!(last_order(&harness), Order::Settle { uid, is_complete: true, reason });
}

#[test]
fn the_history_is_written_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("h.json");
    let mut harness = harness(live("Commands", shown("bob"), Theme::dark()), SIZE, false);
    press(&mut harness, "Under way and history");
    press(&mut harness, "Export\u{2026}");
    write(&mut harness, "Export to", &path.display().to_string());
    harness.run_steps(2);
    press(&mut harness, "Write file");
    while harness.query_by_label_contains("h.json written").is_none() {
        std::thread::yield_now();
        harness.run_steps(1);
    }
    let text = std::fs::read_to_string(&path).expect("a file");
    let rows: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(rows.as_array().map(Vec::len), Some(4));
}

#[test]
fn a_desk_that_stands_still_says_why() {
    for title in ["Commands", "Accounts", "Audit trail"] {
        let picture = CommandingPicture { stopped: "the disk is full".into(), ..shown("bob") };
        let harness = harness(live(title, picture, Theme::dark()), SIZE, false);
        harness.get_by_label("Nothing can be commanded");
        harness.get_by_label("The disk is full.");
    }
}

#[test]
fn a_clock_that_went_back_is_accepted_with_a_reason() {
    let of = |who: &str| {
        let mut picture = shown(who);
        let uid = first(&picture.desk, State::Queued);
        let mut ready = (*picture.ready).clone();
        ready.get_mut(&uid).expect("checked").reasons = vec![Reason::ClockBack { by_s: 90.0 }];
        picture.ready = Arc::new(ready);
        let label = format!("Accept the clock as it stands, for {uid} and all others");
        (harness(live("Commands", picture, Theme::dark()), SIZE, false), label, uid)
    };
    let (mut bob, label, _) = of("bob");
    press(&mut bob, "Queue 1");
    assert!(is_disabled(&bob, &label));
    let (mut root, label, uid) = of("root");
    press(&mut root, "Queue 1");
    press(&mut root, &label);
    write(&mut root, "How it is known that the clock is right now", "GPS");
    press(&mut root, &format!("Accept the clock for {uid}, with this reason"));
    assert_eq!(last_order(&root), Order::AcceptClock { reason: "GPS".into() });
}

#[test]
fn the_audit_trail_is_searched() {
    let mut harness = harness(live("Audit trail", shown(""), Theme::dark()), [700.0, 500.0], false);
    let all = journal().audit().len();
    harness.get_by_label(&format!("{all} lines"));
    write(&mut harness, "Search", "approved");
    harness.run_steps(4);
    harness.get_by_label("1 line");
}

#[test]
fn a_hundred_thousand_commands_stay_quick_to_look_at() {
    let mut journal = Journal::default();
    let of = prepared("SEIS_EBOX_ON", &[], Consequence::Normal);
    let text = Sealed::of(&of).expect("a command").text().to_owned();
    for i in 0..5_000 {
        journal.add(f64::from(i), "ada", &CommandEvent::Prepared { text: text.clone() });
    }
    let picture = CommandingPicture { desk: Arc::new(journal.desk()), ..logged_in("bob") };
    let mut harness = harness(live("Commands", picture, Theme::dark()), SIZE, false);
    press(&mut harness, "Under way and history");
    while harness.query_by_label("5 000 commands").is_none() {
        std::thread::yield_now();
        harness.run_steps(1);
    }
    let rows = harness.get_all_by_label("SEIS_EBOX_ON").count();
    assert!(rows > 5 && rows < 60, "{rows} rows are made");
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut harness = harness(live("Commands", shown("ada"), theme.clone()), SIZE, true);
        press(&mut harness, "SEIS_VBB_ON");
        picture(&mut harness, &format!("commands_prepare_{name}"));
        press(&mut harness, "Drafts 1");
        picture(&mut harness, &format!("commands_drafts_{name}"));
        let mut bob = self::harness(live("Commands", shown("bob"), theme.clone()), SIZE, true);
        press(&mut bob, "Queue 1");
        let uid = first(&journal().desk(), State::Queued);
        press(&mut bob, &format!("Arm the release of {uid}"));
        picture(&mut bob, &format!("commands_release_{name}"));
        press(&mut bob, "Under way and history");
        bob.get_by_label("SEIS_EBOX_ON").click();
        bob.run_steps(3);
        picture(&mut bob, &format!("commands_history_{name}"));
        let mut replay =
            self::harness(past(Mode::Replay, NOW.plus_s(-60.0), theme.clone()), SIZE, true);
        press(&mut replay, "Queue 1");
        picture(&mut replay, &format!("commands_replay_{name}"));
        let narrow = live("Commands", shown("eve"), theme.clone());
        let mut narrow = self::harness(narrow, [520.0, 700.0], true);
        write(&mut narrow, "Search", "vbb");
        press(&mut narrow, "SEIS_VBB_ON");
        picture(&mut narrow, &format!("commands_narrow_{name}"));
        press(&mut narrow, "Queue 1");
        picture(&mut narrow, &format!("commands_narrow_queue_{name}"));
        let mut audit = self::harness(live("Audit trail", shown(""), theme), [560.0, 420.0], true);
        picture(&mut audit, &format!("audit_{name}"));
    }
}
