//! The program itself, run as a user runs it: each test in a home of its own, on data it makes.

mod archive;
mod bad_input;
mod data;
mod delivery;
mod dictionaries;
mod fetch;
mod ingest;
mod killed;
mod others;
mod plan;
mod query;
mod sequence;
mod served;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A user's home: nothing in it belongs to anyone else.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for temporary files") }
    }

    /// A path under the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file under the home.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder");
        }
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// The program, with this home as its whole world and its working folder.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_marsdeck"));
        command.args(arguments).env_clear().current_dir(self.folder.path());
        // What the system itself needs to start a program and to find a graphics driver.
        for name in ["PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "VK_DRIVER_FILES"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_RUNTIME_DIR", self.folder.path());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"))
    }

    /// The same with the arguments in one text, divided at blanks.
    pub(crate) fn say(&self, arguments: &str) -> Ran {
        self.run(&arguments.split_whitespace().collect::<Vec<_>>())
    }
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) err: String,
}

impl Ran {
    /// Whatever happened, it was no crash.
    pub(crate) fn of(output: Output) -> Self {
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        assert!(
            code.is_some_and(|c| (0..=3).contains(&c)),
            "ended with {:?}: {err}",
            output.status
        );
        assert!(!err.contains("panicked") && !err.contains("backtrace"), "{err}");
        Self { code: code.unwrap_or(-1), bytes: output.stdout, err }
    }

    /// Stdout as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).expect("text on stdout")
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }

    /// Stdout as JSON: nothing else may be there.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e} in {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    /// Exit status 0.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        self.ended(0)
    }

    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.err, String::from_utf8_lossy(&self.bytes));
        self
    }

    /// Exit status 1, nothing on stdout, and one line on stderr that holds these words.
    #[track_caller]
    pub(crate) fn refused(self, words: &[&str]) -> Self {
        let ran = self.ended(1);
        assert!(ran.bytes.is_empty(), "{:?}", ran.text());
        assert_eq!(ran.err.trim_end().lines().count(), 1, "{}", ran.err);
        assert!(ran.err.starts_with("marsdeck: "), "{}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "no {word:?} in {}", ran.err);
        }
        ran
    }
}

/// Every file under a folder with its content, by relative name.
pub(crate) fn tree(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("under the folder").to_owned();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}
