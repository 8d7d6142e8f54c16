use crate::source::{Source, Style};
use crate::workflow::WorkflowError;
use crate::workflow::definition::Workflow;

/// Everything that reading or checking says, rendered.
fn said(text: &str) -> String {
    let source = Source::new("w.yaml", text);
    match Workflow::parse(source) {
        Ok(workflow) => {
            let diagnostics = workflow.problems();
            WorkflowError { file: workflow.source, diagnostics }.render(Style::Plain)
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn unknown_names_are_found_where_they_stand() {
    let text = "
workflow: w
inputs:
  title: string
steps:
  issue:
    call: github/create_issue
    with:
      title: ${{ inputs.titel }}
      body: |
        Dear ${{ customer }},
        see ${{ steps.slak.output.url }} of ${{ run.day }}
  slack:
    needs: [isue]
    set: ${{ steps['issue'].output or null }}
";

    insta::assert_snapshot!(said(text), @"
    error[W0303]: input `titel` is unknown
     --> w.yaml:9:18
      |
    9 |       title: ${{ inputs.titel }}
      |                  ^^^^^^^^^^^^ no such input
      |
      = help: did you mean `title`?

    error[W0301]: `customer` is unknown
      --> w.yaml:11:18
       |
    11 |         Dear ${{ customer }},
       |                  ^^^^^^^^
       |
       = help: known: `inputs`, `steps`, `run`

    error[W0302]: step `slak` is unknown
      --> w.yaml:12:17
       |
    12 |         see ${{ steps.slak.output.url }} of ${{ run.day }}
       |                 ^^^^^^^^^^^^^^^^^^^^^ no such step
       |
       = help: did you mean `slack`?

    error[W0304]: `run` has no `day`
      --> w.yaml:12:49
       |
    12 |         see ${{ steps.slak.output.url }} of ${{ run.day }}
       |                                                 ^^^^^^^
       |
       = help: did you mean `date`?

    error[W0302]: step `isue` is unknown
      --> w.yaml:14:13
       |
    14 |     needs: [isue]
       |             ^^^^ no such step
       |
       = help: did you mean `issue`?

    error[W0302]: `steps` alone does not say which step is meant
      --> w.yaml:15:14
       |
    15 |     set: ${{ steps['issue'].output or null }}
       |              ^^^^^
       |
       = help: name the step, as in `steps.issue.output`

    error[W0301]: `null` is unknown
      --> w.yaml:15:39
       |
    15 |     set: ${{ steps['issue'].output or null }}
       |                                       ^^^^
       |
       = help: write `none`
    ");
}

#[test]
fn members_of_steps_are_known() {
    let text = "
workflow: w
steps:
  issue: { set: 1 }
  slack:
    if: steps.issue.statsu == 'succeeded'
    set: ${{ steps.issue.number }} ${{ steps.issue.output.number }}
outputs:
  x: ${{ steps.slak.output | default(none) }}
";

    insta::assert_snapshot!(said(text), @"
    error[W0304]: a step has no `statsu`
     --> w.yaml:6:9
      |
    6 |     if: steps.issue.statsu == 'succeeded'
      |         ^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `status`?

    error[W0304]: a step has no `number`
     --> w.yaml:7:14
      |
    7 |     set: ${{ steps.issue.number }} ${{ steps.issue.output.number }}
      |              ^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `steps.issue.output.number`?

    error[W0302]: step `slak` is unknown
     --> w.yaml:9:10
      |
    9 |   x: ${{ steps.slak.output | default(none) }}
      |          ^^^^^^^^^^^^^^^^^ no such step
      |
      = help: did you mean `slack`?
    ");
}

#[test]
fn steps_that_wait_for_each_other_are_shown_as_a_path() {
    let text = "
workflow: w
steps:
  start: { set: 1 }
  a:
    set: ${{ steps.start.output }} ${{ steps.b.output }}
  b:
    steps:
      inner: { set: '${{ steps.c.output }}' }
  c:
    needs: [a]
    wait: 1s
  d: { set: '${{ steps.a.output }}' }
  e: { set: '${{ steps.e.output }}' }
";

    insta::assert_snapshot!(said(text), @"
    error[W0306]: steps wait for each other: `a` → `b` → `c` → `a`
      --> w.yaml:6:40
       |
     6 |     set: ${{ steps.start.output }} ${{ steps.b.output }}
       |                                        ^^^^^^^ `a` waits for `b`
    ...
     9 |       inner: { set: '${{ steps.c.output }}' }
       |                          ------- `b` waits for `c`
    10 |   c:
    11 |     needs: [a]
       |             - `c` waits for `a`

    error[W0306]: step `e` waits for itself
      --> w.yaml:14:18
       |
    14 |   e: { set: '${{ steps.e.output }}' }
       |                  ^^^^^^^^^^^^^^
    ");
}

#[test]
fn scopes_are_kept_apart() {
    let text = "
workflow: w
steps:
  leads: { set: [1] }
  each_lead:
    each: steps.leads.output
    as: lead
    steps:
      score: { set: '${{ lead + 1 }}' }
      leads: { set: '${{ steps.score.output }} ${{ steps.each_lead.output }}' }
      mail:
        call: gmail/send_message
        with: { to: '${{ item }}' }
        fallback: [{ call: local/append_file, with: { text: '${{ steps.mail.error }}' } }]
        undo: { call: gmail/trash, with: { id: '${{ output.id }}' } }
  after: { set: '${{ steps.score.output }} ${{ lead }} ${{ output }}' }
";

    insta::assert_snapshot!(said(text), @"
    warning[W0111]: step `leads` hides the step of the same name around it
      --> w.yaml:10:7
       |
     4 |   leads: { set: [1] }
       |   ----- this one
    ...
    10 |       leads: { set: '${{ steps.score.output }} ${{ steps.each_lead.output }}' }
       |       ^^^^^

    error[W0306]: step `each_lead` is the group around and ends after this step
      --> w.yaml:10:52
       |
    10 |       leads: { set: '${{ steps.score.output }} ${{ steps.each_lead.output }}' }
       |                                                    ^^^^^^^^^^^^^^^^^^^^^^

    error[W0301]: `item` is unknown
      --> w.yaml:13:26
       |
    13 |         with: { to: '${{ item }}' }
       |                          ^^^^
       |
       = help: known: `inputs`, `steps`, `run`, `lead`

    error[W0305]: step `score` is inside group `each_lead` and is not seen from here
      --> w.yaml:16:22
       |
    16 |   after: { set: '${{ steps.score.output }} ${{ lead }} ${{ output }}' }
       |                      ^^^^^^^^^^^^^^^^^^
       |
       = help: what the group gives is in `steps.each_lead.output`

    error[W0301]: `lead` is unknown
      --> w.yaml:16:48
       |
    16 |   after: { set: '${{ steps.score.output }} ${{ lead }} ${{ output }}' }
       |                                                ^^^^
       |
       = help: known: `inputs`, `steps`, `run`

    error[W0301]: `output` is unknown
      --> w.yaml:16:60
       |
    16 |   after: { set: '${{ steps.score.output }} ${{ lead }} ${{ output }}' }
       |                                                            ^^^^^^
       |
       = help: known: `inputs`, `steps`, `run`
    ");
}

#[test]
fn output_that_may_be_absent_is_warned_about() {
    let text = "
workflow: w
inputs:
  used: { type: string, default: 3 }
  unused: { type: integer, default: x }
steps:
  crm: { call: salesforce/create_case, on_error: continue }
  maybe: { set: 1, if: inputs.used == 'x' }
  careful: { set: '${{ steps.crm.output.id }}', if: \"steps.crm.status == 'succeeded'\" }
  guarded: { set: '${{ steps.maybe.output | default(1) }}' }
outputs:
  case: ${{ steps.crm.output.id }}
  maybe: ${{ steps.maybe.output }}
  status: ${{ steps.crm.status }}
";

    insta::assert_snapshot!(said(text), @"
    error[W0307]: the default of input `unused` does not fit: expected integer, got string
     --> w.yaml:5:3
      |
    5 |   unused: { type: integer, default: x }
      |   ^^^^^^

    warning[W0308]: input `unused` is never used
     --> w.yaml:5:3
      |
    5 |   unused: { type: integer, default: x }
      |   ^^^^^^

    warning[W0309]: step `crm` may fail without stopping the run, but its output is read without a default
      --> w.yaml:12:13
       |
    12 |   case: ${{ steps.crm.output.id }}
       |             ^^^^^^^^^^^^^^^^^^^ may be absent
       |
       = help: write `steps.crm.output.id | default(none)`, or another value

    warning[W0309]: step `maybe` may be skipped, but its output is read without a default
      --> w.yaml:13:14
       |
    13 |   maybe: ${{ steps.maybe.output }}
       |              ^^^^^^^^^^^^^^^^^^ may be absent
       |
       = help: write `steps.maybe.output | default(none)`, or another value
    ");
}
