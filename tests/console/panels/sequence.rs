//! The Sequence panel: typing, completion, form, documents, conflicts, files, binary form.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::theme::Theme;
use marsdeck_engine::command::{Account, Digest, Record};
use marsdeck_engine::document::{Content, DOCUMENT_KIND, DocumentEvent, DocumentKind, Documents};
use marsdeck_engine::runtime::{
    Answered, CommandingPicture, DraftOf, Intent, Order, OrderId, Reply, SessionView, Snapshot,
    Token,
};
use marsdeck_engine::time::Instant;

use super::{Stage, harness, picture, themes};

/// Versions of a document, saved by others in this order: name, parents, text.
pub type Saved<'a> = [(&'a str, &'a [u64], &'a str, &'a str)];

/// A snapshot in which anne, a planner, is logged in at the stage's console; documents have the
/// numbers of their place, from 0.
pub fn commanding(kind: DocumentKind, saved: &Saved<'_>) -> Snapshot {
    let anne: Account = serde_json::from_value(serde_json::json!({
        "name": "anne", "full_name": "Anne", "roles": { "insight": ["planner"] },
        "is_disabled": false, "must_change": false,
        "password": { "cost": { "memory_kib": 8, "passes": 1 }, "salt": "00", "value": "00" },
    }))
    .expect("an account");
    let token = Token([7; 32]).digest();
    let session = SessionView { token, name: "anne".to_owned(), must_change: false };
    let mut documents = Documents::default();
    for (number, (name, parents, who, text)) in saved.iter().enumerate() {
        let event = DocumentEvent {
            kind,
            mission: "insight".to_owned(),
            name: (*name).to_owned(),
            digest: Digest::of(text.as_bytes()),
            bytes: text.len() as u64,
            parents: parents.to_vec(),
            note: format!("note {number}"),
        };
        documents.apply(&Record {
            number: number as u64,
            time: Instant::from_unix_s(1.5642e9 + number as f64),
            who: (*who).to_owned(),
            kind: DOCUMENT_KIND.to_owned(),
            body: serde_json::to_string(&event).expect("JSON"),
            hash: Digest::default(),
        });
    }
    let picture = CommandingPicture {
        accounts: Arc::new(vec![anne]),
        sessions: Arc::new(vec![session]),
        documents: Arc::new(documents),
        ..CommandingPicture::default()
    };
    Snapshot { commanding: Arc::new(picture), writable: true, ..Snapshot::default() }
}

/// The orders that were given, with their numbers.
pub fn orders(stage: &Stage) -> Vec<(OrderId, Order)> {
    let order = |wish: &UiIntent| match wish {
        UiIntent::Engine(Intent::Command { id, order, .. }) => Some((*id, (**order).clone())),
        _ => None,
    };
    stage.wishes.iter().filter_map(order).collect()
}

/// Answers every order that a function has an answer to, in a snapshot with these documents.
pub fn answer(
    harness: &mut Harness<'static, Stage>,
    mut snapshot: Snapshot,
    reply: impl Fn(&Order) -> Option<Reply>,
) {
    let all = orders(harness.state());
    let answers = all
        .iter()
        .filter_map(|(order, what)| Some(Answered { order: *order, reply: reply(what)? }));
    let answers = Arc::new(answers.collect());
    let commanding = CommandingPicture { answers, ..(*snapshot.commanding).clone() };
    snapshot.commanding = Arc::new(commanding);
    harness.state_mut().set_snapshot(snapshot);
    harness.run_steps(4);
}

/// The reply to `Order::Open`, by the texts of versions.
pub fn opened(order: &Order, texts: &BTreeMap<u64, &str>) -> Option<Reply> {
    let Order::Open { version } = order else { return None };
    let content = Content::Text((*texts.get(version)?).into());
    Some(Reply::Opened { version: *version, content })
}

