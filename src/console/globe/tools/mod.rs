//! What the user does with the globe besides looking: moving it, going to places, writing them.

pub(crate) mod motion;
