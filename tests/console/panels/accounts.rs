//! The Accounts panel: the first administrator, logging in, the own password, roles.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui_kittest::kittest::{NodeT, Queryable};
use marsdeck::theme::Theme;
use marsdeck_engine::command::{Password, Role};
use marsdeck_engine::runtime::{CommandingPicture, Order, Reply, SessionView, Token};

use super::desk::{answer, last_order, live, logged_in, orders, press, write};
use super::{Stage, harness, picture, themes};

const SIZE: [f32; 2] = [520.0, 760.0];

fn stage(picture: CommandingPicture, theme: Theme) -> Stage {
    live("Accounts", picture, theme)
}

#[test]
fn the_first_administrator_gets_a_password_once() {
    let empty = CommandingPicture { version: 1, ..CommandingPicture::default() };
    let mut harness = harness(stage(empty, Theme::dark()), SIZE, false);
    harness.get_by_label("Nobody has an account yet");
    write(&mut harness, "Name to log in with", "root");
    harness.run_steps(2);
    press(&mut harness, "Make the administrator");
    assert_eq!(last_order(&harness), Order::MakeFirst { name: "root".into() });
    let password = Password::new("abcdefghijkmnpqrstuvwxyz23");
    answer(&mut harness, logged_in(""), Reply::FirstPassword(password));
    harness.get_by_label("abcdefghijkmnpqrstuvwxyz23");
    harness.get_by_label("Copy the password");
    press(&mut harness, "I have it");
    assert!(harness.query_by_label("abcdefghijkmnpqrstuvwxyz23").is_none(), "once");
    assert_eq!(harness.state().kept(), None, "nothing of it is kept");
}

#[test]
fn who_logs_in_is_told_what_went_wrong() {
    let mut harness = harness(stage(logged_in(""), Theme::dark()), SIZE, false);
    assert!(harness.get_by_label("Log in now").accesskit_node().is_disabled());
    write(&mut harness, "Name", "ada");
    harness.run_steps(2);
    write(&mut harness, "Password", "correct horse battery");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    let password = Password::new("correct horse battery");
    assert_eq!(last_order(&harness), Order::LogIn { name: "ada".into(), password });
    let locked = "too many wrong passwords: locked until 2020-09-13T12:41:40Z".to_owned();
    answer(&mut harness, logged_in(""), Reply::Refused(vec![locked]));
    harness.get_by_label("Too many wrong passwords: locked until 2020-09-13T12:41:40Z.");
    let disabled = harness.get_by_label("Log in now").accesskit_node().is_disabled();
    assert!(disabled, "the password was forgotten");
    answer(&mut harness, logged_in("ada"), Reply::Done("ada is logged in".into()));
    harness.get_by_label("Logged in as ada");
    assert!(harness.query_by_label_contains("Add account").is_none(), "no administrator");
    press(&mut harness, "Log out");
    assert_eq!(last_order(&harness), Order::LogOut);
}

#[test]
fn a_first_log_in_asks_for_another_password() {
    let mut picture = logged_in("");
    let token = Token([7; 32]).digest();
    let session = SessionView { token, name: "root".into(), must_change: true };
    picture.sessions = Arc::new(vec![session]);
    let mut harness = harness(stage(picture.clone(), Theme::dark()), SIZE, false);
    harness.get_by_label("Choose your own password before anything else");
    assert!(harness.query_by_label_contains("Add account").is_none(), "not before that");
    write(&mut harness, "New password", "short");
    harness.get_by_label_contains("fewer than 12 characters");
    write(&mut harness, "New password", "a dull and long sentence");
    harness.get_by_label("Type the same password twice.");
    write(&mut harness, "Once more", "a dull and long sentence");
    press(&mut harness, "Change the password");
    let password = Password::new("a dull and long sentence");
    assert_eq!(last_order(&harness), Order::ChangePassword { password });
}

#[test]
fn an_administrator_gives_roles_accounts_and_passwords() {
    let mut harness = harness(stage(logged_in("root"), Theme::dark()), [520.0, 1100.0], false);
    harness.get_by_label("Accounts (4)");
    press(&mut harness, "ada");
    press(&mut harness, "lead of ada in InSight");
    let roles = BTreeSet::from([Role::Planner, Role::Lead]);
    let (name, mission) = ("ada".to_owned(), "insight".to_owned());
    assert_eq!(last_order(&harness), Order::SetRoles { name, mission, roles });
    let here = harness.get_by_label("administrator of ada in InSight");
    assert!(here.accesskit_node().is_disabled(), "accounts are of all missions");
    answer(&mut harness, logged_in("root"), Reply::Done("Account ada has other roles".into()));
    press(&mut harness, "Disable ada");
    assert_eq!(last_order(&harness), Order::Disable { name: "ada".into(), is_disabled: true });
    press(&mut harness, "Reset password\u{2026}");
    write(&mut harness, "New password of ada", "another dull sentence");
    harness.run_steps(2);
    press(&mut harness, "Give ada this password");
    let password = Password::new("another dull sentence");
    assert_eq!(last_order(&harness), Order::ResetPassword { name: "ada".into(), password });
    answer(&mut harness, logged_in("root"), Reply::Done("Account ada has a new password".into()));
    press(&mut harness, "Add account\u{2026}");
    write(&mut harness, "New name", "grace");
    write(&mut harness, "Person", "Grace Hopper");
    write(&mut harness, "First password", "nanoseconds of wire");
    harness.run_steps(3);
    press(&mut harness, "operator of grace in All missions");
    press(&mut harness, "Make the account");
    let Order::AddAccount { name, full_name, roles, password } = last_order(&harness) else {
        panic!("no account")
    };
    assert_eq!((name.as_str(), full_name.as_str()), ("grace", "Grace Hopper"));
    assert_eq!(roles.get("*"), Some(&BTreeSet::from([Role::Operator])));
    assert_eq!(password.reveal(), "nanoseconds of wire");
    assert_eq!(orders(harness.state()).len(), 4);
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut out = harness(stage(logged_in(""), theme.clone()), SIZE, true);
        picture(&mut out, &format!("accounts_log_in_{name}"));
        let empty = CommandingPicture { version: 1, ..CommandingPicture::default() };
        let mut first = harness(stage(empty, theme.clone()), SIZE, true);
        write(&mut first, "Name to log in with", "root");
        first.run_steps(2);
        press(&mut first, "Make the administrator");
        let password = Password::new("abcdefghijkmnpqrstuvwxyz23");
        answer(&mut first, logged_in(""), Reply::FirstPassword(password));
        picture(&mut first, &format!("accounts_first_{name}"));
        let mut root = harness(stage(logged_in("root"), theme), SIZE, true);
        press(&mut root, "eve");
        press(&mut root, "Add account\u{2026}");
        picture(&mut root, &format!("accounts_all_{name}"));
    }
}
