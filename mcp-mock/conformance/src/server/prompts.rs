//! The prompts. One of them asks the user a question first.

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{
    CompleteResult, CompletionArgument, Content, GetPromptParams, GetPromptResult, InputRequired,
    ListPromptsResult, Prompt, PromptArgument, PromptMessage,
};
use mcp_core::server::{Answer, Context};

use super::ask::{self, Filled};
use super::{content, unknown};

const SIMPLE: &str = "test_simple_prompt";
const WITH_ARGUMENTS: &str = "test_prompt_with_arguments";
const WITH_RESOURCE: &str = "test_prompt_with_embedded_resource";
const WITH_IMAGE: &str = "test_prompt_with_image";
const WITH_QUESTION: &str = "test_input_required_result_prompt";

pub(super) fn list() -> ListPromptsResult {
    let mut page = ListPromptsResult::default();
    page.entries = vec![
        prompt(SIMPLE, "One message", &[]),
        prompt(WITH_ARGUMENTS, "A message with two arguments in it", &["arg1", "arg2"]),
        prompt(WITH_RESOURCE, "A message with a resource in full", &["resourceUri"]),
        prompt(WITH_IMAGE, "A message with a picture", &[]),
        prompt(WITH_QUESTION, "A message about something that is asked for first", &[]),
    ];
    page
}

pub(super) fn get(
    params: &GetPromptParams,
    context: &Context<'_>,
) -> Result<Answer<GetPromptResult>, RpcError> {
    let messages = match params.name.as_str() {
        SIMPLE => vec![Content::text("This is a simple prompt for testing.")],
        WITH_ARGUMENTS => {
            let (first, second) = (argument(params, "arg1")?, argument(params, "arg2")?);
            let text = format!("Prompt with arguments: arg1='{first}', arg2='{second}'");
            vec![Content::text(text)]
        }
        WITH_RESOURCE => {
            let (uri, text) =
                (argument(params, "resourceUri")?, "Embedded resource content for testing.");
            let closing = Content::text("Please process the embedded resource above.");
            vec![content::resource(uri, "text/plain", text), closing]
        }
        WITH_IMAGE => vec![content::image(), Content::text("Please analyze the image above.")],
        WITH_QUESTION => match ask::filled(context, "user_context", "context") {
            Filled::With(value) => {
                vec![Content::text(format!("The context is: {}", ask::plain(&value)))]
            }
            Filled::Refused => vec![Content::text("There is no context.")],
            Filled::Nothing => {
                let message = "What context should the prompt use?";
                let question = ask::form_of_one(message, "context", "string");
                let asked = InputRequired::new().ask("user_context", question);
                return Ok(Answer::InputRequired(asked));
            }
        },
        other => return Err(unknown("prompt", other)),
    };
    Ok(GetPromptResult::new(messages.into_iter().map(PromptMessage::user).collect()).into())
}

pub(super) fn complete(
    prompt: &str,
    argument: &CompletionArgument,
) -> Result<CompleteResult, RpcError> {
    if prompt != WITH_ARGUMENTS {
        return Err(unknown("prompt", prompt));
    }
    let values: &[&str] = match argument.name.as_str() {
        "arg1" => &["paris", "park", "party"],
        "arg2" => &["tower", "town"],
        other => return Err(unknown("argument", other)),
    };
    let fitting = values.iter().filter(|value| value.starts_with(&argument.value));
    Ok(CompleteResult::new(fitting.map(|value| (*value).to_owned()).collect()))
}

fn prompt(name: &str, description: &str, arguments: &[&str]) -> Prompt {
    let mut prompt = Prompt::new(name);
    prompt.description = Some(description.to_owned());
    prompt.arguments = arguments.iter().map(|name| PromptArgument::required(*name)).collect();
    prompt
}

fn argument<'a>(params: &'a GetPromptParams, name: &str) -> Result<&'a str, RpcError> {
    params.arguments.get(name).map(String::as_str).ok_or_else(|| {
        let message = format!("prompt `{}` needs the argument `{name}`", params.name);
        RpcError::new(code::INVALID_PARAMS, message)
    })
}
