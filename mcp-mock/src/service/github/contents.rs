//! Files and folders: read them, write a file.

use std::collections::{BTreeMap, BTreeSet};

use super::super::ApiError;
use super::branches::{Tree, blob_sha, tree_sha};
use super::{Api, Commit, GitHub, Quota, RepoPath, refusal};

/// GitHub leaves the text of a larger file out of its answer; in bytes.
pub const INLINE_MAX: usize = 1_048_576;

/// A file to create or to replace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewContent {
    /// Where it goes.
    pub path: String,
    /// Its text, without the base64 of the REST API.
    pub text: String,
    /// Message of the commit.
    pub message: String,
    /// Branch that gets the commit; the default branch when not given.
    pub branch: Option<String>,
    /// Id of the blob that is replaced; a new file has none.
    pub sha: Option<String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Where it is.
    pub path: String,
    /// Id of its blob.
    pub sha: String,
    /// Id of the commit.
    pub commit_sha: String,
    /// Branch that has the commit.
    pub branch: String,
    /// PageNumber for people.
    pub html_url: String,
    /// Whether the file is new.
    pub created: bool,
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A folder and what is in it, by name.
    Directory(Vec<ContentEntry>),
    /// A file.
    File {
        /// The file as its folder would list it.
        entry: ContentEntry,
        /// Its text.
        text: String,
    },
}

/// One file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentEntry {
    /// Whole path.
    pub path: String,
    /// Last part of the path.
    pub name: String,
    /// Whether it is a folder.
    pub is_directory: bool,
    /// Id of the blob of a file or the tree of a folder.
    pub sha: String,
    /// Size in bytes; 0 for folders.
    pub size: usize,
    /// PageNumber for people.
    pub html_url: String,
}

impl GitHub {
    /// The file or folder at `file`, on the default branch or at a branch, tag or commit. The empty
    /// path is the root.
    ///
    /// # Errors
    ///
    /// 404 without the repository, the place in history or the file.
    pub fn get_content(
        &self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        file: &str,
        reference: Option<&str>,
    ) -> Result<Content, ApiError> {
        self.spend(api, Quota::Core)?;
        self.content_at(path, file, reference)
    }

    /// The same, without a request.
    ///
    /// # Errors
    ///
    /// As for [`get_content`](Self::get_content).
    pub fn content_at(
        &self,
        path: RepoPath<'_>,
        file: &str,
        reference: Option<&str>,
    ) -> Result<Content, ApiError> {
        let repo = self.repo_at(path)?;
        let reference = reference.unwrap_or(&repo.default_branch);
        let tree = repo
            .tree_at(reference)
            .ok_or_else(|| refusal::missing(format!("No commit found for the ref {reference}")))?;
        let place = Place { repo_url: &repo.html_url, reference };
        let file = file.trim_matches('/');
        if let Some(text) = tree.get(file) {
            return Ok(Content::File { entry: place.file(file, text), text: (*text).to_owned() });
        }
        let entries = place.folder(&tree, file);
        if entries.is_empty() { Err(refusal::not_found()) } else { Ok(Content::Directory(entries)) }
    }

    /// Writes a file in one commit. The first file of an empty repository creates its
    /// branch.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the branch, 403 when archived, 409 when `sha` is not the one
    /// of the file, 422 when the file exists and no `sha` is given, or for a malformed path or an
    /// empty message.
    pub fn put_content(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        new: NewContent,
    ) -> Result<Written, ApiError> {
        self.spend(api, Quota::Content)?;
        self.write_content(api, path, new)
    }

    pub(super) fn write_content(
        &mut self,
        api: &Api<'_>,
        path: RepoPath<'_>,
        new: NewContent,
    ) -> Result<Written, ApiError> {
        let author = self.viewer.clone();
        let repo = self.writable(path)?;
        check_path(&new.path)?;
        if new.message.trim().is_empty() {
            return Err(refusal::unprocessable("Invalid request.\n\n\"message\" wasn't supplied."));
        }
        let name = new.branch.unwrap_or_else(|| repo.default_branch.clone());
        let is_first = repo.branches.is_empty() && name == repo.default_branch;
        if !is_first && !repo.branches.contains_key(&name) {
            return Err(refusal::missing(format!("Branch {name} not found")));
        }
        let files = repo.branches.get(&name).map(super::Branch::files).unwrap_or_default();
        let old = files.get(new.path.as_str()).map(|text| blob_sha(text));
        check_sha(&new.path, old.as_deref(), new.sha.as_deref())?;

        let now = api.clock.rfc3339();
        let sha = blob_sha(&new.text);
        let changes = BTreeMap::from([(new.path.clone(), Some(new.text))]);
        let commit = Commit {
            message: new.message.clone(),
            author,
            date: now.clone(),
            changes,
            ..Commit::default()
        };
        let commit_sha = repo.branches.entry(name.clone()).or_default().commit(commit);
        if name == repo.default_branch {
            repo.close_linked(&new.message, &now);
        }
        repo.pushed_at = now;
        let html_url = format!("{}/blob/{name}/{}", repo.html_url, new.path);
        Ok(Written {
            path: new.path,
            sha,
            commit_sha,
            branch: name,
            html_url,
            created: old.is_none(),
        })
    }
}

