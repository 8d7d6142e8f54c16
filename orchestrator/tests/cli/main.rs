//! The program from outside: its arguments, what it prints on which stream, and its exit codes.

mod harness;

mod calls;
mod runs;
mod servers;
mod signals;
mod tools;
mod usage;
