//! Whole questions.