/// Runs until a label is there; for what a thread does.
pub fn wait_for(harness: &mut Harness<'static, Stage>, label: &str) {
    for _ in 0..400 {
        harness.run_steps(2);
        if harness.query_by_label_contains(label).is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{label} did not appear");
}

/// `GAIN(axis, level, factor = 1)` and `OFF`.
const XTCE: &str = "<SpaceSystem name='SEIS' xmlns='http://www.omg.org/spec/XTCE/20180204'>\
    <Header version='4.2'/><CommandMetaData><ArgumentTypeSet>\
    <EnumeratedArgumentType name='Axis'><IntegerDataEncoding sizeInBits='8'/>\
    <EnumerationList><Enumeration label='U' value='0'/><Enumeration label='V' value='1'/>\
    </EnumerationList></EnumeratedArgumentType>\
    <IntegerArgumentType name='Factor' signed='false'><UnitSet><Unit>dB</Unit></UnitSet>\
    <IntegerDataEncoding sizeInBits='16'/><ValidRangeSet><ValidRange minInclusive='1' \
    maxInclusive='300'/></ValidRangeSet></IntegerArgumentType></ArgumentTypeSet>\
    <MetaCommandSet><MetaCommand name='GAIN' shortDescription='Sets the gain of an axis.'>\
    <ArgumentList><Argument name='axis' argumentTypeRef='Axis'/>\
    <Argument name='factor' argumentTypeRef='Factor' initialValue='1'/></ArgumentList>\
    <CommandContainer name='G'><EntryList>\
    <FixedValueEntry binaryValue='01' sizeInBits='8'/>\
    <ArgumentRefEntry argumentRef='axis'/><ArgumentRefEntry argumentRef='factor'/></EntryList>\
    </CommandContainer></MetaCommand>\
    <MetaCommand name='OFF'><CommandContainer name='O'><EntryList>\
    <FixedValueEntry binaryValue='02' sizeInBits='8'/></EntryList></CommandContainer>\
    </MetaCommand></MetaCommandSet></CommandMetaData></SpaceSystem>";

const TEXT: &str = "@ID \"sol173\"\n# first the gain\nA2019-207T12:00:00 GAIN \"U\" 7\n\
    R00:00:10 OFF # rest\n";

/// By the commands that InSight has here.
const OWN: &str = "@ID \"sol173\"\nA2019-207T12:00:00 APSS_TWINS_BOOM boom=\"BMY\"\nC NO_OP\n";

const SIZE: [f32; 2] = [1280.0, 760.0];

fn stage(theme: Theme, snapshot: Snapshot) -> Stage {
    Stage::new("Sequence", snapshot, theme, Box::new(|_| None))
}

/// A panel with the dictionary of the test, and a text that was typed.
fn typed(theme: Theme, text: &str, draws: bool) -> Harness<'static, Stage> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("seis.xml");
    std::fs::write(&path, XTCE).expect("written");
    let mut harness = harness(stage(theme, commanding(DocumentKind::Sequence, &[])), SIZE, draws);
    with_file(&mut harness, &path, "Open dictionary");
    wait_for(&mut harness, "seis.xml is used");
    write(&mut harness, text);
    harness
}

fn write(harness: &mut Harness<'static, Stage>, text: &str) {
    harness.get_by_label("Sequence text").focus();
    harness.run_steps(2);
    harness.get_by_label("Sequence text").type_text(text);
    harness.run_steps(3);
}

fn with_file(harness: &mut Harness<'static, Stage>, path: &Path, button: &str) {
    harness.get_by_label("File").focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(1);
    harness.get_by_label("File").type_text(&path.display().to_string());
    harness.run_steps(2);
    harness.get_by_label(button).click();
}

fn text_of(harness: &Harness<'static, Stage>) -> String {
    harness.get_by_label("Sequence text").value().unwrap_or_default()
}

#[test]
fn a_wrong_argument_is_told_in_words_and_leads_to_its_place() {
    let mut harness = typed(Theme::dark(), "R1 GAIN \"Q\" 7\n", false);
    harness.get_by_label("Checks (1)");
    harness.get_by_label_contains("line 1 · Dictionary · axis: \"Q\" is none of U, V").click();
    harness.run_steps(8);
    // The cursor stands there: what is typed comes before the argument.
    harness.get_by_label("Sequence text").type_text("x");
    harness.run_steps(3);
    assert_eq!(text_of(&harness), "R1 GAIN x\"Q\" 7\n");
}

