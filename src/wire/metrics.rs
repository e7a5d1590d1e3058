//! The figures of all pools as Prometheus reads them, text format 0.0.4: times
//! in seconds, money in dollars, `_total` on what only grows.

mod families;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use super::durations::{DurationCounts, DurationsByOutcome};
use super::pools::{Figures, PoolFigures};
use families::FAMILIES;

/// What the text is, for its `content-type`.
pub const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes the metrics of each pool with its runtime as the label `runtime`. What
/// is not known of a pool is left out; of one that could not be asked there is
/// `warm_pool_up` 0 alone.
#[must_use]
pub fn metrics_to_text(pools: &PoolFigures) -> String {
    let mut page = Page::default();
    page.family(("warm_pool_up", "Whether the pool could be asked for its figures.", Kind::Gauge));
    for (runtime, answer) in pools {
        page.runtime = runtime;
        page.count(answer.is_ok().into());
    }
    for (head, write) in FAMILIES {
        page.family(*head);
        for (runtime, answer) in pools {
            if let Ok(figures) = answer {
                page.runtime = runtime;
                write(&mut page, figures);
            }
        }
    }
    page.text
}

/// What a family's samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A family's name, what it means, and what its samples are.
type Head = (&'static str, &'static str, Kind);

/// A family, and what writes its samples of one pool.
type Family = (Head, fn(&mut Page<'_>, &Figures));

/// The text as far as it is written.
#[derive(Default)]
struct Page<'a> {
    text: String,
    /// The family that is written.
    name: &'static str,
    /// Its comments, until its first sample.
    head: Option<Head>,
    /// Whose samples are written.
    runtime: &'a str,
}

impl Page<'_> {
    /// Begins a family. One without a sample is left out.
    fn family(&mut self, head: Head) {
        self.name = head.0;
        self.head = Some(head);
    }

    /// A whole number.
    fn count(&mut self, number: u64) {
        self.sample("", &[], number, 0);
    }

    /// A whole number, if it is known.
    fn known(&mut self, number: Option<u64>) {
        if let Some(number) = number {
            self.count(number);
        }
    }

    /// Milliseconds, if they are known.
    fn known_ms(&mut self, ms: Option<u64>) {
        if let Some(ms) = ms {
            self.sample("", &[], ms, 3);
        }
    }

    /// A sample to each value of a label.
    fn counts<'b>(&mut self, label: &str, counts: impl IntoIterator<Item = (&'b str, u64)>) {
        for (value, count) in counts {
            self.sample("", &[(label, value)], count, 0);
        }
    }

    /// The histograms of several outcomes. One that has other buckets than
    /// bounds is left out.
    fn histograms(&mut self, bounds_ms: &[u64], outcomes: &DurationsByOutcome) {
        for (outcome, durations) in outcomes.iter() {
            if durations.counts.len() == bounds_ms.len() + 1 {
                self.histogram(bounds_ms, outcome, durations);
            }
        }
    }

    fn histogram(&mut self, bounds_ms: &[u64], outcome: &str, durations: &DurationCounts) {
        let mut so_many = 0_u64;
        for (at, count) in durations.counts.iter().enumerate() {
            so_many = so_many.saturating_add(*count);
            let mut bound = String::new();
            match bounds_ms.get(at) {
                Some(bound_ms) => decimal(&mut bound, *bound_ms, 3),
                None => bound.push_str("+Inf"),
            }
            self.sample("_bucket", &[("outcome", outcome), ("le", &bound)], so_many, 0);
        }
        self.sample("_sum", &[("outcome", outcome)], durations.sum_ms, 3);
        self.sample("_count", &[("outcome", outcome)], so_many, 0);
    }

    /// One line: a number whose last so many digits are decimals.
    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], number: u64, decimals: u32) {
        if let Some((name, help, kind)) = self.head.take() {
            let kind = match kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"] {
                self.text.push_str(part);
            }
        }
        for part in [self.name, suffix, "{runtime=\""] {
            self.text.push_str(part);
        }
        escape(&mut self.text, self.runtime);
        for (label, value) in labels {
            for part in ["\",", label, "=\""] {
                self.text.push_str(part);
            }
            escape(&mut self.text, value);
        }
        self.text.push_str("\"} ");
        decimal(&mut self.text, number, decimals);
        self.text.push('\n');
    }
}

/// A label's value, as it stands between quotation marks.
fn escape(text: &mut String, value: &str) {
    for char in value.chars() {
        match char {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            char => text.push(char),
        }
    }
}

/// A number whose last so many digits are decimals, without zeros at its end.
fn decimal(text: &mut String, number: u64, decimals: u32) {
    let one = 10_u64.pow(decimals);
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", number / one);
    let (mut rest, mut digit) = (number % one, one / 10);
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        text.push(char::from(b'0' + (rest / digit) as u8));
        rest %= digit;
        digit /= 10;
    }
}
