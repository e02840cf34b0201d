//! The program `hydraq`: the console, headless runs, hosts and single requests behind one command line.

pub mod cli;
