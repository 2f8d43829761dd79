//! Sets of ports, addresses and packets against enumeration, as far as the tests beside them do not go: how AWS writes ports, several protocols
//! in one set, and that a set has one form only.

use crate::evaluator::block::{covers, is_on_the_internet};
use checks::net::{AddressSet, Family, PortSet, Protocol, Traffic, TrafficSet};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const PROTOCOLS: [Protocol; 3] = [Protocol::TCP, Protocol::UDP, Protocol::of_number(50)];

fn traffic() -> impl Strategy<Value = Traffic> {
    let block = (0..4_u8, 30..=32_u8).prop_map(|(host, length)| AddressSet::parse(&format!("10.0.0.{host}/{length}")).unwrap());
    (0..PROTOCOLS.len(), block.clone(), block, 0..4_u16, 0..4_u16).prop_map(|(protocol, source, destination, first, last)| {
        Traffic::new(PROTOCOLS[protocol], source, destination, PortSet::range(first, last))
    })
}

fn set(parts: &[Traffic]) -> TrafficSet {
    parts.iter().fold(TrafficSet::default(), |set, part| set.union(&part.clone().into()))
}

type Packet = (Protocol, u8, u8, u16);

fn packets() -> impl Iterator<Item = Packet> {
    PROTOCOLS.into_iter().flat_map(|protocol| {
        (0..4).flat_map(move |source| {
            (0..4).flat_map(move |destination| (0..4).map(move |port| (protocol, source, destination, port)))
        })
    })
}

/// In how many parts a packet is.
fn times(parts: &[Traffic], (protocol, source, destination, port): Packet) -> usize {
    let address = |last: u8| IpAddr::from([10, 0, 0, last]);
    let is_in = |part: &&Traffic| {
        part.protocol == protocol
            && part.source.contains(address(source))
            && part.destination.contains(address(destination))
            && part.ports.contains(port)
    };
    parts.iter().filter(is_in).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn sets_of_several_protocols_agree_with_single_packets(
        a in proptest::collection::vec(traffic(), 0..4),
        b in proptest::collection::vec(traffic(), 0..4),
    ) {
        let (one, two) = (set(&a), set(&b));
        let (union, common, rest) = (one.union(&two), one.intersection(&two), one.difference(&two));
        for packet in packets() {
            let (in_a, in_b) = (times(&a, packet) > 0, times(&b, packet) > 0);
            prop_assert_eq!(times(one.parts(), packet), usize::from(in_a), "parts are disjoint");
            prop_assert_eq!(times(union.parts(), packet), usize::from(in_a || in_b));
            prop_assert_eq!(times(common.parts(), packet), usize::from(in_a && in_b));
            prop_assert_eq!(times(rest.parts(), packet), usize::from(in_a && !in_b));
        }
        let is_empty = packets().all(|packet| times(&a, packet) == 0);
        prop_assert_eq!(one.is_empty(), is_empty);
        prop_assert!(one.difference(&one).is_empty());
    }

    #[test]
    fn what_is_told_of_a_whole_set_is_what_its_packets_have(parts in proptest::collection::vec(traffic(), 0..4)) {
        let set = set(&parts);
        let inside: Vec<Packet> = packets().filter(|packet| times(&parts, *packet) > 0).collect();
        for last in 0..4_u8 {
            let address = IpAddr::from([10, 0, 0, last]);
            prop_assert_eq!(set.sources().contains(address), inside.iter().any(|packet| packet.1 == last));
            prop_assert_eq!(set.destinations().contains(address), inside.iter().any(|packet| packet.2 == last));
            let has_port = inside.iter().any(|packet| packet.3 == u16::from(last));
            prop_assert_eq!(set.ports().contains(u16::from(last)), has_port);
        }
    }

    #[test]
    fn ports_as_rules_write_them(first in -2..70_i64, last in -2..70_i64, high in any::<bool>()) {
        let lift = |port: i64| if high && port >= 0 { port + 65_500 } else { port };
        let (first, last) = (lift(first), lift(last));
        let set = PortSet::of_rule(first, last);
        for port in (0..80_u16).chain(65_480..=65_535) {
            let is_any = first == -1 || last == -1;
            prop_assert_eq!(set.contains(port), is_any || (first..=last).contains(&i64::from(port)), "{}-{}: {}", first, last, port);
        }
    }

    #[test]
    fn messages_as_rules_write_them(kind in -1..256_i64, code in -1..256_i64) {
        let set = PortSet::icmp(kind, code);
        for asked_kind in [0, 1, 3, 8, 127, 128, 255, kind.max(0)] {
            for asked_code in [0, 1, 4, 254, 255, code.max(0)] {
                let fits = (kind == -1 || kind == asked_kind) && (kind == -1 || code == -1 || code == asked_code);
                let number = u16::try_from(asked_kind * 256 + asked_code).unwrap();
                prop_assert_eq!(set.contains(number), fits, "{} {}: {} {}", kind, code, asked_kind, asked_code);
            }
        }
    }

    #[test]
    fn a_set_has_one_form_only(
        ranges in proptest::collection::vec((0..12_u16, 0..12_u16), 0..5),
        blocks in proptest::collection::vec((0..32_u8, 27..=32_u8), 0..5),
    ) {
        let ports = |ranges: &mut dyn Iterator<Item = &(u16, u16)>| {
            ranges.fold(PortSet::none(), |set, (first, last)| set.union(&PortSet::range(*first, *last)))
        };
        let forward = ports(&mut ranges.iter());
        prop_assert_eq!(&forward, &ports(&mut ranges.iter().rev()));
        let one_by_one = (0..12).filter(|port| forward.contains(*port)).fold(PortSet::none(), |set, port| set.union(&PortSet::one(port)));
        prop_assert_eq!(&forward, &one_by_one);
        let texts: Vec<String> = blocks.iter().map(|(host, length)| format!("10.0.0.{host}/{length}")).collect();
        let set = AddressSet::of(texts.iter().map(String::as_str));
        prop_assert_eq!(&set, &AddressSet::of(texts.iter().rev().map(String::as_str)));
        for host in 0..40_u8 {
            let address = IpAddr::from([10, 0, 0, host]);
            prop_assert_eq!(set.contains(address), texts.iter().any(|block| covers(block, address)));
        }
        prop_assert_eq!(set.of_family(Family::Ipv6), AddressSet::none());
        prop_assert_eq!(set.of_family(Family::Ipv4), set);
    }

    #[test]
    fn the_internet_is_what_no_special_block_covers(low in any::<u32>(), high in any::<u128>(), special in 0..12_usize, off in -1..=1_i64) {
        const BORDERS: [u32; 12] = [
            0x0000_0000, 0x0100_0000, 0x0a00_0000, 0x0b00_0000, 0x6440_0000, 0x6480_0000, 0x7f00_0000, 0xa9fe_0000, 0xac10_0000, 0xac20_0000,
            0xc0a8_0000, 0xe000_0000,
        ];
        let border = BORDERS[special].wrapping_add_signed(i32::try_from(off).unwrap());
        for address in [low, border] {
            let address = IpAddr::from(Ipv4Addr::from(address));
            prop_assert_eq!(AddressSet::internet(Family::Ipv4).contains(address), is_on_the_internet(address), "{}", address);
        }
        let address = IpAddr::from(Ipv6Addr::from(high));
        prop_assert_eq!(AddressSet::internet(Family::Ipv6).contains(address), is_on_the_internet(address), "{}", address);
    }
}
