//! The seeds that ever broke a rule, each with what it found.

use super::knobs::{Knobs, Mode};
use super::options::mode;

const SEEDS: &str = include_str!("seeds.txt");

/// A line: the seed, its mode, what it found. `#` begins a comment.
pub fn all() -> impl Iterator<Item = (Knobs, &'static str)> {
    SEEDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let mut words = line.splitn(3, ' ');
        let seed = words.next().and_then(|word| word.parse().ok()).expect("a line begins with a seed");
        let mode: Mode = words.next().and_then(|word| mode(word).ok()).expect("a mode follows");
        (Knobs::draw(seed, mode, 1), words.next().unwrap_or_default())
    })
}
