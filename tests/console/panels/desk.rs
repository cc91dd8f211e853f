//! What the tests of commanding are made of: people, a journal folded into a desk, orders and
//! answers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use marsdeck::intent::UiIntent;
use marsdeck::state::TimeControl;
use marsdeck::theme::Theme;
use marsdeck_engine::command::{
    Account, COMMAND_KIND, CommandEvent, CutOff, Desk, DictionaryIdentity, Digest, DryRun,
    Prepared, Record, Role, Sealed, Stage as CommandStage, State, Timing, Uid, Watch, Way,
};
use marsdeck_engine::link::{LinkState, UplinkConfig, UplinkStatus};
use marsdeck_engine::mission::command::{Consequence, Constraint};
use marsdeck_engine::mission::telemetry::{Comparison, Condition, Operator};
use marsdeck_engine::runtime::{
    Answered, AuditLine, CommandingPicture, Intent, Order, OrderId, Reply, SessionView, Snapshot,
    Token, UplinkView,
};
use marsdeck_engine::time::Instant;

use super::Stage;

/// The present of these tests.
pub const NOW: Instant = Instant::from_unix_ns(1_600_000_000_000_000_000);

/// An account with a role in InSight, as its file would have it.
pub fn account(name: &str, full_name: &str, mission: &str, roles: &[Role]) -> Account {
    let json = serde_json::json!({
        "name": name,
        "full_name": full_name,
        "roles": { mission: roles },
        "is_disabled": false,
        "must_change": false,
        "password": { "cost": { "memory_kib": 8, "passes": 1 }, "salt": "00", "value": "00" },
    });
    serde_json::from_value(json).expect("an account")
}

/// Ada prepares, Eve leads, Bob operates, Root keeps the accounts.
pub fn people() -> Vec<Account> {
    vec![
        account("ada", "Ada Lovelace", "insight", &[Role::Planner]),
        account("bob", "Bob Frost", "insight", &[Role::Operator]),
        account("eve", "Eve Moneypenny", "insight", &[Role::Lead]),
        account("root", "", "*", &[Role::Administrator]),
    ]
}

/// A picture in which somebody (empty: nobody) is logged in at the console of the stage.
pub fn logged_in(name: &str) -> CommandingPicture {
    let token = Token([7; 32]).digest();
    let session = SessionView { token, name: name.to_owned(), must_change: false };
    let sessions = if name.is_empty() { Vec::new() } else { vec![session] };
    CommandingPicture {
        version: 1,
        accounts: Arc::new(people()),
        sessions: Arc::new(sessions),
        ..CommandingPicture::default()
    }
}

/// A command of SEIS with a constraint that may be put aside.
pub fn prepared(name: &str, arguments: &[(&str, &str)], significance: Consequence) -> Prepared {
    let stages = [
        CommandStage::Accepted,
        CommandStage::Queued,
        CommandStage::Started,
        CommandStage::Complete,
    ];
    let condition = Condition::Is(Comparison {
        parameter: 0,
        path: Vec::new(),
        calibrated: true,
        operator: Operator::NotEqual,
        value: "OFF".into(),
    });
    Prepared {
        mission: "insight".into(),
        name: format!("/insight/seis/{name}"),
        arguments: arguments.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
        bytes: vec![0x18, 0x0A, 0xC0, 0x07, 0x00, 0x05, 0x01, 0x04, 1, 1, 0, 0xBE],
        dictionary: DictionaryIdentity {
            name: "insight".into(),
            version: "1".into(),
            sha256: Digest::of(b"dictionary"),
        },
        significance,
        significance_reason: "A sensor that is off records nothing".into(),
        constraints: vec![Constraint { condition, timeout_s: None, suspendable: true }],
        watches: stages.map(|stage| Watch::report(stage, 60.0)).to_vec(),
        timing: Timing { expires: Some(NOW.plus_s(86_400.0)), ..Timing::default() },
        ..Prepared::default()
    }
}

/// A journal that is folded into a desk.
#[derive(Default)]
pub struct Journal(Vec<Record>);

impl Journal {
    /// Writes what happened, so many seconds after the present.
    pub fn add(&mut self, s: f64, who: &str, event: &CommandEvent) -> Uid {
        let number = self.0.len() as u64 + 1;
        self.0.push(Record {
            number,
            time: NOW.plus_s(s),
            who: who.to_owned(),
            kind: COMMAND_KIND.to_owned(),
            body: serde_json::to_string(event).expect("JSON"),
            hash: Digest::default(),
        });
        Uid(number)
    }

    fn prepare(&mut self, s: f64, of: &Prepared) -> Uid {
        let text = Sealed::of(of).expect("a command").text().to_owned();
        self.add(s, "ada", &CommandEvent::Prepared { text })
    }

    /// All commands.
    pub fn desk(&self) -> Desk {
        let desk = Desk::of(&self.0);
        assert!(desk.unreadable().is_empty());
        desk
    }

    /// All lines.
    pub fn audit(&self) -> VecDeque<AuditLine> {
        let line = |record: &Record| AuditLine {
            number: record.number,
            time: record.time,
            who: record.who.clone(),
            kind: record.kind.clone(),
            words: serde_json::from_str::<CommandEvent>(&record.body)
                .map_or_else(|_| record.body.clone(), |event| event.words()),
        };
        self.0.iter().map(line).collect()
    }
}

