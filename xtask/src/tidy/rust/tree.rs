//! The paths that one `use` declaration brings in.

use super::Mention;
use super::token::{Kind, Token};

/// What a `use` declaration makes known: a path under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// The name in this module; `*` for all names, `_` for none.
    pub(crate) name: String,
    pub(crate) mention: Mention,
}

/// Reads the tree behind the word `use`; the tokens that it takes, without the `;`, and the imports.
pub(super) fn imports(tokens: &[Token<'_>]) -> (usize, Vec<Import>) {
    let mut reader = Reader { tokens, at: 0, imports: Vec::new() };
    let is_absolute = reader.take(Kind::PathSeparator);
    reader.tree(&Mention { segments: Vec::new(), is_absolute, line: 0 });
    (reader.at, reader.imports)
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    imports: Vec<Import>,
}

impl Reader<'_> {
    fn tree(&mut self, prefix: &Mention) {
        let mut path = prefix.clone();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                Kind::Word(word) => {
                    path.segments.push(word.to_owned());
                    path.line = token.line;
                    self.at += 1;
                }
                Kind::Symbol('*') => {
                    self.at += 1;
                    path.line = token.line;
                    path.segments.push("*".to_owned());
                    self.imports.push(Import { name: "*".to_owned(), mention: path });
                    return;
                }
                Kind::Symbol('{') => {
                    self.at += 1;
                    return self.branches(&path);
                }
                _ => return,
            }
            if !self.take(Kind::PathSeparator) {
                return self.leaf(path);
            }
        }
    }

    fn branches(&mut self, prefix: &Mention) {
        while self.at < self.tokens.len() && !self.take(Kind::Symbol('}')) {
            let before = self.at;
            self.tree(prefix);
            // What is no tree is skipped, a comma as well.
            if !self.take(Kind::Symbol(',')) && self.at == before {
                self.at += 1;
            }
        }
    }

    fn leaf(&mut self, mut path: Mention) {
        // `a::{self}` is `a`.
        if path.segments.len() > 1 && path.segments.last().is_some_and(|last| last == "self") {
            path.segments.pop();
        }
        let mut name = path.segments.last().cloned().unwrap_or_default();
        if self.take(Kind::Word("as"))
            && let Some(Token { kind: Kind::Word(alias), .. }) = self.tokens.get(self.at)
        {
            (*alias).clone_into(&mut name);
            self.at += 1;
        }
        self.imports.push(Import { name, mention: path });
    }

    fn take(&mut self, wanted: Kind<'_>) -> bool {
        let is_next = self.tokens.get(self.at).is_some_and(|token| token.kind == wanted);
        self.at += usize::from(is_next);
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens;
    use super::*;

    #[test]
    fn trees_are_opened() {
        let text = "crate::{self, a::{b as c, d::*},\n e as _};";

        let (taken, imports) = imports(&tokens(text));

        let found: Vec<_> = imports
            .iter()
            .map(|it| (it.name.as_str(), it.mention.segments.join("::"), it.mention.line))
            .collect();
        let wanted = [
            ("crate", "crate".to_owned(), 1),
            ("c", "crate::a::b".to_owned(), 1),
            ("*", "crate::a::d::*".to_owned(), 1),
            ("_", "crate::e".to_owned(), 2),
        ];
        assert_eq!(found, wanted);
        assert_eq!(taken, tokens(text).len() - 1);
    }

    #[test]
    fn leading_separator_is_kept() {
        let (_, imports) = imports(&tokens("::std::fs;"));

        assert!(imports[0].mention.is_absolute);
        assert_eq!(imports[0].mention.segments, ["std", "fs"]);
    }

    #[test]
    fn broken_trees_end() {
        for text in ["", "{", "a::{,}", "a::", "{{}", "a as", "{;}"] {
            imports(&tokens(text));
        }
    }
}
