//! Desks folded from records, held against how they were at any instant.

use marsdeck_engine::command::{
    COMMAND_KIND, CommandEvent, CutOff, Digest, Prepared, Record, Role, Sealed, Timing, Watch, Way,
};
use marsdeck_engine::mission::telemetry::{ArgumentComparison, Comparison};

use super::*;

const T0: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

fn sealed() -> Sealed {
    let watches = [Stage::Accepted, Stage::Started, Stage::Complete];
    let prepared = Prepared {
        mission: "insight".into(),
        name: "/insight/seis/SET_MODE".into(),
        arguments: vec![("mode".into(), "ON".into())],
        bytes: vec![1, 2, 3],
        watches: watches.map(|stage| Watch::report(stage, 60.0)).to_vec(),
        timing: Timing::default(),
        ..Prepared::default()
    };
    Sealed::of(&prepared).expect("a command")
}

/// A command that lived through these events, ten seconds apart.
fn lived(events: &[CommandEvent]) -> Desk {
    let first = CommandEvent::Prepared { text: sealed().text().to_owned() };
    let records: Vec<Record> = std::iter::once(&first)
        .chain(events)
        .enumerate()
        .map(|(number, event)| Record {
            number: number as u64 + 1,
            time: T0.plus_s(10.0 * number as f64),
            who: "ada".into(),
            kind: COMMAND_KIND.into(),
            body: serde_json::to_string(event).expect("JSON"),
            hash: Digest::default(),
        })
        .collect();
    let desk = Desk::of(&records);
    assert!(desk.unreadable().is_empty());
    desk
}

const UID: Uid = Uid(1);

fn seen(stage: Stage) -> CommandEvent {
    CommandEvent::Seen { uid: UID, stage, evidence: "report".into() }
}

fn released() -> CommandEvent {
    let way = Way { light_s: 600.0, pass_s: 0.0 };
    CommandEvent::Released { uid: UID, digest: sealed().digest(), way }
}

/// Folding the words gives at every instant what folding the records gives.
#[test]
fn states_of_the_past_are_those_of_the_records() {
    let uid = UID;
    let (reason, digest) = ("dust".to_owned(), sealed().digest());
    let roles = BTreeSet::from([Role::Lead]);
    let before = [
        CommandEvent::Approved { uid, digest, roles },
        CommandEvent::Queued { uid },
        CommandEvent::Held { uid, reason: reason.clone() },
        CommandEvent::Moved { uid, to: 0 },
        CommandEvent::Suspended { uid, constraint: 0, reason: reason.clone() },
        CommandEvent::Resumed { uid },
        CommandEvent::Edited { uid, text: sealed().text().to_owned() },
        CommandEvent::Rejected { uid, digest, reason: reason.clone() },
        CommandEvent::Queued { uid },
    ];
    let timed_out = |stage| CommandEvent::TimedOut { uid, stage };
    let ends: Vec<Vec<CommandEvent>> = vec![
        vec![CommandEvent::Withdrawn { uid, reason: reason.clone() }],
        vec![CommandEvent::Expired { uid }],
        vec![released(), CommandEvent::Returned { uid, reason: reason.clone() }],
        vec![released(), CommandEvent::Lost { uid, reason: reason.clone() }, seen(Stage::Complete)],
        vec![released(), CommandEvent::Sent { uid }, seen(Stage::Accepted), seen(Stage::Failed)],
        vec![
            released(),
            CommandEvent::Sent { uid },
            timed_out(Stage::Accepted),
            seen(Stage::Queued),
            seen(Stage::Started),
            seen(Stage::Progress),
            timed_out(Stage::Complete),
            seen(Stage::Complete),
        ],
        vec![released(), seen(Stage::Accepted), CommandEvent::Sent { uid }, seen(Stage::Complete)],
    ];
    for end in ends {
        let all: Vec<CommandEvent> = before.iter().cloned().chain(end).collect();
        let whole = lived(&all);
        let item = whole.get(UID).expect("a command");
        for count in 0..=all.len() {
            let then = lived(&all[..count]);
            let expected = then.get(UID).expect("a command").state();
            let at = T0.plus_s(10.0 * count as f64);
            assert_eq!(state_at(item, at), Some(expected), "after {:?}", all[..count].last());
        }
        assert_eq!(state_at(item, T0.plus_s(-1.0)), None, "it was not there yet");
    }
}

