//! The login works and takes its time.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// What delays a login that works: reverse look-ups of the client's name, a directory service that does not answer, or scripts that
    /// greet the user.
    ///
    /// ## Why it matters
    ///
    /// A wait of 10 to 60 seconds is mostly a time-out of something that is not needed. Tools with short limits of their own give up
    /// and report a failure.
    ///
    /// ## How to confirm
    ///
    /// At the client `ssh -vvv` shows at which step it waits: before the banner, after the exchange of keys, or after the login. On the
    /// instance the command above.
    ///
    /// ## False positives
    ///
    /// The first login after a start is slower, and so is an instance without CPU credits or memory.
    ///
    /// ## Fix
    ///
    /// `UseDNS no` and `GSSAPIAuthentication no` in a file of `/etc/ssh/sshd_config.d`, test with `sudo sshd -t`, reload (class C); or
    /// repair the name server or directory service. To undo, remove the file.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `UseDNS`
    /// - Linux manual, `update-motd(5)`, `sssd(8)`
    "ssh/slow-login", Degraded, fix C,
    "The login is slow",
    settled by Nothing,
    on Instance run "sudo sshd -T | grep -iE '^(usedns|gssapiauthentication) '; time getent passwd USER_NAME; time sudo run-parts --test /etc/update-motd.d; systemctl status sssd systemd-logind",
    look for "`usedns yes` with a name server that does not answer, a slow `getent`, or a service that times out"
}
