//! What the user does with the globe besides looking: moving it, going to places, writing them.

pub mod bookmarks;
pub mod coordinates;
pub(crate) mod crowd;
pub(crate) mod menu;
pub(crate) mod motion;
pub mod search;
pub mod search_box;
