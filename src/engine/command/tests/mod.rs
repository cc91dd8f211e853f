//! Tests of commanding from outside: the journal, accounts, the life of a command, crashes.

mod accounts;
mod chain;
mod crash;
mod life;
mod make;
mod model;
