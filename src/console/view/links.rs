//! Links as colour, shape and word; the worst of them for the strip; the one in focus.

use marsdeck_engine::link::LinkState;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::LinkView;

use super::ViewContext;
use crate::widget::duration_text;

/// How bad the state of a link is.
pub fn link_severity(link: &LinkView) -> Severity {
    match link.status.state {
        LinkState::Disabled => Severity::Off,
        LinkState::Ok if link.silent => Severity::Watch,
        LinkState::Ok => Severity::Normal,
        LinkState::Unavailable => Severity::Distress,
        LinkState::Failed => Severity::Critical,
    }
}

/// The word for the state of a link; a link that works but brings nothing is silent.
pub fn link_word(link: &LinkView) -> &'static str {
    match link.status.state {
        LinkState::Ok if link.silent => "SILENT",
        state => state.word(),
    }
}

/// The worst link that is on, with the latency of the newest packet.
pub fn worst_link(links: &[LinkView]) -> (Severity, String) {
    let on = || links.iter().filter(|link| link.config.enabled);
    let Some(worst) = on().rev().max_by_key(|link| link_severity(link)) else {
        let text = if links.is_empty() { "No links" } else { "All links are off" };
        return (Severity::Off, text.to_owned());
    };
    let severity = link_severity(worst);
    let count = on().count();
    let text = if severity > Severity::Normal || count == 1 {
        format!("{} {}", worst.config.name, link_word(worst))
    } else {
        format!("{count} links OK")
    };
    let newest = on().filter(|link| link.latency_s.is_some()).max_by_key(|l| l.status.last_data);
    match newest.and_then(|link| link.latency_s) {
        // An on-board clock may run ahead of ours.
        Some(latency) => {
            (severity, format!("{text}, data {} late", duration_text(latency.max(0.0))))
        }
        None => (severity, text),
    }
}

/// The link in focus: the selected one, else the first.
pub fn chosen_link<'a>(cx: &ViewContext<'a>) -> Option<&'a LinkView> {
    let links = &cx.snapshot.links;
    links.iter().find(|link| link.config.name == cx.selection.link).or_else(|| links.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use marsdeck_engine::link::{LinkConfig, LinkStatus, Source};
    use marsdeck_engine::runtime::LinkCounts;

    fn link(name: &str, state: LinkState) -> LinkView {
        let source = Source::Udp("0.0.0.0:5000".into());
        let enabled = state != LinkState::Disabled;
        LinkView {
            config: LinkConfig { enabled, ..LinkConfig::new(name, source) },
            status: LinkStatus { state, ..LinkStatus::default() },
            counts: LinkCounts::default(),
            bytes_per_s: 0.0,
            packets_per_s: 0.0,
            silent: false,
            newest: None,
            latency_s: None,
            problems: Vec::new(),
        }
    }

    #[test]
    fn the_worst_link_that_is_on_counts() {
        let say = |links: &[LinkView]| worst_link(links);
        assert_eq!(say(&[]), (Severity::Off, "No links".into()));
        let off = link("relay", LinkState::Disabled);
        assert_eq!(say(std::slice::from_ref(&off)), (Severity::Off, "All links are off".into()));
        let mut good = link("lander", LinkState::Ok);
        assert_eq!(say(&[off.clone(), good.clone()]), (Severity::Normal, "lander OK".into()));
        good.latency_s = Some(4.0);
        let text = "2 links OK, data 4.00 s late";
        let other = link("files", LinkState::Ok);
        assert_eq!(say(&[good.clone(), other]), (Severity::Normal, text.into()));
        good.silent = true;
        assert_eq!(
            say(std::slice::from_ref(&good)),
            (Severity::Watch, "lander SILENT, data 4.00 s late".into())
        );
        let broken = link("b", LinkState::Failed);
        let away = link("a", LinkState::Unavailable);
        good.latency_s = None;
        assert_eq!(say(&[good, away, broken, off]), (Severity::Critical, "b FAILED".into()));
    }
}
