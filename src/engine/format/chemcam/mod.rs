//! chemcam.
