//! The operating system has no working network configuration.

use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::StatusCheck;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance status check fails and the console text of the present start shows an interface that is missing, no answer
    /// of DHCP, or no network at all.
    ///
    /// ## Why it matters
    ///
    /// A static address, a rule that names interfaces by the hardware address of another instance, or a netplan file for `eth0` where
    /// the interface is `ens5` leave the system without network: after a change of the type, or in a copy of a disk.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 get-console-output --latest --instance-id ID`, and the instance status check, which is an ARP request to the interface
    /// of the instance. Through the EC2 serial console: `ip -br address`.
    ///
    /// ## False positives
    ///
    /// `Network is unreachable` appears in the first seconds of every boot, and for IPv6 where there is none: while the system answers
    /// the status check these lines are not counted, and only a look inside tells. A missing driver shows the same lines.
    ///
    /// ## Fix
    ///
    /// Repair the file offline (class D): stop, attach the root volume to another instance, remove
    /// `/etc/udev/rules.d/70-persistent-net.rules` or set DHCP, attach it back, start. The runbook `AWSSupport-ExecuteEC2Rescue` does
    /// this and saves an image first. To undo: the saved file, or the image.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances"
    /// - EC2 user guide, "Troubleshoot Linux instances with failed status checks"
    /// - Automation runbook reference, "AWSSupport-ExecuteEC2Rescue"
    "ssh/network-config-broken", Blocker, fix D,
    "The network configuration inside the instance is broken",
    needs [GET_CONSOLE_OUTPUT, DESCRIBE_INSTANCE_STATUS, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Banner,
    kinds: &[SignKind::NetworkNotConfigured, SignKind::NetworkUnreachable],
    undone_by: &[],
    command: "ip -br address; ip route; ls /etc/udev/rules.d/70-persistent-net.rules /etc/netplan /etc/sysconfig/network-scripts; networkctl",
    look_for: "an interface without the private address of the instance, no default route, or a file that names another interface or address",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(line) = CLUE.line(case)? else { return Ok(CLUE.question(case)) };
    let Ok(impaired) = case.impaired(StatusCheck::Instance)? else { return Ok(CLUE.question(case)) };
    let id = case.instance.instance_id.as_str();
    let detail = format!(
        "the operating system of instance `{id}` does not answer the status check{}, and its console shows that it has no network",
        impaired.since()
    );
    let rescue = Aws::new("ssm", "start-automation-execution", case.region())
        .arg("document-name", "AWSSupport-ExecuteEC2Rescue")
        .json("parameters", &json!({ "UnreachableInstanceId": [id] }));
    let summary = format!(
        "repair the network configuration on the root volume of instance `{id}` offline: the runbook stops the instance, \
            saves an image of it, and starts it again"
    );
    let finding = case.shown_by(line, detail).proofs(impaired.evidence(id));
    Ok(Judgement::fail(finding.fix(Fix::new(FixClass::D, summary).run(rescue))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{World, findings, missing};

    const LINE: &str = "Bringing up interface eth0:  Device eth0 does not seem to be present, delaying initialization.";

    fn impaired(text: &str) -> World {
        let mut world = console(text);
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/InstanceStatus/Status", json!("impaired"));
        world
    }

    #[test]
    fn fires_when_the_status_check_fails_as_well() {
        let found = findings(impaired(LINE).judge(&RULE));
        assert_eq!(found[0].evidence.len(), 2);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("AWSSupport-ExecuteEC2Rescue"));
        assert_eq!(findings(impaired("connect: Network is unreachable").judge(&RULE)).len(), 1);
    }

    #[test]
    fn silent_while_the_system_answers_or_the_console_shows_nothing() {
        for world in [console(LINE), impaired("web-1 login: ")] {
            assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        }
        let mut answered = impaired(LINE);
        assert!(matches!(probed(&mut answered, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_console_or_status_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
        assert_eq!(
            missing(console(LINE).deny(op::DESCRIBE_INSTANCE_STATUS).judge(&RULE)),
            ["ec2:DescribeInstanceStatus"]
        );
    }
}
