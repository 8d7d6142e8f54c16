//! The table of rooms, `xtask/rooms.txt`: which crate and which module may import which.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// The table, from the root of the repository.
pub(in crate::tidy) const TABLE: &str = "xtask/rooms.txt";

/// All crates and their rooms, in the order of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::tidy) struct Table {
    pub(in crate::tidy) crates: Vec<Crate>,
    pub(super) rooms: Vec<Room>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::tidy) struct Crate {
    /// As a package: `mcp-core`.
    pub(in crate::tidy) name: String,
    pub(in crate::tidy) line: usize,
    /// Packages of the workspace.
    pub(in crate::tidy) uses: Vec<String>,
    /// Further packages that only its tests may depend on.
    pub(in crate::tidy) tests_use: Vec<String>,
}

/// Modules that may import each other, with everything below them that is no room of its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Room {
    /// With the crate: `orchestrator::run::state`.
    pub(super) modules: Vec<String>,
    pub(super) line: usize,
    pub(super) uses: Uses,
    /// Paths outside of the workspace that it must not name.
    pub(super) without: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Uses {
    /// Every room above it in its crate, and the crates that its crate depends on.
    All,
    /// Rooms and crates, with their crates.
    Listed(Vec<String>),
}

impl Default for Uses {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Table {
    pub(in crate::tidy) fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader::default();
        for (line, number) in text.lines().zip(1..) {
            let context = || format!("{TABLE}:{number}: `{}`", line.trim());
            reader.line(line, number).with_context(context)?;
        }
        Ok(reader.table)
    }

    /// The room of a module: the one with the longest path that leads to it.
    pub(super) fn room_of(&self, module: &str) -> Option<&Room> {
        let length = |room: &Room| {
            let above = room.modules.iter().filter(|it| is_below(module, it));
            above.map(String::len).max()
        };
        self.rooms.iter().filter(|room| length(room).is_some()).max_by_key(|room| length(room))
    }

    /// The room that names a module itself.
    pub(super) fn room(&self, module: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.modules.iter().any(|it| it == module))
    }
}

impl Room {
    /// What messages call it.
    pub(super) fn name(&self) -> &str {
        self.modules.first().map_or("", String::as_str)
    }
}

/// Whether a path is another or leads on from it.
pub(super) fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[derive(Default)]
struct Reader {
    groups: BTreeMap<String, Vec<String>>,
    table: Table,
    /// Whether `uses` and `without` belong to a room or to the crate.
    is_in_room: bool,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> Result<()> {
        let line = line.split('#').next().unwrap_or_default().trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" => {}
            "group" => {
                let (name, paths) =
                    rest.split_once(':').context("a group is `group NAME: PATHS`")?;
                self.groups.insert(name.trim().to_owned(), list(paths));
            }
            "crate" => {
                let name = rest.trim().to_owned();
                ensure!(self.table.crates.iter().all(|it| it.name != name), "stands here twice");
                self.table.crates.push(Crate { name, line: number, ..Crate::default() });
                self.is_in_room = false;
            }
            "room" => {
                let modules = self.paths(rest)?;
                let mut known = self.table.rooms.iter().flat_map(|room| &room.modules);
                ensure!(!known.any(|it| modules.contains(it)), "stands here twice");
                self.table.rooms.push(Room { modules, line: number, ..Room::default() });
                self.is_in_room = true;
            }
            "tests" => {
                let rest = rest.strip_prefix("use ").context("tests `use` crates")?;
                self.current_crate()?.tests_use = list(rest);
            }
            "uses" if !self.is_in_room => self.current_crate()?.uses = list(rest),
            "uses" if rest.trim() == "all" => self.current_room()?.uses = Uses::All,
            "uses" => self.current_room()?.uses = Uses::Listed(self.paths(rest)?),
            "without" => {
                let paths = list(rest).into_iter().flat_map(|it| match self.groups.get(&it) {
                    Some(group) => group.clone(),
                    None => vec![it],
                });
                let paths: Vec<_> = paths.collect();
                self.current_room()?.without.extend(paths);
            }
            _ => bail!("a line starts with group, crate, tests use, room, uses or without"),
        }
        Ok(())
    }

    /// Modules with their crates. A path is in the current crate unless it starts with the name of a crate that
    /// has a line. `*` is the current crate: the modules that are in no other room.
    fn paths(&mut self, paths: &str) -> Result<Vec<String>> {
        let own = self.current_crate()?.name.clone();
        let path = |path: String| {
            let first = path.split("::").next().unwrap_or_default();
            let is_foreign = self.table.crates.iter().any(|it| it.name == first);
            let full = match path.as_str() {
                "*" => own.clone(),
                _ if is_foreign => path,
                _ => format!("{own}::{path}"),
            };
            full.replace('-', "_")
        };
        Ok(list(paths).into_iter().map(path).collect())
    }

    fn current_crate(&mut self) -> Result<&mut Crate> {
        self.table.crates.last_mut().context("no `crate` above it")
    }

    fn current_room(&mut self) -> Result<&mut Room> {
        self.table.rooms.last_mut().filter(|_| self.is_in_room).context("no `room` above it")
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_read() {
        let text = "
            # A comment.
            group io: std::fs, std::net
            crate a-core
            crate engine
            uses a-core
            tests use fakes
            room call, retry  # Another.
            room run
            uses call, a-core, a-core::codec
            without io, tokio
            room cli
            uses all
            room *
        ";

        let table = Table::parse(text).unwrap();

        let owned = |paths: &[&str]| paths.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        assert_eq!(table.crates[1].uses, ["a-core"]);
        assert_eq!(table.crates[1].tests_use, ["fakes"]);
        assert_eq!(table.rooms.len(), 4);
        assert_eq!(table.rooms[3].modules, owned(&["engine"]));
        assert_eq!(table.rooms[0].modules, owned(&["engine::call", "engine::retry"]));
        assert_eq!(table.rooms[0].uses, Uses::Listed(Vec::new()));
        assert_eq!(
            table.rooms[1].uses,
            Uses::Listed(owned(&["engine::call", "a_core", "a_core::codec"]))
        );
        assert_eq!(table.rooms[1].without, owned(&["std::fs", "std::net", "tokio"]));
        assert_eq!(table.rooms[1].line, 9);
        assert_eq!(table.rooms[2].uses, Uses::All);
    }

    #[test]
    fn longest_path_is_the_room() {
        let table =
            Table::parse("crate a\nroom run, log\nroom run::state\ncrate b\nroom *").unwrap();

        for (module, wanted) in [
            ("a::run::state::step", Some("a::run::state")),
            ("a::run::event", Some("a::run")),
            ("a::log", Some("a::run")),
            ("b::any", Some("b")),
            ("a::runner", None),
            ("a", None),
        ] {
            assert_eq!(table.room_of(module).map(Room::name), wanted, "{module}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_lines() {
        for (text, wanted) in [
            ("room a", "xtask/rooms.txt:1: `room a`: no `crate` above it"),
            ("crate a\n  without b", "xtask/rooms.txt:2: `without b`: no `room` above it"),
            ("crate a\nroom b\nroom b", "xtask/rooms.txt:3: `room b`: stands here twice"),
            ("crate a\ncrate a", "xtask/rooms.txt:2: `crate a`: stands here twice"),
            ("group a b", "xtask/rooms.txt:1: `group a b`: a group is `group NAME: PATHS`"),
            (
                "rom a",
                "xtask/rooms.txt:1: `rom a`: a line starts with group, crate, tests use, room, uses or without",
            ),
        ] {
            assert_eq!(format!("{:#}", Table::parse(text).unwrap_err()), wanted);
        }
    }
}
