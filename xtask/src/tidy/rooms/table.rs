//! The table of rooms, `xtask/rooms.txt`: which module may import which.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// The rooms of all crates, in the order of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) rooms: Vec<Room>,
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
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader::default();
        for (line, number) in text.lines().zip(1..) {
            reader.line(line, number).with_context(|| format!("line {number}: `{line}`"))?;
        }
        Ok(Self { rooms: reader.rooms })
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
    name_of_crate: Option<String>,
    groups: BTreeMap<String, Vec<String>>,
    rooms: Vec<Room>,
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
            "crate" => self.name_of_crate = Some(rest.trim().to_owned()),
            "room" => {
                let modules = self.all_full(rest)?;
                let mut known = self.rooms.iter().flat_map(|room| &room.modules);
                ensure!(!known.any(|it| modules.contains(it)), "stands here twice");
                self.rooms.push(Room { modules, line: number, ..Room::default() });
            }
            "uses" => {
                let uses = match rest.trim() {
                    "all" => Uses::All,
                    _ => Uses::Listed(self.all_full(rest)?),
                };
                self.last()?.uses = uses;
            }
            "without" => {
                let paths = list(rest).into_iter().flat_map(|it| match self.groups.get(&it) {
                    Some(group) => group.clone(),
                    None => vec![it],
                });
                let paths: Vec<_> = paths.collect();
                self.last()?.without.extend(paths);
            }
            _ => bail!("a line starts with group, crate, room, uses or without"),
        }
        Ok(())
    }

    /// A room of the crate at hand as it is, a crate or another crate's room with `::` before it.
    fn full(&self, path: &str) -> Result<String> {
        if let Some(path) = path.strip_prefix("::") {
            return Ok(path.to_owned());
        }
        let name = self.name_of_crate.as_ref().context("no `crate` above it")?;
        Ok(format!("{name}::{path}"))
    }

    fn all_full(&self, paths: &str) -> Result<Vec<String>> {
        list(paths).iter().map(|path| self.full(path)).collect()
    }

    fn last(&mut self) -> Result<&mut Room> {
        self.rooms.last_mut().context("no `room` above it")
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
            crate engine
            room call, retry  # Another.
            room run
            uses call, ::core
            without io, tokio
            room cli
            uses all
        ";

        let table = Table::parse(text).unwrap();

        let owned = |paths: &[&str]| paths.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        assert_eq!(table.rooms.len(), 3);
        assert_eq!(table.rooms[0].modules, owned(&["engine::call", "engine::retry"]));
        assert_eq!(table.rooms[0].uses, Uses::Listed(Vec::new()));
        assert_eq!(table.rooms[1].uses, Uses::Listed(owned(&["engine::call", "core"])));
        assert_eq!(table.rooms[1].without, owned(&["std::fs", "std::net", "tokio"]));
        assert_eq!(table.rooms[1].line, 6);
        assert_eq!(table.rooms[2].uses, Uses::All);
    }

    #[test]
    fn longest_path_is_the_room() {
        let table = Table::parse("crate a\nroom run, log\nroom run::state\n").unwrap();

        for (module, wanted) in [
            ("a::run::state::step", Some("a::run::state")),
            ("a::run::event", Some("a::run")),
            ("a::log", Some("a::run")),
            ("a::runner", None),
            ("a", None),
        ] {
            assert_eq!(table.room_of(module).map(Room::name), wanted, "{module}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_lines() {
        for (text, wanted) in [
            ("room a", "line 1: `room a`: no `crate` above it"),
            ("crate a\nuses b", "line 2: `uses b`: no `room` above it"),
            ("crate a\nroom b\nroom b", "line 3: `room b`: stands here twice"),
            ("group a b", "line 1: `group a b`: a group is `group NAME: PATHS`"),
            ("rom a", "line 1: `rom a`: a line starts with group, crate, room, uses or without"),
        ] {
            assert_eq!(format!("{:#}", Table::parse(text).unwrap_err()), wanted);
        }
    }
}
