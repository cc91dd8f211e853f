//! The tests of the console package: one binary, one module per subject.

mod cli;
mod fake;
mod globe_data;
mod globe_ground;
mod globe_kept;
mod globe_measuring;
mod globe_tools;
mod globe_view;
mod layouts;
mod lost_device;
mod own_windows;
mod panels;
mod pictures;
mod plots;
mod sample_panels;
mod shell;
mod telemetry;
mod tidy;
mod tour;
