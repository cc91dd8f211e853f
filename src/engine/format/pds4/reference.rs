//! Values of real products against another implementation.
