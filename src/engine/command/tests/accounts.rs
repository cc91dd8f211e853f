//! Accounts: roles, the first start, lock-out, sessions, and files that somebody edited.

use std::fs;

use super::make::{T0, roles};
use crate::command::accounts::ACCOUNTS_FILE;
use crate::command::*;
use crate::time::Instant;

const COST: Cost = Cost { memory_kib: 64, passes: 1 };
const SECRET: &str = "a long and dull sentence";

struct House {
    folder: tempfile::TempDir,
    journal: Journal,
    accounts: Accounts,
}

fn open(folder: tempfile::TempDir) -> Result<House, AccountError> {
    let opened = Journal::open(folder.path(), T0, [3; 16]).unwrap();
    let limits = SessionLimits::default();
    let accounts = Accounts::open(folder.path(), &opened.records, COST, limits)?;
    Ok(House { folder, journal: opened.journal, accounts })
}

impl House {
    fn new() -> Self {
        open(tempfile::tempdir().unwrap()).unwrap()
    }

    fn again(self) -> Result<Self, AccountError> {
        let Self { folder, journal, accounts } = self;
        drop((journal, accounts));
        open(folder)
    }

    fn log_in(&mut self, name: &str, password: &str, token: u8, at: Instant) -> LogIn {
        let stored = self.accounts.stored_password(name);
        let matches = stored.matches(&Password::new(password));
        self.accounts.log_in(&mut self.journal, name, (&stored, matches), [token; 32], at)
    }

    /// An administrator who has changed the first password.
    fn with_root(mut self) -> (Self, Actor) {
        let random = (std::array::from_fn(|i| i as u8), [6; 16]);
        let first = self.accounts.make_first(&mut self.journal, "root", random, T0).unwrap();
        self.log_in("root", first.reveal(), 1, T0).unwrap();
        let Err(error) = self.accounts.actor(&[1; 32], ALL_MISSIONS, T0) else { panic!() };
        assert!(error.to_string().contains("change your password"));
        let own = self.accounts.own_actor(&[1; 32], T0).unwrap();
        let change = Change::Password(Password::new(SECRET), [7; 16]);
        self.accounts.change(&mut self.journal, &own, "root", change, T0).unwrap();
        assert!(self.accounts.actor(&[1; 32], ALL_MISSIONS, T0).is_err(), "sessions end");
        self.log_in("root", SECRET, 2, T0).unwrap();
        let root = self.accounts.actor(&[2; 32], ALL_MISSIONS, T0).unwrap();
        (self, root)
    }

    fn add(&mut self, root: &Actor, name: &str, role: Role) -> Result<(), AccountError> {
        let password = Password::new(SECRET);
        let roles = roles("insight", role);
        let names = (name, "A Person");
        self.accounts.add(&mut self.journal, root, names, roles, (&password, [8; 16]), T0)
    }
}

type LogIn = Result<(), LogInError>;

