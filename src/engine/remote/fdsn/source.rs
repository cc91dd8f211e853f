//! Where to fetch from: base addresses and presets.

use super::PlanError;

/// A server of FDSN web services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FdsnSource {
    /// Name as shown.
    pub name: String,
    /// Address before `/fdsnws/…`, without a final slash, e.g. `https://ws.ipgp.fr`.
    pub base: String,
    /// Path of the event query; some servers keep Mars events apart.
    pub event_path: String,
}

/// Path of the event query of the specification.
const EVENT_PATH: &str = "/fdsnws/event/1/query";

/// Servers with InSight data: IPGP and EarthScope (FACTS 4.4).
pub fn presets() -> Vec<FdsnSource> {
    let source = |name: &str, base: &str, event_path: &str| FdsnSource {
        name: name.to_owned(),
        base: base.to_owned(),
        event_path: event_path.to_owned(),
    };
    vec![
        source("IPGP", "https://ws.ipgp.fr", EVENT_PATH),
        source("EarthScope", "https://service.earthscope.org", "/irisws/mars-event/1/query"),
    ]
}

impl FdsnSource {
    /// From the name of a preset (any case) or the base address of a server.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let text = text.trim();
        // By its address too: a preset may keep events at another path than the specification.
        let is_named = |p: &FdsnSource| {
            p.name.eq_ignore_ascii_case(text) || p.base == text.trim_end_matches('/')
        };
        if let Some(preset) = presets().into_iter().find(is_named) {
            return Ok(preset);
        }
        let known: Vec<String> = presets().into_iter().map(|p| p.name.to_lowercase()).collect();
        let is_http = text.starts_with("http://") || text.starts_with("https://");
        if !is_http || reqwest::Url::parse(text).is_err() {
            return Err(PlanError(format!(
                "\"{text}\" is no FDSN server. Give one of {} or a base address such as \
                 https://ws.ipgp.fr.",
                known.join(", ")
            )));
        }
        let base = text.trim_end_matches('/').trim_end_matches("/fdsnws").to_owned();
        let name = base.split("//").nth(1).unwrap_or(&base).to_owned();
        Ok(Self { name, base, event_path: EVENT_PATH.to_owned() })
    }
}
