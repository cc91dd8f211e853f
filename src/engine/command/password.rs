//! Passwords: kept as Argon2id values (RFC 9106), never shown, logged or written.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use super::digest::as_hex;

/// Fewest characters of a password.
pub const FEWEST_CHARACTERS: usize = 12;
/// Most bytes of one.
const MOST_BYTES: usize = 1024;

/// A password in memory; its text appears nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// From what somebody typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A random one of 26 letters and digits (130 bits), from random bytes.
    pub fn random(bytes: [u8; 26]) -> Self {
        // Without 0, 1, l and o, which look alike.
        const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";
        let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
        Self(bytes.iter().map(letter).collect())
    }

    /// The text, to be shown once to whom it belongs.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Why it cannot be taken as a new password; none where it can.
    pub fn weakness(&self, name: &str) -> Option<String> {
        let characters = self.0.chars().count();
        if characters < FEWEST_CHARACTERS {
            return Some(format!("it has fewer than {FEWEST_CHARACTERS} characters"));
        }
        if self.0.len() > MOST_BYTES {
            return Some(format!("it is longer than {MOST_BYTES} bytes"));
        }
        let has_name = self.0.to_lowercase().contains(&name.to_lowercase());
        if !name.is_empty() && has_name {
            return Some("the name of the account is part of it".to_owned());
        }
        let first = self.0.chars().next();
        let is_same = self.0.chars().all(|c| Some(c) == first);
        is_same.then(|| "all of its characters are the same".to_owned())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(not shown)")
    }
}

/// What a password costs to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// As the OWASP Password Storage Cheat Sheet asks for Argon2id: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// A password as it is stored: what comes out of Argon2id, with what went in besides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPassword {
    cost: Cost,
    #[serde(with = "as_hex")]
    salt: Vec<u8>,
    #[serde(with = "as_hex")]
    value: Vec<u8>,
}

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPassword(not shown)")
    }
}

fn argon2id(password: &Password, salt: &[u8], cost: Cost) -> Option<Vec<u8>> {
    let mut value = vec![0; 32];
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(value.len())).ok()?;
    let algorithm = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    algorithm.hash_password_into(password.0.as_bytes(), salt, &mut value).ok()?;
    Some(value)
}

impl StoredPassword {
    /// Stores a password. The salt is random. A cost that Argon2 does not take is a failure.
    pub fn of(password: &Password, salt: [u8; 16], cost: Cost) -> Option<Self> {
        let value = argon2id(password, &salt, cost)?;
        Some(Self { cost, salt: salt.to_vec(), value })
    }

    /// Stands for accounts that do not exist: trying takes as long, and nothing matches.
    pub(super) fn of_nobody(cost: Cost) -> Self {
        Self { cost, salt: vec![0; 16], value: Vec::new() }
    }

    /// Whether this is the password. Takes a while on purpose (about 20 ms of a core and the
    /// memory of its cost): call it on a thread that may wait.
    pub fn matches(&self, password: &Password) -> bool {
        let Some(value) = argon2id(password, &self.salt, self.cost) else { return false };
        // All bytes are looked at, so that the time does not tell how many are right.
        let differs = value.iter().zip(&self.value).fold(0, |sum, (a, b)| sum | (a ^ b));
        differs == 0 && value.len() == self.value.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the reference implementation (phc-winner-argon2, `src/test.c`, Argon2id, version
    /// 0x13): "password", "somesalt", two passes of 256 KiB and of 64 MiB, one lane.
    #[test]
    fn values_of_the_reference_implementation() {
        let password = Password::new("password");
        let small = Cost { memory_kib: 256, passes: 2 };
        let value = argon2id(&password, b"somesalt", small).unwrap();
        let expected = "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe";
        assert_eq!(crate::storage::hex(&value), expected);
        let large = Cost { memory_kib: 65_536, passes: 2 };
        let value = argon2id(&password, b"somesalt", large).unwrap();
        let expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
        assert_eq!(crate::storage::hex(&value), expected);
    }

    #[test]
    fn a_password_shows_nowhere() {
        let password = Password::new("correct horse battery");
        let cost = Cost { memory_kib: 64, passes: 1 };
        let stored = StoredPassword::of(&password, [7; 16], cost).unwrap();
        assert!(stored.matches(&password));
        assert!(!stored.matches(&Password::new("correct horse batterz")));
        assert!(!StoredPassword::of_nobody(cost).matches(&password));
        let shown = format!("{password:?} {stored:?}");
        assert!(!shown.contains("horse") && !shown.contains(&crate::storage::hex(&stored.value)));
        let json = serde_json::to_string(&stored).unwrap();
        assert!(!json.contains("horse"));
        assert_eq!(serde_json::from_str::<StoredPassword>(&json).unwrap(), stored);
    }

    #[test]
    fn weak_passwords_are_told() {
        assert!(Password::new("short").weakness("a").unwrap().contains("12 characters"));
        assert!(Password::new("Ada-lovelace-1815").weakness("ada").unwrap().contains("name"));
        assert!(Password::new("aaaaaaaaaaaaaa").weakness("x").unwrap().contains("same"));
        assert_eq!(Password::random([9; 26]).reveal().len(), 26);
        assert_eq!(Password::new("a long and dull sentence").weakness("ada"), None);
    }
}
