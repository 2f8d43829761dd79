//! Blocks of addresses, bit by bit.

use std::net::IpAddr;

/// The address as a number with the count of its bits.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

/// Address and length of a block; a single address is a block of its own.
fn parsed(block: &str) -> Option<(IpAddr, u32)> {
    let Some((address, length)) = block.split_once('/') else {
        let address: IpAddr = block.parse().ok()?;
        return Some((address, bits(address).1));
    };
    Some((address.parse().ok()?, length.parse().ok()?))
}

/// The length of the block's prefix, when the address is in it.
pub(crate) fn matched(block: &str, address: IpAddr) -> Option<u32> {
    let (base, length) = parsed(block)?;
    let ((base, width), (address, other)) = (bits(base), bits(address));
    if width != other || length > width {
        return None;
    }
    let differs = base ^ address;
    (0..length).all(|position| differs >> (width - 1 - position) & 1 == 0).then_some(length)
}

/// Whether a text is the address, however it is written.
pub(crate) fn is(text: &str, address: IpAddr) -> bool {
    text.parse() == Ok(address)
}

/// Whether the address is in the block.
pub(crate) fn covers(block: &str, address: IpAddr) -> bool {
    matched(block, address).is_some()
}

/// First and last address of a block.
pub(crate) fn ends(block: &str) -> Option<(IpAddr, IpAddr)> {
    let (base, length) = parsed(block)?;
    let (number, width) = bits(base);
    let free = width - length.min(width);
    let low = if free >= 128 { u128::MAX } else { (1_u128 << free) - 1 };
    let of = |number: u128| match base {
        IpAddr::V4(_) => IpAddr::from(u32::try_from(number).unwrap().to_be_bytes()),
        IpAddr::V6(_) => IpAddr::from(number.to_be_bytes()),
    };
    Some((of(number & !low), of(number | low)))
}

/// Whether packets to the address can cross the internet: no private, shared, loopback, link-local, multicast or reserved address.
pub(crate) fn is_on_the_internet(address: IpAddr) -> bool {
    const NOT: [&str; 9] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ];
    match address {
        IpAddr::V4(_) => !NOT.iter().any(|block| covers(block, address)),
        IpAddr::V6(_) => covers("2000::/3", address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_covers_its_own_addresses_only() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(matched("10.0.0.16/28", address("10.0.0.31")), Some(28));
        assert_eq!(matched("10.0.0.16/28", address("10.0.0.32")), None);
        assert_eq!(matched("0.0.0.0/0", address("10.0.0.32")), Some(0));
        assert_eq!(matched("0.0.0.0/0", address("::1")), None);
        assert_eq!(matched("2001:db8::/64", address("2001:db8::7")), Some(64));
        assert_eq!(ends("10.0.0.20/28"), Some((address("10.0.0.16"), address("10.0.0.31"))));
        assert_eq!(ends("::/0").unwrap().1, address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        assert!(is_on_the_internet(address("198.51.100.7")) && is_on_the_internet(address("2001:db8::1")));
        assert!(!is_on_the_internet(address("172.31.0.1")) && !is_on_the_internet(address("fd00::1")));
    }
}
