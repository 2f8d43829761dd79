//! The destination sends replies in fragments.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Nothing that can be read from outside: whether small replies of the destination arrive and large ones do not, which is what happens
    /// where it sends TCP segments in IP fragments.
    ///
    /// ## Why it matters
    ///
    /// Neither Lambda nor a NAT gateway puts fragments of TCP together, so that they are dropped. The connection opens, the handshake of
    /// TLS with its large certificate may already hang.
    ///
    /// ## How to confirm
    ///
    /// Ask the destination for a small and a large reply from within the function, and compare with a machine outside of the VPC.
    ///
    /// ## False positives
    ///
    /// A firewall that inspects large replies, and a server that is slow, look alike.
    ///
    /// ## Fix
    ///
    /// The owner of the destination has to lower its MTU or let path MTU discovery work (class M).
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways", on fragments
    /// - Lambda developer guide, "Troubleshoot networking issues in Lambda"
    "lambda/fragmented-replies", Degraded, fix M,
    "Large replies of the destination arrive in fragments and are dropped",
    settled by Nothing,
    on Function run "curl -sS -o /dev/null -w '%{http_code} %{size_download} %{time_total}' https://DESTINATION/LARGE",
    look for "small replies that arrive and large ones that hang, while both work outside of the VPC"
}
