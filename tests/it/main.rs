//! The whole tool from outside: the program is run as users run it, offline or against a served AWS.

mod backend;
mod cli;
mod denials;
mod faults;
mod http;
mod run;
mod scenarios;
mod snapshots;
mod tidy;
