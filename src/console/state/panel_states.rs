//! What panels keep of their view, in their own words.

use std::collections::BTreeMap;

use serde_json::Value;

/// What panels keep of their view, by title; each panel checks its own.
pub type PanelStates = BTreeMap<String, Value>;

/// Name of the part that is only for this computer, as the paths of files.
pub const HERE: &str = "here";

/// Without what is only for the computer where it was kept: for files that go to other people and
/// come from them.
#[must_use]
pub fn portable(mut states: PanelStates) -> PanelStates {
    for value in states.values_mut() {
        if let Value::Object(parts) = value {
            parts.remove(HERE);
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_stay_here() {
        let of = |globe: Value| PanelStates::from([("Globe".to_owned(), globe)]);
        let kept = of(json!({ "camera": { "range_m": 5.0 }, "here": { "files": ["/a"] } }));
        assert_eq!(portable(kept), of(json!({ "camera": { "range_m": 5.0 } })));
        assert_eq!(portable(of(json!([1, "here"]))), of(json!([1, "here"])));
    }
}
