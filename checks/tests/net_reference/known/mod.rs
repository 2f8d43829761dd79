//! Small worlds made by hand with outcomes that are known from the documentation: they hold the evaluator itself.
