//! Random workflows.

use super::*;

/// What a random step is made of, before its place in the workflow is known.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    kind: SketchKind,
    needs: Vec<prop::sample::Index>,
    reads: Option<prop::sample::Index>,
    is_tolerant: bool,
    is_skipped: bool,
    is_safe: bool,
    attempts: u32,
    has_fallback: bool,
    deadline_ms: Option<u64>,
}

#[derive(Debug, Clone)]
pub(super) enum SketchKind {
    Call(usize),
    Set,
    Wait(u64),
    Group { steps: Vec<Sketch>, items: Option<(usize, usize, u64)> },
}

pub(super) fn sketch() -> impl Strategy<Value = Sketch> {
    let leaf = prop_oneof![
        6 => (0_usize..100).prop_map(SketchKind::Call),
        1 => Just(SketchKind::Set),
        1 => (0_u64..500).prop_map(SketchKind::Wait),
    ];
    let leaf = around(leaf.boxed());
    leaf.prop_recursive(2, 12, 4, |inner| {
        let items = prop::option::of((0_usize..4, 1_usize..3, 0_u64..50));
        let group = (prop::collection::vec(inner, 0..4), items)
            .prop_map(|(steps, items)| SketchKind::Group { steps, items });
        around(group.boxed())
    })
}

pub(super) fn around(kind: BoxedStrategy<SketchKind>) -> BoxedStrategy<Sketch> {
    let edges = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::option::of(any::<prop::sample::Index>()),
    );
    let deadline_ms = prop::option::weighted(0.15, 60_u64..800);
    let rules = (any::<bool>(), prop::bool::weighted(0.1), any::<bool>(), 1_u32..4, any::<bool>());
    (kind, edges, rules, deadline_ms)
        .prop_map(
            |(
                kind,
                (needs, reads),
                (is_tolerant, is_skipped, is_safe, attempts, fallback),
                deadline_ms,
            )| {
                Sketch {
                    kind,
                    needs,
                    reads,
                    is_tolerant,
                    is_skipped,
                    is_safe,
                    attempts,
                    has_fallback: fallback,
                    deadline_ms,
                }
            },
        )
        .boxed()
}

pub(super) fn behaviours(endings: Vec<Ending>) -> impl Strategy<Value = Vec<Behaviour>> {
    let one = (prop::sample::select(endings), 1_u64..400)
        .prop_map(|(ends, millis)| Behaviour { ends, millis });
    prop::collection::vec(one, 1..8)
}

/// Places sketches one after the other; each waits for some of those before it.
pub(super) fn steps(sketches: &[Sketch]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (place, sketch) in sketches.iter().enumerate() {
        let before: Vec<StepId> = steps.iter().map(|step| step.id.clone()).collect();
        let earlier =
            |index: &prop::sample::Index| (!before.is_empty()).then(|| index.get(&before).clone());
        let needs =
            sketch.needs.iter().filter_map(earlier).map(|id| (id, Span::default())).collect();
        steps.push(step(place, sketch, needs, sketch.reads.as_ref().and_then(earlier)));
    }
    steps
}

pub(super) fn step(
    place: usize,
    sketch: &Sketch,
    needs: Vec<(StepId, Span)>,
    reads: Option<StepId>,
) -> Step {
    let server = if sketch.is_safe { "safe" } else { "unsafe" };
    let call = |tool: usize| crate::workflow::definition::Call {
        tool: ToolRef { server: server.to_owned(), tool: tool.to_string() },
        with: Argument::constant(json!({})),
        span: Span::default(),
    };
    let kind = match &sketch.kind {
        SketchKind::Call(tool) => StepKind::Call(call(*tool)),
        SketchKind::Set => StepKind::Set(Argument::constant(json!(1))),
        SketchKind::Wait(millis) => StepKind::Wait(Duration::from_millis(*millis)),
        SketchKind::Group { steps: inner, items } => StepKind::Group(Group {
            each: items.map(|(count, concurrency, pause)| Each {
                items: Expression::parse(&format!("range({count}) | list")).unwrap(),
                name: "item".to_owned(),
                concurrency: NonZeroUsize::new(concurrency).unwrap(),
                pause: Duration::from_millis(pause),
            }),
            steps: steps(inner),
        }),
    };
    let condition = match reads {
        _ if sketch.is_skipped => Some("1 > 2".to_owned()),
        Some(id) => Some(format!("steps.{id}.status != 'none'")),
        None => None,
    };
    let is_call = matches!(kind, StepKind::Call(_));
    Step {
        id: StepId::new(format!("s{place}")),
        kind,
        needs,
        condition: condition.map(|text| Expression::parse(&text).unwrap()),
        on_error: if sketch.is_tolerant { OnStepError::Continue } else { OnStepError::Fail },
        retry: RetryPolicy { attempts: sketch.attempts, ..RetryPolicy::default() },
        timeout: Some(Duration::from_millis(300)),
        deadline: sketch.deadline_ms.map(Duration::from_millis),
        fallback: if is_call && sketch.has_fallback { vec![call(place)] } else { Vec::new() },
        undo: None,
        effect: None,
        span: Span::default(),
    }
}

pub(super) fn random_workflow(
    sketches: &[Sketch],
    on_error: OnRunError,
    deadline_ms: Option<u64>,
) -> Workflow {
    Workflow {
        steps: steps(sketches),
        on_error,
        deadline: deadline_ms.map(Duration::from_millis),
        ..workflow("steps: { only: { set: 1 } }")
    }
}

pub(super) fn on_error() -> impl Strategy<Value = OnRunError> {
    prop::sample::select(vec![OnRunError::Finish, OnRunError::Stop])
}

pub(super) fn all_endings() -> Vec<Ending> {
    vec![Ending::Good, Ending::Good, Ending::Good, Ending::Refuse, Ending::Busy, Ending::Vanish]
}
