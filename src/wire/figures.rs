//! How a struct of figures is read and written: a field to a name.

use std::ops::Index;

use serde::ser::{Serialize, Serializer};

use super::json::{Object, Value};

/// Declares a struct of figures. Each field crosses under its name in camel
/// case; one that is not told has its default.
macro_rules! figures {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* pub $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$doc])* pub $field: $kind,)*
        }

        impl $name {
            /// The figures as an object.
            pub(super) fn to_value(&self) -> $crate::wire::Value {
                let mut object = $crate::wire::Object::new();
                $(object.put(
                    $crate::wire::figures::camel(stringify!($field)),
                    $crate::wire::figures::Figure::show(&self.$field),
                );)*
                object.into()
            }

            /// The figures that an object tells; the name of the first that is
            /// none.
            pub(super) fn of_value(value: &$crate::wire::Value) -> Result<Self, String> {
                if !matches!(value, $crate::wire::Value::Object(_)) {
                    return Err("all of it".to_owned());
                }
                Ok(Self {
                    $($field: $crate::wire::figures::told(value, stringify!($field))?,)*
                })
            }
        }

        impl $crate::wire::figures::Figure for $name {
            fn show(&self) -> $crate::wire::Value {
                self.to_value()
            }

            fn read(value: &$crate::wire::Value) -> Option<Self> {
                Self::of_value(value).ok()
            }
        }
    };
}

pub(super) use figures;

/// What a field of figures may be.
pub(super) trait Figure: Sized {
    /// The figure as JSON.
    fn show(&self) -> Value;
    /// The figure that a value is.
    fn read(value: &Value) -> Option<Self>;
}

/// How often something happened, by what it was.
///
/// ```
/// use cf_warm_pool::wire::Counts;
/// let counts: Counts = [("transient".to_owned(), 2)].into_iter().collect();
/// assert_eq!((counts["transient"], counts["unheard of"]), (2, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<(String, u64)>);

impl Counts {
    /// What there is, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(what, count)| (what.as_str(), *count))
    }
}

impl FromIterator<(String, u64)> for Counts {
    fn from_iter<T: IntoIterator<Item = (String, u64)>>(counts: T) -> Self {
        Self(counts.into_iter().collect())
    }
}

/// 0 where there is no such thing.
impl Index<&str> for Counts {
    type Output = u64;

    fn index(&self, what: &str) -> &u64 {
        self.0.iter().find(|(other, _)| other == what).map_or(&0, |(_, count)| count)
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Figure for Counts {
    fn show(&self) -> Value {
        let mut object = Object::new();
        for (what, count) in &self.0 {
            object.put(what.clone(), (*count).into());
        }
        object.into()
    }

    fn read(value: &Value) -> Option<Self> {
        let Value::Object(object) = value else { return None };
        object.iter().map(|(what, count)| Some((what.to_owned(), count.as_u64()?))).collect()
    }
}

impl Figure for u64 {
    fn show(&self) -> Value {
        (*self).into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_u64()
    }
}

impl Figure for f64 {
    fn show(&self) -> Value {
        (*self).into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_f64()
    }
}

impl Figure for bool {
    fn show(&self) -> Value {
        (*self).into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Figure for String {
    fn show(&self) -> Value {
        self.as_str().into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Figure for Vec<u64> {
    fn show(&self) -> Value {
        self.iter().map(|number| Value::from(*number)).collect::<Vec<_>>().into()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(Value::as_u64).collect()
    }
}

impl Figure for Value {
    fn show(&self) -> Value {
        self.clone()
    }

    fn read(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: Figure> Figure for Option<T> {
    fn show(&self) -> Value {
        self.as_ref().map(T::show).into()
    }

    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
}

/// The figure of a field.
pub(super) fn told<T: Figure + Default>(value: &Value, field: &str) -> Result<T, String> {
    let name = camel(field);
    value.get(&name).map_or_else(|| Some(T::default()), T::read).ok_or(name)
}

/// A field's name as it crosses: `hit_rate` is `hitRate`.
pub(super) fn camel(field: &str) -> String {
    let mut name = String::new();
    for (at, word) in field.split('_').enumerate() {
        let (first, rest) = word.split_at(usize::from(at > 0 && !word.is_empty()));
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}
