//! Sets of whole numbers as ranges: the algebra below port and address sets.
//!
//! Most sets on a path are one range, which is kept in place: no memory is asked for while packets are followed.

use smallvec::{Array, SmallVec};
use std::hash::{Hash, Hasher};

/// A number with a least and a greatest value.
pub(in crate::net) trait Bound: Copy + Ord + Hash + std::fmt::Debug {
    const MIN: Self;
    const MAX: Self;
    /// How many ranges stand in place.
    type Inline: Array<Item = (Self, Self)>;
    /// The number after this one.
    fn next(self) -> Option<Self>;
    /// The number before this one.
    fn previous(self) -> Option<Self>;
}

macro_rules! bound {
    ($($number:ty => $inline:literal),*) => {
        $(impl Bound for $number {
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            type Inline = [($number, $number); $inline];
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        })*
    };
}
bound!(u16 => 4, u128 => 1);

/// A set as ranges that are sorted, disjoint and not adjacent, so that equal sets are equal values.
pub(in crate::net) struct Ranges<T: Bound>(SmallVec<T::Inline>);

impl<T: Bound> Clone for Ranges<T> {
    fn clone(&self) -> Self {
        match self.0.as_slice() {
            [] => Self::default(),
            [(first, last)] => Self::range(*first, *last),
            many => Self(SmallVec::from_slice(many)),
        }
    }
}

impl<T: Bound> Default for Ranges<T> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

impl<T: Bound> std::fmt::Debug for Ranges<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_slice().fmt(f)
    }
}

impl<T: Bound> PartialEq for Ranges<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice() == other.0.as_slice()
    }
}

impl<T: Bound> Eq for Ranges<T> {}

impl<T: Bound> PartialOrd for Ranges<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Bound> Ord for Ranges<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_slice().cmp(other.0.as_slice())
    }
}

impl<T: Bound> Hash for Ranges<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

impl<T: Bound> Ranges<T> {
    /// Every number.
    pub(in crate::net) fn full() -> Self {
        Self::range(T::MIN, T::MAX)
    }

    /// The numbers from `first` to `last`; none when `last` comes before.
    pub(in crate::net) fn range(first: T, last: T) -> Self {
        let mut ranges = SmallVec::new();
        if first <= last {
            ranges.push((first, last));
        }
        Self(ranges)
    }

    pub(in crate::net) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges in rising order, first and last number in each.
    pub(in crate::net) fn as_slice(&self) -> &[(T, T)] {
        &self.0
    }

    /// The least and the greatest number of it; the wrong way round when it is empty.
    pub(in crate::net) fn corners(&self) -> (T, T) {
        match (self.0.first(), self.0.last()) {
            (Some((first, _)), Some((_, last))) => (*first, *last),
            _ => (T::MAX, T::MIN),
        }
    }

    pub(in crate::net) fn contains(&self, number: T) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(at).is_some_and(|(first, _)| *first <= number)
    }

    /// Whether every number of it lies between these two.
    pub(in crate::net) fn is_between(&self, first: T, last: T) -> bool {
        match (self.0.first(), self.0.last()) {
            (Some((least, _)), Some((_, most))) => first <= *least && *most <= last,
            _ => true,
        }
    }

    /// Whether some number of it lies between these two.
    pub(in crate::net) fn is_touching(&self, first: T, last: T) -> bool {
        self.0.iter().any(|(start, end)| *start <= last && first <= *end)
    }

    /// The part of it that lies between these two.
    pub(in crate::net) fn between(&self, first: T, last: T) -> Self {
        if self.is_between(first, last) {
            return self.clone();
        }
        self.intersection(&Self::range(first, last))
    }

    pub(in crate::net) fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().all(|(first, last)| {
            let at = other.0.partition_point(|(_, end)| *end < *first);
            other.0.get(at).is_some_and(|(start, end)| start <= first && last <= end)
        })
    }

    pub(in crate::net) fn union(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        Self::collected(self.0.iter().chain(&other.0).copied())
    }

    /// All the given ranges, in any order.
    pub(in crate::net) fn collected(ranges: impl Iterator<Item = (T, T)>) -> Self {
        let mut ranges: SmallVec<T::Inline> = ranges.filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut merged: SmallVec<T::Inline> = SmallVec::new();
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(open) if open.1.next().is_none_or(|next| first <= next) => open.1 = open.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    pub(in crate::net) fn intersection(&self, other: &Self) -> Self {
        if let [(first, last)] = other.as_slice()
            && self.is_between(*first, *last)
        {
            return self.clone();
        }
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = SmallVec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                common.push((first, last));
            }
            if a.1 <= b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        Self(common)
    }

    /// Whether some number is in both.
    pub(in crate::net) fn intersects(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            if a.0.max(b.0) <= a.1.min(b.1) {
                return true;
            }
            if a.1 <= b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        false
    }

    pub(in crate::net) fn complement(&self) -> Self {
        let mut gaps = SmallVec::new();
        let mut from = Some(T::MIN);
        for (first, last) in &self.0 {
            if let (Some(start), Some(end)) = (from, first.previous())
                && start <= end
            {
                gaps.push((start, end));
            }
            from = last.next();
        }
        if let Some(start) = from {
            gaps.push((start, T::MAX));
        }
        Self(gaps)
    }

    pub(in crate::net) fn difference(&self, other: &Self) -> Self {
        if !self.intersects(other) {
            return self.clone();
        }
        if self.is_subset(other) {
            return Self::default();
        }
        self.intersection(&other.complement())
    }
}
