//! Labels and tables made here.
