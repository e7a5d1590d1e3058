//! Runtimes: what they are called, which names mean the same, and how the
//! bindings and variables of each are spelled. Decides only: what is bound and
//! set is looked up by who carries it out.

use crate::pool::PoolError;
use crate::wire::limits::{RUNTIME_NAME_BYTES_MAX, RUNTIMES_MAX};

/// The header that names a request's runtime.
pub const RUNTIME_HEADER: &str = "x-runtime";

/// The variable that lists the runtimes.
pub const RUNTIMES_VARIABLE: &str = "WARM_POOL_RUNTIMES";

/// Bindings of the container class that are tried, in this order, where no
/// runtime and no option names one.
pub const USUAL_BINDINGS: [&str; 3] = ["CONTAINER", "SANDBOX", "Sandbox"];

/// The only runtime where none are listed.
const DEFAULT: &str = "default";

/// Names of the same runtime: another one, and the one it is known by.
const ALIASES: [(&str, &str); 1] = [("javascript", "node")];

/// A kind of container, by its name: 1 to 64 characters of a-z, 0-9, `-` and
/// `_`, of either case.
///
/// ```
/// use cf_warm_pool::runtimes::Runtime;
/// assert_eq!(Runtime::parse("Python").unwrap().as_str(), "python");
/// assert_eq!(Runtime::parse("javascript"), Runtime::parse("node"));
/// assert_eq!(Runtime::parse("no name"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime(String);

impl Runtime {
    /// The runtime that a name means; `None` where it is no runtime's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let fits = (1..=RUNTIME_NAME_BYTES_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let name = fits.then(|| name.to_ascii_lowercase())?;
        let known = ALIASES.into_iter().find(|(alias, _)| *alias == name);
        Some(Self(known.map_or(name, |(_, known)| known.to_owned())))
    }

    /// Its one name, which is also its pool's.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bindings its container class may have; the first that is bound is it.
    #[must_use]
    pub fn bindings(&self) -> Vec<String> {
        if self.0 == DEFAULT {
            return USUAL_BINDINGS.map(str::to_owned).to_vec();
        }
        self.spellings().iter().map(|spelling| format!("CONTAINER_{spelling}")).collect()
    }

    /// The variables of its own that may say what the one of all runtimes ends
    /// in: `SIZE`, how many of its containers to keep warm, and `INSTANCE_TYPE`.
    #[must_use]
    pub fn variables(&self, ending: &str) -> Vec<String> {
        self.spellings().iter().map(|spelling| format!("WARM_POOL_{spelling}_{ending}")).collect()
    }

    /// Its name and its other ones, as bindings and variables spell them.
    fn spellings(&self) -> Vec<String> {
        let others = ALIASES.into_iter().filter(|(_, known)| *known == self.0).map(|(alias, _)| alias);
        [self.as_str()].into_iter().chain(others).map(spelled).collect()
    }
}

/// A name as it stands in a binding's or a variable's.
fn spelled(name: &str) -> String {
    name.replace('-', "_").to_ascii_uppercase()
}

/// The runtimes a Worker has: at least one, in the order in which it lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtimes(Vec<Runtime>);

impl Default for Runtimes {
    fn default() -> Self {
        Self(vec![Runtime(DEFAULT.to_owned())])
    }
}

impl Runtimes {
    /// Reads a list of names with commas between them.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] when one is no runtime's name, when two are
    /// the same runtime or would share a binding, and when there are too many.
    pub fn parse(list: &str) -> Result<Self, PoolError> {
        let mut found: Vec<(&str, Runtime)> = Vec::new();
        for name in list.split(',').map(str::trim) {
            let runtime = Runtime::parse(name).ok_or_else(|| {
                let bounds = format!("{RUNTIME_NAME_BYTES_MAX} characters of a-z, 0-9, - and _");
                misconfigured(&format!("{} is not a runtime's name of 1 to {bounds}", shown(name)))
            })?;
            let same = |(_, other): &&(&str, Runtime)| spelled(&other.0) == spelled(&runtime.0);
            if let Some((other, _)) = found.iter().find(same) {
                return Err(misconfigured(&format!("{other} and {name} are the same runtime")));
            }
            if found.len() == RUNTIMES_MAX {
                return Err(misconfigured(&format!("there are more than {RUNTIMES_MAX} runtimes")));
            }
            found.push((name, runtime));
        }
        Ok(Self(found.into_iter().map(|(_, runtime)| runtime).collect()))
    }

