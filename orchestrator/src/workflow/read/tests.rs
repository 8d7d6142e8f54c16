use proptest::prelude::*;

use super::*;
use crate::source::Style;
use crate::workflow::definition::{ArgumentKind, StepKind};

/// Everything that reading says, rendered.
fn said(text: &str) -> String {
    Workflow::parse(Source::new("w.yaml", text)).unwrap_err().to_string()
}

#[test]
fn unknown_and_unsupported_keys_are_named() {
    let text = "
workflow: w
step: {}
on_failure: undo
steps:
  a:
    cal: github/create_issue
    with: { x: 1 }
  b:
    call: github/create_issue
    expect: { type: object }
    retry: { atempts: 3 }
";

    insta::assert_snapshot!(said(text), @"
    error[W0104]: a workflow has no key `step`
     --> w.yaml:3:1
      |
    3 | step: {}
      | ^^^^ unknown key
      |
      = help: did you mean `steps`?

    error[W0105]: `on_failure` is not supported yet
     --> w.yaml:4:1
      |
    4 | on_failure: undo
      | ^^^^^^^^^^

    error[W0104]: a step has no key `cal`
     --> w.yaml:7:5
      |
    7 |     cal: github/create_issue
      |     ^^^ unknown key
      |
      = help: did you mean `call`?

    error[W0105]: `expect` is not supported yet
      --> w.yaml:11:5
       |
    11 |     expect: { type: object }
       |     ^^^^^^

    error[W0104]: `retry` has no key `atempts`
      --> w.yaml:12:14
       |
    12 |     retry: { atempts: 3 }
       |              ^^^^^^^ unknown key
       |
       = help: did you mean `attempts`?
    ");
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    let text = "
workflow: [w]
deadline: 15
on_error: stopp
inputs:
  my-input: { type: strin }
  other: { type: string, pattern: a }
defaults: { timeout: 1.5s, retry: { attempts: 0 } }
steps: 12
";

    insta::assert_snapshot!(said(text), @"
    error[W0107]: this must be a text
     --> w.yaml:2:11
      |
    2 | workflow: [w]
      |           ^^ this is a list

    error[W0110]: `15` is not a duration: the unit is missing
     --> w.yaml:3:11
      |
    3 | deadline: 15
      |           ^^
      |
      = help: write `15s` for seconds or `15ms` for milliseconds

    error[W0108]: `stopp` cannot stand here
     --> w.yaml:4:11
      |
    4 | on_error: stopp
      |           ^^^^^
      |
      = help: did you mean `stop`?

    error[W0111]: `my-input` cannot be the name of an input: expressions know only letters, digits and `_` in names
     --> w.yaml:6:3
      |
    6 |   my-input: { type: strin }
      |   ^^^^^^^^
      |
      = help: write `my_input`

    error[W0108]: `strin` cannot stand here
     --> w.yaml:6:21
      |
    6 |   my-input: { type: strin }
      |                     ^^^^^
      |
      = help: did you mean `string`?

    error[W0105]: `pattern` is not supported yet
     --> w.yaml:7:26
      |
    7 |   other: { type: string, pattern: a }
      |                          ^^^^^^^

    error[W0110]: `1.5s` is not a duration: the unit is unknown
     --> w.yaml:8:22
      |
    8 | defaults: { timeout: 1.5s, retry: { attempts: 0 } }
      |                      ^^^^
      |
      = help: write a whole number and a unit: `200ms`, `15s`, `2m` or `1h`

    error[W0109]: 0 is not a whole number from 1 to 100
     --> w.yaml:8:47
      |
    8 | defaults: { timeout: 1.5s, retry: { attempts: 0 } }
      |                                               ^

    error[W0107]: `steps` must be a map
     --> w.yaml:9:8
      |
    9 | steps: 12
      |        ^^ this is a number
    ");
}

#[test]
fn keys_of_a_step_belong_together() {
    let text = "
workflow: w
steps:
  a: { call: create_issue }
  b: { call: github/x, set: 1 }
  c: { set: 1, as: x, timeout: 1s }
  d: { needs: [a] }
";

    insta::assert_snapshot!(said(text), @"
    error[W0112]: `create_issue` does not name a tool
     --> w.yaml:4:14
      |
    4 |   a: { call: create_issue }
      |              ^^^^^^^^^^^^
      |
      = help: write the server and the tool, as in `github/create_issue`

    error[W0113]: a step does one thing only
     --> w.yaml:5:8
      |
    5 |   b: { call: github/x, set: 1 }
      |        ^^^^ this       --- and this

    error[W0113]: `as` means nothing without `each`
     --> w.yaml:6:16
      |
    6 |   c: { set: 1, as: x, timeout: 1s }
      |                ^^

    error[W0113]: `timeout` means nothing without `call`
     --> w.yaml:6:23
      |
    6 |   c: { set: 1, as: x, timeout: 1s }
      |                       ^^^^^^^

    error[W0106]: a step needs one of `call`, `set`, `steps` and `wait`
     --> w.yaml:7:3
      |
    7 |   d: { needs: [a] }
      |   ^
    ");
}

#[test]
fn values_of_a_step_are_checked() {
    let text = "
workflow: w
steps:
  d: { steps: {}, each: '${{ a }} b', concurrency: 9999 }
  2nd: { wait: soon }
  e: { call: github/x, with: [1] }
  f: 12
";

    insta::assert_snapshot!(said(text), @"
    error[W0106]: there are no steps
     --> w.yaml:4:15
      |
    4 |   d: { steps: {}, each: '${{ a }} b', concurrency: 9999 }
      |               ^

    error[W0201]: `each` must be one expression, not a text with expressions in it
     --> w.yaml:4:25
      |
    4 |   d: { steps: {}, each: '${{ a }} b', concurrency: 9999 }
      |                         ^^^^^^^^^^^^
      |
      = help: write one `${{ … }}` around all of it

    error[W0109]: 9999 is not a whole number from 1 to 256
     --> w.yaml:4:52
      |
    4 |   d: { steps: {}, each: '${{ a }} b', concurrency: 9999 }
      |                                                    ^^^^

    error[W0111]: `2nd` cannot be the name of a step: it must start with a letter or `_`
     --> w.yaml:5:3
      |
    5 |   2nd: { wait: soon }
      |   ^^^

    error[W0110]: `soon` is not a duration: the unit is unknown
     --> w.yaml:5:16
      |
    5 |   2nd: { wait: soon }
      |                ^^^^
      |
      = help: write a whole number and a unit: `200ms`, `15s`, `2m` or `1h`

    error[W0107]: `with` must be a map
     --> w.yaml:6:30
      |
    6 |   e: { call: github/x, with: [1] }
      |                              ^^ this is a list

    error[W0107]: a step must be a map
     --> w.yaml:7:6
      |
    7 |   f: 12
      |      ^^ this is a number
    ");
}

#[test]
fn bad_expressions_are_marked_inside_their_text() {
    let text = "
workflow: w
steps:
  a:
    set: ${{ inputs.a + }}
  b:
    set:
      text: |
        Dear ${{ inputs.name }},
          {% for x in inputs.list %}
          ${{ x | uper }}
  c:
    if: inputs.a ==
    set: \"${{ inputs.a \\\"b\\\" }}\"
";

    insta::assert_snapshot!(said(text), @r#"
    error[W0201]: unexpected end of input, expected expression
     --> w.yaml:5:23
      |
    5 |     set: ${{ inputs.a + }}
      |                       ^

    error[W0201]: filter `uper` is unknown (did you mean `upper`?)
      --> w.yaml:11:19
       |
    11 |           ${{ x | uper }}
       |                   ^^^^

    error[W0201]: unexpected end of input, expected expression
      --> w.yaml:13:18
       |
    13 |     if: inputs.a ==
       |                  ^^

    error[W0201]: unexpected input after expression
      --> w.yaml:14:25
       |
    14 |     set: "${{ inputs.a \"b\" }}"
       |                         ^^^^
    "#);
}

#[test]
fn text_that_is_not_yaml_is_refused_with_its_place() {
    insta::assert_snapshot!(said("workflow: w\nsteps:\n  a: [1, 2\n  b: 3\n"), @"
    error[W0101]: not valid YAML: illegal placement of ':' indicator
     --> w.yaml:4:4
      |
    4 |   b: 3
      |    ^
    ");
    insta::assert_snapshot!(said("workflow: w\nsteps:\n  a: { set: 1 }\n  a: { set: 2 }\n"), @"
    error[W0103]: key `a` stands twice
     --> w.yaml:4:3
      |
    4 |   a: { set: 2 }
      |   ^ second time here
      |
      = help: keep one of them
    ");
    insta::assert_snapshot!(said(""), @"error[W0107]: a workflow must be a map");
}

#[test]
fn defaults_reach_calls_and_are_overridden_key_by_key() {
    let text = "
workflow: w
defaults: { timeout: 15s, retry: { attempts: 3, delay: 200ms, growth: exponential, max: 20s } }
steps:
  a: { call: s/t }
  b: { call: s/t, timeout: 1s, retry: { attempts: 5, growth: linear } }
  c: { set: 1 }
";

    let workflow = Workflow::parse(Source::new("w.yaml", text)).unwrap();

    let seen: Vec<String> =
        workflow.steps.iter().map(|step| format!("{:?} {:?}", step.timeout, step.retry)).collect();
    insta::assert_snapshot!(seen.join("\n"), @"
    Some(15s) RetryPolicy { attempts: 3, delay: 200ms, growth: Exponential, max: 20s }
    Some(1s) RetryPolicy { attempts: 5, delay: 200ms, growth: Linear, max: 20s }
    None RetryPolicy { attempts: 1, delay: 200ms, growth: Exponential, max: 20s }
    ");
}

#[test]
fn scalar_of_one_expression_is_told_from_a_text() {
    let text = "workflow: w\nsteps:\n  a: { set: ['${{ 1 }}', 'n ${{ 1 }}', '{% if 1 %}x{% endif %}', 'x'] }\n";
    let workflow = Workflow::parse(Source::new("w.yaml", text)).unwrap();

    let StepKind::Set(argument) = &workflow.steps[0].kind else { panic!("not a set") };
    let ArgumentKind::List(items) = &argument.kind else { panic!("not a list") };

    assert!(matches!(items[0].kind, ArgumentKind::Expression(_)));
    assert!(matches!(items[1].kind, ArgumentKind::Template(_)));
    assert!(matches!(items[2].kind, ArgumentKind::Template(_)));
    assert!(matches!(items[3].kind, ArgumentKind::Scalar { .. }));
}

#[test]
fn file_that_cannot_be_read_is_named() {
    let error = Workflow::read("/no/such/file.yaml").unwrap_err();

    assert!(error.to_string().contains("cannot read `/no/such/file.yaml`"), "{error}");
}

/// Pieces of workflow files; put together at random they are mostly nearly right.
fn nearly_a_workflow() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("workflow: w\n".to_owned()),
        Just("steps:\n".to_owned()),
        Just("  a:\n".to_owned()),
        Just("  b: { set: 1 }\n".to_owned()),
        Just("    call: s/t\n".to_owned()),
        Just("    with: { x: '${{ steps.b.output }}' }\n".to_owned()),
        Just("    needs: [a, b]\n".to_owned()),
        Just("    steps: { c: { wait: 1s } }\n".to_owned()),
        Just("    each: ${{ inputs.x }}\n".to_owned()),
        Just("inputs: { x: string }\n".to_owned()),
        Just("    fallback: *x\n".to_owned()),
        Just("    set: &x |\n      {% for a in b %}\n".to_owned()),
        ".{0,20}",
        Just("\n".to_owned()),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![".{0,200}", nearly_a_workflow()]) {
        match Workflow::parse(Source::new("w.yaml", text)) {
            Ok(workflow) => {
                for said in workflow.problems() {
                    prop_assert!(!said.render(&workflow.source, Style::Plain).is_empty());
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
