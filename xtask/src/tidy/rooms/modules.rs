//! The modules of all crates, and what a path in one of them leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::table::is_below;
use crate::tidy::rust::{Import, Mention, Module, RustFile};

/// More names than a path leads through: a circle of re-exports ends here.
const HOPS_MAX: usize = 16;

/// The name under which the program of a package stands beside the modules of its library.
const PROGRAM: &str = "main";

/// The file that a crate starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tidy) struct CrateRoot {
    /// As code names it: `mcp_core`.
    pub(in crate::tidy) name: String,
    /// From the root of the repository.
    pub(in crate::tidy) file: String,
    pub(in crate::tidy) is_program: bool,
}

/// All modules that are compiled into libraries and programs.
#[derive(Default)]
pub(super) struct Modules {
    all: Vec<PlacedModule>,
    by_path: BTreeMap<String, Vec<usize>>,
    crates: BTreeSet<String>,
}

/// A module, with its place.
pub(super) struct PlacedModule {
    /// With the crate: `orchestrator::run::state`.
    pub(super) path: String,
    /// From the root of the repository.
    pub(super) file: String,
    module: Module,
}

/// The end of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A module of the workspace.
    Module(String),
    /// A path into another crate.
    Outside(String),
}

impl Modules {
    /// Follows the `mod` lines from every root.
    pub(super) fn gather<'a>(roots: &[CrateRoot], file: &dyn Fn(&str) -> Option<&'a str>) -> Self {
        let mut modules = Self::default();
        for root in roots {
            modules.crates.insert(root.name.clone());
            let path = match root.is_program {
                true => format!("{}::{PROGRAM}", root.name),
                false => root.name.clone(),
            };
            modules.add(&path, &root.file, file);
        }
        modules
    }

    /// Adds a file and the files below it.
    fn add<'a>(&mut self, path: &str, name: &str, file: &dyn Fn(&str) -> Option<&'a str>) {
        let Some(text) = file(name) else { return };
        let (folder, stem) = name.rsplit_once('/').unwrap_or(("", name));
        let stem = stem.strip_suffix(".rs").unwrap_or(stem);
        let is_program = path.ends_with(&format!("::{PROGRAM}"));
        let owns_folder = is_program || ["lib", "main", "mod"].contains(&stem);
        for module in RustFile::parse(text).modules {
            let path = [&[path.to_owned()], &module.path[..]].concat().join("::");
            let mut below = vec![folder.to_owned()];
            below.extend((!owns_folder).then(|| stem.to_owned()));
            below.extend(module.path.iter().cloned());
            let below = below.join("/");
            for child in &module.files {
                let places = match &child.path {
                    Some(path) => vec![format!("{folder}/{path}")],
                    None => vec![
                        format!("{below}/{}.rs", child.name),
                        format!("{below}/{}/mod.rs", child.name),
                    ],
                };
                for place in places {
                    self.add(&format!("{path}::{}", child.name), &place, file);
                }
            }
            self.by_path.entry(path.clone()).or_default().push(self.all.len());
            self.all.push(PlacedModule { path, file: name.to_owned(), module });
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &PlacedModule> {
        self.all.iter()
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// Whether a path is the root of a library.
    pub(super) fn is_crate(&self, path: &str) -> bool {
        self.crates.contains(path)
    }

    /// The module or foreign path that a path in a module leads to. A re-export leads on to the module that has the
    /// name: a `mod.rs` or the root of a crate that shows a name is a door and no room.
    pub(super) fn target(&self, from: &str, mention: &Mention) -> Option<Target> {
        self.follow(from, mention, &[], 0)
    }

    /// Follows a path in a module, and then `rest`.
    fn follow(
        &self,
        from: &str,
        mention: &Mention,
        rest: &[String],
        hops: usize,
    ) -> Option<Target> {
        let path = [&mention.segments[..], rest].concat();
        let (first, rest) = path.split_first()?;
        if hops > HOPS_MAX {
            return None;
        }
        let child = format!("{from}::{first}");
        match first.as_str() {
            "Self" => None,
            "crate" => self.descend(&crate_root(from), rest, hops),
            "self" => self.descend(from, rest, hops),
            "super" => self.descend(parent(from), rest, hops),
            _ if !mention.is_absolute && self.has(&child) => self.descend(&child, rest, hops),
            _ => {
                let import = self.import(from, first).map(|import| &import.mention);
                // `use serde_json;` names itself.
                let leads_on = |it: &&Mention| {
                    !mention.is_absolute && *it != mention && it.segments != [first.clone()]
                };
                match import.filter(leads_on) {
                    Some(import) => self.follow(from, import, rest, hops + 1),
                    None if self.is_crate(first) => self.descend(first, rest, hops),
                    None => Some(Target::Outside(path.join("::"))),
                }
            }
        }
    }

    /// Goes on from a module.
    fn descend(&self, module: &str, rest: &[String], hops: usize) -> Option<Target> {
        let Some((first, below)) = rest.split_first() else {
            return Some(Target::Module(module.to_owned()));
        };
        let child = format!("{module}::{first}");
        if first == "super" {
            self.descend(parent(module), below, hops)
        } else if self.has(&child) {
            self.descend(&child, below, hops)
        } else if let Some(import) = self.import(module, first) {
            self.follow(module, &import.mention, below, hops + 1)
        } else {
            Some(Target::Module(module.to_owned()))
        }
    }

    fn import(&self, module: &str, name: &str) -> Option<&Import> {
        let modules = self.by_path.get(module).into_iter().flatten();
        let mut imports = modules.flat_map(|index| &self.all[*index].module.imports);
        imports.find(|import| import.name == name)
    }
}

impl PlacedModule {
    /// Every path that it names, in `use` and elsewhere.
    pub(super) fn mentions(&self) -> impl Iterator<Item = &Mention> {
        let imports = self.module.imports.iter().map(|import| &import.mention);
        imports.chain(&self.module.mentions)
    }
}

/// The root of the library or program that a module belongs to.
fn crate_root(module: &str) -> String {
    match module.split_once("::") {
        Some((name, below)) if is_below(below, PROGRAM) => format!("{name}::{PROGRAM}"),
        Some((name, _)) => name.to_owned(),
        None => module.to_owned(),
    }
}

fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or(module, |(parent, _)| parent)
}
