//! Tests of grown cities.
