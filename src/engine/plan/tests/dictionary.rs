//! The dictionary: the one that is built in, and what is said of a wrong one.

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
    // On the line itself, and on the line of the word that is wrong.
    let first = said("resource = \"battery\", rate", "resource = \"btry\", rate");
    assert!(first.starts_with(&line("resource = \"battery\", rate")), "{first}");
    let first = said("kind = \"gap\"", "kind = \"gab\"");
    assert!(first.starts_with(&line("kind = \"gap\"")), "{first}");
}
