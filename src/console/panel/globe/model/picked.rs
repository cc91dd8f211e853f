//! What a click on a mark means.

use crate::globe::PickId;

/// What a click on a mark means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::panel::globe) enum Picked {
    /// The event of this id.
    Event(String),
    /// The mission of this id.
    Mission(String),
    /// Something without a meaning elsewhere.
    Nothing,
}

/// Reads a picked mark.
pub(in crate::panel::globe) fn picked(pick: &PickId) -> Picked {
    match pick.layer.as_str() {
        "quakes" => Picked::Event(pick.item.clone()),
        "sites" => Picked::Mission(pick.item.split('/').next().unwrap_or_default().to_owned()),
        layer if layer.starts_with("traverse:") => Picked::Mission(pick.item.clone()),
        "targets" => Picked::Mission("msl".to_owned()),
        _ => Picked::Nothing,
    }
}
