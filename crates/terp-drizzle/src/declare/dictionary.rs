//! A JavaScript object used as a dictionary: later values replace earlier ones in their place, and array indexes come first.

use indexmap::IndexMap;

use crate::typescript::value::array_index;

pub(super) struct Dictionary<T> {
    entries: IndexMap<String, T>,
}

impl<T> Dictionary<T> {
    pub(super) fn new() -> Self {
        Self { entries: IndexMap::new() }
    }

    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key)
    }

    /// Sets a value and gives the one that it replaces.
    pub(super) fn set(&mut self, key: &str, value: T) -> Option<T> {
        self.entries.insert(key.to_owned(), value)
    }

    /// The values in JavaScript's order.
    pub(super) fn into_values(self) -> Vec<T> {
        let (mut indexes, mut names) = (Vec::new(), Vec::new());
        for (key, value) in self.entries {
            match array_index(&key) {
                Some(index) => indexes.push((index, value)),
                None => names.push(value),
            }
        }
        indexes.sort_by_key(|(index, _)| *index);
        indexes.into_iter().map(|(_, value)| value).chain(names).collect()
    }
}
