//! Choices from bytes. Where bytes have run out, each choice is the first and plainest one.

use arbitrary::{Arbitrary, Unstructured};
use serde_json::{Value, json};

/// Bytes that choices are made of.
pub(crate) struct Draw<'b>(Unstructured<'b>);

/// What stands now and then where an id, a state or a word should stand.
const ODD: &[&str] = &[
    "",
    " ",
    "-",
    "local",
    "igw-",
    "vpc-1 ",
    "VPC-1",
    "subnet-77",
    "é\u{0}\u{202e}",
    "-1",
    "all",
    "0",
    "256",
    "99999999999999999999",
    "pending",
    "deleted",
    "AVAILABLE",
    "arn:aws:ec2:eu-west-1:1:vpc/vpc-1",
];

/// Blocks, the plainest first.
const BLOCKS: &[&str] = &[
    "0.0.0.0/0",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.2.0/24",
    "10.1.0.0/16",
    "10.1.1.0/24",
    "10.2.0.0/16",
    "10.0.0.0/8",
    "10.0.1.10/32",
    "8.8.8.8/32",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "198.51.100.0/24",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "::/0",
    "2a05:d018::/56",
    "2a05:d018:0:1::/64",
    "2a05:d018::7/128",
    "64:ff9b::/96",
    "2000::/3",
    "fd00::/8",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
];

/// Blocks that nobody should write.
const BAD_BLOCKS: &[&str] = &[
    "",
    "/",
    "10.0.0.0",
    "10.0.1.77/16",
    "10.0.0.0/33",
    "10.0.0/8",
    "10.0.0.0/-1",
    "::/129",
    "::ffff:10.0.0.0/104",
    "2a05:d018::7/56",
    "banana",
    "0.0.0.0/00",
    "010.0.0.0/8",
    " 10.0.0.0/8",
    "10.0.0.0/8 ",
    "::%1/64",
    "2a05:d018::",
    "10.0.1.10/255.255.255.0",
];

/// Addresses of the worlds, inside and outside.
const ADDRESSES: &[&str] = &[
    "10.0.1.10",
    "10.0.2.10",
    "10.1.1.10",
    "10.1.2.10",
    "10.2.1.10",
    "10.0.1.11",
    "8.8.8.8",
    "203.0.113.7",
    "52.95.110.1",
    "198.51.100.5",
    "10.0.0.2",
    "169.254.169.253",
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "2a05:d018::7",
    "2a05:d018:0:1::7",
    "2600::1",
    "64:ff9b::808:808",
    "fd00:ec2::253",
    "::",
    "::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "::ffff:10.0.1.10",
];

/// Ports and other numbers, with those at which arithmetic breaks.
const NUMBERS: &[i64] = &[
    0,
    443,
    22,
    53,
    1024,
    65535,
    1,
    32768,
    60999,
    8,
    255,
    256,
    -1,
    -2,
    65536,
    32766,
    32767,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1,
    1 << 32,
    61000,
];

impl<'b> Draw<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let last = end.saturating_sub(1);
        if let Ok(last) = u8::try_from(last) {
            return usize::from(self.0.int_in_range(0..=last).unwrap_or_default());
        }
        self.0.int_in_range(0..=last).unwrap_or_default()
    }

    /// True once in so many.
    pub(crate) fn once_in(&mut self, many: usize) -> bool {
        self.below(many) + 1 == many
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.once_in(2)
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn pick_of<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        choices.get(self.below(choices.len()))
    }

    /// One of these words, and rarely something else.
    pub(crate) fn word(&mut self, words: &[&str]) -> Value {
        if self.once_in(24) { json!(self.pick(ODD)) } else { json!(self.pick(words)) }
    }

    /// The id `kind-1` to `kind-count`, rarely something else.
    pub(crate) fn id(&mut self, kind: &str, count: usize) -> Value {
        if self.once_in(32) { json!(self.pick(ODD)) } else { json!(format!("{kind}-{}", self.below(count) + 1)) }
    }

    /// Up to `most` of what `make` makes.
    pub(crate) fn list(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> Value) -> Value {
        let count = self.below(most + 1);
        Value::Array((0..count).map(|_| make(self)).collect())
    }

    pub(crate) fn block(&mut self) -> String {
        match self.below(12) {
            0..=8 => self.pick(BLOCKS).to_owned(),
            9 => self.pick(BAD_BLOCKS).to_owned(),
            10 => format!("{}/{}", self.address(), self.below(33)),
            _ => format!("10.{}.{}.0/{}", self.below(3), self.below(4), 16 + self.below(17)),
        }
    }

    pub(crate) fn address(&mut self) -> String {
        match self.below(12) {
            0..=9 => self.pick(ADDRESSES).to_owned(),
            10 => format!("10.{}.{}.{}", self.below(3), self.below(3), self.below(256)),
            _ => self.pick(&["", "10.0.1", "10.0.1.256", "a", "::g", "10.0.1.10/32", " 10.0.1.10"]).to_owned(),
        }
    }

    pub(crate) fn number(&mut self) -> i64 {
        match self.below(8) {
            0..=5 => self.pick(NUMBERS),
            6 => i64::from(u16::arbitrary(&mut self.0).unwrap_or_default()),
            _ => i64::arbitrary(&mut self.0).unwrap_or_default(),
        }
    }
}