#[test]
fn the_first_start_makes_an_administrator_and_the_journal_knows_no_password() {
    let (mut house, root) = House::new().with_root();
    house.add(&root, "ada", Role::Lead).unwrap();
    assert!(house.add(&root, "ada", Role::Lead).is_err());
    assert!(house.add(&root, "Not plain", Role::Lead).is_err());
    assert!(house.add(&root, "engine", Role::Lead).is_err());
    let ada = house.accounts.get("ada").unwrap();
    assert!(ada.may("insight", Permission::Approve) && !ada.may("msl", Permission::See));
    assert!(!house.accounts.get("root").unwrap().may("insight", Permission::Release));
    let random = ([1; 26], [2; 16]);
    assert!(house.accounts.make_first(&mut house.journal, "two", random, T0).is_err());
    let shown = format!("{:?}", house.accounts);
    assert!(!shown.contains("dull"));
    for entry in fs::read_dir(house.folder.path()).unwrap().flatten() {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("dull"), "{:?}", entry.path());
        #[cfg(unix)]
        if entry.file_name() == ACCOUNTS_FILE {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
    let house = house.again().unwrap();
    assert_eq!(house.accounts.all().count(), 2);
}

#[test]
fn only_administrators_change_accounts_and_one_stays() {
    let (mut house, root) = House::new().with_root();
    house.add(&root, "ada", Role::Lead).unwrap();
    house.log_in("ada", SECRET, 9, T0).unwrap();
    let own = house.accounts.own_actor(&[9; 32], T0).unwrap();
    let House { journal, accounts, .. } = &mut house;
    let mut change =
        |by: &Actor, name: &str, change| accounts.change(journal, by, name, change, T0);
    assert!(change(&own, "ada", Change::Disabled(false)).is_err());
    assert!(change(&own, "root", Change::Password(Password::new(SECRET), [0; 16])).is_err());
    let weak = Change::Password(Password::new("short"), [0; 16]);
    assert!(change(&own, "ada", weak).unwrap_err().to_string().contains("12 characters"));
    let error = change(&root, "root", Change::Disabled(true)).unwrap_err();
    assert!(error.to_string().contains("last administrator"), "{error}");
    let mission = "msl".to_owned();
    let observer = [Role::Observer].into();
    change(&root, "ada", Change::Roles { mission, roles: observer }).unwrap();
    change(&root, "ada", Change::Disabled(true)).unwrap();
    assert!(house.accounts.own_actor(&[9; 32], T0).is_err());
    assert!(matches!(house.log_in("ada", SECRET, 9, T0), Err(LogInError::Disabled)));
}

#[test]
fn failures_lock_a_name_also_after_a_restart() {
    let (mut house, root) = House::new().with_root();
    house.add(&root, "ada", Role::Lead).unwrap();
    for _ in 0..4 {
        assert!(matches!(house.log_in("ada", "wrong", 3, T0), Err(LogInError::Wrong)));
    }
    assert!(matches!(house.log_in("nobody", SECRET, 3, T0), Err(LogInError::Wrong)));
    let mut house = house.again().unwrap();
    let LogInError::Locked { until } = house.log_in("ada", "wrong", 3, T0).unwrap_err() else {
        panic!("the fifth failure locks")
    };
    assert_eq!(until, T0.plus_s(900.0));
    let mut house = house.again().unwrap();
    let locked = house.log_in("ada", SECRET, 3, T0.plus_s(899.0));
    assert!(matches!(locked, Err(LogInError::Locked { .. })), "the right password too");
    house.log_in("ada", SECRET, 3, T0.plus_s(901.0)).unwrap();
}

#[test]
fn sessions_end_by_time_and_by_steps_of_the_clock() {
    let (mut house, _) = House::new().with_root();
    let ends = |house: &mut House, at: f64| {
        house.accounts.actor(&[2; 32], ALL_MISSIONS, T0.plus_s(at)).is_err()
    };
    assert!(!ends(&mut house, 1_700.0));
    assert!(!ends(&mut house, 3_400.0));
    assert!(ends(&mut house, 5_300.0), "idle");
    house.log_in("root", SECRET, 2, T0).unwrap();
    for i in 0..43 {
        assert!(!ends(&mut house, f64::from(i) * 1_000.0));
    }
    assert!(ends(&mut house, 43_300.0), "too long");
    house.log_in("root", SECRET, 2, T0).unwrap();
    assert!(ends(&mut house, -3_600.0), "the clock was set back");
    house.log_in("root", SECRET, 2, T0).unwrap();
    house.accounts.log_out(&mut house.journal, &[2; 32], T0).unwrap();
    assert!(ends(&mut house, 0.0));
}

#[test]
fn an_edited_file_is_refused_and_an_interrupted_change_finished() {
    let (mut house, root) = House::new().with_root();
    let path = house.folder.path().join(ACCOUNTS_FILE);
    let before = fs::read(&path).unwrap();
    house.add(&root, "ada", Role::Observer).unwrap();
    let after = fs::read(&path).unwrap();
    // The journal has the change, the old file still stands: as after a kill in between.
    fs::write(&path, &before).unwrap();
    let house = house.again().unwrap();
    assert!(house.accounts.get("ada").is_some());
    assert_eq!(fs::read(&path).unwrap(), after);
    let text = String::from_utf8(after).unwrap().replace("observer", "lead");
    fs::write(&path, text).unwrap();
    fs::remove_file(house.folder.path().join("accounts.next.json")).unwrap();
    let error = house.again().map(|_| ()).unwrap_err();
    assert!(matches!(error, AccountError::Tampered(_)));
    assert!(error.to_string().contains("backup"));
}
