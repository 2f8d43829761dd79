//! Sets of ports.

use crate::net::ranges::Ranges;
use std::fmt;

/// A set of 16-bit numbers: TCP and UDP ports, or ICMP type and code as `type * 256 + code` (see [`PortSet::icmp`]).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet(Ranges<u16>);

impl PortSet {
    /// The empty set.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every port.
    pub fn all() -> Self {
        Self(Ranges::full())
    }

    /// One port.
    pub fn one(port: u16) -> Self {
        Self(Ranges::range(port, port))
    }

    /// Ports from `first` to `last`, both in it; empty when `last` is smaller.
    pub fn range(first: u16, last: u16) -> Self {
        Self(Ranges::range(first, last))
    }

    /// Ports from `first` to `last` as an AWS rule writes them: -1 stands for any, numbers outside 0 to 65535 are cut off.
    pub fn of_rule(first: i64, last: i64) -> Self {
        if first == -1 || last == -1 {
            return Self::all();
        }
        let (first, last) = (first.max(0), last.min(i64::from(u16::MAX)));
        match (u16::try_from(first), u16::try_from(last)) {
            (Ok(first), Ok(last)) => Self::range(first, last),
            _ => Self::none(),
        }
    }

    /// ICMP messages of a type and code, -1 standing for any: the numbers `type * 256 + code`.
    pub fn icmp(kind: i64, code: i64) -> Self {
        let Ok(kind) = u16::try_from(kind) else { return Self::all() };
        let first = kind.saturating_mul(256);
        match u16::try_from(code) {
            Ok(code) => Self::one(first.saturating_add(code)),
            Err(_) => Self::range(first, first.saturating_add(255)),
        }
    }

    /// Whether no port is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every port is in it.
    pub fn is_all(&self) -> bool {
        self.0.as_slice() == [(u16::MIN, u16::MAX)]
    }

    /// Whether `port` is in it.
    pub fn contains(&self, port: u16) -> bool {
        self.0.contains(port)
    }

    /// Its ranges in rising order, first and last port in each.
    pub fn ranges(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        self.0.as_slice().iter().copied()
    }

    /// Its least and greatest port.
    pub(in crate::net) fn corners(&self) -> (u16, u16) {
        self.0.corners()
    }

    /// The part of it that lies between these two ports.
    pub(in crate::net) fn between(&self, (first, last): (u16, u16)) -> Self {
        Self(self.0.between(first, last))
    }

    /// Whether some port of it lies between these two.
    pub(in crate::net) fn is_touching(&self, (first, last): (u16, u16)) -> bool {
        self.0.is_touching(first, last)
    }

    /// Whether every port of it lies between these two.
    pub(in crate::net) fn is_between(&self, (first, last): (u16, u16)) -> bool {
        self.0.is_between(first, last)
    }

    /// Ports in one set or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// Ports in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// Ports in this set and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0))
    }

    /// Ports not in this set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.complement())
    }

    /// Whether every port of it is in the other set.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether some port is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        self.0.intersects(&other.0)
    }
}

/// `443`, `1024-65535`, `22, 80-81`; `all` and `none` for the two extremes.
impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        if self.is_all() {
            return f.write_str("all");
        }
        for (position, (first, last)) in self.ranges().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            if first == last {
                write!(f, "{first}")?;
            } else {
                write!(f, "{first}-{last}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn sets() -> impl Strategy<Value = (PortSet, BTreeSet<u16>)> {
        // Both ends of the number range and a crowded middle, where off-by-one mistakes live.
        let port = prop_oneof![0..12_u16, 65_524..=65_535_u16, 100..112_u16];
        proptest::collection::vec((port.clone(), port), 0..6).prop_map(|ranges| {
            let mut set = PortSet::none();
            let mut members = BTreeSet::new();
            for (first, last) in ranges {
                set = set.union(&PortSet::range(first, last));
                members.extend(first..=last);
            }
            (set, members)
        })
    }

    fn enumerated(set: &PortSet) -> BTreeSet<u16> {
        set.ranges().flat_map(|(first, last)| first..=last).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn algebra_agrees_with_enumeration((a, members_a) in sets(), (b, members_b) in sets()) {
            prop_assert_eq!(&enumerated(&a), &members_a);
            prop_assert_eq!(enumerated(&a.union(&b)), &members_a | &members_b);
            prop_assert_eq!(enumerated(&a.intersection(&b)), &members_a & &members_b);
            prop_assert_eq!(enumerated(&a.difference(&b)), &members_a - &members_b);
            prop_assert_eq!(a.is_subset(&b), members_a.is_subset(&members_b));
            prop_assert_eq!(a.is_empty(), members_a.is_empty());
            prop_assert_eq!(&a.complement().complement(), &a);
            prop_assert!(a.union(&a.complement()).is_all());
            for port in [0, 5, 11, 105, 65_530, 65_535] {
                prop_assert_eq!(a.contains(port), members_a.contains(&port));
                prop_assert_ne!(a.contains(port), a.complement().contains(port));
            }
        }
    }

    #[test]
    fn reads_like_a_rule() {
        assert_eq!(PortSet::one(443).to_string(), "443");
        assert_eq!(PortSet::range(1024, 65535).to_string(), "1024-65535");
        assert_eq!(PortSet::one(22).union(&PortSet::range(80, 81)).to_string(), "22, 80-81");
        assert_eq!(PortSet::all().to_string(), "all");
        assert_eq!(PortSet::range(2, 1).to_string(), "none");
        assert!(PortSet::of_rule(-1, -1).is_all());
        assert_eq!(PortSet::of_rule(0, 70_000), PortSet::all());
        assert_eq!(PortSet::icmp(8, -1), PortSet::range(2048, 2303));
        assert_eq!(PortSet::icmp(3, 4), PortSet::one(772));
        assert!(PortSet::icmp(-1, -1).is_all());
    }
}
