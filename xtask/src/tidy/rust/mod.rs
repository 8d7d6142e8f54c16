//! What a Rust file imports, names and declares, read off its tokens. Code for tests is left out.

mod token;
mod tree;

use std::ops::RangeInclusive;

pub(super) use tree::Import;

use token::{Kind, Token, tokens};

/// A file with the modules that are written out in it.
#[derive(Debug, Default)]
pub(super) struct RustFile {
    /// The file itself first, with an empty path.
    pub(super) modules: Vec<Module>,
    /// `mod name;` that only tests compile: name and line.
    pub(super) test_files: Vec<(String, usize)>,
    /// Lines of items that only tests compile.
    test_lines: Vec<RangeInclusive<usize>>,
    lines: usize,
}

#[derive(Debug, Default)]
pub(super) struct Module {
    /// From the file's own module.
    pub(super) path: Vec<String>,
    pub(super) imports: Vec<Import>,
    /// Paths in code outside of `use`, of two segments or more.
    pub(super) mentions: Vec<Mention>,
    /// `mod name;`
    pub(super) files: Vec<ModuleFile>,
}

/// A path as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) segments: Vec<String>,
    /// Whether it starts with `::`, which leads out of the crate.
    pub(super) is_absolute: bool,
    pub(super) line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct ModuleFile {
    pub(super) name: String,
    /// The value of `#[path]`.
    pub(super) path: Option<String>,
}

impl RustFile {
    pub(super) fn parse(text: &str) -> Self {
        let tokens = tokens(text);
        let file = Self {
            modules: vec![Module::default()],
            lines: text.lines().count(),
            ..Self::default()
        };
        let mut reader = Reader { tokens: &tokens, at: 0, file, open: Vec::new(), path: None };
        while reader.at < tokens.len() {
            reader.step();
        }
        reader.file
    }

    /// Lines that are neither blank nor for tests; comments count.
    pub(super) fn code_lines(&self, text: &str) -> usize {
        let is_test = |line| self.test_lines.iter().any(|lines| lines.contains(&line));
        let lines = text.lines().zip(1..);
        lines.filter(|(text, line)| !text.trim().is_empty() && !is_test(*line)).count()
    }
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    file: RustFile,
    /// Every open brace, with its module if it opened one.
    open: Vec<Option<usize>>,
    /// The value of a `#[path]` that waits for its module.
    path: Option<String>,
}

