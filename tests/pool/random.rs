//! Random events against a naive platform, a hundred runs to a test: a seed
//! that fails is the whole run, and is printed.

use std::ops::Range;

use crate::model::Faults;
use crate::world::{Plan, World};

fn run(seeds: Range<u64>, plan: Plan) {
    for seed in seeds {
        let mut world = World::new(seed, plan);
        for _ in 0..150 {
            world.step();
        }
        world.come_to_rest();
    }
}

const HARSH: Faults = Faults { failures: 20, duplicates: 0, silence: 0, room: 6 };

#[test]
fn a_pool_on_a_good_platform_comes_to_rest() {
    run(0..100, Plan { faults: Faults::NONE, losses: 0, refused_commits: 0 });
}

#[test]
fn a_pool_on_a_bad_platform_comes_to_rest() {
    run(0..100, Plan { faults: HARSH, losses: 0, refused_commits: 0 });
}

#[test]
fn a_pool_that_loses_its_memory_comes_to_rest() {
    run(0..100, Plan { faults: HARSH, losses: 5, refused_commits: 0 });
}

#[test]
fn a_pool_whose_commits_are_refused_comes_to_rest() {
    run(0..100, Plan { faults: HARSH, losses: 0, refused_commits: 5 });
}

#[test]
fn a_pool_that_is_told_everything_twice_comes_to_rest() {
    let faults = Faults { duplicates: 30, ..HARSH };
    run(0..100, Plan { faults, losses: 0, refused_commits: 0 });
}

#[test]
fn a_pool_that_is_not_told_everything_comes_to_rest() {
    let faults = Faults { silence: 10, ..HARSH };
    run(0..100, Plan { faults, losses: 0, refused_commits: 0 });
}

#[test]
fn a_pool_with_everything_against_it_comes_to_rest() {
    let faults = Faults { duplicates: 20, silence: 5, ..HARSH };
    run(0..100, Plan { faults, losses: 3, refused_commits: 3 });
}
