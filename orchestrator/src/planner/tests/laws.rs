//! What must always hold, over random workflows.

use super::*;

proptest! {
    /// Applying an event twice or out of order is an error of the state, so that a run that ends has
    /// ended every step at most once.
    #[test]
    fn runs_end_and_every_step_ends_once(
        sketches in prop::collection::vec(sketch(), 1..7),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
        deadline_ms in prop::option::weighted(0.2, 60_u64..2_000),
    ) {
        let workflow = random_workflow(&sketches, on_error, deadline_ms);

        let simulation = Simulation::run(&workflow, behaviours);

        for step in &workflow.steps {
            let ends = simulation.events.iter().filter(|event| {
                matches!(&event.kind, EventKind::StepEnded { step: path, .. } if *path == ScopePath::root().step(&step.id))
            });
            prop_assert_eq!(ends.count(), 1);
        }
        prop_assert!(simulation.state.steps().all(|(_, record)| record.end().is_some()));
        prop_assert!(simulation.on_their_way.is_empty());
    }

    #[test]
    fn steps_start_after_what_they_wait_for(
        sketches in prop::collection::vec(sketch(), 1..7),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
    ) {
        let workflow = random_workflow(&sketches, on_error, None);

        let simulation = Simulation::run(&workflow, behaviours);

        for node in simulation.planner.plan.nodes() {
            let Some(started) = simulation.record(&node.step.id).started else { continue };
            for edge in &node.edges {
                prop_assert!(simulation.record(edge).end().unwrap().lets_dependents_start());
                prop_assert!(simulation.ended(edge) <= started);
            }
        }
    }

    /// Stronger than "independent steps overlap": nothing but its edges holds a step back.
    #[test]
    fn without_failures_steps_start_as_soon_as_their_inputs_ended(
        sketches in prop::collection::vec(sketch(), 1..9),
        behaviours in behaviours(vec![Ending::Good]),
    ) {
        let mut workflow = random_workflow(&sketches, OnRunError::Stop, None);
        relax(&mut workflow.steps);

        let simulation = Simulation::run(&workflow, behaviours);

        prop_assert_eq!(simulation.state.end().unwrap().state, RunEnd::Succeeded);
        for node in simulation.planner.plan.nodes() {
            let inputs_ended = node.edges.iter().map(|edge| simulation.ended(edge)).max();
            let record = simulation.record(&node.step.id);
            if record.state() == StepState::Succeeded {
                prop_assert_eq!(record.started, Some(inputs_ended.unwrap_or_default()));
            }
        }
    }

    /// A planner that has only read the journal says what the one said that lived through it.
    #[test]
    fn replay_of_any_prefix_gives_the_same_commands(
        sketches in prop::collection::vec(sketch(), 1..6),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
    ) {
        let workflow = random_workflow(&sketches, on_error, None);
        let simulation = Simulation::run(&workflow, behaviours);
        let planner = Planner::new(simulation.planner.plan.clone());
        let mut replayed = RunState::default();

        let mut turns = simulation.turns.iter().peekable();
        for (count, event) in (1..).zip(&simulation.events) {
            replayed.apply(event).unwrap();
            while let Some((_, now, commands)) = turns.next_if(|(after, ..)| *after == count) {
                prop_assert_eq!(&planner.next(&replayed, *now), commands);
            }
        }
        prop_assert_eq!(turns.next(), None);
        prop_assert_eq!(replayed, simulation.state);
    }

    #[test]
    fn unsafe_calls_that_may_have_happened_are_never_repeated(
        sketches in prop::collection::vec(sketch(), 1..7),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
    ) {
        let simulation = Simulation::run(&random_workflow(&sketches, on_error, None), behaviours);

        for (path, record) in simulation.state.steps() {
            let doubt = record.attempts.iter().position(|attempt| {
                attempt.effect == Effect::Unsafe
                    && attempt.error.as_ref().is_some_and(|error| error.failure.delivery == Delivery::Unknown)
            });
            if let Some(place) = doubt {
                prop_assert_eq!(place + 1, record.attempts.len(), "{}", path);
                prop_assert_eq!(record.state(), StepState::InDoubt);
            }
        }
    }
}

/// Takes away what can make a good call fail.
fn relax(steps: &mut [Step]) {
    for step in steps {
        step.deadline = None;
        step.timeout = None;
        if let StepKind::Group(group) = &mut step.kind {
            relax(&mut group.steps);
        }
    }
}
