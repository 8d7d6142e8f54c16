//! Messages: reading, finding, sending, keeping as a draft, trashing.

use serde::Deserialize;
use serde_json::{Value, json};

use super::render;
use crate::dialect::schema::{integer, list, nullable, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome, Refusal};
use crate::service::ApiError;
use crate::service::gmail::{Gmail, ListRequest, MessageList, Outgoing, split_addresses};

/// Mail that came in; without it, the newest message would often be one's own.
const LATEST_DEFAULT: &str = "in:inbox";

pub(super) fn get_latest() -> CatalogTool<Gmail> {
    let description = "Read the newest message of the inbox, or the newest that a search finds. It \
                       stays unread.";
    CatalogTool::new("get_latest", description, latest)
        .input(&object([optional("query", text("Gmail search; `in:inbox` when left out"))]))
        .output(&object([required("message", nullable(render::message_schema()))]))
        .effect(Effect::Read)
}

fn latest(mut call: Call<'_, Gmail>) -> Outcome {
    let Listing { query, .. } = call.read()?;
    let query = query.unwrap_or_else(|| LATEST_DEFAULT.to_owned());
    let request = ListRequest { query, max_results: Some(1), ..ListRequest::default() };
    let found = call.service.list(&mut call.api, &request)?.page.items;
    let message = match found.first() {
        Some(id) => render::message(call.service, call.service.get(&mut call.api, id)?),
        None => Value::Null,
    };
    Ok(Answer::Json(json!({ "message": message })))
}

pub(super) fn send_message() -> CatalogTool<Gmail> {
    let description = "Send a message in plain text from the owner's address.";
    CatalogTool::new("send_message", description, send)
        .also(&["send_email"])
        .input(&object([
            required("to", addresses("Recipients")),
            required("subject", text("Subject, one line")),
            required("body", text("Text of the message")),
            optional("cc", addresses("Who gets a copy")),
        ]))
        .output(&object([
            required("id", text("Id of the message")),
            required("thread_id", text("Id of its conversation")),
        ]))
        .effect(Effect::Add)
}

fn send(mut call: Call<'_, Gmail>) -> Outcome {
    let mail: Mail = call.read()?;
    let sent = call.service.send(&mut call.api, mail.into())?;
    Ok(Answer::Json(json!({ "id": sent.id, "thread_id": sent.thread_id })))
}

pub(super) fn create_draft() -> CatalogTool<Gmail> {
    let description = "Keep a message as a draft. It may lack recipients.";
    CatalogTool::new("create_draft", description, draft)
        .input(&object([
            optional("to", addresses("Recipients")),
            optional("subject", text("Subject, one line")),
            optional("body", text("Text of the message")),
            optional("cc", addresses("Who gets a copy")),
        ]))
        .output(&object([
            required("id", text("Id of the draft")),
            required("message_id", text("Id of the message in it")),
        ]))
        .effect(Effect::Add)
}

fn draft(mut call: Call<'_, Gmail>) -> Outcome {
    let mail: Mail = call.read()?;
    let draft = call.service.create_draft(&mut call.api, mail.into())?;
    Ok(Answer::Json(json!({ "id": draft.id, "message_id": draft.message_id })))
}

/// The schema of addresses: one string, in which commas separate, or an array.
fn addresses(description: &str) -> Value {
    let one = text("One address, or several with commas between them");
    let many = list(text("Address"), "Addresses");
    json!({ "anyOf": [one, many], "description": description })
}

