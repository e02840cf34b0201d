//! Values with small, reusable numbers, kept in chunks: growth never copies what is there, and costs no spare half.

/// A value's number in its [`Slab`]; used again once the value is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// No value's number.
    pub const NONE: Slot = Slot(u32::MAX);
}

const CHUNK: usize = 4096;

/// A chunked arena of values.
#[derive(Debug, Clone)]
pub struct Slab<T> {
    chunks: Vec<Vec<Option<T>>>,
    free: Vec<Slot>,
    len: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { chunks: Vec::new(), free: Vec::new(), len: 0 }
    }
}

impl<T> Slab<T> {
    /// Keeps `value` and says its number.
    pub fn insert(&mut self, value: T) -> Slot {
        self.len += 1;
        if let Some(slot) = self.free.pop() {
            self.chunks[slot.0 as usize / CHUNK][slot.0 as usize % CHUNK] = Some(value);
            return slot;
        }
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            let first_is_small = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(first_is_small));
        }
        let last = self.chunks.len() - 1;
        self.chunks[last].push(Some(value));
        Slot((last * CHUNK + self.chunks[last].len() - 1) as u32)
    }

    /// Takes the value out; its number is free again.
    pub fn remove(&mut self, slot: Slot) -> Option<T> {
        let value = self.chunks.get_mut(slot.0 as usize / CHUNK)?.get_mut(slot.0 as usize % CHUNK)?.take()?;
        self.free.push(slot);
        self.len -= 1;
        Some(value)
    }

    /// The value with this number.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<&T> {
        self.chunks.get(slot.0 as usize / CHUNK)?.get(slot.0 as usize % CHUNK)?.as_ref()
    }

    /// The value with this number, to change it.
    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.chunks.get_mut(slot.0 as usize / CHUNK)?.get_mut(slot.0 as usize % CHUNK)?.as_mut()
    }

    /// How many values are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no value is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All values with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        self.chunks.iter().enumerate().flat_map(|(chunk, values)| {
            values.iter().enumerate().filter_map(move |(place, value)| {
                Some((Slot((chunk * CHUNK + place) as u32), value.as_ref()?))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again() {
        let mut slab = Slab::default();
        let slots: Vec<_> = (0..CHUNK * 2 + 1).map(|n| slab.insert(n)).collect();
        assert_eq!(slab.remove(slots[CHUNK]), Some(CHUNK));
        assert_eq!(slab.remove(slots[CHUNK]), None);
        assert_eq!(slab.insert(7), slots[CHUNK]);
        assert_eq!(
            (slab.get(slots[CHUNK]), slab.len(), slab.iter().count()),
            (Some(&7), slots.len(), slots.len())
        );
    }
}
