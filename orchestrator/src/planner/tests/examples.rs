//! The caps, by example.

use super::*;

#[test]
fn list_over_the_cap_fails_the_step() {
    let yaml =
        "steps: { all: { each: '${{ range(10001) | list }}', as: n, steps: { a: { set: 1 } } } }";

    let simulation = Simulation::run(&workflow(yaml), Vec::new());

    let end = simulation.record(&StepId::new("all")).end().unwrap().clone();
    let StepEnd::Failed { error } = end else { panic!("{end:?}") };
    assert_eq!(error.to_string(), "`each` gives 10001 items, and 10000 are the most");
    assert_eq!(error.failure.kind, FailureKind::Limit);
}

#[test]
fn calls_wait_while_too_many_are_on_their_way() {
    let mut workflow = workflow("steps: { a: { call: 'safe/0' } }");
    let one = workflow.steps[0].clone();
    workflow.steps = (0..CALLS_MAX + 10)
        .map(|place| Step { id: StepId::new(format!("s{place}")), ..one.clone() })
        .collect();
    let behaviours = vec![Behaviour { ends: Ending::Good, millis: 100 }];

    let simulation = Simulation::run(&workflow, behaviours);

    let at_once =
        simulation.state.steps().filter(|(_, record)| record.started == Some(Duration::ZERO));
    assert_eq!(at_once.count(), CALLS_MAX);
    assert_eq!(simulation.now, Duration::from_millis(200));
}

#[test]
fn no_item_begins_beside_a_failure() {
    // At one second the pause after the first item is over, and the second item fails.
    let yaml = "
steps:
  all:
    each: ${{ range(3) | list }}
    as: n
    concurrency: 2
    pause: 1s
    steps:
      late: { wait: 2s, deadline: 1s, if: '${{ n == 1 }}' }
";

    let simulation = Simulation::run(&workflow(yaml), Vec::new());

    assert_eq!(simulation.state.end().unwrap().state, RunEnd::Failed);
    let items = simulation.record(&StepId::new("all")).items.as_ref().unwrap();
    assert_eq!(items.started, 2, "{items:?}");
}
