//! Parses the command line, runs the command, and ends with its exit code.

use aws_triage::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(invocation) => cli::run(&invocation).into(),
        Err(code) => code,
    }
}
