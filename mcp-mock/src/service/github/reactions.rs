//! Reactions to issues, pull requests and comments.

use serde::{Deserialize, Serialize};

use super::super::ApiError;
use super::{Api, GitHub, Quota, RepoPath, database_id, refusal};

/// What somebody feels about something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reaction {
    /// Database id.
    pub id: u64,
    /// Login of who reacted.
    pub author: String,
    /// Which of the eight.
    pub content: ReactionContent,
}

/// The eight reactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionContent {
    /// 👍
    #[serde(rename = "+1")]
    PlusOne,
    /// 👎
    #[serde(rename = "-1")]
    MinusOne,
    /// 😄
    Laugh,
    /// 😕
    Confused,
    /// ❤️
    Heart,
    /// 🎉
    Hooray,
    /// 🚀
    Rocket,
    /// 👀
    Eyes,
}

impl ReactionContent {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PlusOne,
        Self::MinusOne,
        Self::Laugh,
        Self::Confused,
        Self::Heart,
        Self::Hooray,
        Self::Rocket,
        Self::Eyes,
    ];

    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlusOne => "+1",
            Self::MinusOne => "-1",
            Self::Laugh => "laugh",
            Self::Confused => "confused",
            Self::Heart => "heart",
            Self::Hooray => "hooray",
            Self::Rocket => "rocket",
            Self::Eyes => "eyes",
        }
    }

    /// The reaction with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|content| content.as_str() == word)
    }
}

/// What is reacted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReactionTarget {
    /// The comment on an issue or pull request with this id.
    Comment(u64),
    /// The issue or pull request with this number.
    Issue(u64),
    /// The comment on a file with this id.
    ReviewComment(u64),
}

impl GitHub {
    /// Reacts as the viewer. Who has reacted so already gets the same reaction again.
    ///
    /// # Errors
    ///
    /// 404 without the repository or what is reacted to, 403 when archived.
    pub fn react(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        target: ReactionTarget,
        content: ReactionContent,
    ) -> Result<Reaction, ApiError> {
        self.spend(api, Quota::Content)?;
        let author = self.viewer.clone();
        let repo = self.writable(path)?;
        let mut issues = repo.issues.iter_mut();
        let reactions = match target {
            ReactionTarget::Issue(number) => {
                issues.find(|issue| issue.number == number).map(|issue| &mut issue.reactions)
            }
            ReactionTarget::Comment(id) => {
                let mut comments = issues.flat_map(|issue| &mut issue.comments);
                comments.find(|comment| comment.id == id).map(|comment| &mut comment.reactions)
            }
            ReactionTarget::ReviewComment(id) => {
                let pulls = issues.filter_map(|issue| issue.pull.as_mut());
                let mut comments = pulls
                    .flat_map(|pull| &mut pull.reviews)
                    .flat_map(|review| &mut review.comments);
                comments.find(|comment| comment.id == id).map(|comment| &mut comment.reactions)
            }
        };
        let reactions = reactions.ok_or_else(refusal::not_found)?;
        let is_same = |other: &&Reaction| other.content == content && other.author == author;
        if let Some(known) = reactions.iter().find(is_same) {
            return Ok(known.clone());
        }
        let reaction = Reaction { id: database_id(api), author, content };
        reactions.push(reaction.clone());
        Ok(reaction)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, seeded};
    use super::*;

    #[test]
    fn the_same_reaction_exists_once() {
        let (mut github, mut env) = seeded(json!({ "repos": [{ "owner": "acme", "name": "app",
            "issues": [{ "title": "One", "comments": [{ "body": "Yes" }] }] }] }));
        let comment = ReactionTarget::Comment(github.repos[0].issues[0].comments[0].id);

        let first = github.react(&mut env.api(), APP, comment, ReactionContent::Heart).unwrap();
        let again = github.react(&mut env.api(), APP, comment, ReactionContent::Heart).unwrap();
        let other =
            github.react(&mut env.api(), APP, ReactionTarget::Issue(1), ReactionContent::Heart);

        assert_eq!(first, again);
        assert_ne!(first.id, other.unwrap().id);
        assert_eq!(github.repos[0].issues[0].comments[0].reactions.len(), 1);
    }

    #[test]
    fn what_is_not_there_gets_no_reaction() {
        let (mut github, mut env) =
            seeded(json!({ "repos": [{ "owner": "acme", "name": "app" }] }));
        let targets = [
            ReactionTarget::Issue(1),
            ReactionTarget::Comment(1),
            ReactionTarget::ReviewComment(1),
        ];

        for target in targets {
            let error =
                github.react(&mut env.api(), APP, target, ReactionContent::Eyes).unwrap_err();
            assert_eq!(error.status, 404, "{target:?}");
        }
    }
}
