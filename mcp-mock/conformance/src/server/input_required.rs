//! Tools that need several rounds, several answers in one round, or a state between rounds.

use mcp_core::protocol::{CallToolResult, ElicitResult, InputRequest, InputRequired, Tool};
use mcp_core::server::{Answer, Context, ToolCall};

use super::ask::{self, Filled};
use super::seal::{open, seal};
use super::{Outcome, nothing, tool};

pub(super) fn tools() -> Vec<Tool> {
    let named = |what: &str, description: &str| {
        tool(&format!("test_input_required_result_{what}"), description, &nothing())
    };
    vec![
        named("elicitation", "Asks a person for a name"),
        named("sampling", "Asks a model for a capital"),
        named("list_roots", "Asks for the roots of the client"),
        named("request_state", "Asks for a confirmation and gives a state to carry"),
        named("multiple_inputs", "Asks three questions at once"),
        named("multi_round", "Asks one question after the other"),
        named("tampered_state", "Asks for a confirmation and looks at the state that comes back"),
        named("capabilities", "Asks whatever the client can be asked"),
    ]
}

pub(super) fn call(call: &ToolCall<'_>) -> Option<Outcome> {
    let context = call.context;
    Some(match call.name.strip_prefix("test_input_required_result_")? {
        "elicitation" => Ok(greeting(context)),
        "sampling" => Ok(capital(context)),
        "list_roots" => Ok(roots(context)),
        "request_state" | "tampered_state" => confirmation(call),
        "multiple_inputs" => several(call),
        "multi_round" => rounds(call),
        "capabilities" => Ok(whatever(context)),
        _ => return None,
    })
}

fn greeting(context: &Context<'_>) -> Answer<CallToolResult> {
    match ask::filled(context, "user_name", "name") {
        Filled::With(name) => text(format!("Hello, {}!", ask::plain(&name))),
        Filled::Refused => text("Hello, whoever you are!"),
        Filled::Nothing => one("user_name", name_wanted()),
    }
}

fn capital(context: &Context<'_>) -> Answer<CallToolResult> {
    match ask::said(context, "capital_question") {
        Some(said) => text(said),
        None => one("capital_question", ask::model("What is the capital of France?", 100)),
    }
}

fn roots(context: &Context<'_>) -> Answer<CallToolResult> {
    match ask::roots(context, "client_roots") {
        Some(roots) => text(format!("Roots: {roots}")),
        None => one("client_roots", InputRequest::roots()),
    }
}

/// The state proves that the question was asked; an answer without it does not count.
fn confirmation(call: &ToolCall<'_>) -> Outcome {
    let state = open(call)?;
    let answer = ask::answer_to::<ElicitResult>(call.context, "confirm");
    if let (Some("asked"), Some(answer)) = (state, answer) {
        let action = serde_json::to_value(answer.action).unwrap_or_default();
        return Ok(text(format!("state-ok, the answer is {}", ask::plain(&action))));
    }
    let question = ask::form_of_one("Please confirm", "ok", "boolean");
    Ok(more(InputRequired::new().ask("confirm", question).with_state(seal(call, "asked"))))
}

/// Asks again for every answer that is missing.
fn several(call: &ToolCall<'_>) -> Outcome {
    let context = call.context;
    open(call)?;
    let name = match ask::filled(context, "user_name", "name") {
        Filled::With(name) => Some(ask::plain(&name)),
        Filled::Refused => Some("nobody".to_owned()),
        Filled::Nothing => None,
    };
    let (greeting, roots) = (ask::said(context, "greeting"), ask::roots(context, "client_roots"));
    if let (Some(name), Some(greeting), Some(roots)) = (&name, &greeting, &roots) {
        return Ok(text(format!("{greeting} {name}, you work in {roots}")));
    }
    // Asks for all three again: the answers of a round are not stored.
    let questions = InputRequired::new()
        .ask("user_name", name_wanted())
        .ask("greeting", ask::model("Generate a greeting", 50))
        .ask("client_roots", InputRequest::roots());
    Ok(more(questions.with_state(seal(call, "asked"))))
}

/// Asks for the name, then for the colour; the state holds the name.
fn rounds(call: &ToolCall<'_>) -> Outcome {
    let name = match open(call)? {
        None => None,
        Some(state) => match state.strip_prefix("name:") {
            Some(name) => Some(name.to_owned()),
            None => match ask::filled(call.context, "step1", "name") {
                Filled::With(name) => Some(ask::plain(&name)),
                Filled::Refused => return Ok(text("It is not to be known.")),
                Filled::Nothing => None,
            },
        },
    };
    let Some(name) = name else {
        let question = ask::form_of_one("Step 1: What is your name?", "name", "string");
        let asked = InputRequired::new().ask("step1", question);
        return Ok(more(asked.with_state(seal(call, "asked"))));
    };
    match ask::filled(call.context, "step2", "color") {
        Filled::With(color) => Ok(text(format!("{name} likes {}.", ask::plain(&color)))),
        Filled::Refused => Ok(text(format!("{name} likes no color."))),
        Filled::Nothing => {
            let message = "Step 2: What is your favorite color?";
            let question = ask::form_of_one(message, "color", "string");
            let state = seal(call, &format!("name:{name}"));
            Ok(more(InputRequired::new().ask("step2", question).with_state(state)))
        }
    }
}

fn whatever(context: &Context<'_>) -> Answer<CallToolResult> {
    let client = context.capabilities();
    let questions = [
        ("user_name", name_wanted()),
        ("greeting", ask::model("Generate a greeting", 50)),
        ("client_roots", InputRequest::roots()),
    ];
    let open: Vec<_> = questions
        .into_iter()
        .filter(|(key, question)| {
            client.allows(&question.method, &question.params) && context.response(key).is_none()
        })
        .collect();
    if open.is_empty() {
        return text("There is nothing more to ask.");
    }
    let asked = open.into_iter();
    more(asked.fold(InputRequired::new(), |asked, (key, question)| asked.ask(key, question)))
}

fn name_wanted() -> InputRequest {
    ask::form_of_one("What is your name?", "name", "string")
}

fn one(key: &str, question: InputRequest) -> Answer<CallToolResult> {
    more(InputRequired::new().ask(key, question))
}

fn more(wanted: InputRequired) -> Answer<CallToolResult> {
    Answer::InputRequired(wanted)
}

fn text(text: impl Into<String>) -> Answer<CallToolResult> {
    CallToolResult::text(text).into()
}
