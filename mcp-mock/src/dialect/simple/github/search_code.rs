//! `search_code`: files that hold all words of a query.

use serde_json::{Value, json};

use super::arguments::{page, per_page, read_page};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{integer, list, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::github::{CodeHit, GitHub};
use crate::world::Env;

pub(super) fn tool() -> Tool<GitHub> {
    let hit = object([
        required("repository", text("Owner and name of the repository.")),
        required("path", text("Path of the file.")),
        required("sha", text("Id of its blob.")),
        required("html_url", text("Page for people.")),
    ]);
    Tool {
        name: "search_code",
        aliases: &[],
        description: "Find files on default branches by the words in them.",
        effect: Effect::Read,
        input: object([
            required(
                "query",
                text(
                    "Words, quoted phrases, and repo:, user:, org:, path:, filename:, extension:.",
                ),
            ),
            page(),
            per_page(),
        ]),
        output: object([
            required("total_count", integer("How many files match, on all pages.")),
            required("items", list(hit, "This page, by repository and path.")),
            required("next_page", render::next_page_schema()),
        ]),
        run,
    }
}

fn run(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let hits = github.search_code(arguments.text("query"), read_page(arguments))?;
    Ok(json!({
        "total_count": hits.total_count,
        "items": hits.items.iter().map(render_hit).collect::<Vec<_>>(),
        "next_page": hits.next_page,
    }))
}

fn render_hit(hit: &CodeHit) -> Value {
    json!({
        "repository": hit.repository,
        "path": hit.path,
        "sha": hit.sha,
        "html_url": hit.html_url,
    })
}
