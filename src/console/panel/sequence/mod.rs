//! Sequences of commands: text and form in step, checks while typing, versions, binary form.

mod analysis;
mod binary;
mod colours;
mod compare;
mod completion;
mod editor;
mod files;
mod findings;
mod form;
mod model;
mod reading;
mod steps;
mod time_entry;
mod toolbar;
mod ui;

pub use ui::SequencePanel;
