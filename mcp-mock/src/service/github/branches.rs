//! Branches, tags and commits: what a change is made of and where it lands.

use std::collections::{BTreeMap, BTreeSet};

use super::super::ApiError;
use super::{Api, Branch, Commit, GitHub, Quota, Repo, RepoPath, refusal};

/// The content of all files at one place in history, by path.
pub(super) type Tree<'a> = BTreeMap<&'a str, &'a str>;

impl GitHub {
    /// Creates a branch at the head of `from`, or of the default branch.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the branch to start from, 403 when archived, 409 when the
    /// repository is empty, 422 when the branch exists or its name is malformed.
    pub fn create_branch(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        name: &str,
        from: Option<&str>,
    ) -> Result<(), ApiError> {
        self.spend(api, Quota::Content)?;
        let repo = self.writable(path)?;
        if repo.branches.is_empty() {
            return Err(refusal::conflict("Git Repository is empty."));
        }
        if repo.branches.contains_key(name) {
            return Err(refusal::unprocessable("Reference already exists"));
        }
        if !is_ref_name(name) {
            let message = format!("refs/heads/{name} is not a valid ref name.");
            return Err(refusal::unprocessable(message));
        }
        let from = from.unwrap_or(&repo.default_branch);
        let branch = repo.branches.get(from).ok_or_else(refusal::not_found)?.clone();
        repo.branches.insert(name.to_owned(), branch);
        Ok(())
    }
}

impl GitHub {
    /// The commit that a reference such as `heads/main` or `tags/v1` points to.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the reference, 409 when the repository is empty.
    pub fn get_ref(
        &self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        reference: &str,
    ) -> Result<&str, ApiError> {
        self.spend(api, Quota::Core)?;
        let repo = self.repo_at(path)?;
        if repo.branches.is_empty() {
            return Err(refusal::conflict("Git Repository is empty."));
        }
        let sha = match reference.split_once('/') {
            Some(("heads", name)) => repo.branches.get(name).and_then(Branch::head),
            Some(("tags", name)) => repo.tags.get(name).map(String::as_str),
            _ => None,
        };
        sha.ok_or_else(refusal::not_found)
    }
}

impl Repo {
    /// The files at a branch, a tag or a commit.
    pub(super) fn tree_at(&self, reference: &str) -> Option<Tree<'_>> {
        if let Some(branch) = self.branches.get(reference) {
            return Some(branch.files());
        }
        let sha = self.tags.get(reference).map_or(reference, String::as_str);
        self.branches.values().find_map(|branch| {
            let end = branch.commits.iter().position(|commit| commit.sha == sha)?;
            Some(files_of(branch.commits.iter().take(end.saturating_add(1))))
        })
    }

    /// The commit that a branch, a tag or a commit id stands for.
    pub(super) fn resolve(&self, reference: &str) -> Option<&str> {
        if let Some(branch) = self.branches.get(reference) {
            return branch.head();
        }
        let sha = self.tags.get(reference).map_or(reference, String::as_str);
        let mut commits = self.branches.values().flat_map(|branch| &branch.commits);
        commits.find(|commit| commit.sha == sha).map(|commit| commit.sha.as_str())
    }
}

impl Branch {
    /// Id of the newest commit; an empty branch has none.
    #[must_use]
    pub fn head(&self) -> Option<&str> {
        self.commits.last().map(|commit| commit.sha.as_str())
    }

    /// The content of all files at the head, by path.
    #[must_use]
    pub fn files(&self) -> BTreeMap<&str, &str> {
        files_of(self.commits.iter())
    }

    /// The commits that `base` does not have, oldest first.
    pub(super) fn ahead_of(&self, base: &Self) -> Vec<&Commit> {
        let known: BTreeSet<&str> = base.commits.iter().map(|commit| commit.sha.as_str()).collect();
        self.commits.iter().filter(|commit| !known.contains(commit.sha.as_str())).collect()
    }

    /// Whether both sides wrote or removed the same file, differently, since they parted.
    pub(super) fn conflicts_with(&self, base: &Self) -> bool {
        let changes = |commits: Vec<&'_ Commit>| -> BTreeMap<String, Option<String>> {
            commits.into_iter().flat_map(|commit| commit.changes.clone()).collect()
        };
        let (ours, theirs) = (changes(self.ahead_of(base)), changes(base.ahead_of(self)));
        ours.iter().any(|(path, text)| theirs.get(path).is_some_and(|other| other != text))
    }

    /// Adds a commit to the head and gives the id that git gives to it.
    pub(super) fn commit(&mut self, mut commit: Commit) -> String {
        let files = files_of(self.commits.iter().chain([&commit]));
        commit.sha = commit_sha(&commit, &tree_sha(&files, ""), self.head());
        let sha = commit.sha.clone();
        self.commits.push(commit);
        sha
    }
}

