//! Repositories: create, read, list.

use super::super::ApiError;
use super::{GitHub, Listing, Page, Repo, RepoPath, database_id, refusal};
use crate::world::Env;

/// What a new repository is to be; it starts empty, without a branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRepo {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: Option<String>,
    /// Whether only its collaborators see it.
    pub private: bool,
    /// Its default branch; `main` when not given.
    pub default_branch: Option<String>,
}

impl GitHub {
    /// Creates an empty repository of `owner`.
    ///
    /// # Errors
    ///
    /// 422 when the name is empty or malformed, or when the account has a repository of that name.
    pub fn create_repo(
        &mut self,
        env: &mut Env,
        owner: &str,
        new: NewRepo,
    ) -> Result<Repo, ApiError> {
        if new.name.is_empty() {
            return Err(refusal::invalid("Repository", "name", "missing_field"));
        }
        if owner.is_empty() || !is_name(owner) || !is_name(&new.name) {
            return Err(refusal::invalid("Repository", "name", "invalid"));
        }
        if self.repo(owner, &new.name).is_some() {
            let message = "name already exists on this account";
            return Err(refusal::explained("Repository", "name", message));
        }
        let now = env.clock.rfc3339();
        let repo = Repo {
            id: database_id(env),
            owner: owner.to_owned(),
            html_url: format!("https://github.com/{owner}/{}", new.name),
            name: new.name,
            description: new.description,
            private: new.private,
            has_issues: true,
            default_branch: new.default_branch.unwrap_or_else(|| "main".to_owned()),
            created_at: now.clone(),
            pushed_at: now,
            ..Repo::default()
        };
        self.repos.push(repo.clone());
        Ok(repo)
    }

    /// The repository at `path`.
    ///
    /// # Errors
    ///
    /// 404 when there is none.
    pub fn get_repo(&self, path: RepoPath<'_>) -> Result<&Repo, ApiError> {
        self.find(path)
    }

    /// The repositories of an account, newest first.
    ///
    /// # Errors
    ///
    /// 404 when nobody has heard of the account: it is not the viewer, and owns and helps with
    /// nothing.
    pub fn list_repos(&self, owner: &str, page: Page) -> Result<Listing<&Repo>, ApiError> {
        if !self.knows(owner) {
            return Err(refusal::not_found());
        }
        let of_owner = |repo: &&Repo| repo.owner.eq_ignore_ascii_case(owner);
        Ok(page.cut(self.repos.iter().rev().filter(of_owner).collect()))
    }

    fn knows(&self, login: &str) -> bool {
        let is_login = |other: &String| other.eq_ignore_ascii_case(login);
        is_login(&self.viewer)
            || self.organization(login).is_some()
            || self
                .repos
                .iter()
                .any(|repo| is_login(&repo.owner) || repo.collaborators.iter().any(is_login))
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{env, planted};
    use super::*;

    #[test]
    fn name_in_use_is_refused_in_any_case() {
        let (mut github, mut env) = (GitHub::default(), env());
        let new = |name: &str| NewRepo { name: name.to_owned(), ..NewRepo::default() };
        github.create_repo(&mut env, "acme", new("app")).unwrap();

        let error = github.create_repo(&mut env, "Acme", new("APP")).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (422, "custom"));
    }

    #[test]
    fn list_is_newest_first_and_of_one_owner() {
        let (github, _) = planted(serde_json::json!({ "repos": [
            { "owner": "acme", "name": "old" }, { "owner": "other", "name": "x" }, { "owner": "acme", "name": "new" },
        ]}));

        let listing = github.list_repos("ACME", Page::default()).unwrap();

        let names: Vec<_> = listing.items.iter().map(|repo| repo.name.as_str()).collect();
        assert_eq!(names, ["new", "old"]);
        assert_eq!(github.list_repos("nobody", Page::default()).unwrap_err().status, 404);
    }
}
