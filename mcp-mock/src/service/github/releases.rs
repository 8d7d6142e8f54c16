//! Releases and the tags that they create.

use super::super::ApiError;
use super::branches::is_ref_name;
use super::{Api, GitHub, Quota, Release, RepoPath, database_id, refusal};

/// What a new release is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRelease {
    /// The tag; it is created when missing, unless the release is a draft.
    pub tag: String,
    /// Branch or commit that a missing tag is created from; the default branch when not given.
    pub target: Option<String>,
    /// Its title.
    pub name: Option<String>,
    /// Its notes.
    pub body: Option<String>,
    /// Whether only collaborators see it.
    pub draft: bool,
    /// Whether it is marked as not ready for everyone.
    pub prerelease: bool,
}

impl GitHub {
    /// Creates a release.
    ///
    /// # Errors
    ///
    /// 404 without the repository, 403 when archived, 422 for a missing or malformed tag, a tag
    /// that has a published release, an unknown target or an empty repository.
    pub fn create_release(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        new: NewRelease,
    ) -> Result<Release, ApiError> {
        self.spend(api, Quota::Content)?;
        let author = self.viewer.clone();
        let repo = self.writable(path)?;
        if new.tag.is_empty() {
            return Err(refusal::invalid("Release", "tag_name", "missing_field"));
        }
        if !is_ref_name(&new.tag) {
            let message = "tag_name is not a valid tag";
            return Err(refusal::explained("Release", "tag_name", message));
        }
        if !new.draft && repo.releases.iter().any(|other| !other.draft && other.tag == new.tag) {
            return Err(refusal::invalid("Release", "tag_name", "already_exists"));
        }
        if repo.branches.is_empty() {
            return Err(refusal::unprocessable("Repository is empty."));
        }
        let target = new.target.unwrap_or_else(|| repo.default_branch.clone());
        let sha = repo.resolve(&target).map(str::to_owned);
        let sha = sha.ok_or_else(|| refusal::invalid("Release", "target_commitish", "invalid"))?;

        let page = if new.draft {
            format!("untagged-{}", api.ids.hex(20))
        } else {
            repo.tags.entry(new.tag.clone()).or_insert(sha);
            new.tag.clone()
        };
        let now = api.clock.rfc3339();
        let release = Release {
            id: database_id(api),
            tag: new.tag,
            target,
            name: new.name,
            body: new.body,
            draft: new.draft,
            prerelease: new.prerelease,
            author,
            html_url: format!("{}/releases/tag/{page}", repo.html_url),
            created_at: now.clone(),
            published_at: (!new.draft).then_some(now),
        };
        repo.releases.push(release.clone());
        Ok(release)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    fn app() -> (GitHub, Env) {
        seeded(json!({ "repos": [{ "owner": "acme", "name": "app",
            "releases": [{ "tag": "v1.0.0", "name": "One" }] }] }))
    }

    fn new(tag: &str) -> NewRelease {
        NewRelease { tag: tag.to_owned(), ..NewRelease::default() }
    }

    #[test]
    fn release_creates_the_missing_tag() {
        let (mut github, mut env) = app();

        let release = github.create_release(&mut env.api(), APP, new("v1.1.0")).unwrap();

        let repo = github.repo("acme", "app").unwrap();
        assert_eq!(release.html_url, "https://github.com/acme/app/releases/tag/v1.1.0");
        assert_eq!(repo.tags.get("v1.1.0").map(String::as_str), repo.branches["main"].head());
    }

    #[test]
    fn second_release_of_a_tag_already_exists() {
        let (mut github, mut env) = app();

        let error = github.create_release(&mut env.api(), APP, new("v1.0.0")).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (422, "already_exists"));
        let expected = json!({ "errors": [{ "resource": "Release", "field": "tag_name", "code": "already_exists" }] });
        assert_eq!(error.details, Some(expected));
    }

    #[test]
    fn draft_creates_no_tag_and_is_not_the_latest() {
        let (mut github, mut env) = app();

        let draft = NewRelease { draft: true, ..new("v2.0.0") };
        let release = github.create_release(&mut env.api(), APP, draft).unwrap();

        let repo = github.repo("acme", "app").unwrap();
        assert!(release.html_url.contains("/releases/tag/untagged-"));
        assert!(!repo.tags.contains_key("v2.0.0"));
        assert_eq!(repo.latest_release().map(|latest| latest.tag.as_str()), Some("v1.0.0"));
    }

    #[test]
    fn release_without_a_tag_lacks_a_field() {
        let (mut github, mut env) = app();

        let error = github.create_release(&mut env.api(), APP, new("")).unwrap_err();

        let expected = json!({ "errors": [{ "resource": "Release", "field": "tag_name", "code": "missing_field" }] });
        assert_eq!((error.status, error.details), (422, Some(expected)));
    }

    #[test]
    fn prerelease_is_not_the_latest() {
        let (mut github, mut env) = app();

        let prerelease = NewRelease { prerelease: true, ..new("v2.0.0-rc.1") };
        github.create_release(&mut env.api(), APP, prerelease).unwrap();

        let latest = github.repo("acme", "app").unwrap().latest_release();
        assert_eq!(latest.map(|latest| latest.tag.as_str()), Some("v1.0.0"));
    }

    #[test]
    fn missing_tag_is_created_at_the_target() {
        let (mut github, mut env) = app();
        github.create_branch(&mut env.api(), APP, "next", None).unwrap();
        let content = crate::service::github::NewContent {
            path: "next.md".to_owned(),
            message: "Go on".to_owned(),
            branch: Some("next".to_owned()),
            ..Default::default()
        };
        let sha = github.put_content(&mut env.api(), APP, content).unwrap().commit_sha;

        let target = NewRelease { target: Some("next".to_owned()), ..new("v2.0.0") };
        github.create_release(&mut env.api(), APP, target).unwrap();

        assert_eq!(github.repo("acme", "app").unwrap().tags["v2.0.0"], sha);
    }

    #[test]
    fn unknown_target_and_malformed_tag_are_refused() {
        let (mut github, mut env) = app();

        let target = NewRelease { target: Some("nowhere".to_owned()), ..new("v3") };
        let target = github.create_release(&mut env.api(), APP, target).unwrap_err();
        let tag = github.create_release(&mut env.api(), APP, new("v 3")).unwrap_err();

        assert_eq!((target.code.as_str(), tag.code.as_str()), ("invalid", "custom"));
    }
}
