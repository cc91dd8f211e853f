//! The dictionary: the one that is built in, and what is said of a wrong one.

use proptest::prelude::*;

use super::*;

#[test]
fn the_dictionaries_that_are_built_in_are_without_problems() {
    let files = crate::mission::builtin_files();
    for (mission, types, rules) in [("insight", 25, 25), ("msl", 15, 25)] {
        let (model, problems) = Model::load(mission, &files);
        assert_eq!(problems, vec![], "{mission}");
        assert!(model.types.len() >= types, "{mission}: {} types", model.types.len());
        assert!(model.rules.len() >= rules, "{mission}: {} rules", model.rules.len());
    }
    assert!(Model::load("m2020", &files).0.types.is_empty());
}

/// What is said of the toy dictionary after a change of its text.
fn said(from: &str, to: &str) -> String {
    let text = TOY.replacen(from, to, 1);
    assert_ne!(text, TOY, "{from} is not in the text");
    let (_, problems) = Model::load("toy", &toy_files(&text));
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_dictionary_is_told_with_file_line_and_id() {
    let line = |needle: &str| {
        let at = TOY.find(needle).unwrap();
        format!("toy/planning.toml, line {}", 1 + TOY[..at].matches('\n').count())
    };
    let cases = [
        ("resource = \"battery\", rate", "resource = \"btry\", rate", "no resource btry", "Image"),
        (
            "in = [\"ON\"]",
            "in = [\"RED\"]",
            "camera is never RED; there are OFF, ON, SAFE",
            "Image",
        ),
        (
            "window = \"pass\"\n\n[[rule]]\nid = \"R-OUT\"",
            "window = \"pas\"\n\n[[rule]]\nid = \"R-OUT\"",
            "no window pas",
            "R-IN",
        ),
        ("\"{rate} * {channels}\"", "\"{rat} * {channels}\"", "no parameter rat", "R-ALLOC"),
        ("limit.allocation}", "limit.alloc}", "there is no limit alloc", "R-ALLOC"),
        ("others = [\"Move\"]", "others = [\"Moove\"]", "no activity type fits Moove", "R-EXCL"),
        (
            "kind = \"gap\"",
            "kind = \"exclusive\"",
            "a rule of kind exclusive has no min_s",
            "R-GAP",
        ),
        ("min_s = 600\n", "\n", "a rule of kind gap needs min_s, as min_s = 600", "R-GAP"),
        (
            "default = \"A\"",
            "default = \"C\"",
            "the default of mode is C, which is not one of A, B",
            "Image",
        ),
        ("id = \"R-GAP\"", "id = \"R-EXCL\"", "is there twice", "R-EXCL"),
        (
            "duration_s = \"{length}\"",
            "duration_s = \"{length\"",
            "is expected at character",
            "Image",
        ),
        ("duration_s = 3600", "duration = 3600", "unknown field `duration`", "Send"),
        ("kind = \"gap\"", "kind = \"gab\"", "unknown variant `gab`", "R-GAP"),
        (
            "initial = \"OFF\"",
            "initial = \"DARK\"",
            "initial value DARK is not among its values",
            "camera",
        ),
    ];
    for (from, to, reason, id) in cases {
        let said = said(from, to);
        assert!(said.contains(reason), "{from}: {said}");
        assert!(said.contains(&format!(" {id}: ")), "{from}: {said}");
    }
    let supply = said("window = \"sun\" }", "window = \"son\" }");
    assert!(supply.starts_with(&line("supplies = ")), "{supply}");
    assert!(supply.contains("battery: it is supplied in window son, which is not there"));
    // On the line itself, and on the line of the word that is wrong.
    let first = said("resource = \"battery\", rate", "resource = \"btry\", rate");
    assert!(first.starts_with(&line("resource = \"battery\", rate")), "{first}");
    let first = said("kind = \"gap\"", "kind = \"gab\"");
    assert!(first.starts_with(&line("kind = \"gap\"")), "{first}");
}

#[test]
fn all_dictionaries_are_read_and_files_that_nothing_uses_are_told() {
    let file = |path: &str, text: &str| MissionFile { path: path.into(), text: text.into() };
    let mut files = vec![
        file("toy/mission.toml", ""),
        file("toy/planning.toml", TOY),
        file("toy/planning_more.toml", "\nmission = \"tou\"\n"),
    ];
    let (models, problems) = Model::load_all(&files);
    let names: Vec<&str> = models.iter().map(|m| m.mission.as_str()).collect();
    assert_eq!(names, ["tou", "toy"]);
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(problem.place, "toy/planning_more.toml, line 2");
    assert!(problem.reason.starts_with("there is no mission tou"), "{problem}");
    // A file that cannot be read at all is told once, however many missions there are.
    files.push(file("msl/planning_bad.toml", "mission = "));
    assert_eq!(Model::load_all(&files).1.len(), 2);
    let (models, problems) = Model::load_all(&crate::mission::builtin_files());
    assert_eq!((models.len(), problems), (2, vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever is damaged, each problem names the file and a line of it, and says something.
    #[test]
    fn a_damaged_dictionary_is_told_with_its_lines(
        at in 0..TOY.len(), gone in 0..30_usize, put in "[ -~\n]{0,8}",
    ) {
        let text = format!("{}{put}{}", &TOY[..at], TOY.get(at + gone..).unwrap_or(""));
        let (_, problems) = Model::load("toy", &toy_files(&text));
        let lines = 1 + text.matches('\n').count();
        for problem in problems {
            let line = problem.place.strip_prefix("toy/planning.toml, line ");
            let line = line.and_then(|n| n.parse::<usize>().ok());
            prop_assert!(line.is_some_and(|n| (1..=lines).contains(&n)), "{}", problem);
            prop_assert!(!problem.reason.is_empty() && problem.reason.len() < 4096);
        }
    }
}
