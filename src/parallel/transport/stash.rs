//! Messages that have arrived before anybody asked for them.

use std::collections::{HashMap, VecDeque};

use super::Tag;

/// By sender and tag, in the order of arrival.
#[derive(Debug)]
pub(super) struct Stash<M>(HashMap<(usize, Tag), VecDeque<M>>);

impl<M> Default for Stash<M> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<M> Stash<M> {
    pub fn put(&mut self, from: usize, tag: Tag, message: M) {
        self.0.entry((from, tag)).or_default().push_back(message);
    }

    pub fn take(&mut self, from: usize, tag: Tag) -> Option<M> {
        let queue = self.0.get_mut(&(from, tag))?;
        let message = queue.pop_front();
        if queue.is_empty() {
            // Most tags are used once: their entries would add up.
            self.0.remove(&(from, tag));
        }
        message
    }
}