#[test]
fn completion_is_taken_with_the_keyboard() {
    let mut harness = typed(Theme::dark(), "R1 GA", false);
    harness.get_by_label_contains("Sets the gain of an axis.");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert_eq!(text_of(&harness), "R1 GAIN");
    harness.get_by_label("Sequence text").type_text(" ");
    harness.run_steps(3);
    harness.key_press(egui::Key::ArrowDown);
    harness.run_steps(2);
    harness.key_press(egui::Key::Tab);
    harness.run_steps(3);
    assert_eq!(text_of(&harness), "R1 GAIN \"V\"");
    // Nothing is open now: Enter is a line, and Ctrl+Space asks.
    harness.get_by_label("Sequence text").type_text(" ");
    harness.run_steps(2);
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    harness.get_by_label("Sequence text").focus();
    harness.run_steps(2);
    harness.key_press(egui::Key::Enter);
    harness.run_steps(2);
    assert_eq!(text_of(&harness), "R1 GAIN \"V\" \n");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Space);
    harness.run_steps(3);
    harness.get_by_label_contains("after the end of the step before");
}

#[test]
fn the_form_shows_in_the_text_and_the_text_in_the_form() {
    let mut harness = typed(Theme::dark(), TEXT, false);
    harness.get_by_label_contains("GAIN \"U\" 7").click();
    harness.run_steps(3);
    harness.get_by_label("factor").focus();
    harness.run_steps(2);
    harness.get_by_label("factor").type_text("5");
    harness.run_steps(3);
    assert_eq!(text_of(&harness), TEXT.replace("\"U\" 7", "\"U\" 75"));
    harness.get_by_label("factor").type_text("0");
    harness.run_steps(3);
    // 750 is above the range: the form says so at the field, the list at its line.
    harness.get_by_label("Checks (1)");
    harness.get_by_label("axis").click();
    harness.run_steps(3);
    harness.get_by_label("V").click();
    harness.run_steps(3);
    assert!(text_of(&harness).contains("# first the gain\nA2019-207T12:00:00 GAIN \"V\" 750\n"));
    harness.get_by_label("Down").click();
    harness.run_steps(3);
    let text = text_of(&harness);
    assert!(text.starts_with("@ID \"sol173\"\nR00:00:10 OFF # rest\n# first"), "{text}");
    harness.get_by_label("Remove step").click();
    harness.run_steps(3);
    assert_eq!(text_of(&harness), "@ID \"sol173\"\nR00:00:10 OFF # rest\n");
    write(&mut harness, "R7 GAIN U 3\n");
    harness.get_by_label_contains("R00:00:07 GAIN U 3");
}

#[test]
fn times_change_their_kind_and_are_predicted() {
    let mut harness = typed(Theme::dark(), "R00:00:10 OFF\nE00:01:00@noon OFF\n", false);
    harness.get_by_label("The begin of 2 steps is not known.");
    harness.get_by_label("Sequence starts").focus();
    harness.get_by_label("Sequence starts").type_text("2019-207T12:00:00");
    harness.run_steps(3);
    harness.get_by_label("The begin of one step is not known.");
    harness.get_by_label("Epoch noon").focus();
    harness.get_by_label("Epoch noon").type_text("2019-207T13:00:00");
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("is not known.").is_none());
    harness.get_by_label_contains("R00:00:10 OFF").click();
    harness.run_steps(3);
    harness.get_by_label("Time is").click();
    harness.run_steps(3);
    harness.get_by_label("after the end before").click();
    harness.run_steps(3);
    assert_eq!(text_of(&harness), "C OFF\nE00:01:00@noon OFF\n");
}

