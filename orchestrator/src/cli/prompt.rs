//! Asking a person on the terminal for what a configuration leaves open.

use std::io::{self, IsTerminal, Read};

use super::console::Console;
use super::error::CommandError;
use crate::config::Input;
use crate::report::text;

/// The longest answer in bytes; tokens are far shorter.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Whether somebody is there to be asked.
pub(super) fn is_possible(console: &Console<'_>) -> bool {
    !console.is_json && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The variables that answer these inputs. An empty answer leaves an input open.
///
/// # Cancel safety
///
/// A dropped future leaves a read of stdin behind, which ends with the program.
pub(super) async fn answers(
    inputs: &[Input],
    console: &mut Console<'_>,
) -> Result<Vec<(String, String)>, CommandError> {
    let mut answers = Vec::new();
    for input in inputs {
        console.ask(&question(input));
        let hidden = input.is_secret.then(Hidden::start);
        let answer = tokio::task::spawn_blocking(read_line).await;
        drop(hidden);
        let answer = answer.map_err(|_| CommandError::panicked())??;
        if !answer.is_empty() {
            answers.push((input.variable(), answer));
        }
    }
    Ok(answers)
}

fn question(input: &Input) -> String {
    let what = match input.description.as_str() {
        "" => input.id.as_str(),
        description => description,
    };
    let mut question = text::line(what);
    if !input.options.is_empty() {
        question.push_str(&format!(" ({})", text::line(&input.options.join(", "))));
    }
    let note = if input.is_secret { ", not shown" } else { "" };
    format!("{question} [{}{note}]:", input.variable())
}

fn read_line() -> io::Result<String> {
    let mut line = Vec::new();
    for byte in io::stdin().lock().bytes().take(ANSWER_BYTES_MAX) {
        match byte? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    let line = String::from_utf8(line).map_err(io::Error::other)?;
    Ok(line.trim().to_owned())
}

/// What is typed is not shown until this is dropped. Where that cannot be, it is shown.
#[derive(Debug)]
struct Hidden;

impl Hidden {
    fn start() -> Self {
        set_echo("-echo");
        Self
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        set_echo("echo");
    }
}

/// The terminal's own program: `stty` is part of every Unix.
fn set_echo(mode: &str) {
    #[cfg(unix)]
    drop(std::process::Command::new("stty").arg(mode).stderr(std::process::Stdio::null()).status());
    #[cfg(not(unix))]
    let _ = mode;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::source::Source;

    #[test]
    fn question_names_the_variable_that_answers_it() {
        let text = r#"{
            "inputs": [
                { "id": "api-key", "description": "Key of\u001b[2J the API", "password": true },
                { "id": "region", "options": ["eu", "us"] }
            ],
            "servers": { "a": { "url": "https://${input:region}.example", "headers": { "K": "${input:api-key}" } } }
        }"#;
        let config = Config::parse(&[Source::new("mcp.json", text)], &|_| None).unwrap();

        let questions: Vec<String> = config.unanswered.iter().map(question).collect();

        insta::assert_snapshot!(questions.join("\n"), @r"
        Key of\u{1b}[2J the API [ORCHESTRATOR_INPUT_API_KEY, not shown]:
        region (eu, us) [ORCHESTRATOR_INPUT_REGION]:
        ");
    }
}
