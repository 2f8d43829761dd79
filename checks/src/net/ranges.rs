//! Sets of whole numbers as ranges: the algebra below port and address sets.

/// A number with a least and a greatest value.
pub(super) trait Bound: Copy + Ord {
    const MIN: Self;
    const MAX: Self;
    /// The number after this one.
    fn next(self) -> Option<Self>;
    /// The number before this one.
    fn previous(self) -> Option<Self>;
}

macro_rules! bound {
    ($($number:ty),*) => {
        $(impl Bound for $number {
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        })*
    };
}
bound!(u16, u32, u128);

/// A set as ranges that are sorted, disjoint and not adjacent, so that equal sets are equal values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ranges<T>(Vec<(T, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Bound> Ranges<T> {
    /// Every number.
    pub(super) fn full() -> Self {
        Self(vec![(T::MIN, T::MAX)])
    }

    /// The numbers from `first` to `last`; none when `last` comes before.
    pub(super) fn range(first: T, last: T) -> Self {
        if first > last { Self::default() } else { Self(vec![(first, last)]) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn contains(&self, number: T) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(at).is_some_and(|(first, _)| *first <= number)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (T, T)> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let mut ranges: Vec<(T, T)> = self.0.iter().chain(&other.0).copied().collect();
        ranges.sort_unstable();
        let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(open) if open.1.next().is_none_or(|next| first <= next) => open.1 = open.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
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

    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len());
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

    pub(super) fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }
}
