//! Plans as documents: saved, prepared, joined with what others saved, opened and compared.

use super::*;

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
    harness.run_steps(6);
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