#[test]
fn a_version_is_saved_opened_and_prepared() {
    let snapshot = commanding(DocumentKind::Sequence, &[]);
    let mut harness = harness(stage(Theme::dark(), snapshot), SIZE, false);
    write(&mut harness, OWN);
    harness.get_by_label("Prepare for uplink").click();
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    assert_eq!(orders(harness.state()), [], "it has no name yet");
    harness.get_by_label("Name").focus();
    harness.get_by_label("Name").type_text("sol 173");
    harness.get_by_label("Note").focus();
    harness.get_by_label("Note").type_text("gains");
    harness.run_steps(2);
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    let saved = orders(harness.state());
    let Some((_, Order::Save { kind, name, parents, note, content, .. })) = saved.first() else {
        panic!("{saved:?}");
    };
    assert_eq!((*kind, name.as_str(), note.as_str()), (DocumentKind::Sequence, "sol 173", "gains"));
    assert!(parents.is_empty() && *content == Content::Text(OWN.into()));
    let with = commanding(DocumentKind::Sequence, &[("sol 173", &[], "anne", OWN)]);
    answer(&mut harness, with, |order| {
        matches!(order, Order::Save { .. }).then_some(Reply::Saved(0))
    });
    harness.get_by_label("Saved as version 0.");
    harness.get_by_label("Start at once").click();
    harness.run_steps(2);
    harness.get_by_label("Prepare for uplink").click();
    harness.run_steps(3);
    let prepared = orders(harness.state()).into_iter().find_map(|(_, order)| match order {
        Order::Prepare(draft) => Some(draft.what),
        _ => None,
    });
    assert_eq!(prepared, Some(DraftOf::Sequence { version: 0, activate: true }));
    let kept = harness.state().kept().expect("something to keep");
    assert_eq!(kept["here"]["text"], OWN);
}

#[test]
fn what_a_file_s_dictionary_was_used_for_is_not_prepared() {
    let mut harness = typed(Theme::dark(), TEXT, false);
    harness.get_by_label("Name").focus();
    harness.get_by_label("Name").type_text("x");
    harness.run_steps(2);
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    let with = commanding(DocumentKind::Sequence, &[("x", &[], "anne", TEXT)]);
    answer(&mut harness, with, |order| {
        matches!(order, Order::Save { .. }).then_some(Reply::Saved(0))
    });
    harness.get_by_label("Prepare for uplink").click();
    harness.run_steps(3);
    assert_eq!(orders(harness.state()).len(), 1);
}

#[test]
fn who_saves_second_sees_both_and_joins_them() {
    let mut harness = typed(Theme::dark(), TEXT, false);
    let theirs = TEXT.replace("U\" 7", "U\" 9");
    let all = [("sol 173", &[][..], "anne", TEXT), ("sol 173", &[0], "bruno", theirs.as_str())];
    let texts = BTreeMap::from([(0, TEXT), (1, theirs.as_str())]);
    harness.get_by_label("Name").focus();
    harness.get_by_label("Name").type_text("sol 173");
    harness.run_steps(2);
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    let with = || commanding(DocumentKind::Sequence, &all);
    let reply = |order: &Order| match order {
        Order::Save { parents, .. } if parents.is_empty() => Some(Reply::Saved(0)),
        Order::Save { parents, .. } if parents[..] == [0] => {
            Some(Reply::Behind { head: 1, common: Some(0), by: "bruno".to_owned() })
        }
        Order::Save { .. } => Some(Reply::Saved(2)),
        order => opened(order, &texts),
    };
    answer(&mut harness, with(), reply);
    write(&mut harness, "# mine\n");
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    answer(&mut harness, with(), reply);
    answer(&mut harness, with(), reply);
    harness.get_by_label("Two people changed this document");
    harness.get_by_label_contains("− A2019-207T12:00:00 GAIN \"U\" 9");
    harness.get_by_label_contains("+ # mine");
    harness.get_by_label("Keep mine").click();
    harness.run_steps(3);
    let last = orders(harness.state()).pop().map(|(_, order)| order);
    let Some(Order::Save { parents, content: Content::Text(text), .. }) = last else {
        panic!("{last:?}");
    };
    assert_eq!(parents, [1, 0]);
    assert!(text.contains("# mine"));
}

