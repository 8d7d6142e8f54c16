//! A crate whose tests need no more than `mcp-mock`.
