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