#[test]
fn unsaved_text_is_not_lost_without_a_word_and_outlives_the_program() {
    let mut harness = typed(Theme::dark(), TEXT, false);
    harness.get_by_label("New").click();
    harness.run_steps(3);
    harness.get_by_label("Go on with it").click();
    harness.run_steps(3);
    assert_eq!(text_of(&harness), TEXT);
    let kept = harness.state().kept().expect("something to keep");
    let mut later = stage(Theme::dark(), commanding(DocumentKind::Sequence, &[]));
    later.restore(&kept);
    let mut harness = super::harness(later, SIZE, false);
    harness.run_steps(3);
    assert_eq!(text_of(&harness), TEXT);
}

#[test]
fn files_come_and_go_and_wrong_ones_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = typed(Theme::dark(), TEXT, false);
    let path = folder.path().join("a.satf");
    with_file(&mut harness, &path, "Export");
    wait_for(&mut harness, "a.satf written.");
    with_file(&mut harness, &path, "Import");
    wait_for(&mut harness, "Take sol173");
    harness.get_by_label("Take sol173").click();
    harness.run_steps(3);
    assert!(text_of(&harness).contains("GAIN"), "{}", text_of(&harness));
    harness.get_by_label("Binary form").click();
    harness.run_steps(3);
    harness.get_by_label_contains("4d 44 53 51");
    harness.get_by_label("Write binary file").click();
    wait_for(&mut harness, "a.mdsq written");
    let path = folder.path().join("a.mdsq");
    with_file(&mut harness, &path, "Check a binary file…");
    wait_for(&mut harness, "The file fits this spacecraft and this dictionary.");
    harness.get_by_label("Use the mission's").click();
    harness.run_steps(3);
    with_file(&mut harness, &path, "Check a binary file…");
    wait_for(&mut harness, "Refused: the file was made by the dictionary");
}

#[test]
fn nobody_saves_without_logging_in() {
    let mut harness = harness(stage(Theme::dark(), Snapshot::default()), SIZE, false);
    write(&mut harness, TEXT);
    harness.get_by_label("Name").focus();
    harness.get_by_label("Name").type_text("x");
    harness.run_steps(2);
    harness.get_by_label("Save version").click();
    harness.run_steps(3);
    assert!(orders(harness.state()).is_empty());
}

#[test]
fn it_renders_in_both_themes() {
    let long = format!(
        "{TEXT}C GAIN axis=\"V\" factor=900 # too much\n@METADATA \"author\" \"AB\"\nnonsense\n\
         A2019-207T11:00:00 UHF_PASS overflight=\"MRO\" hail_s=600 return_kbps=128 \
         forward_kbps=32\nE-00:10:00@landing OFF\n"
    );
    for theme in themes() {
        let name = theme.name;
        let mut harness = typed(theme, &long, true);
        harness.get_by_label_contains("C GAIN axis").click();
        harness.run_steps(3);
        picture(&mut harness, &format!("sequence_{name}"));
        for (tab, of) in [("Resources", "resources"), ("Binary form", "binary")] {
            harness.get_by_label(tab).click();
            harness.run_steps(3);
            picture(&mut harness, &format!("sequence_{of}_{name}"));
        }
        harness.get_by_label("Sequence text").focus();
        harness.run_steps(2);
        harness.get_by_label("Sequence text").type_text("R1 GAIN ");
        harness.run_steps(3);
        picture(&mut harness, &format!("sequence_completion_{name}"));
    }
}

#[test]
fn a_narrow_panel_renders() {
    let stage = stage(Theme::dark(), commanding(DocumentKind::Sequence, &[]));
    let mut harness = harness(stage, [620.0, 560.0], true);
    write(&mut harness, TEXT);
    picture(&mut harness, "sequence_narrow_text");
    harness.get_by_label("Form").click();
    harness.run_steps(3);
    harness.get_by_label_contains("R00:00:10 OFF").click();
    harness.run_steps(3);
    picture(&mut harness, "sequence_narrow_form");
}
