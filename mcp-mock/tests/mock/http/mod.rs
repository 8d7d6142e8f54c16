//! Fake servers over HTTP: on real sockets, spoken to byte by byte.

mod faults;
mod limits;
mod raw;
mod servers;