impl<'a> Reader<'a> {
    /// Takes at least one token.
    fn step(&mut self) {
        let kind = self.kind(0);
        match (kind, self.kind(1), self.kind(2)) {
            (Some(Kind::Symbol('#')), Some(Kind::Symbol('[' | '!')), _) => self.attribute(),
            (Some(Kind::Word("mod")), Some(Kind::Word(name)), Some(Kind::Symbol(';'))) => {
                let file = ModuleFile { name: name.to_owned(), path: self.path.take() };
                self.module().files.push(file);
                self.at += 3;
            }
            (Some(Kind::Word("mod")), Some(Kind::Word(name)), Some(Kind::Symbol('{'))) => {
                let path = [&self.module().path[..], &[name.to_owned()]].concat();
                self.open.push(Some(self.file.modules.len()));
                self.file.modules.push(Module { path, ..Module::default() });
                self.at += 3;
            }
            // `use<'a>` in a bound is no declaration.
            (Some(Kind::Word("use")), Some(next), _) if next != Kind::Symbol('<') => {
                let (taken, imports) = tree::imports(&self.tokens[self.at + 1..]);
                self.module().imports.extend(imports);
                self.at += taken + 1;
            }
            // `pub(in a::b)` imports nothing.
            (Some(Kind::Symbol('(')), Some(Kind::Word("in")), _) => self.skip_group(),
            (Some(Kind::Word(_) | Kind::PathSeparator), ..) => self.mention(),
            (Some(Kind::Symbol('{')), ..) => {
                self.open.push(None);
                self.at += 1;
            }
            (Some(Kind::Symbol('}')), ..) => {
                self.open.pop();
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    /// Takes an attribute, and the item behind it if only tests compile that.
    fn attribute(&mut self) {
        let start = self.at;
        let is_inner = self.kind(1) == Some(Kind::Symbol('!'));
        self.at += 1 + usize::from(is_inner);
        if self.kind(0) != Some(Kind::Symbol('[')) {
            return;
        }
        let first = self.at + 1;
        self.skip_group();
        let content = &self.tokens[first.min(self.at)..self.at];
        if is_test(content) {
            if is_inner {
                self.at = self.tokens.len();
            } else {
                self.skip_item();
            }
            let last = self.tokens[..self.at].last();
            let last = if is_inner { self.file.lines } else { last.map_or(0, |it| it.line) };
            self.file.test_lines.push(self.tokens[start].line..=last);
            return;
        }
        match content {
            [path, _, value, ..] if path.kind == Kind::Word("path") => {
                if let Kind::Literal(value) = value.kind {
                    self.path = Some(value.trim_matches('"').to_owned());
                }
            }
            // Paths in it are code: `#[derive(thiserror::Error)]`.
            _ => self.at = first,
        }
    }

    /// Takes an item to its `;` or `}`, or a field or an arm to its `,`.
    fn skip_item(&mut self) {
        while self.kind(0) == Some(Kind::Symbol('#')) {
            self.at += 1;
            self.skip_group();
        }
        let is_item = matches!(self.kind(0), Some(Kind::Word(word)) if ITEM_WORDS.contains(&word));
        while let Some(kind) = self.kind(0) {
            match (kind, self.kind(1), self.kind(2)) {
                (Kind::Word("mod"), Some(Kind::Word(name)), Some(Kind::Symbol(';'))) => {
                    let line = self.tokens[self.at].line;
                    self.file.test_files.push((name.to_owned(), line));
                    self.at += 1;
                }
                (Kind::Symbol('{'), ..) => {
                    self.skip_group();
                    if is_item && self.kind(0) != Some(Kind::Symbol(';')) {
                        return;
                    }
                }
                (Kind::Symbol('(' | '['), ..) => self.skip_group(),
                (Kind::Symbol(';'), ..) => {
                    self.at += 1;
                    return;
                }
                (Kind::Symbol(','), ..) if !is_item => {
                    self.at += 1;
                    return;
                }
                (Kind::Symbol('}'), ..) => return,
                _ => self.at += 1,
            }
        }
    }

    /// Takes a bracket and everything up to and with the one that closes it.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while let Some(kind) = self.kind(0) {
            match kind {
                Kind::Symbol('(' | '[' | '{') => depth += 1,
                Kind::Symbol(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth <= 0 {
                return;
            }
        }
    }

    /// Takes a path, or a word that is none.
    fn mention(&mut self) {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        // `<T as Trait>::Output` and a method belong to something before.
        let is_part = matches!(before, Some(Token { kind: Kind::Symbol('>' | '.'), .. }));
        let is_absolute = self.kind(0) == Some(Kind::PathSeparator);
        self.at += usize::from(is_absolute);
        let mut path = Mention { segments: Vec::new(), is_absolute, line: 0 };
        while let Some(Token { kind: Kind::Word(word), line }) = self.tokens.get(self.at).copied() {
            path.segments.push(word.to_owned());
            path.line = line;
            self.at += 1;
            if self.kind(0) != Some(Kind::PathSeparator) {
                break;
            }
            self.at += 1;
        }
        if path.segments.len() > 1 && !(is_part && is_absolute) {
            self.module().mentions.push(path);
        }
    }

    fn module(&mut self) -> &mut Module {
        let index = self.open.iter().rev().find_map(|module| *module).unwrap_or(0);
        &mut self.file.modules[index]
    }

    fn kind(&self, ahead: usize) -> Option<Kind<'a>> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }
}

/// What an item can start with, where a field or an arm cannot.
const ITEM_WORDS: [&str; 16] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "let",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

/// Whether the content of an attribute is a `cfg` that asks for tests.
fn is_test(content: &[Token<'_>]) -> bool {
    let is = |at: usize, word| content.get(at).is_some_and(|it| it.kind == Kind::Word(word));
    let tests = (0..content.len()).filter(|at| is(*at, "test"));
    is(0, "cfg") && tests.filter(|at| !(*at > 1 && is(at - 2, "not"))).count() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(text: &str) -> Vec<String> {
        let file = RustFile::parse(text);
        let mentions = file.modules.iter().flat_map(|module| &module.mentions);
        mentions.map(|mention| mention.segments.join("::")).collect()
    }

    #[test]
    fn paths_in_code_are_found() {
        let text = r#"
            //! crate::comment
            #[derive(thiserror::Error)]
            pub(in crate::skipped) struct A<T: std::fmt::Debug>(crate::b::C, &'static str);
            fn f<'a>(it: super::D) -> Vec<u8> {
                let text = "crate::string";
                <A as Into<x::B>>::into(it); Vec::<crate::e::F>::new(); $crate::g!();
            }
        "#;

        let wanted = [
            "thiserror::Error",
            "std::fmt::Debug",
            "crate::b::C",
            "super::D",
            "x::B",
            "crate::e::F",
            "crate::g",
        ];
        assert_eq!(mentions(text), wanted);
    }

    #[test]
    fn code_for_tests_is_left_out() {
        let text = "
            use a::b;
            #[cfg(test)]
            use a::c;
            #[cfg(all(test, unix))]
            const X: a::D = a::D { a: 1 };
            struct S { #[cfg(test)] x: a::E, y: a::F }
            #[cfg(not(test))]
            fn g() -> a::G {}
            #[cfg(test)]
            #[path = \"x.rs\"]
            mod probes;
            #[cfg(test)]
            mod tests {
                use a::h;
                fn i() { a::i() }
            }
            fn last(a::J: u8) {}
        ";

        let file = RustFile::parse(text);

        assert_eq!(file.modules[0].imports.len(), 1);
        assert_eq!(mentions(text), ["a::F", "a::G", "a::J"]);
        assert_eq!(file.test_files, [("probes".to_owned(), 12)]);
        assert_eq!(file.code_lines(text), 4);
    }

    #[test]
    fn file_for_tests_has_no_code() {
        let text = "//! x\n#![cfg(test)]\nuse a::b;\n";

        let file = RustFile::parse(text);

        assert_eq!(file.modules[0].imports, []);
        assert_eq!(file.code_lines(text), 1);
    }

    #[test]
    fn modules_are_declared_and_written_out() {
        let text =
            "mod a; #[path = \"c.rs\"] mod b; pub mod d { use e::f; mod g {} fn h() {} } use i::j;";

        let file = RustFile::parse(text);

        let paths: Vec<_> = file.modules.iter().map(|module| module.path.join("::")).collect();
        assert_eq!(paths, ["", "d", "d::g"]);
        let names: Vec<_> =
            file.modules[0].files.iter().map(|it| (&*it.name, it.path.as_deref())).collect();
        assert_eq!(names, [("a", None), ("b", Some("c.rs"))]);
        assert_eq!(file.modules[1].imports[0].name, "f");
        assert_eq!(file.modules[0].imports[0].name, "j");
    }

    #[test]
    fn broken_text_ends() {
        for text in [
            "#[",
            "#!",
            "#[cfg(test)]",
            "mod",
            "use",
            "pub(in",
            "}}",
            "a::",
            "::",
            "#[cfg(test)] x: y",
        ] {
            RustFile::parse(text);
        }
    }
}
