//! The panels: one folder each, `model.rs` (pure) and `ui.rs` (paint). They never import each
//! other; what they tell each other goes through intents and the shared selection.

mod accounts;
mod alarms;
mod audit;
mod catalogue;
mod clocks;
mod commands;
mod event_requests;
mod events;
mod exchange;
mod globe;
mod health;
mod instrument;
mod links;
mod log;
mod log_book;
mod packets;
mod parameters;
mod passes;
mod plan;
mod plots;
mod products;
mod seismogram;
mod sequence;
mod shared;
mod spectra;
mod tables;
mod watch;

pub use globe::{DataFolders, GlobeData, sources as globe_sources};
pub use plots::plots_of;

use crate::view::Panel;

/// Every panel, in the order of the palette; globes show these data.
pub fn all(data: &GlobeData) -> Vec<Box<dyn Panel>> {
    vec![
        Box::new(watch::Watch),
        Box::new(instrument::InstrumentPanel),
        Box::new(alarms::Alarms::default()),
        Box::new(parameters::Parameters::default()),
        Box::new(plots::Plots::default()),
        Box::new(plan::PlanPanel::default()),
        Box::new(seismogram::Seismogram::default()),
        Box::new(event_requests::EventRequests::default()),
        Box::new(catalogue::Catalogue::default()),
        Box::new(events::Events::default()),
        Box::new(spectra::Spectra::default()),
        Box::new(products::Products::default()),
        Box::new(globe::GlobePanel::new(data.clone())),
        Box::new(globe::GlobePanel::second(data.clone())),
        Box::new(sequence::SequencePanel::default()),
        Box::new(tables::TablesPanel::default()),
        Box::new(exchange::ExchangePanel::default()),
        Box::new(links::Links::default()),
        Box::new(packets::Packets::default()),
        Box::new(passes::Passes::default()),
        Box::new(health::HealthPanel::default()),
        Box::new(commands::Commands::default()),
        Box::new(accounts::AccountsPanel::default()),
        Box::new(audit::AuditTrail::default()),
        Box::new(clocks::Clocks),
        Box::new(log_book::LogBook::default()),
        Box::new(log::Log::default()),
    ]
}