#[derive(Deserialize)]
struct Mail {
    #[serde(default)]
    to: Addresses,
    #[serde(default)]
    cc: Addresses,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Addresses {
    Many(Vec<String>),
    One(String),
}

impl Default for Addresses {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl From<Addresses> for Vec<String> {
    fn from(addresses: Addresses) -> Self {
        match addresses {
            Addresses::Many(addresses) => addresses,
            Addresses::One(line) => split_addresses(&line),
        }
    }
}

impl From<Mail> for Outgoing {
    fn from(Mail { to, cc, subject, body }: Mail) -> Self {
        Self { to: to.into(), cc: cc.into(), subject, body, ..Self::default() }
    }
}

pub(super) fn get_message() -> CatalogTool<Gmail> {
    let description = "Read one message with its text and labels. It stays unread.";
    CatalogTool::new("get_message", description, get)
        .input(&object([required("id", text("Id of the message"))]))
        .output(&render::message_schema())
        .effect(Effect::Read)
}

fn get(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { id } = call.read()?;
    let message = call.service.get(&mut call.api, &id)?;
    Ok(Answer::Json(render::message(call.service, message)))
}

pub(super) fn trash_message() -> CatalogTool<Gmail> {
    let description = "Move a message to the Trash, from where it can be taken back.";
    CatalogTool::new("trash_message", description, trash)
        .input(&object([required("id", text("Id of the message"))]))
        .output(&render::message_schema())
        .effect(Effect::Replace)
}

fn trash(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { id } = call.read()?;
    let trashed = call.service.trash(&mut call.api, &id)?.clone();
    Ok(Answer::Json(render::message(call.service, &trashed)))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

pub(super) fn list_messages() -> CatalogTool<Gmail> {
    let messages = list(render::summary_schema(), "Messages without their text, newest first");
    let description = "List messages page by page, newest first. Spam and Trash are left out unless \
                       the search names them.";
    CatalogTool::new("list_messages", description, list_page)
        .input(&object([
            optional("query", text("Gmail search, such as `from:ann is:unread`")),
            optional("limit", integer("Messages a page: 100 when left out, 500 at most")),
            optional("cursor", text("`next_cursor` of the page before")),
        ]))
        .output(&object([
            required("messages", messages),
            required("next_cursor", nullable(text("Where to go on; null on the last page"))),
        ]))
        .effect(Effect::Read)
}

fn list_page(mut call: Call<'_, Gmail>) -> Outcome {
    let MessageList { page, .. } = listed(&mut call)?;
    let messages = summaries(&mut call, &page.items)?;
    Ok(Answer::Json(json!({ "messages": messages, "next_cursor": page.next })))
}

pub(super) fn search() -> CatalogTool<Gmail> {
    let messages = list(render::summary_schema(), "Messages without their text, newest first");
    let description = "Find messages with Gmail's search operators: from: to: subject: label: in: \
                       is: has: after: before: older_than: newer_than:, OR, -word and \"a phrase\". \
                       Whole words are matched.";
    CatalogTool::new("search", description, find)
        .input(&object([
            required("query", text("What to look for")),
            optional("limit", integer("Most messages to return: 100 when left out, 500 at most")),
        ]))
        .output(&object([
            required("messages", messages),
            required("total", integer("How many messages the search finds in all")),
        ]))
        .effect(Effect::Read)
}

fn find(mut call: Call<'_, Gmail>) -> Outcome {
    let MessageList { page, result_size_estimate: total, .. } = listed(&mut call)?;
    let messages = summaries(&mut call, &page.items)?;
    Ok(Answer::Json(json!({ "messages": messages, "total": total })))
}

#[derive(Deserialize)]
struct Listing {
    query: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

fn listed(call: &mut Call<'_, Gmail>) -> Result<MessageList, Refusal> {
    let Listing { query, limit, cursor } = call.read()?;
    let request = ListRequest {
        query: query.unwrap_or_default(),
        max_results: limit.and_then(|limit| usize::try_from(limit).ok()),
        page_token: cursor,
        include_spam_trash: false,
    };
    Ok(call.service.list(&mut call.api, &request)?)
}

/// Reads each message of a list, which has ids alone.
fn summaries(call: &mut Call<'_, Gmail>, ids: &[String]) -> Result<Vec<Value>, ApiError> {
    ids.iter().map(|id| call.service.get(&mut call.api, id).map(render::summary)).collect()
}