fn commit_sha(commit: &Commit, tree: &str, parent: Option<&str>) -> String {
    let parent = parent.map(|parent| format!("parent {parent}\n")).unwrap_or_default();
    let seconds = commit.date.parse().map(jiff::Timestamp::as_second).unwrap_or_default();
    let author = &commit.author;
    let person = format!("{author} <{author}@users.noreply.github.com> {seconds} +0000");
    let body =
        format!("tree {tree}\n{parent}author {person}\ncommitter {person}\n\n{}", commit.message);
    sha1(&format!("commit {}\0{body}", body.len()))
}

/// The id that git gives to a file with this text.
pub(super) fn blob_sha(text: &str) -> String {
    sha1(&format!("blob {}\0{text}", text.len()))
}

/// The id that git gives to the folder `prefix` of a tree; the root's prefix is empty, any other ends in
/// a slash. Git orders folders as if their names ended in a slash, and so does the tree of whole paths.
pub(super) fn tree_sha(tree: &Tree<'_>, prefix: &str) -> String {
    tree_digest(tree, prefix).to_string()
}

fn tree_digest(tree: &Tree<'_>, prefix: &str) -> sha1_smol::Digest {
    let (mut body, mut last) = (Vec::new(), None);
    for (path, text) in tree {
        let Some(rest) = path.strip_prefix(prefix) else { continue };
        let (name, is_folder) = match rest.split_once('/') {
            Some((name, _)) => (name, true),
            None => (rest, false),
        };
        if last == Some((name, is_folder)) {
            continue;
        }
        last = Some((name, is_folder));
        let digest = if is_folder {
            tree_digest(tree, &format!("{prefix}{name}/"))
        } else {
            sha1_smol::Sha1::from(format!("blob {}\0{text}", text.len())).digest()
        };
        let mode = if is_folder { "40000" } else { "100644" };
        body.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        body.extend_from_slice(&digest.bytes());
    }
    let mut hash = sha1_smol::Sha1::from(format!("tree {}\0", body.len()));
    hash.update(&body);
    hash.digest()
}

fn sha1(record: &str) -> String {
    sha1_smol::Sha1::from(record).digest().to_string()
}

/// Whether git would take this as the name of a branch or tag; its rarer rules are left out.
pub(super) fn is_ref_name(name: &str) -> bool {
    let forbidden =
        |letter: char| letter.is_whitespace() || letter.is_control() || "~^:?*[\\".contains(letter);
    !name.is_empty()
        && !name.contains(forbidden)
        && !name.contains("..")
        && name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

/// The content of all files after these commits, oldest first.
pub(super) fn files_of<'a>(commits: impl Iterator<Item = &'a Commit>) -> Tree<'a> {
    let mut tree = Tree::new();
    for (path, text) in commits.flat_map(|commit| &commit.changes) {
        match text {
            Some(text) => tree.insert(path.as_str(), text.as_str()),
            None => tree.remove(path.as_str()),
        };
    }
    tree
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, seeded};
    use super::*;

    #[test]
    fn blob_ids_are_the_ones_of_git() {
        assert_eq!(blob_sha(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_sha("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn tree_ids_are_the_ones_of_git() {
        let tree = Tree::from([("a.txt", "hello\n"), ("src/b.txt", ""), ("src.md", "")]);

        assert_eq!(tree_sha(&Tree::new(), ""), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        assert_eq!(tree_sha(&tree, ""), "171989d6c875bd01db63727be5c03290e6fbf3c6");
        assert_eq!(tree_sha(&tree, "src/"), "ec5e386905ff2d36e291086a1207f2585aaa8920");
    }

    #[test]
    fn commit_ids_are_the_ones_of_git() {
        let mut branch = Branch::default();
        let commit = |message: &str, date: &str, path: &str, text: &str| Commit {
            message: message.to_owned(),
            author: "octocat".to_owned(),
            date: date.to_owned(),
            changes: BTreeMap::from([(path.to_owned(), Some(text.to_owned()))]),
            ..Commit::default()
        };

        let first = commit("Initial commit", "2026-01-05T09:00:00Z", "README.md", "# app\n");
        let first = branch.commit(first);
        let second = branch.commit(commit("Add a", "2026-01-05T09:00:05Z", "a.txt", "hi\n"));

        assert_eq!(first, "84dd401365f7b2062e38eb1cf59780f813cbef0f");
        assert_eq!(second, "543ab3226132d4fef9d5b2953ee561ba9d9fc0ea");
    }

    #[test]
    fn branch_starts_at_the_default_branch_and_exists_once() {
        let (mut github, mut env) =
            seeded(json!({ "repos": [{ "owner": "acme", "name": "app" }] }));

        github.create_branch(&mut env.api(), APP, "feature/x", None).unwrap();
        let error = github.create_branch(&mut env.api(), APP, "feature/x", None).unwrap_err();

        let branches = &github.repos[0].branches;
        assert_eq!(branches["feature/x"], branches["main"]);
        assert_eq!((error.status, error.message.as_str()), (422, "Reference already exists"));
    }

    #[test]
    fn malformed_names_are_refused() {
        for name in ["", "a b", "a..b", "/a", "a/", "x.lock", ".x", "a~1"] {
            assert!(!is_ref_name(name), "{name}");
        }
        assert!(is_ref_name("release/v1.2.0"));
    }
}
