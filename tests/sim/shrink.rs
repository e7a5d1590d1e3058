//! A run that broke a rule, made smaller: fewer faults, less load, less time,
//! as long as the same rule breaks.

use super::fault::Fault;
use super::fleet::Broken;
use super::knobs::{Knobs, Mode};
use super::log::{Log, when};
use super::options::mode_word;
use super::run::run;

/// Says in one line how to see it again, and what led to it.
pub fn report(broken: &Broken, commit: &str) {
    let knobs = &broken.knobs;
    println!(
        "BROKEN {}: {} (at {}), seed {}, commit {commit}: npm run sim -- --seed {} --mode {}",
        broken.violation.rule,
        broken.violation.text,
        when(broken.at_ms),
        knobs.seed,
        knobs.seed,
        mode_word(knobs.mode),
    );
    let small = shrink(broken);
    let gone: Vec<_> =
        Fault::ALL.iter().filter(|fault| !small.faults.has(**fault)).map(|f| f.word()).collect();
    println!(
        "the same rule with less: --seed {} --mode {} --faulty-ms {} --without {}",
        small.seed,
        mode_word(small.mode),
        small.faulty_ms,
        gone.join(",")
    );
    println!("what is left of the faults: {}", small.faults.words().join(", "));
    println!("{:?}\n{:?}", small.configs, small.load);
    if let Log::Kept(lines) = run(&small, Log::kept()).log {
        for line in lines {
            println!("{line}");
        }
    }
}

/// The smallest run found that breaks the same rule.
fn shrink(broken: &Broken) -> Knobs {
    let rule = broken.violation.rule;
    let breaks = |knobs: &Knobs| run(knobs, Log::Off).broken.is_some_and(|violation| violation.rule == rule);
    let mut best = broken.knobs.clone();
    if breaks(&Knobs { mode: Mode::Safety, ..best.clone() }) {
        best.mode = Mode::Safety;
    }
    for fault in Fault::ALL {
        let less = best.without(*fault);
        if best.faults.has(*fault) && breaks(&less) {
            best = less;
        }
    }
    loop {
        let less = Knobs { faulty_ms: best.faulty_ms / 2, ..best.clone() };
        if less.faulty_ms == 0 || !breaks(&less) {
            return best;
        }
        best = less;
    }
}
