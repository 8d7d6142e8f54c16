use super::*;
use crate::call::{FailureKind, NothingKnown, ServerTools};
use crate::source::{Source, Style};
use crate::workflow::definition::StepKind;

fn workflow(yaml: &str) -> Workflow {
    Workflow::parse(Source::new("test.yaml", format!("workflow: test\n{yaml}"))).unwrap()
}

#[track_caller]
fn edges(yaml: &str, expected: &str) {
    let plan = workflow(yaml).check(&NothingKnown).unwrap();
    let shown: Vec<_> = plan
        .nodes()
        .iter()
        .map(|node| {
            let edges: Vec<_> = node.edges.iter().map(StepId::as_str).collect();
            format!("{}<-{}", node.step.id, edges.join(","))
        })
        .collect();
    assert_eq!(shown.join(" "), expected);
}

#[test]
fn edges_come_from_data_conditions_needs_and_inner_steps() {
    edges(
        "
steps:
  a: { set: 1 }
  b: { set: '${{ steps.a.output }} and text' }
  c: { set: 1, if: '${{ steps.b.output == 1 }}' }
  d: { set: 1, needs: [a] }
  e: { steps: { inner: { set: '${{ steps.c.output }}' }, other: { set: '${{ steps.inner.output }}' } } }
",
        "a<- b<-a c<-b d<-a e<-c",
    );
}

#[track_caller]
fn refuses(workflow: &Workflow, expected: &str) {
    let error = workflow.check(&NothingKnown).unwrap_err();
    let CheckError::Workflow(error) = error else { panic!("{error:?}") };
    let errors = error.diagnostics.iter().filter(|problem| problem.is_error());
    let messages: Vec<&str> = errors.map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, [expected]);
}

#[test]
fn broken_graphs_are_refused() {
    refuses(
        &workflow("steps: { a: { set: '${{ steps.b.output }}' }, b: { set: 1, needs: [a] } }"),
        "steps wait for each other: `a` → `b` → `a`",
    );
    refuses(
        &workflow("steps: { issue: { set: 1 }, b: { set: '${{ steps.isue.output }}' } }"),
        "step `isue` is unknown",
    );
    let mut twice = workflow("steps: { a: { set: 1 } }");
    twice.steps.push(twice.steps[0].clone());
    refuses(&twice, "step `a` is defined twice");
    let mut many = workflow("steps: { a: { set: 1 } }");
    many.steps = (0..=1_000).map(|_| many.steps[0].clone()).collect();
    refuses(&many, "1001 steps, and a workflow has at most 1000");
    let mut deep = workflow("steps: { a: { steps: { b: { set: 1 } } } }");
    for _ in 0..16 {
        let mut around = deep.steps[0].clone();
        if let StepKind::Group(group) = &mut around.kind {
            group.steps = deep.steps;
        }
        deep.steps = vec![around];
    }
    refuses(&deep, "step `b` stands more than 16 groups deep");
}

/// Two servers with two tools each; `away` is unreachable, and of `closed` all tools are known.
struct Servers;

impl KnownTools for Servers {
    fn servers(&self) -> Option<Vec<String>> {
        Some(["open", "closed", "away"].map(str::to_owned).to_vec())
    }

    fn tools_of(&self, server: &str) -> ServerTools {
        let names = ["read", "write"].map(str::to_owned).to_vec();
        match server {
            "open" => ServerTools::Listed(names),
            "closed" => ServerTools::All(names),
            _ => ServerTools::Unavailable {
                reason: "no such program".to_owned(),
                kind: FailureKind::Connection,
            },
        }
    }

    fn facts(&self, tool: &ToolRef) -> Option<ToolFacts> {
        let effect = crate::call::Effect::Read;
        let is_known = tool.server != "away" && ["read", "write"].contains(&tool.tool.as_str());
        is_known.then_some(ToolFacts { input_schema: None, effect })
    }
}

/// What the check says to one step.
fn said(step: &str) -> String {
    let workflow = workflow(&format!("steps:\n  one: {step}"));
    let plan = match workflow.check(&Servers) {
        Err(error) => return error.to_string(),
        Ok(plan) => plan,
    };
    let warnings = plan.tool_warnings().iter();
    let warnings = warnings.map(|problem| problem.render(&workflow.source, Style::Plain));
    let away = plan.unavailable().iter().map(|away| format!("{} is away", away.server));
    warnings.chain(away).collect::<Vec<_>>().join("\n")
}

#[test]
fn known_tools_are_in_the_plan() {
    let workflow = workflow("steps: { one: { call: open/read }, two: { call: open/any } }");

    let plan = workflow.check(&Servers).unwrap();

    let known: Vec<_> = plan.tools.keys().map(ToString::to_string).collect();
    assert_eq!(known, ["open/read"]);
}

#[test]
fn calls_are_held_against_what_is_known() {
    let lines: Vec<String> = [
        "{ call: open/read }",
        "{ call: opne/read }",
        "{ call: open/raed }",
        "{ call: closed/raed }",
        "{ call: away/read }",
        "{ call: away/read, on_error: continue }",
        "{ call: open/read, fallback: [{ call: away/read }] }",
    ]
    .iter()
    .map(|step| format!("{step}\n{}\n", said(step)))
    .collect();

    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn definition_is_checked_before_servers_are_asked() {
    struct NotAsked;
    impl KnownTools for NotAsked {
        fn servers(&self) -> Option<Vec<String>> {
            panic!("asked for servers")
        }

        fn facts(&self, tool: &ToolRef) -> Option<ToolFacts> {
            panic!("asked for {tool}")
        }
    }

    let workflow = workflow("steps: { a: { call: nowhere/tool, needs: [b] } }");

    let error = workflow.check(&NotAsked).unwrap_err().to_string();

    assert!(error.contains("step `b` is unknown"), "{error}");
}