    /// The runtime that a request names in its [`RUNTIME_HEADER`], or the first
    /// one where it names none.
    ///
    /// # Errors
    /// [`PoolError::NotFound`] with the runtimes there are.
    pub fn asked(&self, header: Option<&str>) -> Result<&Runtime, PoolError> {
        match (header, self.0.first()) {
            (None, Some(first)) => Ok(first),
            (name, _) => self.named(RUNTIME_HEADER, name.unwrap_or_default()),
        }
    }

    /// That runtime alone, which those who run the pools have named.
    ///
    /// # Errors
    /// [`PoolError::NotFound`] with the runtimes there are.
    pub fn only(&self, name: &str) -> Result<Self, PoolError> {
        self.named("runtime", name).map(|runtime| Self(vec![runtime.clone()]))
    }

    fn named(&self, what: &str, name: &str) -> Result<&Runtime, PoolError> {
        let wanted = Runtime::parse(name);
        let found = self.iter().find(|runtime| Some(*runtime) == wanted.as_ref());
        found.ok_or_else(|| {
            let names: Vec<&str> = self.iter().map(Runtime::as_str).collect();
            let what = format!("{what} {} (the runtimes are {})", shown(name), names.join(", "));
            PoolError::NotFound { what }
        })
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Runtime> {
        self.0.iter()
    }
}

fn misconfigured(problem: &str) -> PoolError {
    PoolError::Misconfigured { message: format!("invalid variable {RUNTIMES_VARIABLE}: {problem}") }
}

/// What was given in the place of a name, as long as a name may be at most.
fn shown(given: &str) -> String {
    let end = given.char_indices().nth(RUNTIME_NAME_BYTES_MAX);
    let (kept, rest) = end.map_or((given, ""), |(at, _)| (&given[..at], "…"));
    format!("{:?}", format!("{kept}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime(name: &str) -> Runtime {
        Runtime::parse(name).unwrap()
    }

    fn names(list: &str) -> Vec<String> {
        Runtimes::parse(list).unwrap().iter().map(|runtime| runtime.as_str().to_owned()).collect()
    }

    #[test]
    fn a_name_means_the_same_in_either_case_and_an_alias_what_it_stands_for() {
        let table = [
            ("python", "python"),
            ("PYTHON", "python"),
            ("node", "node"),
            ("javascript", "node"),
            ("JavaScript", "node"),
            ("java", "java"),
            ("py-3_12", "py-3_12"),
            ("3", "3"),
            ("-", "-"),
            ("default", "default"),
        ];
        for (given, expected) in table {
            assert_eq!(runtime(given).as_str(), expected, "{given}");
        }
        assert_eq!(runtime(&"X".repeat(64)).as_str(), "x".repeat(64));
    }

    #[test]
    fn what_is_no_name_is_none() {
        for given in
            ["", " ", "a b", "a.b", "a/b", "a,b", " a", "a\n", "é", "\u{212a}", "\u{0}", &"x".repeat(65)]
        {
            assert_eq!(Runtime::parse(given), None, "{given:?}");
        }
    }

    #[test]
    fn bindings_and_variables_are_spelled_in_upper_case_with_underscores() {
        let table: [(&str, &[&str], &[&str]); 4] = [
            ("python", &["CONTAINER_PYTHON"], &["WARM_POOL_PYTHON_SIZE"]),
            ("py-3", &["CONTAINER_PY_3"], &["WARM_POOL_PY_3_SIZE"]),
            (
                "javascript",
                &["CONTAINER_NODE", "CONTAINER_JAVASCRIPT"],
                &["WARM_POOL_NODE_SIZE", "WARM_POOL_JAVASCRIPT_SIZE"],
            ),
            ("default", &["CONTAINER", "SANDBOX", "Sandbox"], &["WARM_POOL_DEFAULT_SIZE"]),
        ];
        for (name, bindings, variables) in table {
            assert_eq!(runtime(name).bindings(), bindings, "{name}");
            assert_eq!(runtime(name).variables("SIZE"), variables, "{name}");
        }
    }

    #[test]
    fn a_list_keeps_its_order() {
        assert_eq!(names("python, Javascript ,go"), ["python", "node", "go"]);
        assert_eq!(names("default"), ["default"]);
        assert_eq!(Runtimes::parse("default"), Ok(Runtimes::default()));
    }

    #[test]
    fn a_list_that_is_wrong_is_refused_with_what_is_wrong() {
        let bounds = "is not a runtime's name of 1 to 64 characters of a-z, 0-9, - and _";
        let long = "x".repeat(1 << 20);
        let table = [
            ("", format!("\"\" {bounds}")),
            ("python,", format!("\"\" {bounds}")),
            ("python,,node", format!("\"\" {bounds}")),
            ("py thon", format!("\"py thon\" {bounds}")),
            ("a\n\"b", format!("\"a\\n\\\"b\" {bounds}")),
            (&long, format!("\"{}…\" {bounds}", "x".repeat(64))),
            ("python,Python", "python and Python are the same runtime".to_owned()),
            ("node,go,javascript", "node and javascript are the same runtime".to_owned()),
            ("a-b,a_b", "a-b and a_b are the same runtime".to_owned()),
        ];
        for (list, problem) in table {
            let error = Runtimes::parse(list).unwrap_err();
            assert_eq!((error.code(), error.http_status()), ("misconfigured", 500));
            assert_eq!(error.to_string(), format!("invalid variable WARM_POOL_RUNTIMES: {problem}"));
        }
    }

    #[test]
    fn there_are_32_runtimes_and_not_33() {
        let many = |count: usize| (0..count).map(|at| format!("r{at}")).collect::<Vec<_>>().join(",");
        assert_eq!(names(&many(32)).len(), 32);
        let error = Runtimes::parse(&many(33)).unwrap_err();
        assert_eq!(error.to_string(), "invalid variable WARM_POOL_RUNTIMES: there are more than 32 runtimes");
    }

    #[test]
    fn a_request_gets_the_runtime_it_names_and_else_the_first() {
        let runtimes = Runtimes::parse("python,javascript").unwrap();
        let table = [
            (None, "python"),
            (Some("python"), "python"),
            (Some("PYTHON"), "python"),
            (Some("node"), "node"),
            (Some("javascript"), "node"),
        ];
        for (header, expected) in table {
            assert_eq!(runtimes.asked(header).unwrap().as_str(), expected, "{header:?}");
        }
        assert_eq!(Runtimes::default().asked(None).unwrap().as_str(), "default");
    }

    #[test]
    fn a_runtime_there_is_not_is_answered_with_those_there_are() {
        let runtimes = Runtimes::parse("python,javascript").unwrap();
        let long = "x".repeat(1 << 20);
        let controls = "\u{1b}".repeat(100);
        let table = [
            ("ruby", "\"ruby\"".to_owned()),
            ("default", "\"default\"".to_owned()),
            ("", "\"\"".to_owned()),
            ("python, node", "\"python, node\"".to_owned()),
            ("a\r\n\"<b>", "\"a\\r\\n\\\"<b>\"".to_owned()),
            (&long, format!("\"{}…\"", "x".repeat(64))),
            (&controls, format!("\"{}…\"", "\\u{1b}".repeat(64))),
        ];
        for (given, shown) in table {
            let error = runtimes.asked(Some(given)).unwrap_err();
            assert_eq!((error.code(), error.http_status()), ("not_found", 404));
            let expected = format!("there is nothing at x-runtime {shown} (the runtimes are python, node)");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn one_of_them_alone_is_found_by_any_of_its_names() {
        let runtimes = Runtimes::parse("python,node").unwrap();
        for (name, expected) in [("python", "python"), ("JavaScript", "node")] {
            assert_eq!(runtimes.only(name), Ok(Runtimes(vec![runtime(expected)])));
        }
        for name in ["", "ruby", "a\n"] {
            let error = runtimes.only(name).unwrap_err().to_string();
            let expected =
                format!("there is nothing at runtime {} (the runtimes are python, node)", shown(name));
            assert_eq!(error, expected);
        }
    }
}
