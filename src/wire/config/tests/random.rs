//! Configurations made up by chance.

use super::*;

/// Chance that a seed repeats (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn at(&mut self, values: &[u64]) -> u64 {
        values[self.below(values.len() as u64) as usize]
    }

    /// One of the ends, or something between them.
    fn number(&mut self, min: u64, max: u64) -> u64 {
        let between = min + self.below(max - min + 1);
        self.at(&[min, max, between, between])
    }

    fn text(&mut self, alphabet: &[&str], bytes_max: usize) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.below(12) {
            let part = alphabet[self.below(alphabet.len() as u64) as usize];
            if text.len() + part.len() <= bytes_max {
                text.push_str(part);
            }
        }
        text
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| value(self))
    }
}

/// Any configuration within the bounds.
fn any(seed: u64) -> Config {
    let words = ["v1", "\"", "\\", "\0", "\u{2028}", "é", "🦀", " ", "</script>"];
    let mut chance = Chance(seed);
    let mut config = Config::default();
    for (name, min, max, _) in NUMBERS {
        let number = chance.number(min, max);
        let number = if NUMBERS_OR_NONE.contains(&name) { chance.at(&[0, number]) } else { number };
        let name = name.rsplit('.').next().unwrap();
        let groups = OPTIONS.iter().filter_map(|row| match row.shape {
            Shape::Group(rows) => Some(rows.iter()),
            _ => None,
        });
        let row = OPTIONS.iter().chain(groups.flatten()).find(|row| row.name == name).unwrap();
        assert!(row.shape.accept(&number.into(), &mut config), "{name}: {number}");
    }
    config.enabled = chance.below(2) == 0;
    config.ports = (0..chance.below(17)).map(|at| 1 + (at * 4_096 + chance.below(4_095)) as u16).collect();
    config.when_empty = [WhenEmpty::Start, WhenEmpty::Wait, WhenEmpty::Fail][chance.below(3) as usize];
    config.refill = [Refill::Eager, Refill::Interval][chance.below(2) as usize];
    config.on_release = OnRelease::ALL[chance.below(3) as usize];
    config.verify_after_ms = config.verify_after_ms.filter(|_| chance.below(2) == 0);
    config.revision_order_ms = config.revision_order_ms.filter(|_| chance.below(2) == 0);
    config.health.path =
        chance.maybe(|chance| format!("/{}", chance.text(&["a", "/", "?", "%22"], 255)).into());
    config.health.memory_permille_max = chance.maybe(|chance| chance.number(1, 1_000) as u32);
    config.health.cpu_permille_max = chance.maybe(|chance| chance.number(1, 1_000) as u32);
    config.revision = chance.maybe(|chance| chance.text(&words, 128).into());
    config.container_binding = chance.maybe(|chance| chance.text(&words, 128));
    config.rollout.surge_max += usize::from(config.rollout.surge_max + config.rollout.unavailable_max == 0);
    config
}

#[test]
fn any_configuration_is_written_and_read_back() {
    let mut texts = std::collections::BTreeSet::new();
    for seed in 0..3_000 {
        let config = any(seed);
        let text = config_to_json(&config);
        assert_eq!(config_from_json(&text).as_ref(), Ok(&config), "seed {seed}: {text}");
        assert_eq!(config_from_row(&text).as_ref(), Ok(&config), "seed {seed}: {text}");
        texts.insert(text);
    }
    assert_eq!(texts.len(), 3_000, "no two configurations are one text");
}