/// A draft (#1), a queued command (#2), one that is unknown, one that is complete.
pub fn journal() -> Journal {
    let mut journal = Journal::default();
    let vbb = [("vbb1", "true"), ("vbb2", "true"), ("vbb3", "false")];
    journal.prepare(-900.0, &prepared("SEIS_VBB_ON", &vbb, Consequence::Vital));
    let queued = journal.prepare(-800.0, &prepared("SEIS_EBOX_OFF", &[], Consequence::Critical));
    let digest = journal.desk().get(queued).expect("a command").sealed.digest();
    let roles = BTreeSet::from([Role::Lead]);
    journal.add(-790.0, "eve", &CommandEvent::Approved { uid: queued, digest, roles });
    journal.add(-780.0, "bob", &CommandEvent::Queued { uid: queued });
    let way = Way { light_s: 300.0, pass_s: 0.0 };
    for (name, ends) in
        [("SEIS_EBOX_ON", CommandStage::Started), ("SEIS_SCIT", CommandStage::Complete)]
    {
        let uid = journal.prepare(-700.0, &prepared(name, &[], Consequence::User2));
        let digest = journal.desk().get(uid).expect("a command").sealed.digest();
        journal.add(-690.0, "bob", &CommandEvent::Queued { uid });
        journal.add(-680.0, "bob", &CommandEvent::Released { uid, digest, way });
        journal.add(-679.0, "engine", &CommandEvent::Sent { uid });
        let evidence = "report".to_owned();
        journal.add(-70.0, "engine", &CommandEvent::Seen { uid, stage: ends, evidence });
        if ends == CommandStage::Started {
            let stage = CommandStage::Complete;
            journal.add(-5.0, "engine", &CommandEvent::TimedOut { uid, stage });
        }
    }
    journal
}

/// The first command in a state.
pub fn first(desk: &Desk, state: State) -> Uid {
    desk.items().find(|item| item.state() == state).expect("one in this state").uid
}

/// What the engine shows; the queued command is clear for release, 4 minutes before its cut-off.
pub fn shown(who: &str) -> CommandingPicture {
    let journal = journal();
    let desk = journal.desk();
    let queued = desk.get(first(&desk, State::Queued)).expect("a command");
    let run = DryRun {
        reasons: Vec::new(),
        digest: queued.sealed.digest(),
        bytes: 12,
        cut_off: Some(CutOff { at: NOW.plus_s(252.0), left_s: 252.0, arrives: NOW.plus_s(300.0) }),
        arrives: NOW.plus_s(300.0),
    };
    CommandingPicture {
        ready: Arc::new(BTreeMap::from([(queued.uid, run)])),
        audit: Arc::new(journal.audit()),
        desk: Arc::new(desk),
        uplinks: Arc::new(vec![uplink()]),
        ..logged_in(who)
    }
}

/// The uplink of InSight, ready.
pub fn uplink() -> UplinkView {
    let status = UplinkStatus {
        state: LinkState::Ok,
        detail: "frames are taken".to_owned(),
        is_ready: true,
        next: 7,
        radiated: 6,
        connects: 1,
        ..UplinkStatus::default()
    };
    UplinkView { config: UplinkConfig::new("insight", "station:10011", 189), status }
}

/// A snapshot with this picture of commanding.
pub fn snapshot(commanding: CommandingPicture) -> Snapshot {
    let mut snapshot = Snapshot { writable: true, ..Snapshot::default() };
    snapshot.commanding = Arc::new(commanding);
    let mut health = (*snapshot.health).clone();
    health.time = Some(NOW);
    snapshot.health = Arc::new(health);
    snapshot
}

/// A panel that follows the newest data.
pub fn live(title: &str, commanding: CommandingPicture, theme: Theme) -> Stage {
    let mut stage = Stage::new(title, snapshot(commanding), theme, Box::new(|_| None));
    stage.time = TimeControl::live(NOW, 3_600.0);
    stage.selection.mission = "insight".into();
    stage
}

/// Presses what has this label.
pub fn press(harness: &mut Harness<'static, Stage>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(2);
    // What is under the pointer shows a hint of the same name.
    harness.remove_cursor();
    harness.run_steps(3);
}

/// Types a text into the field of this label, in place of what is there.
pub fn write(harness: &mut Harness<'static, Stage>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run_steps(1);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.get_by_label(label).type_text(text);
    harness.run_steps(4);
}

/// The orders that were given, with their numbers.
pub fn orders(stage: &Stage) -> Vec<(OrderId, Order)> {
    let order = |wish: &UiIntent| match wish {
        UiIntent::Engine(Intent::Command { id, order, .. }) => Some((*id, (**order).clone())),
        _ => None,
    };
    stage.wishes.iter().filter_map(order).collect()
}

/// The last order that was given.
pub fn last_order(harness: &Harness<'static, Stage>) -> Order {
    orders(harness.state()).pop().expect("an order").1
}

/// Answers the last order.
pub fn answer(harness: &mut Harness<'static, Stage>, picture: CommandingPicture, reply: Reply) {
    let (order, _) = orders(harness.state()).pop().expect("an order");
    let answers = Arc::new(VecDeque::from([Answered { order, reply }]));
    let picture = CommandingPicture { answers, version: picture.version + 1, ..picture };
    harness.state_mut().set_snapshot(snapshot(picture));
    harness.run_steps(3);
}

/// Whether what has this label cannot be used.
pub fn is_disabled(harness: &Harness<'static, Stage>, label: &str) -> bool {
    harness.get_by_label(label).accesskit_node().is_disabled()
}