/// Where in a repository a path is looked up.
struct Place<'a> {
    repo_url: &'a str,
    reference: &'a str,
}

impl Place<'_> {
    fn file(&self, path: &str, text: &str) -> ContentEntry {
        ContentEntry {
            path: path.to_owned(),
            name: last_part(path),
            is_directory: false,
            sha: blob_sha(text),
            size: text.len(),
            html_url: format!("{}/blob/{}/{path}", self.repo_url, self.reference),
        }
    }

    fn directory(&self, tree: &Tree<'_>, path: String) -> ContentEntry {
        ContentEntry {
            name: last_part(&path),
            html_url: format!("{}/tree/{}/{path}", self.repo_url, self.reference),
            sha: tree_sha(tree, &format!("{path}/")),
            path,
            is_directory: true,
            size: 0,
        }
    }

    /// The files and folders right under `folder`; empty when it does not exist.
    fn folder(&self, tree: &Tree<'_>, folder: &str) -> Vec<ContentEntry> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        for (path, text) in tree {
            let Some(rest) = path.strip_prefix(prefix.as_str()) else { continue };
            match rest.split_once('/') {
                None => entries.push(self.file(path, text)),
                Some((name, _)) if seen.insert(name) => {
                    entries.push(self.directory(tree, format!("{prefix}{name}")));
                }
                Some(_) => {}
            }
        }
        entries
    }
}

fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

pub(super) fn check_path(path: &str) -> Result<(), ApiError> {
    if path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git")) {
        return Err(refusal::unprocessable("path contains a malformed path component"));
    }
    Ok(())
}

fn check_sha(path: &str, old: Option<&str>, given: Option<&str>) -> Result<(), ApiError> {
    match (old, given) {
        (Some(_), None) => {
            Err(refusal::unprocessable("Invalid request.\n\n\"sha\" wasn't supplied."))
        }
        (old, Some(given)) if old != Some(given) => {
            Err(refusal::conflict(format!("{path} does not match {given}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    fn app() -> (GitHub, Env) {
        seeded(json!({ "repos": [{ "owner": "acme", "name": "app", "tags": ["v1"],
            "files": { "README.md": "hello\n", "src/a.rs": "a", "src/deep/b.rs": "b" } }] }))
    }

    fn readme(sha: Option<&str>) -> NewContent {
        NewContent {
            path: "README.md".to_owned(),
            text: "new\n".to_owned(),
            message: "Rewrite".to_owned(),
            branch: None,
            sha: sha.map(str::to_owned),
        }
    }

    #[test]
    fn folder_lists_files_and_folders_once() {
        let (github, mut env) = app();

        let Content::Directory(entries) =
            github.get_content(&mut env.api(), APP, "/src", None).unwrap()
        else {
            panic!("`src` is a folder");
        };

        let shown: Vec<_> =
            entries.iter().map(|entry| (entry.path.as_str(), entry.is_directory)).collect();
        assert_eq!(shown, [("src/a.rs", false), ("src/deep", true)]);
    }

    #[test]
    fn missing_file_and_unknown_ref_are_not_found() {
        let (github, mut env) = app();

        let file = github.get_content(&mut env.api(), APP, "nope.md", None).unwrap_err();
        let reference =
            github.get_content(&mut env.api(), APP, "README.md", Some("v9")).unwrap_err();

        assert_eq!((file.status, file.message.as_str()), (404, "Not Found"));
        assert_eq!(reference.message, "No commit found for the ref v9");
    }

    #[test]
    fn replacing_a_file_without_its_sha_is_refused() {
        let (mut github, mut env) = app();

        let error = github.put_content(&mut env.api(), APP, readme(None)).unwrap_err();

        assert_eq!(error.status, 422);
        assert_eq!(error.message, "Invalid request.\n\n\"sha\" wasn't supplied.");
    }

    #[test]
    fn wrong_sha_is_a_conflict() {
        let (mut github, mut env) = app();

        let error = github.put_content(&mut env.api(), APP, readme(Some("abc"))).unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (409, "README.md does not match abc"));
    }

    #[test]
    fn written_file_is_read_back_and_the_tag_keeps_the_old_one() {
        let (mut github, mut env) = app();

        let written =
            github.put_content(&mut env.api(), APP, readme(Some(&blob_sha("hello\n")))).unwrap();

        let mut text =
            |reference| match github.get_content(&mut env.api(), APP, "README.md", reference) {
                Ok(Content::File { text, .. }) => text,
                other => panic!("{other:?}"),
            };
        assert!(!written.created);
        assert_eq!((text(None).as_str(), text(Some("v1")).as_str()), ("new\n", "hello\n"));
        assert_eq!(text(Some(&written.commit_sha)), "new\n");
    }

    #[test]
    fn unknown_branch_and_malformed_paths_are_refused() {
        let (mut github, mut env) = app();

        let branch = NewContent { branch: Some("x".to_owned()), ..readme(None) };
        let branch = github.put_content(&mut env.api(), APP, branch).unwrap_err();
        let path = NewContent { path: "a/../b".to_owned(), ..readme(None) };
        let path = github.put_content(&mut env.api(), APP, path).unwrap_err();

        assert_eq!((branch.status, branch.message.as_str()), (404, "Branch x not found"));
        assert_eq!(path.status, 422);
    }
}