#[test]
fn what_is_unknown_never_looks_good() {
    let uid = UID;
    let desk = lived(&[
        CommandEvent::Queued { uid },
        released(),
        CommandEvent::Sent { uid },
        seen(Stage::Started),
        CommandEvent::TimedOut { uid, stage: Stage::Complete },
    ]);
    let item = desk.get(UID).expect("a command");
    let marks = marks(item, None);
    let of = |stage| marks.iter().find(|mark| mark.stage == stage).expect("a stage");
    assert_eq!(of(Stage::Accepted).how, How::Unknown, "overtaken");
    assert_eq!(of(Stage::Complete).how, How::Unknown);
    assert_eq!(of(Stage::Started).severity(), Severity::Normal);
    for stage in [Stage::Accepted, Stage::Complete] {
        assert_ne!(of(stage).severity(), Severity::Normal);
        assert!(of(stage).words(None).ends_with("unknown"));
        assert!(of(stage).brief().ends_with('?'));
    }
    assert_ne!(state_severity(State::Unknown), Severity::Normal);
    // Before that time was over it was waited for.
    let then = super::marks(item, Some(T0.plus_s(45.0)));
    let complete = then.iter().find(|mark| mark.stage == Stage::Complete).expect("a stage");
    assert_eq!(complete.how, How::Waiting(None));
    assert!(super::marks(item, Some(T0.plus_s(15.0))).is_empty(), "not released yet");
}

#[test]
fn countdowns_and_cut_offs() {
    assert_eq!(countdown(252.4), "4:12");
    assert_eq!(countdown(7_400.0), "2 h 03 min");
    assert_eq!(countdown(300_000.0), "3 d 11 h");
    let run = |left_s: f64| DryRun {
        reasons: Vec::new(),
        digest: Digest::default(),
        bytes: 3,
        cut_off: Some(CutOff { at: T0.plus_s(left_s), left_s, arrives: T0.plus_s(600.0) }),
        arrives: T0.plus_s(600.0),
    };
    assert_eq!(cut_off(&run(900.0), T0).expect("one").0, Severity::Standby);
    let soon = cut_off(&run(252.0), T0).expect("one");
    assert_eq!(soon, (Severity::Distress, "CUT-OFF SOON, IN 4:12".to_owned()));
    // It ticks although the engine said nothing new.
    let passed = cut_off(&run(252.0), T0.plus_s(260.0)).expect("one");
    assert_eq!(passed, (Severity::Critical, "CUT-OFF PASSED 0:08 AGO".to_owned()));
    assert_eq!(light_s(&run(900.0), T0.plus_s(3.0)), 600.0);
    let closed = DryRun { reasons: vec![Reason::NoWindow(None)], ..run(9.0) };
    assert_eq!(window_words(&closed, &|_| String::new()).0, Severity::Distress);
    assert_eq!(window_words(&run(9.0), &|_| String::new()).1, "uplink open");
}

#[test]
fn searches_know_the_past() {
    let desk = lived(&[CommandEvent::Queued { uid: UID }]);
    let query = |words: &str, state: Option<State>| {
        let states = state.into_iter().collect();
        let filter = Filter { words: words.into(), states, ..Filter::default() };
        filter.query("insight", TimeRange::ALL)
    };
    assert_eq!(find(&desk, &query("set_mode on", None), None), [UID]);
    assert!(find(&desk, &query("heater", None), None).is_empty());
    assert_eq!(find(&desk, &query("", Some(State::Queued)), None), [UID]);
    let then = Some(T0.plus_s(5.0));
    assert!(find(&desk, &query("", Some(State::Queued)), then).is_empty());
    assert_eq!(find(&desk, &query("", Some(State::Draft)), then), [UID]);
    let desk = Arc::new(desk);
    let at = |at| StandingOf { desk: Arc::clone(&desk), at }.find();
    assert_eq!(at(None), Drafted { drafts: Vec::new(), queued: vec![UID] });
    assert_eq!(at(then), Drafted { drafts: vec![UID], queued: Vec::new() });
}

#[test]
fn conditions_read_as_words() {
    let is = |value: &str| {
        Condition::Is(Comparison {
            parameter: 3,
            path: Vec::new(),
            calibrated: true,
            operator: Operator::NotEqual,
            value: value.into(),
        })
    };
    let argument = Condition::Argument(ArgumentComparison {
        argument: "rate".into(),
        operator: Operator::LessOrEqual,
        with: With::Value("20".into()),
    });
    let both = Condition::Any(vec![Condition::All(vec![is("OFF"), is("FAULT")]), argument]);
    assert_eq!(
        condition_words(None, &both),
        "(parameter 3 is not OFF and parameter 3 is not FAULT) or rate ≤ 20"
    );
}

#[test]
fn what_was_made_of_a_document_is_not_edited_by_hand() {
    let desk = lived(&[]);
    let item = desk.get(UID).expect("a command");
    assert!(not_editable(item, None).is_some(), "no dictionary");
    assert!(not_editable(item, Some(&Dictionary::default())).is_some());
}
