//! A world can be told again: from its seed, and from a snapshot.

use mcp_mock::{State, World};
use proptest::prelude::*;

use super::faces::Face;
use super::{block_on, world};

/// A call that writes, by whom and with which text.
type Call = (Face, String);

fn calls() -> impl Strategy<Value = Vec<Call>> {
    prop::collection::vec((Face::any(), "[A-Z][a-z]{2,8}"), 1..6)
}

/// Makes the calls, and gives the answers.
async fn lived(world: &World, calls: &[Call]) -> Vec<String> {
    let mut answers = Vec::new();
    for (face, text) in calls {
        world.advance(std::time::Duration::from_secs(1));
        answers.push(face.write(world, text).await);
    }
    answers
}

/// Every byte of a world.
fn bytes(world: &World) -> String {
    serde_json::to_string(&world.state()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn same_seed_and_same_calls_make_the_same_world_byte_for_byte(seed: u64, calls in calls()) {
        let life = || {
            let world = world(seed);
            let answers = block_on(lived(&world, &calls));
            (answers, bytes(&world))
        };

        prop_assert_eq!(life(), life());
    }

    #[test]
    fn restored_world_is_the_same_and_has_the_same_future(past in calls(), future in calls()) {
        let world = world(1);
        block_on(lived(&world, &past));
        let snapshot = bytes(&world);
        let answers = block_on(lived(&world, &future));
        let end = bytes(&world);

        world.restore(serde_json::from_str::<State>(&snapshot).unwrap());

        prop_assert_eq!(bytes(&world), snapshot);
        prop_assert_eq!(block_on(lived(&world, &future)), answers);
        prop_assert_eq!(bytes(&world), end);
    }

    #[test]
    fn world_that_takes_over_a_state_goes_on_like_the_one_it_came_from(past in calls()) {
        let (one, other) = (world(1), world(2));
        block_on(lived(&one, &past));

        other.restore(one.state());

        prop_assert_eq!(bytes(&other), bytes(&one));
        prop_assert!(other.diff(&one.state()).is_empty());
        prop_assert_eq!(block_on(lived(&other, &past)), block_on(lived(&one, &past)));
    }
}
