//! Accounts and their roles, per mission: who may do what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::password::StoredPassword;

/// Stands for all missions in the roles of an account.
pub const ALL_MISSIONS: &str = "*";

/// What somebody is in a mission; an account may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks on.
    Observer,
    /// Prepares, releases and follows commands.
    Operator,
    /// Plans and prepares.
    Planner,
    /// Approves what others prepared; may do what operators and planners do.
    Lead,
    /// Keeps the accounts; commands nothing.
    Administrator,
}

/// What a role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// To look on.
    See,
    /// To prepare and edit commands and plans.
    Prepare,
    /// To approve or reject what others prepared.
    Approve,
    /// To queue, hold and release.
    Release,
    /// To keep the accounts.
    Administer,
}

impl Role {
    /// All of them, in rising order.
    pub const ALL: [Self; 5] =
        [Self::Observer, Self::Operator, Self::Planner, Self::Lead, Self::Administrator];

    /// Whether it allows something.
    pub fn allows(self, permission: Permission) -> bool {
        use Permission::{Administer, Approve, Prepare, Release, See};
        match self {
            Self::Observer => permission == See,
            Self::Operator => matches!(permission, See | Prepare | Release),
            Self::Planner => matches!(permission, See | Prepare),
            Self::Lead => matches!(permission, See | Prepare | Approve | Release),
            Self::Administrator => matches!(permission, See | Administer),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observer => "observer",
            Self::Operator => "operator",
            Self::Planner => "planner",
            Self::Lead => "lead",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Permission {
    /// As the end of "may not …".
    pub fn words(self) -> &'static str {
        match self {
            Self::See => "look on",
            Self::Prepare => "prepare commands (an operator, planner or lead may)",
            Self::Approve => "approve commands (a lead may)",
            Self::Release => "queue or release commands (an operator or lead may)",
            Self::Administer => "change accounts (an administrator may)",
        }
    }
}

/// An account of this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Name to log in with.
    pub name: String,
    /// Name of the person.
    pub full_name: String,
    /// Roles by mission; [`ALL_MISSIONS`] for every one.
    pub roles: BTreeMap<String, BTreeSet<Role>>,
    /// Whether nobody can log in with it.
    pub is_disabled: bool,
    /// Whether the password has to be changed before anything else.
    pub must_change: bool,
    pub(super) password: StoredPassword,
}

impl Account {
    /// Its roles in a mission.
    pub fn roles_in(&self, mission: &str) -> BTreeSet<Role> {
        let everywhere = self.roles.get(ALL_MISSIONS).into_iter().flatten();
        self.roles.get(mission).into_iter().flatten().chain(everywhere).copied().collect()
    }

    /// Whether it may do something in a mission.
    pub fn may(&self, mission: &str, permission: Permission) -> bool {
        self.roles_in(mission).iter().any(|role| role.allows(permission))
    }

    pub(super) fn is_administrator(&self) -> bool {
        !self.is_disabled && self.may(ALL_MISSIONS, Permission::Administer)
    }
}

/// Somebody who is logged in, and what they may do in a mission. Only
/// [`Accounts::actor`](super::Accounts::actor) makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    name: String,
    mission: String,
    roles: BTreeSet<Role>,
}

impl Actor {
    pub(super) fn new(name: &str, mission: &str, roles: BTreeSet<Role>) -> Self {
        Self { name: name.to_owned(), mission: mission.to_owned(), roles }
    }

    /// Name of the account.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The mission in which the roles hold.
    pub fn mission(&self) -> &str {
        &self.mission
    }

    /// The roles in that mission.
    pub fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// Whether they may do something in that mission.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.allows(permission))
    }
}
