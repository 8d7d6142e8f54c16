//! Forks, and the accounts that own, help and write.

use std::collections::BTreeSet;

use super::super::ApiError;
use super::{Api, GitHub, Issue, Quota, Repo, RepoPath, database_id, refusal};

impl GitHub {
    /// Copies the branches and tags of a repository into another account, the viewer's by
    /// default. A fork that exists is given again.
    ///
    /// # Errors
    ///
    /// 404 without the repository, 403 when it would stay in the account that owns it.
    pub fn fork(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        account: Option<&str>,
    ) -> Result<Repo, ApiError> {
        self.spend(api, Quota::Content)?;
        let parent = self.repo_at(path)?.clone();
        let account = account.unwrap_or(&self.viewer).to_owned();
        if account.eq_ignore_ascii_case(&parent.owner) {
            let message =
                "Repository is already owned by the account that it would be forked into.";
            return Err(refusal::forbidden(message));
        }
        let full_name = parent.full_name();
        let is_fork = |repo: &&Repo| {
            repo.owner.eq_ignore_ascii_case(&account) && repo.parent.as_ref() == Some(&full_name)
        };
        if let Some(fork) = self.repos.iter().find(is_fork) {
            return Ok(fork.clone());
        }
        let name = self.free_name(&account, &parent.name);
        let fork = Repo {
            id: database_id(api),
            html_url: format!("https://github.com/{account}/{name}"),
            owner: account,
            name,
            description: parent.description,
            private: parent.private,
            parent: Some(full_name),
            has_issues: false,
            default_branch: parent.default_branch,
            branches: parent.branches,
            tags: parent.tags,
            created_at: api.clock.rfc3339(),
            pushed_at: parent.pushed_at,
            ..Repo::default()
        };
        self.repos.push(fork.clone());
        Ok(fork)
    }

    /// The logins of all accounts that own, help with or wrote something, each once and in order; the
    /// viewer is one of them.
    #[must_use]
    pub fn accounts(&self) -> BTreeSet<&str> {
        let owners = self.repos.iter().map(|repo| repo.owner.as_str());
        let organizations =
            self.organizations.iter().map(|organization| organization.login.as_str());
        let accounts: BTreeSet<&str> = owners.chain(organizations).collect();
        &accounts | &self.people()
    }

    /// Whether the seed says that an account is an organization, or it owns repositories and never
    /// wrote anything.
    #[must_use]
    pub fn is_organization(&self, login: &str) -> bool {
        self.organization(login).is_some()
            || !self.people().iter().any(|person| person.eq_ignore_ascii_case(login))
    }

    fn people(&self) -> BTreeSet<&str> {
        let mut people = BTreeSet::from([self.viewer.as_str()]);
        let teams = self.organizations.iter().flat_map(|organization| &organization.teams);
        people.extend(teams.flat_map(|team| &team.members).map(String::as_str));
        for repo in &self.repos {
            people.extend(repo.collaborators.iter().map(String::as_str));
            people.extend(repo.issues.iter().flat_map(writers));
        }
        people
    }

    fn free_name(&self, owner: &str, name: &str) -> String {
        let names = (1_u64..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(names);
        names.find(|name| self.repo(owner, name).is_none()).unwrap_or_default()
    }
}

fn writers(issue: &Issue) -> impl Iterator<Item = &str> {
    let comments = issue.comments.iter().map(|comment| comment.author.as_str());
    comments.chain([issue.author.as_str()])
}

/// The database id of an account, which follows from its login.
#[must_use]
pub fn account_id(login: &str) -> u64 {
    let digest = sha1_smol::Sha1::from(login.to_ascii_lowercase()).digest().bytes();
    let [one, two, three, four, ..] = digest;
    u64::from(u32::from_be_bytes([one, two, three, four]) >> 4)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    fn app() -> (GitHub, Env) {
        seeded(json!({ "repos": [
            { "owner": "acme", "name": "app", "collaborators": ["ada"], "issues": [{ "title": "One" }] },
            { "owner": "octocat", "name": "app" },
        ]}))
    }

    #[test]
    fn a_fork_has_the_branches_and_no_issues_and_exists_once() {
        let (mut github, mut env) = app();

        let fork = github.fork(&mut env.api(), APP, None).unwrap();
        let again = github.fork(&mut env.api(), APP, None).unwrap();

        assert_eq!((fork.full_name().as_str(), fork.issues.len()), ("octocat/app-1", 0));
        assert_eq!(fork.branches, github.repo("acme", "app").unwrap().branches);
        assert_eq!(again.id, fork.id);
    }

    #[test]
    fn the_owner_cannot_fork_into_itself() {
        let (mut github, mut env) = app();

        assert_eq!(github.fork(&mut env.api(), APP, Some("Acme")).unwrap_err().status, 403);
    }

    #[test]
    fn accounts_that_only_own_are_organizations() {
        let (github, _) = app();

        let accounts: Vec<_> = github.accounts().into_iter().collect();

        assert_eq!(accounts, ["acme", "ada", "octocat"]);
        assert!(github.is_organization("acme") && !github.is_organization("octocat"));
        assert_eq!(account_id("Ada"), account_id("ada"));
    }
}
