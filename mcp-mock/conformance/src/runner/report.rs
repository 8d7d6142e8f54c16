//! The findings as a table and the lists below it.

use std::fmt::Write;

use super::findings::{Findings, Scenario};

/// The columns of the table; each is as wide as its head.
const HEAD: [&str; 6] =
    ["mode  ", "revision  ", "required scenarios", "required checks", "warnings", "not scored"];

/// Characters of a reason that are printed; the rest is in the folder.
const REASON_CHARS_MAX: usize = 300;

/// The table, then the scenarios that did not pass.
pub(super) fn report(all: &[Findings]) -> String {
    let mut text = row(&HEAD.map(str::to_owned));
    text += &row(&HEAD.map(|head| "-".repeat(head.len())));
    text.extend(all.iter().map(|findings| row(&cells(findings))));
    for findings in all {
        not_scored(findings, &mut text);
    }
    for findings in all {
        failures(findings, &mut text);
    }
    text
}

/// A line of a Markdown table.
fn row(cells: &[String; HEAD.len()]) -> String {
    let cells = cells.iter().zip(HEAD).map(|(cell, head)| format!("{cell:0$}", head.len()));
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

fn cells(findings: &Findings) -> [String; HEAD.len()] {
    let required = &findings.required;
    let checks = required.iter().map(Scenario::checks);
    let (passed, total) = checks.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    [
        findings.subject.side.name().to_owned(),
        findings.subject.revision.to_owned(),
        share(required),
        format!("{passed}/{total}"),
        required.iter().map(Scenario::warnings).sum::<usize>().to_string(),
        share(findings.all_not_scored()),
    ]
}

/// `PASSED/ALL`
fn share<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>) -> String {
    let verdicts: Vec<_> = scenarios.into_iter().map(Scenario::is_passed).collect();
    format!("{}/{}", verdicts.iter().filter(|passed| **passed).count(), verdicts.len())
}

fn not_scored(findings: &Findings, text: &mut String) {
    line(text, &format!("\n{}, not scored:", findings.subject));
    for (group, scenarios) in &findings.not_scored {
        let names: Vec<_> = scenarios.iter().map(|it| it.name.as_str()).collect();
        line(text, &format!("  {group} {}: {}", share(scenarios), names.join(", ")));
    }
    for scenario in findings.all_not_scored().filter(|it| !it.is_passed()) {
        let reasons = scenario.reasons();
        let more = match reasons.len() {
            0 | 1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let first = shortened(reasons.first().map_or("", String::as_str));
        line(text, &format!("  fails: {}: {first}{more}", scenario.name));
    }
}

/// Of the required scenarios.
fn failures(findings: &Findings, text: &mut String) {
    let failing: Vec<_> = findings.required.iter().filter(|it| !it.is_passed()).collect();
    if failing.is_empty() {
        return;
    }
    let folder = findings.folder.display();
    line(
        text,
        &format!("\n{}, required and not passed (details in `{folder}`):", findings.subject),
    );
    for scenario in failing {
        line(text, &format!("  {}", scenario.name));
        for reason in scenario.reasons() {
            line(text, &format!("    {}", shortened(&reason)));
        }
    }
}

fn shortened(reason: &str) -> String {
    let one_line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    mcp_core::display::truncated(&one_line, REASON_CHARS_MAX).into_owned()
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::findings::tests::findings;

    #[test]
    fn report_holds_counts_groups_and_failures() {
        let text = report(&[findings(&["tools-list", "caching"])]);

        let wanted = "\
| mode   | revision   | required scenarios | required checks | warnings | not scored |
| ------ | ---------- | ------------------ | --------------- | -------- | ---------- |
| server | 2026-07-28 | 1/2                | 3/10            | 0        | 0/3        |

server 2026-07-28, not scored:
  extension tasks-* 0/2: tasks-lifecycle, tasks-wire-fields
  pending 0/1: json-schema-2020-12
  fails: tasks-lifecycle: it was not run
  fails: tasks-wire-fields: it was not run
  fails: json-schema-2020-12: it was not run

server 2026-07-28, required and not passed (details in `out`):
  caching
    Tool returns image content: Failed: no
";
        assert_eq!(text, wanted);
    }

    #[test]
    fn long_reasons_are_shortened() {
        let text = shortened(&"wide\n é".repeat(200));

        assert_eq!(text.chars().count(), REASON_CHARS_MAX + 1);
        assert!(text.starts_with("wide éwide é") && text.ends_with('…'));
    }
}
