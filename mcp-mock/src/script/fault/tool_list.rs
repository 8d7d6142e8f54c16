//! Lists of tools that are not as they should be.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::row::{Kind, kind};

/// Tools of a list that is too long.
const HUGE: usize = 100_000;

/// What stands for an escape without its other half until the list is encoded.
const ODD: &str = "«odd»";

/// A way in which the list of tools is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ToolListFault {
    /// Every tool is in the list twice.
    DuplicateNames,
    /// There are no tools.
    Empty,
    /// The second page is at an empty cursor, which is one like any other.
    EmptyCursor,
    /// Every page has another one after it, for ever.
    Endless,
    /// There are a hundred thousand tools.
    Huge,
    /// One tool among the others has no name and no schema.
    MalformedTool,
    /// The description of the first tool has half of a pair of UTF-16.
    OddDescription,
    /// Every page has the same cursor.
    SameCursor,
}

impl ToolListFault {
    /// The kinds, and what a client sees of each.
    pub(super) const KINDS: &[Kind] = &[
        kind("duplicate-names", "every tool is there twice"),
        kind("empty", "there are no tools"),
        kind("empty-cursor", "the second half is on a page at the cursor `\"\"`: the list is fine"),
        kind("endless", "every page has another one after it"),
        kind("huge", "100000 tools on one page"),
        kind("malformed-tool", "one tool has neither name nor schema"),
        kind("odd-description", r"the first description has the escape `\ud800` alone"),
        kind("same-cursor", "every page is at the same cursor"),
    ];
}

impl ToolListFault {
    /// The page at a cursor. `tools` are those of the list as it should be.
    pub(crate) fn page(self, mut tools: Vec<Value>, cursor: Option<&str>) -> Value {
        let next = match self {
            Self::EmptyCursor if cursor.is_none() => Some(String::new()),
            Self::Endless => {
                let number: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
                Some((number + 1).to_string())
            }
            Self::SameCursor => Some("again".to_owned()),
            _ => None,
        };
        match self {
            Self::DuplicateNames => tools.extend(tools.clone()),
            Self::Empty => tools.clear(),
            Self::EmptyCursor => {
                let second = tools.split_off(tools.len() / 2);
                if cursor.is_some() {
                    tools = second;
                }
            }
            Self::Endless => tools = vec![tool(next.as_deref().unwrap_or_default())],
            Self::Huge => tools = (0..HUGE).map(|number| tool(&number.to_string())).collect(),
            Self::MalformedTool => tools.insert(tools.len() / 2, json!({ "title": "nameless" })),
            Self::OddDescription => {
                if let Some(first) = tools.first_mut() {
                    first["description"] = json!(ODD);
                }
            }
            Self::SameCursor => {}
        }
        let mut page = json!({ "tools": tools });
        if let Some(next) = next {
            page["nextCursor"] = json!(next);
        }
        page
    }

    /// The page as it goes over the line.
    pub(crate) fn written(self, answer: &[u8]) -> Vec<u8> {
        if self != Self::OddDescription {
            return answer.to_vec();
        }
        String::from_utf8_lossy(answer).replace(ODD, r"\ud800").into_bytes()
    }
}

fn tool(number: &str) -> Value {
    json!({ "name": format!("tool_{number}"), "inputSchema": { "type": "object" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(page: &Value) -> Vec<&str> {
        let tools = page["tools"].as_array().unwrap();
        tools.iter().map(|tool| tool["name"].as_str().unwrap_or("-")).collect()
    }

    #[test]
    fn pages_are_wrong_in_one_way_each() {
        let page = |fault: ToolListFault, cursor| fault.page(vec![tool("a"), tool("b")], cursor);
        let table = [
            (ToolListFault::DuplicateNames, None, "tool_a tool_b tool_a tool_b null"),
            (ToolListFault::Empty, None, " null"),
            (ToolListFault::EmptyCursor, None, "tool_a \"\""),
            (ToolListFault::EmptyCursor, Some(""), "tool_b null"),
            (ToolListFault::Endless, None, "tool_1 \"1\""),
            (ToolListFault::Endless, Some("41"), "tool_42 \"42\""),
            (ToolListFault::MalformedTool, None, "tool_a - tool_b null"),
            (ToolListFault::SameCursor, Some("again"), "tool_a tool_b \"again\""),
        ];
        for (fault, cursor, expected) in table {
            let page = page(fault, cursor);

            assert_eq!(format!("{} {}", names(&page).join(" "), page["nextCursor"]), expected);
        }
        assert_eq!(names(&page(ToolListFault::Huge, None)).len(), HUGE);
    }

    #[test]
    fn odd_description_is_half_a_pair_on_the_line() {
        let fault = ToolListFault::OddDescription;

        let line = fault.written(fault.page(vec![tool("a")], None).to_string().as_bytes());

        assert!(String::from_utf8(line).unwrap().contains(r#""description":"\ud800""#));
    }
}
