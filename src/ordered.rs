//! Maps and sets in the order of their keys, and lists put in order.
//!
//! Those of the standard library are quicker at a million entries than these,
//! and their code is five times as long: once for each kind of key and value, of
//! which there are a dozen here.

use std::{mem, slice};

/// Entries side by side. Twice as many are parted, half as many joined.
const CHUNK: usize = 16;

/// Values by key.
#[derive(Clone, Debug)]
pub struct Map<K, V> {
    /// In order, and so are the entries of each. None is empty.
    chunks: Vec<Vec<(K, V)>>,
    len: usize,
}

/// Where a key is, or would be: the chunk, and the place within.
type Place = (usize, Result<usize, usize>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<K: Ord, V> Map<K, V> {
    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        let (chunk, place) = self.place(key);
        Some(&self.chunks.get(chunk)?.get(place.ok()?)?.1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let (chunk, place) = self.place(key);
        Some(&mut self.chunks.get_mut(chunk)?.get_mut(place.ok()?)?.1)
    }

    /// Puts a value, and returns the one it replaces.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let (chunk, place) = self.place(&key);
        if self.chunks.is_empty() {
            self.chunks.push(Vec::new());
        }
        let entries = self.chunks.get_mut(chunk)?;
        match place {
            Ok(at) => Some(mem::replace(&mut entries.get_mut(at)?.1, value)),
            Err(at) => {
                entries.insert(at, (key, value));
                self.len += 1;
                if entries.len() >= 2 * CHUNK {
                    let second = entries.split_off(CHUNK);
                    self.chunks.insert(chunk + 1, second);
                }
                None
            }
        }
    }

    /// Takes a key and its value out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let (chunk, place) = self.place(key);
        let at = place.ok()?;
        let (_, value) = self.chunks.get_mut(chunk)?.remove(at);
        self.len -= 1;
        self.join(chunk);
        Some(value)
    }

    /// The entry of the least key.
    pub fn first(&self) -> Option<&(K, V)> {
        self.chunks.first()?.first()
    }

    /// The entries in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { chunks: self.chunks.iter(), entries: [].iter() }
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Joins a chunk that has become short with the next, and drops an empty one.
    fn join(&mut self, chunk: usize) {
        let lengths = |chunk: usize| self.chunks.get(chunk).map_or(0, Vec::len);
        let (length, next) = (lengths(chunk), lengths(chunk + 1));
        if length == 0 {
            self.chunks.remove(chunk);
        } else if next > 0 && length + next <= CHUNK {
            let mut joined = self.chunks.remove(chunk + 1);
            self.chunks[chunk].append(&mut joined);
        }
    }

    fn place(&self, key: &K) -> Place {
        let not_past = |chunk: usize| self.chunks[chunk].first().is_some_and(|(first, _)| first <= key);
        let chunk = partition(self.chunks.len(), not_past).saturating_sub(1);
        let Some(entries) = self.chunks.get(chunk) else { return (0, Err(0)) };
        let at = partition(entries.len(), |at| entries[at].0 < *key);
        let found = entries.get(at).is_some_and(|(other, _)| other == key);
        (chunk, if found { Ok(at) } else { Err(at) })
    }
}

/// How many of the first `length` places are such, if all such come first. Within
/// its callers, since a call to each comparison would cost more than it.
#[inline(always)]
fn partition(length: usize, such: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low.midpoint(high);
        if such(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The entries of a [`Map`] in order.
pub struct Iter<'a, K, V> {
    chunks: slice::Iter<'a, Vec<(K, V)>>,
    entries: slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = &'a (K, V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.entries.next() {
                return Some(entry);
            }
            self.entries = self.chunks.next()?.iter();
        }
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.chunks.into_iter().flatten()
    }
}

/// Keys in order.
#[derive(Clone, Debug)]
pub struct Set<K>(Map<K, ()>);

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: Ord> Set<K> {
    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts a key; false if it was there.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Takes a key out; false if it was not there.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    /// Whether the key is there.
    pub fn contains(&self, key: &K) -> bool {
        self.0.get(key).is_some()
    }

    /// The least.
    pub fn first(&self) -> Option<&K> {
        self.0.first().map(|(key, ())| key)
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, ())| key)
    }
}

impl<K: Ord> FromIterator<K> for Set<K> {
    fn from_iter<T: IntoIterator<Item = K>>(keys: T) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.insert(key);
        }
        set
    }
}

/// The items by their numbers; those with the same one stay in order.
pub fn sorted<T: Copy>(items: &[T], number: impl Fn(&T) -> u64) -> Vec<T> {
    let order: Set<(u64, u64)> = items.iter().map(number).zip(0..).collect();
    order.iter().filter_map(|(_, at)| items.get(*at as usize).copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// What no entry may break.
    fn check(map: &Map<u64, u64>) {
        assert!(map.chunks.iter().all(|entries| (1..2 * CHUNK).contains(&entries.len())));
        assert_eq!(map.iter().count(), map.len());
    }

    #[test]
    fn it_is_the_standard_librarys_map_whatever_is_put_and_taken() {
        for (keys, rounds) in [(7, 2_000), (100, 5_000), (5_000, 40_000)] {
            let (mut ours, mut theirs) = (Map::default(), BTreeMap::new());
            let mut chance = keys;
            for round in 0..rounds {
                chance = u64::wrapping_mul(chance, 6_364_136_223_846_793_005).wrapping_add(1);
                let key = (chance >> 33) % keys;
                // It grows, and shrinks to nothing at the end.
                if (chance >> 20) % rounds > round {
                    assert_eq!(ours.insert(key, round), theirs.insert(key, round));
                } else {
                    assert_eq!(ours.remove(&key), theirs.remove(&key));
                }
                assert_eq!((ours.len(), ours.get(&key)), (theirs.len(), theirs.get(&key)));
                assert_eq!(ours.first().map(|(key, _)| key), theirs.first_key_value().map(|(key, _)| key));
                if round % 500 == 0 || keys == 100 {
                    check(&ours);
                    assert!(ours.iter().map(|(key, value)| (key, value)).eq(&theirs));
                }
            }
            for key in 0..keys {
                assert_eq!(ours.remove(&key), theirs.remove(&key));
            }
            assert!(ours.is_empty() && ours.chunks.is_empty() && ours.first().is_none());
        }
    }

    #[test]
    fn a_value_may_be_changed_where_it_is() {
        let mut map = Map::default();
        for key in 0..100 {
            map.insert(key, 0);
        }
        *map.get_mut(&50).unwrap() += 1;
        assert_eq!(map.get_mut(&100), None);
        assert_eq!(map.get(&50), Some(&1));
        assert_eq!(map.into_iter().map(|(key, value)| key + value).sum::<u64>(), 4_951);
    }

    #[test]
    fn items_with_one_number_stay_in_order() {
        let items = [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')];
        let order: String = sorted(&items, |(number, _)| *number).into_iter().map(|(_, item)| item).collect();
        assert_eq!(order, "dbeac");
    }

    #[test]
    fn a_set_has_each_key_once() {
        let mut set: Set<_> = [3, 1, 2, 3].into_iter().collect();
        assert_eq!((set.len(), set.first(), set.contains(&2)), (3, Some(&1), true));
        assert!(!set.insert(1) && set.remove(&1) && !set.remove(&1));
        assert_eq!(set.iter().collect::<Vec<_>>(), [&2, &3]);
    }
}
