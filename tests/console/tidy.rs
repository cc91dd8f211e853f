//! What a reader may rely on everywhere in the tree: who imports whom, a first line that says what
//! a file is, bounded lengths, no colour outside the theme, no large file outside assets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file and function without a written reason.
const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
/// Largest tracked file outside `assets`.
const BLOB_BYTES: u64 = 256 * 1024;

/// Files that may be longer, each with its present length as a ceiling and the reason.
const LONG_FILES: &[(&str, usize, &str)] = &[];

/// Functions that may be longer: file, name, ceiling, reason.
const LONG_FUNCTIONS: &[(&str, &str, usize, &str)] = &[];

/// Engine folders, low rank first: a folder imports only from folders before it.
const ENGINE: &[&str] = &[
    "problem",
    "time",
    "storage",
    "mission",
    "format",
    "science",
    "parameter",
    "plan",
    "sequence",
    "link",
    "archive",
    "command",
    "document",
    "event_request",
    "delivery",
    "query",
    "alarm",
    "report",
    "ingest",
    "simulator",
    "remote",
    "runtime",
];

/// Console folders, low rank first.
const CONSOLE: &[&str] = &[
    "theme", "state", "clock", "intent", "widget", "view", "plot", "globe", "timeline", "panel",
    "app", "cli",
];

/// What a console folder may use of the engine; folders that are not listed may use all of it.
const ENGINE_IN_CONSOLE: &[(&str, &[&str])] = &[
    ("globe", &["time"]),
    ("plot", &["time", "archive"]),
    ("theme", &["mission"]),
    ("widget", &["time", "mission", "archive", "query", "runtime"]),
    (
        "panel",
        &[
            "time",
            "mission",
            "link",
            "archive",
            "query",
            "alarm",
            "runtime",
            "format",
            "science",
            "problem",
            "remote",
            "plan",
            "sequence",
            "command",
            "document",
            "event_request",
            "delivery",
        ],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that belongs to the project, relative to its root.
fn tracked() -> Vec<String> {
    let listing = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files: Vec<String> = match listing {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
        }
        // A source archive without a repository: walk the folders instead.
        _ => {
            let mut found = Vec::new();
            for folder in ["src", "tests", "benches", "fuzz/fuzz_targets", "assets", "shaders"] {
                walk(&root().join(folder), &mut found);
            }
            found
        }
    };
    files.retain(|f| root().join(f).is_file());
    files
}

fn walk(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            walk(&path, found);
        } else if let Ok(relative) = path.strip_prefix(root()) {
            found.push(relative.display().to_string());
        }
    }
}

fn rust_files() -> BTreeMap<String, String> {
    let files: BTreeMap<_, _> = tracked()
        .into_iter()
        .filter(|f| Path::new(f).extension().is_some_and(|e| e == "rs"))
        .filter_map(|f| Some((f.clone(), fs::read_to_string(root().join(&f)).ok()?)))
        .collect();
    assert!(files.len() > 20, "tidy found only {} files: it looks in the wrong place", files.len());
    files
}

fn report(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

/// Names that follow `prefix` in a text, comments left out: `crate::time::x` gives `time`.
fn names_after<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices(prefix) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let tail = &line[at + prefix.len()..];
            if let Some(group) = tail.strip_prefix('{') {
                names.extend(
                    group.split(',').map(|n| n.trim().split([':', '}', ' ']).next().unwrap_or("")),
                );
            } else {
                let end =
                    tail.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tail.len());
                names.push(&tail[..end]);
            }
        }
    }
    names
}

fn folder_of<'a>(file: &'a str, base: &str) -> Option<&'a str> {
    let rest = file.strip_prefix(base)?;
    Some(rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs"))
}

fn wrong_imports(base: &str, table: &[&str]) -> Vec<String> {
    let rank = |name: &str| table.iter().position(|t| *t == name);
    let mut wrong = Vec::new();
    for (file, text) in rust_files() {
        let Some(folder) = folder_of(&file, base) else { continue };
        let Some(own) = rank(folder) else {
            if !["lib", "main", "build", "mod"].contains(&folder) && !folder.contains("engine") {
                wrong.push(format!("{file}: folder {folder} is not in the import table"));
            }
            continue;
        };
        for name in names_after(&text, "crate::") {
            if rank(name).is_some_and(|other| other > own) {
                wrong.push(format!("{file}: {folder} may not import {name}"));
            }
        }
    }
    wrong
}

#[test]
fn engine_folders_import_downwards() {
    report("imports against the table", &wrong_imports("src/engine/", ENGINE));
}

#[test]
fn console_folders_import_downwards() {
    report("imports against the table", &wrong_imports("src/console/", CONSOLE));
}

#[test]
fn panels_do_not_import_each_other() {
    let mut wrong = Vec::new();
    for (file, text) in rust_files() {
        let Some(rest) = file.strip_prefix("src/console/panel/") else { continue };
        let Some((own, _)) = rest.split_once('/') else { continue };
        for name in names_after(&text, "crate::panel::") {
            // `shared` holds what several panels paint alike.
            if name != own && name != "shared" {
                wrong.push(format!("{file}: panel {own} imports panel {name}"));
            }
        }
    }
    report("panels talk through intents and state", &wrong);
}

#[test]
fn console_folders_use_only_their_part_of_the_engine() {
    let mut wrong = Vec::new();
    for (file, text) in rust_files() {
        let Some(folder) = folder_of(&file, "src/console/") else { continue };
        let Some((_, allowed)) = ENGINE_IN_CONSOLE.iter().find(|(name, _)| *name == folder) else {
            continue;
        };
        for name in names_after(&text, "marsdeck_engine::") {
            if !allowed.contains(&name) {
                wrong.push(format!("{file}: {folder} may not use engine::{name}"));
            }
        }
    }
    report("engine parts used against the table", &wrong);
}

