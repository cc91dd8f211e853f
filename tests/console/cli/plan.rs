//! `marsdeck plan` as a planner runs it.

use std::path::Path;

use super::Home;

/// A recentring while the arm moves: rule FR-SEIS-001 by its own words.
const CLASH: &str = "id,type,start\n1,Wake,2019-07-26T08:00:00Z\n\
                     2,IDAMoveArm,2019-07-26T08:10:00Z\n\
                     3,SeisRecenterRoutine,2019-07-26T08:10:30Z\n";

#[test]
fn a_broken_rule_is_named_and_ends_with_status_3() {
    let home = Home::new();
    home.write("plan.csv", CLASH);
    let ran = home.say("plan check plan.csv");
    assert_eq!(ran.code, 3, "{}", ran.err);
    let clash =
        ran.text().lines().find(|l| l.contains("FR-SEIS-001")).expect("the rule").to_owned();
    assert!(clash.starts_with("error,FR-SEIS-001,") && clash.contains("3:SeisRecenterRoutine"));
    assert!(ran.err.contains("3 activities"), "{}", ran.err);
    let json = home.say("plan check plan.csv --json");
    let rows: serde_json::Value = serde_json::from_slice(&json.bytes).expect("JSON");
    let rule = rows.as_array().expect("a list").iter().find(|r| r["rule"] == "FR-SEIS-001");
    assert!(rule.expect("the rule")["sentence"].as_str().expect("words").contains("arm moves"));
}

#[test]
fn plans_are_expanded_exported_and_compared() {
    let home = Home::new();
    home.write("plan.csv", CLASH);
    let expanded = home.say("plan expand plan.csv");
    assert_eq!(expanded.code, 0, "{}", expanded.err);
    assert!(expanded.text().starts_with("time_utc,command,arguments,activity\n"));
    assert!(expanded.text().lines().count() > 3);
    assert_eq!(home.say("plan export plan.csv --out plan.json").code, 0);
    assert_eq!(home.say("plan export plan.json --out again.csv").code, 0);
    let same = home.say("plan diff plan.csv again.csv");
    assert!(!same.text().contains("added") && !same.text().contains("removed"), "{}", same.text());
    home.write("later.csv", CLASH.replace("08:10:30", "09:40:00"));
    let later = home.say("plan diff plan.csv later.csv");
    let line = later.text().lines().find(|l| l.contains("start")).expect("the start").to_owned();
    assert!(line.contains("3:SeisRecenterRoutine,changed") && line.contains("09:40:00"), "{line}");
}

#[test]
fn windows_are_given_and_wrong_words_are_told() {
    let home = Home::new();
    home.write("plan.csv", CLASH);
    let wrong = home.say("plan check plan.csv --window tea=1..2");
    assert!(wrong.code == 1 && wrong.err.contains("no window"), "{}", wrong.err);
    home.write("photo.csv", "a,b\n1,2\n");
    let none = home.say("plan check photo.csv");
    assert!(none.code == 1 && none.err.contains("is no plan"), "{}", none.err);
    let listed = home.say("plan list --mission msl");
    assert!(listed.text().contains("rule,") && listed.text().contains("activity type,"));
}

/// The plan of a lander that Aerie's developers test with: 2 060 activities.
#[test]
fn the_plan_of_the_aerie_lander_is_checked() {
    let home = Home::new();
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let plan = folder.join("E_ccsds_xtce_cmd/aerie_lander/merlin-test-filtered.json");
    if !plan.exists() {
        println!("skipped: the_plan_of_the_aerie_lander_is_checked: ../shared/data not present");
        return;
    }
    let plan = plan.to_str().expect("text");
    let ran = home.run(&["plan", "check", plan]);
    assert!(ran.code == 3 && ran.err.contains("2060 activities"), "{}", ran.err);
    // 29 wakes stand twice in the file.
    assert!(ran.text().lines().filter(|l| l.contains("FR-LND-001")).count() >= 29);
}

/// A wake every sol, images behind each move of the arm, and a pass that must lie in its window.
const GOALS: &str = r#"
[[goal]]
id = "wakes"
kind = "repeat"
activity = "Wake"
arguments = { duration = "2 h" }
first = "Sol 236 09:00"
every = "1 sol"

[[goal]]
id = "pass"
kind = "fit"
activity = "UHFComm"
count = 2
window = "pass"
"#;

