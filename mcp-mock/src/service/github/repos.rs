//! Repositories: create, read, list.

use super::super::{ApiError, Page};
use super::{Api, GitHub, NewContent, PageNumber, Quota, Repo, RepoPath, database_id, refusal};

/// What a new repository is to be.
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
    /// Whether it begins with a readme; it is empty otherwise, without a branch.
    pub auto_init: bool,
}

impl GitHub {
    /// Creates a repository of `owner`.
    ///
    /// # Errors
    ///
    /// 422 when the name is empty or malformed, or when the account has a repository of that name.
    pub fn create_repo(
        &mut self,
        api: &mut Api<'_>,
        owner: &str,
        new: NewRepo,
    ) -> Result<Repo, ApiError> {
        self.spend(api, Quota::Content)?;
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
        let now = api.clock.rfc3339();
        let repo = Repo {
            id: database_id(api),
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
        if new.auto_init {
            let readme = NewContent {
                path: "README.md".to_owned(),
                text: format!("# {}", repo.name),
                message: "Initial commit".to_owned(),
                ..NewContent::default()
            };
            self.write_content(api, RepoPath::new(owner, &repo.name), readme)?;
        }
        Ok(repo)
    }

    /// The repository at `path`.
    ///
    /// # Errors
    ///
    /// 404 when there is none.
    pub fn get_repo(&self, api: &mut Api<'_>, path: RepoPath<'_>) -> Result<&Repo, ApiError> {
        self.spend(api, Quota::Core)?;
        self.repo_at(path)
    }

    /// The repositories of an account, newest first.
    ///
    /// # Errors
    ///
    /// 404 for an unknown account: it is not the viewer, owns nothing and collaborates on nothing.
    pub fn list_repos(
        &self,
        api: &mut Api<'_>,
        owner: &str,
        page: PageNumber,
    ) -> Result<Page<&Repo, u64>, ApiError> {
        self.spend(api, Quota::Core)?;
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
    use super::super::tests::{env, seeded};
    use super::*;

    #[test]
    fn name_in_use_is_refused_in_any_case() {
        let (mut github, mut env) = (GitHub::default(), env());
        let new = |name: &str| NewRepo { name: name.to_owned(), ..NewRepo::default() };
        github.create_repo(&mut env.api(), "acme", new("app")).unwrap();

        let error = github.create_repo(&mut env.api(), "Acme", new("APP")).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (422, "custom"));
    }

    #[test]
    fn list_is_newest_first_and_of_one_owner() {
        let (github, mut env) = seeded(serde_json::json!({ "repos": [
            { "owner": "acme", "name": "old" }, { "owner": "other", "name": "x" }, { "owner": "acme", "name": "new" },
        ]}));

        let listing = github.list_repos(&mut env.api(), "ACME", PageNumber::default()).unwrap();

        let names: Vec<_> = listing.items.iter().map(|repo| repo.name.as_str()).collect();
        assert_eq!(names, ["new", "old"]);
        assert_eq!(
            github.list_repos(&mut env.api(), "nobody", PageNumber::default()).unwrap_err().status,
            404
        );
    }
}