#[test]
fn the_engine_knows_no_screen() {
    let manifest = fs::read_to_string(root().join("src/engine/Cargo.toml")).unwrap();
    for name in ["egui", "eframe", "wgpu", "winit"] {
        assert!(!manifest.contains(name), "the engine depends on {name}");
    }
}

#[test]
fn only_the_globe_and_the_offscreen_renderer_speak_wgpu() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|(file, text)| {
            file.starts_with("src/console/")
                && !file.starts_with("src/console/globe/")
                && file != "src/console/app/offscreen.rs"
                && !names_after(text, "wgpu::").is_empty()
        })
        .map(|(file, _)| file)
        .collect();
    report("wgpu outside the globe and the offscreen renderer", &wrong);
}

#[test]
fn every_file_says_what_it_is() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|(_, text)| {
            let first = text.lines().next().unwrap_or("");
            !first.starts_with("//! ") || first.len() < 12
        })
        .map(|(file, _)| file)
        .collect();
    report("files whose first line is not a module doc", &wrong);
}

#[test]
fn colours_live_in_the_theme() {
    let mut wrong = Vec::new();
    for (file, text) in rust_files() {
        if !file.starts_with("src/console/") || file.starts_with("src/console/theme/") {
            continue;
        }
        let literals = names_after(&text, "Color32::")
            .into_iter()
            .chain(names_after(&text, "egui::Color32::"))
            .filter(|n| n.starts_with("from_") || n.chars().all(|c| c.is_uppercase() || c == '_'))
            .filter(|n| !["TRANSPARENT", "PLACEHOLDER", "from_rgba_premultiplied"].contains(n))
            .collect::<Vec<_>>();
        if !literals.is_empty() {
            wrong.push(format!("{file}: {literals:?}"));
        }
    }
    report("colour literals outside src/console/theme", &wrong);
}

#[test]
fn files_and_functions_stay_short() {
    let mut wrong = Vec::new();
    for (file, text) in rust_files() {
        let lines = text.lines().count();
        let ceiling = LONG_FILES.iter().find(|e| e.0 == file).map_or(FILE_LINES, |e| e.1);
        if lines > ceiling {
            wrong.push(format!("{file}: {lines} lines, at most {ceiling}"));
        }
        for (name, length) in functions(&text) {
            let ceiling = LONG_FUNCTIONS
                .iter()
                .find(|e| e.0 == file && e.1 == name)
                .map_or(FUNCTION_LINES, |e| e.2);
            if length > ceiling {
                wrong.push(format!("{file}: fn {name} has {length} lines, at most {ceiling}"));
            }
        }
    }
    report("too long; split it, or write the reason into the table", &wrong);
}

/// Name and length of each function, told by rustfmt's indentation.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let Some(at) = body.find("fn ") else { continue };
        let qualifiers = ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", ""];
        if !body[..at].split(' ').all(|w| qualifiers.contains(&w)) {
            continue;
        }
        let indent = line.len() - body.len();
        let name = body[at + 3..].split(['(', '<']).next().unwrap_or("");
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[i..].iter().position(|l| {
            *l == closing
                || l.ends_with(';')
                    && l.starts_with(&" ".repeat(indent))
                    && !l.starts_with(&" ".repeat(indent + 1))
        });
        if let Some(end) = end {
            found.push((name, end + 1));
        }
    }
    found
}

#[test]
fn exceptions_are_still_needed() {
    let files = rust_files();
    for (file, ceiling, reason) in LONG_FILES {
        let lines = files.get(*file).map_or(0, |t| t.lines().count());
        assert!(lines > FILE_LINES, "{file} has {lines} lines: remove its exception");
        assert!(lines + 40 > *ceiling, "{file} shrank to {lines} lines: lower its ceiling");
        assert!(reason.len() > 20, "{file}: write the reason");
    }
    for (file, name, _, reason) in LONG_FUNCTIONS {
        let length = files.get(*file).and_then(|t| functions(t).into_iter().find(|f| f.0 == *name));
        assert!(
            length.is_some_and(|f| f.1 > FUNCTION_LINES),
            "{file}: {name}: remove its exception"
        );
        assert!(reason.len() > 20, "{file}: {name}: write the reason");
    }
}

#[test]
fn no_large_file_outside_assets() {
    let wrong: Vec<String> = tracked()
        .into_iter()
        .filter(|f| !f.starts_with("assets/") && f != "Cargo.lock")
        .filter(|f| fs::metadata(root().join(f)).is_ok_and(|m| m.len() > BLOB_BYTES))
        .collect();
    report("files over 256 KB outside assets", &wrong);
}

#[test]
fn one_version_of_the_screen_stack() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["egui", "eframe", "wgpu", "winit", "epaint"] {
        let count = lock.matches(&format!("name = \"{name}\"\n")).count();
        assert_eq!(count, 1, "{name} stands {count} times in Cargo.lock");
    }
}

#[test]
fn no_unfinished_marks_or_machine_paths() {
    let marks = [
        ["to", "do!("],
        ["unimple", "mented!("],
        ["FIX", "ME"],
        ["#[ig", "nore"],
        ["#[al", "low("],
    ];
    let mut wrong = Vec::new();
    for (file, text) in rust_files() {
        for mark in marks.iter().map(|m| m.concat()).filter(|m| text.contains(m.as_str())) {
            wrong.push(format!("{file}: {mark}"));
        }
    }
    report("unfinished marks", &wrong);
}