#[test]
fn goals_are_placed_and_explained() {
    let home = Home::new();
    home.write("plan.csv", "id,type,start\n");
    home.write("goals.toml", GOALS);
    let said = "plan schedule plan.csv --goals goals.toml --sols 236..238 --out done.csv \
                --window pass=2019-07-28T10:00:00/2019-07-28T10:30:00";
    let ran = home.say(said);
    let text = ran.text();
    assert!(text.starts_with("goal,activity,start_utc,why_here,why_not_there\n"), "{text}");
    assert_eq!(text.lines().filter(|l| l.starts_with("wakes,")).count(), 3, "{text}{}", ran.err);
    assert!(text.contains("at the time that was asked for"), "{text}");
    assert!(ran.err.contains("activities placed"), "{}", ran.err);
    // The same again, as JSON too.
    assert_eq!(home.say(said).text(), text);
    let json = home.say(&format!("{said} --json"));
    let rows: serde_json::Value = serde_json::from_slice(&json.bytes).expect("JSON");
    assert!(rows["placed"][0]["why_here"].as_str().expect("words").starts_with("wakes: Wake"));
    // What was placed is in the plan, with the goal as its tag.
    let placed = std::fs::read_to_string(home.path("done.csv")).expect("a plan");
    assert_eq!(placed.lines().filter(|l| l.contains("goal wakes")).count(), 3, "{placed}");
    assert_ne!(home.say("plan check done.csv").code, 1);
}

#[test]
fn goals_that_are_wrong_place_nothing() {
    let home = Home::new();
    home.write("plan.csv", CLASH);
    home.write("goals.toml", GOALS.replace("\"UHFComm\"", "\"Tea\""));
    let ran = home.say("plan schedule plan.csv --goals goals.toml");
    assert_eq!((ran.code, ran.text().as_str()), (1, ""), "{}", ran.err);
    assert!(
        ran.err.contains("goal pass (line 10), activity: insight has no type Tea"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("nothing was placed"), "{}", ran.err);
    home.write("goals.toml", GOALS);
    for wrong in ["--sols 5..3", "--sols tea", "--window tea=1..2", "--window pass=2"] {
        let ran = home.say(&format!("plan schedule plan.csv --goals goals.toml {wrong}"));
        assert_eq!(ran.code, 1, "{wrong}: {}", ran.err);
    }
}

/// Rules of one's own in a mission folder are judged as those that are built in.
#[test]
fn planning_files_of_the_user_are_checked_and_counted() {
    let home = Home::new();
    let listed = home.say("mdb list").text();
    assert!(listed.contains("  planning: ") && listed.contains("activity types"), "{listed}");
    let all: serde_json::Value =
        serde_json::from_slice(&home.say("mdb list --json").bytes).expect("JSON");
    let rules = |all: &serde_json::Value| all["planning"]["insight"]["rules"].as_u64();
    assert!(rules(&all) > Some(10), "{}", all["planning"]);
    let own = "mission = \"insight\"\n\n[[rule]]\nid = \"OWN-1\"\nkind = \"exclusive\"\n\
               sentence = \"No pictures while awake.\"\nactivities = [\"IDCImages\"]\n\
               others = [\"Wake\"]\n";
    home.write("more/insight/planning_own.toml", own);
    let checked = home.say("mdb check more");
    assert!(!checked.text().contains("planning_own.toml"), "{}", checked.text());
    home.write("more/insight/planning_own.toml", own.replace("\"Wake\"", "\"Tea\""));
    let checked = home.say("mdb check more");
    assert_eq!(checked.code, 3);
    assert!(checked.text().contains("planning_own.toml, line"), "{}", checked.text());
    assert!(checked.text().contains("OWN-1"), "{}", checked.text());
    home.write("more/insight/planning_own.toml", own.replace("insight", "insigth"));
    assert!(home.say("mdb check more").text().contains("there is no mission insigth"));
    // In the folder of the settings it is used.
    home.write("config/marsdeck/missions/insight/planning_own.toml", own);
    let more: serde_json::Value =
        serde_json::from_slice(&home.say("mdb list --json").bytes).expect("JSON");
    assert_eq!(rules(&more), rules(&all).map(|n| n + 1));
    home.write("plan.csv", CLASH);
    assert!(home.say("plan list").text().contains("OWN-1"));
}

/// The commands of a plan in every form of a sequence, read back by the program itself.
#[test]
fn a_plan_becomes_a_sequence() {
    let home = Home::new();
    home.write("plan.csv", CLASH);
    let commands = home.say("plan expand plan.csv").text().lines().count() - 1;
    for name in ["a.seqjson", "a.seq.json", "a.satf"] {
        let ran = home.say(&format!("plan export plan.csv --out {name}"));
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        let read = home.say(&format!("sequence check {name}"));
        assert!(read.err.contains(&format!("{commands} steps")), "{name}: {}", read.err);
    }
    let refused = home.say("plan export plan.csv --out plan.doc");
    assert!(refused.code == 1 && refused.err.contains(".seqjson"), "{}", refused.err);
    let binary = home.say("plan export plan.csv --out a.seqbin");
    assert_eq!(binary.code, 0, "{}", binary.err);
    assert!(std::fs::read(home.path("a.seqbin")).is_ok_and(|bytes| bytes.starts_with(b"MD")));
}
