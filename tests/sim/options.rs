//! The command line. What is none of ours is taken for the test harness's, as
//! `cargo test` gives the same to every test binary.

use super::fault::Fault;
use super::knobs::{Knobs, Mode};

pub struct Options {
    pub task: Task,
    pub seed: u64,
    pub commit: String,
    pub mode: Mode,
    pub without: Vec<Fault>,
    pub faulty_ms: Option<u64>,
    pub threads: usize,
    /// Which of the bugs, or all.
    pub only: Option<String>,
    /// Whether to go on after a run that breaks a rule.
    pub all: bool,
    pub filters: Vec<String>,
    pub list: bool,
}

pub enum Task {
    /// What `cargo test` runs.
    Tests,
    /// So many pool-years, from the seed on.
    Years(Years),
    /// One seed, in lines.
    Log,
    Mutants,
}

/// How many thousandths of a year; 0: the one seed.
#[derive(Clone, Copy)]
pub struct Years(pub u64);

impl Options {
    pub fn read(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            task: Task::Tests,
            seed: 0,
            commit: "unknown".to_owned(),
            mode: Mode::Both,
            without: Vec::new(),
            faulty_ms: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            only: None,
            all: false,
            filters: Vec::new(),
            list: false,
        };
        let (mut seed, mut years, mut log, mut mutants) = (None, None, false, false);
        let mut args = args;
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} wants a value"));
            match arg.as_str() {
                "--seed" => seed = Some(number(&value()?)?),
                "--years" => years = Some(thousandths(&value()?)?),
                "--commit" => options.commit = value()?,
                "--mode" => options.mode = mode(&value()?)?,
                "--without" => options.without = faults(&value()?)?,
                "--faulty-ms" => options.faulty_ms = Some(number(&value()?)?),
                "--threads" => options.threads = number(&value()?)?.max(1) as usize,
                "--log" => log = true,
                "--mutants" => mutants = true,
                "--only" => options.only = Some(value()?),
                "--all" => options.all = true,
                "--list" => options.list = true,
                "--skip" | "--test-threads" | "--format" | "--color" | "-Z" => drop(value()),
                flag if flag.starts_with('-') => {}
                filter => options.filters.push(filter.to_owned()),
            }
        }
        let asked = seed.is_some() || years.is_some() || options.commit != "unknown";
        options.seed = match seed {
            Some(seed) => seed,
            None if options.commit != "unknown" => seed_of(&options.commit)?,
            None => 0,
        };
        options.task = match (mutants, log, years) {
            (true, ..) => Task::Mutants,
            (_, true, _) => Task::Log,
            (.., Some(years)) => Task::Years(years),
            _ if asked => Task::Years(Years(0)),
            _ => Task::Tests,
        };
        Ok(options)
    }

    /// What is run for a seed.
    pub fn knobs(&self, seed: u64) -> Knobs {
        let mut knobs = Knobs::draw(seed, self.mode, 1);
        for fault in &self.without {
            knobs = knobs.without(*fault);
        }
        knobs.faulty_ms = self.faulty_ms.unwrap_or(knobs.faulty_ms);
        knobs
    }
}

pub const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Safety => "safety",
        Mode::Liveness => "liveness",
        Mode::Both => "both",
    }
}

pub fn mode(word: &str) -> Result<Mode, String> {
    [Mode::Safety, Mode::Liveness, Mode::Both]
        .into_iter()
        .find(|mode| mode_word(*mode) == word)
        .ok_or(format!("--mode {word} is not safety, liveness or both"))
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is not a whole number"))
}

fn thousandths(text: &str) -> Result<Years, String> {
    let years: f64 = text.parse().map_err(|_| format!("{text} is not a number of years"))?;
    Ok(Years((years * 1_000.0) as u64))
}

/// The first 48 bits of a commit's hash.
fn seed_of(commit: &str) -> Result<u64, String> {
    let digits = commit.get(..12).unwrap_or(commit);
    u64::from_str_radix(digits, 16).map_err(|_| format!("{commit} is not a commit's hash"))
}

fn faults(words: &str) -> Result<Vec<Fault>, String> {
    let fault = |word: &str| {
        let found = Fault::ALL.iter().copied().find(|fault| fault.word() == word);
        found.ok_or_else(|| {
            let all: Vec<_> = Fault::ALL.iter().map(|fault| fault.word()).collect();
            format!("{word} is not one of {}", all.join(", "))
        })
    };
    words.split(',').filter(|word| !word.is_empty()).map(fault).collect()
}
