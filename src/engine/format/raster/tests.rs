//! Rasters of the test's own making, and real ones against other readers' numbers.
