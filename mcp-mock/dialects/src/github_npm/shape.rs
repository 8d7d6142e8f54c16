//! The members that the server knows of GitHub's bodies: it shows no others.

use serde_json::Value;

/// An object, or a list of such objects: the names of its members, and the shapes of those that are
/// objects themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    plain: &'static [&'static str],
    nested: &'static [(&'static str, Self)],
}

impl Shape {
    /// The value without the members that the shape does not name.
    pub(super) fn trim(self, value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.trim(item)).collect(),
            Value::Object(members) => {
                let keep = |(name, value): (String, Value)| {
                    if self.plain.contains(&name.as_str()) {
                        return Some((name, value));
                    }
                    let (_, shape) = self.nested.iter().find(|(nested, _)| *nested == name)?;
                    Some((name, shape.trim(value)))
                };
                members.into_iter().filter_map(keep).collect()
            }
            plain => plain,
        }
    }
}

const fn flat(plain: &'static [&'static str]) -> Shape {
    Shape { plain, nested: &[] }
}

const OWNER: Shape = flat(&["login", "id", "node_id", "avatar_url", "url", "html_url", "type"]);

const USER: Shape = flat(&["login", "id", "avatar_url", "url", "html_url"]);

const AUTHOR: Shape = flat(&["name", "email", "date"]);

const REPO_MEMBERS: &[&str] = &[
    "id",
    "node_id",
    "name",
    "full_name",
    "private",
    "html_url",
    "description",
    "fork",
    "url",
    "created_at",
    "updated_at",
    "pushed_at",
    "git_url",
    "ssh_url",
    "clone_url",
    "default_branch",
];

pub(super) const REPO: Shape = Shape { plain: REPO_MEMBERS, nested: &[("owner", OWNER)] };

pub(super) const FORK: Shape =
    Shape { plain: REPO_MEMBERS, nested: &[("owner", OWNER), ("parent", REPO), ("source", REPO)] };

pub(super) const REPO_SEARCH: Shape =
    Shape { plain: &["total_count", "incomplete_results"], nested: &[("items", REPO)] };

pub(super) const REFERENCE: Shape = Shape {
    plain: &["ref", "node_id", "url"],
    nested: &[("object", flat(&["sha", "type", "url"]))],
};

pub(super) const FILE: Shape = Shape {
    plain: &[
        "name",
        "path",
        "sha",
        "size",
        "url",
        "html_url",
        "git_url",
        "download_url",
        "type",
        "content",
        "encoding",
    ],
    nested: &[("_links", flat(&["self", "git", "html"]))],
};

pub(super) const DIRECTORY: Shape =
    flat(&["type", "size", "name", "path", "sha", "url", "git_url", "html_url", "download_url"]);

pub(super) const WRITTEN: Shape = Shape {
    plain: &[],
    nested: &[
        ("content", FILE),
        (
            "commit",
            Shape {
                plain: &["sha", "node_id", "url", "html_url", "message"],
                nested: &[
                    ("author", AUTHOR),
                    ("committer", AUTHOR),
                    ("tree", flat(&["sha", "url"])),
                    ("parents", flat(&["sha", "url", "html_url"])),
                ],
            },
        ),
    ],
};

const LABEL: Shape = flat(&["id", "node_id", "url", "name", "color", "default", "description"]);

const END: Shape =
    Shape { plain: &["label", "ref", "sha"], nested: &[("user", USER), ("repo", REPO)] };

pub(super) const PULL: Shape = Shape {
    plain: &[
        "url",
        "id",
        "node_id",
        "html_url",
        "diff_url",
        "patch_url",
        "issue_url",
        "number",
        "state",
        "locked",
        "title",
        "body",
        "created_at",
        "updated_at",
        "closed_at",
        "merged_at",
        "merge_commit_sha",
    ],
    nested: &[
        ("user", USER),
        ("assignee", USER),
        ("assignees", USER),
        ("requested_reviewers", USER),
        ("labels", LABEL),
        ("head", END),
        ("base", END),
    ],
};

pub(super) const REVIEW: Shape = Shape {
    plain: &[
        "id",
        "node_id",
        "body",
        "state",
        "html_url",
        "pull_request_url",
        "commit_id",
        "submitted_at",
        "author_association",
    ],
    nested: &[("user", USER)],
};

pub(super) const REVIEW_COMMENT: Shape = Shape {
    plain: &[
        "url",
        "id",
        "node_id",
        "pull_request_review_id",
        "diff_hunk",
        "path",
        "position",
        "original_position",
        "commit_id",
        "original_commit_id",
        "body",
        "created_at",
        "updated_at",
        "html_url",
        "pull_request_url",
        "author_association",
        "_links",
    ],
    nested: &[("user", USER)],
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_members_are_dropped_at_every_depth_and_null_stays() {
        let body =
            json!([{ "id": 1, "more": 2, "user": { "login": "a", "site_admin": false } }, null]);

        assert_eq!(REVIEW.trim(body), json!([{ "id": 1, "user": { "login": "a" } }, null]));
    }
}
