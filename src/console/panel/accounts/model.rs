//! Accounts in words, roles as a grid, and what is wrong with what is typed.

use std::collections::{BTreeMap, BTreeSet};

use marsdeck_engine::command::{ALL_MISSIONS, Account, Password, Permission, Role};
use marsdeck_engine::mission::Database;

/// Roles by mission.
pub(super) type Roles = BTreeMap<String, BTreeSet<Role>>;

/// Missions of a grid of roles: all of them first, then each, then those that only roles name.
pub(super) fn columns(missions: &Database, roles: &Roles) -> Vec<(String, String)> {
    let mut all = vec![(ALL_MISSIONS.to_owned(), "All missions".to_owned())];
    all.extend(missions.missions.iter().map(|of| (of.id.clone(), of.name.clone())));
    for id in roles.keys() {
        if !all.iter().any(|(known, _)| known == id) {
            all.push((id.clone(), id.clone()));
        }
    }
    all
}

/// Why a role means nothing in a column; none where it does.
pub(super) fn not_here(mission: &str, role: Role) -> Option<&'static str> {
    (role == Role::Administrator && mission != ALL_MISSIONS)
        .then_some("Accounts are kept for all missions at once.")
}

/// The roles in a mission with one of them given or taken.
pub(super) fn with_role(roles: &Roles, mission: &str, role: Role, on: bool) -> BTreeSet<Role> {
    let mut all = roles.get(mission).cloned().unwrap_or_default();
    if on {
        all.insert(role);
    } else {
        all.remove(&role);
    }
    all
}

/// Roles in words: `all missions: administrator; InSight: lead`.
pub(super) fn roles_text(missions: &Database, roles: &Roles) -> String {
    let one = |(id, roles): (&String, &BTreeSet<Role>)| {
        let name = if id == ALL_MISSIONS {
            "all missions"
        } else {
            missions.mission(id).map_or(id.as_str(), |mission| mission.name.as_str())
        };
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        format!("{name}: {}", names.join(", "))
    };
    let some = roles.iter().filter(|(_, roles)| !roles.is_empty());
    let text: Vec<String> = some.map(one).collect();
    if text.is_empty() { "no roles".to_owned() } else { text.join("; ") }
}

/// What a role allows, in a sentence.
pub(super) fn role_help(role: Role) -> String {
    let all = [
        (Permission::See, "looks on"),
        (Permission::Prepare, "prepares and edits commands and plans"),
        (Permission::Approve, "approves or rejects what others prepared"),
        (Permission::Release, "queues, holds and releases"),
        (Permission::Administer, "keeps the accounts"),
    ];
    let can: Vec<&str> =
        all.iter().filter(|(of, _)| role.allows(*of)).map(|(_, words)| *words).collect();
    let name = role.name();
    let article = if name.starts_with(['a', 'o']) { "An" } else { "A" };
    format!("{article} {name} {}.", can.join(", "))
}

/// What is wrong with the name of a new account; none where nothing is.
pub(super) fn name_problem(name: &str, accounts: &[Account]) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if name.is_empty() {
        return Some("Give it a name to log in with.".to_owned());
    }
    if name.len() > 64 || !name.chars().all(is_plain) || name == "engine" {
        return Some(
            "A name has 1 to 64 small letters, digits, points, dashes or underlines, and is not \
             \"engine\"."
                .to_owned(),
        );
    }
    let is_there = accounts.iter().any(|account| account.name == name);
    is_there.then(|| format!("There is an account {name} already."))
}

/// Why a text cannot be taken as a new password; none where it can.
pub(super) fn weakness(text: &str, name: &str) -> Option<String> {
    if text.is_empty() {
        return Some("Type a password.".to_owned());
    }
    let weakness = Password::new(text).weakness(name);
    weakness.map(|weakness| format!("Choose another password: {weakness}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_grid() {
        let missions = Database::builtin();
        let mut roles = Roles::from([("old".to_owned(), BTreeSet::from([Role::Lead]))]);
        let names: Vec<String> = columns(&missions, &roles).into_iter().map(|c| c.1).collect();
        assert_eq!(names.first().map(String::as_str), Some("All missions"));
        assert_eq!(names.last().map(String::as_str), Some("old"), "what only roles name");
        let more = with_role(&roles, "insight", Role::Operator, true);
        assert_eq!(more, BTreeSet::from([Role::Operator]));
        roles.insert("insight".into(), more);
        assert!(with_role(&roles, "insight", Role::Operator, false).is_empty());
        let text = roles_text(&missions, &roles);
        assert!(text.contains("operator") && text.contains("old: lead"), "{text}");
        assert_eq!(roles_text(&missions, &Roles::new()), "no roles");
        assert!(not_here("insight", Role::Administrator).is_some());
        assert!(not_here(ALL_MISSIONS, Role::Administrator).is_none());
    }

    #[test]
    fn roles_say_what_they_allow() {
        assert!(role_help(Role::Lead).contains("approves"));
        assert!(!role_help(Role::Operator).contains("approves"));
        assert_eq!(role_help(Role::Observer), "An observer looks on.");
    }

    #[test]
    fn what_is_typed_is_told_before_it_is_sent() {
        assert!(name_problem("", &[]).is_some());
        assert!(name_problem("Ada", &[]).expect("one").contains("small letters"));
        assert!(name_problem("engine", &[]).is_some());
        assert_eq!(name_problem("ada.l-1", &[]), None);
        assert!(weakness("short", "ada").expect("one").contains("12 characters"));
        assert_eq!(weakness("a long and dull sentence", "ada"), None);
    }
}
