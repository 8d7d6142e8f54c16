//! Which module imports which, held against the table of rooms. Code for tests may import anything.
//!
//! Seen are `use` and paths of two segments or more; a method that is called on a value names no module.

mod modules;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub(super) use modules::CrateRoot;
pub(super) use table::{TABLE, Table};

use super::{Finding, TextFile};
use modules::{Modules, PlacedModule, Target};
use table::{Room, Uses, is_below};

/// Checks every module of the crates.
pub(super) fn check(table: &Table, files: &[TextFile], roots: &[CrateRoot]) -> Vec<Finding> {
    let text =
        |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let modules = Modules::gather(roots, &text);

    let mut check = Check { table, modules: &modules, used: BTreeSet::new() };
    let mut findings: Vec<_> = modules.iter().flat_map(|module| check.module(module)).collect();
    findings.extend(table.rooms.iter().flat_map(|room| check.room(room)));
    findings
}

struct Check<'a> {
    table: &'a Table,
    modules: &'a Modules,
    /// Rooms with what they were seen to use.
    used: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Check<'a> {
    /// What a module must not import. A target counts once, where it is named first.
    fn module(&mut self, module: &PlacedModule) -> Vec<Finding> {
        // The root of a crate shows what is in its rooms.
        if self.modules.is_crate(&module.path) {
            return Vec::new();
        }
        let Some(room) = self.table.room_of(&module.path) else {
            // A module says it for those below it.
            let above = module.path.rsplit_once("::").map_or("", |(above, _)| above);
            if !self.modules.is_crate(above) {
                return Vec::new();
            }
            let message =
                format!("module `{}` is in no room; give it a line in {TABLE}", module.path);
            return vec![Finding::new(&module.file, message)];
        };
        let mut seen = BTreeSet::new();
        let mut findings = Vec::new();
        for mention in module.mentions() {
            let target = self.modules.target(&module.path, mention);
            if let Some(message) = target.and_then(|it| self.problem(room, &it, &mut seen)) {
                let place = format!("{}:{}", module.file, mention.line);
                findings.push(Finding::new(place, message));
            }
        }
        findings
    }

    fn problem(
        &mut self,
        room: &'a Room,
        target: &Target,
        seen: &mut BTreeSet<String>,
    ) -> Option<String> {
        let path = match target {
            Target::Module(module) => return self.forbidden_room(room, module, seen),
            Target::Outside(path) => path,
        };
        let denied = room.without.iter().find(|denied| {
            is_below(path, denied)
                || path.strip_suffix("::*").is_some_and(|it| is_below(denied, it))
        })?;
        seen.insert(denied.clone()).then(|| {
            format!(
                "room `{}` names `{path}` and is to do without `{denied}` ({TABLE}:{}); take it as an \
                 argument, or move this to a room that drives it",
                room.name(),
                room.line
            )
        })
    }

    fn forbidden_room(
        &mut self,
        room: &'a Room,
        module: &str,
        seen: &mut BTreeSet<String>,
    ) -> Option<String> {
        let target = self.table.room_of(module);
        if target.is_none() && !self.modules.is_crate(module) {
            // What is in no room is found there.
            return None;
        }
        let is_own_root = is_below(room.name(), module) && self.modules.is_crate(module);
        if is_own_root || target.is_some_and(|it| it == room) {
            return None;
        }
        match &room.uses {
            Uses::All if crate_of(module) != crate_of(room.name()) => return None,
            Uses::All if target.is_some_and(|it| it.line < room.line) => return None,
            Uses::All => {}
            Uses::Listed(listed) => {
                let is_meant = |it: &&String| {
                    crate_of(module) == **it || target.is_some_and(|room| room.modules.contains(it))
                };
                if let Some(used) = listed.iter().find(is_meant) {
                    self.used.insert((room.name(), used));
                    return None;
                }
            }
        }
        let target = target.map_or(module, Room::name);
        seen.insert(target.to_owned()).then(|| {
            format!(
                "room `{}` imports `{target}` and may not ({TABLE}:{}); move what both need into a room \
                 below, or take it as an argument",
                room.name(),
                room.line
            )
        })
    }

    /// What is wrong with a room of the table.
    fn room(&self, room: &Room) -> Vec<Finding> {
        let is_gone = |module: &&String| !self.modules.has(module);
        let gone = room.modules.iter().filter(is_gone).map(|it| format!("`{it}` is no module"));
        let mut messages: Vec<_> = gone.collect();
        if let Uses::Listed(listed) = &room.uses {
            messages.extend(listed.iter().filter_map(|used| self.wrong_use(room, used)));
        }
        let place = format!("{TABLE}:{}", room.line);
        messages.into_iter().map(|message| Finding::new(&place, message)).collect()
    }

    fn wrong_use(&self, room: &Room, used: &str) -> Option<String> {
        let name = room.name();
        let target = self.table.room(used);
        if target.is_none() && !self.modules.is_crate(used) {
            return Some(format!("`{used}` is neither a room nor a crate"));
        }
        if !self.used.contains(&(name, used)) {
            return Some(format!("`{name}` does not use `{used}`; take it out"));
        }
        target.filter(|it| it.line > room.line).map(|_| {
            format!(
                "`{name}` uses `{used}`, which stands below it: rooms use those above them only"
            )
        })
    }
}

fn crate_of(module: &str) -> &str {
    module.split_once("::").map_or(module, |(name, _)| name)
}
