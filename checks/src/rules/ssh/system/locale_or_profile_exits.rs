//! The shell ends at once after the login.

use crate::rule::declare_inside;

declare_inside! {
    /// ## What it checks
    ///
    /// Whether something ends the session as soon as it begins: `exit` or `exec` in a start file, a forced command, a program that
    /// fails.
    ///
    /// ## Why it matters
    ///
    /// The key is accepted, the greeting appears, and the client says `Connection to … closed`. File transfers with `scp` and `rsync`
    /// break already when a start file prints something.
    ///
    /// ## How to confirm
    ///
    /// `ssh HOST true; echo $?` gives the code with which the start files end. `ssh HOST -t /bin/bash --noprofile --norc` gets in where
    /// only the files are at fault.
    ///
    /// ## False positives
    ///
    /// A forced command may be meant: keys for backups and deployments have one. `setlocale: LC_CTYPE: cannot change locale` is a
    /// warning and ends nothing.
    ///
    /// ## Fix
    ///
    /// Move the file aside (`mv ~/.bashrc ~/.bashrc.aside`; class C), through Session Manager where no shell opens. To undo, move it
    /// back.
    ///
    /// ## References
    ///
    /// - Bash manual, "Bash Startup Files"
    /// - OpenSSH manual, `sshd`, "LOGIN PROCESS" and `command=` in "AUTHORIZED_KEYS FILE FORMAT"
    "ssh/locale-or-profile-exits", Degraded, fix C,
    "A profile or forced command ends the session at once",
    settled by Nothing,
    on Instance run "sudo bash -c 'cd ~USER_NAME && ls -la .bashrc .bash_profile .profile .ssh/rc .ssh/authorized_keys; grep -nE \"^ *(exit|exec|logout)\" .bashrc .bash_profile .profile'; sudo sshd -T -C user=USER_NAME,host=localhost,addr=127.0.0.1 | grep -i '^forcecommand '",
    look for "an `exit` or `exec` in a start file, a `command=` before the key, or a `forcecommand`"
}
