//! Facts in, verdicts out.
