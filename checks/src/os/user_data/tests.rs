//! What is told of whole texts.

use super::*;
use proptest::prelude::*;

fn of(text: &str) -> UserDataSigns {
    signs(text.as_bytes())
}

fn cluster(text: &str) -> (String, String, String) {
    let sign = of(text).cluster.unwrap_or_default();
    (sign.name, sign.target, sign.fault)
}

fn told(name: &str, target: &str, fault: &str) -> (String, String, String) {
    (name.to_owned(), target.to_owned(), fault.to_owned())
}

#[test]
fn kinds_are_told_by_their_beginning() {
    for (text, kind) in [
        ("", "none"),
        (" \n", "none"),
        ("#!/bin/bash\nls", "shell-script"),
        ("#!/usr/bin/env bash\nls", "shell-script"),
        ("#!/usr/bin/python3\nprint(1)", "script"),
        ("#cloud-config\npackages: []", "cloud-config"),
        ("#cloud-boothook\n#!/bin/sh\nls", "cloud-boothook"),
        ("Content-Type: multipart/mixed; boundary=b\nMIME-Version: 1.0\n\n--b\n\n--b--", "mime"),
        ("#include\nhttps://example.org/x", "include"),
        ("<powershell>\nls\n</powershell>", "windows"),
        ("[settings.ecs]\ncluster = \"c\"", "toml"),
        ("{\"ECSAgentConfiguration\":{\"Cluster\":\"c\"}}", "agent-json"),
        ("echo hello", "unknown"),
        ("# cloud-config\npackages: []", "unknown"),
        ("a\0b", "binary"),
    ] {
        assert_eq!(of(text).kind, kind, "{text:?}");
    }
    assert_eq!(of("echo hello").faults, ["unknown-start"]);
    assert_eq!(of("Content-Type: multipart/mixed; boundary=b\n\n--b\n").faults, ["mime-version-missing"]);
}

#[test]
fn the_cluster_is_found_however_it_is_written() {
    let to_config = told("prod", "config", "");
    for body in [
        "echo ECS_CLUSTER=prod >> /etc/ecs/ecs.config",
        "echo \"ECS_CLUSTER=prod\" > /etc/ecs/ecs.config",
        "echo ECS_CLUSTER='prod' | sudo tee -a /etc/ecs/ecs.config > /dev/null",
        "cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=prod\nECS_LOGLEVEL=debug\nEOF",
        "cat >> /etc/ecs/ecs.config <<-EOF\n\tECS_CLUSTER=prod\n\tEOF",
        "tee /etc/ecs/ecs.config <<EOF\nECS_CLUSTER=prod\nEOF",
        "printf 'ECS_CLUSTER=%s\\n' prod >> /etc/ecs/ecs.config",
        "printf \"A=b\\nECS_CLUSTER=prod\\n\" >> /etc/ecs/ecs.config",
        "echo -e \"A=b\\nECS_CLUSTER=prod\" >> /etc/ecs/ecs.config",
        "{ echo ECS_CLUSTER=prod; echo ECS_LOGLEVEL=info; } >> /etc/ecs/ecs.config",
        "sudo bash -c \"echo ECS_CLUSTER=prod >> /etc/ecs/ecs.config\"",
        "cd /etc/ecs\necho ECS_CLUSTER=prod > ecs.config",
        "echo ECS_CLUSTER=old >> /etc/ecs/ecs.config\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config",
        "echo 'ECS_CLUSTER=prod   ' >> /etc/ecs/ecs.config",
    ] {
        assert_eq!(cluster(&format!("#!/bin/bash\n{body}\n")), to_config, "{body}");
        assert_eq!(cluster(&format!("#!/bin/bash\r\n{}\r\n", body.replace('\n', "\r\n"))), to_config, "{body}");
        let mime = format!(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"==X==\"\n\n--==X==\nContent-Type: text/x-shellscript; charset=\"us-ascii\"\n\n#!/bin/bash\n{body}\n--==X==--\n"
        );
        assert_eq!(cluster(&mime), to_config, "{body}");
    }
}

#[test]
fn what_does_not_reach_the_agent_is_told() {
    let script = |body: &str| cluster(&format!("#!/bin/bash\n{body}\n"));
    assert_eq!(script("echo ECS_CLUSTER=prod >> ecs.config"), told("prod", "other-file", ""));
    assert_eq!(script("echo ECS_CLUSTER=prod >> /etc/ecs.config"), told("prod", "other-file", ""));
    assert_eq!(script("export ECS_CLUSTER=prod"), told("prod", "environment", ""));
    assert_eq!(script("ECS_CLUSTER=prod"), told("prod", "environment", ""));
    assert_eq!(script("docker run -e ECS_CLUSTER=prod amazon/amazon-ecs-agent"), told("prod", "command", ""));
    assert_eq!(script("echo 'ECS_CLUSTER=\"prod\"' >> /etc/ecs/ecs.config"), told("", "config", "quoted"));
    assert_eq!(script("cat <<E > /etc/ecs/ecs.config\nECS_CLUSTER='prod'\nE"), told("", "config", "quoted"));
    assert_eq!(script("echo ECS_CLUSTER = prod > /etc/ecs/ecs.config"), told("", "config", "spoiled-key"));
    assert_eq!(script("echo 'export ECS_CLUSTER=prod' > /etc/ecs/ecs.config"), told("", "config", "spoiled-key"));
    assert_eq!(script("echo '#ECS_CLUSTER=prod' > /etc/ecs/ecs.config"), told("", "", ""));
    assert_eq!(script("echo ECS_CLUSTER=${NAME} > /etc/ecs/ecs.config"), told("", "config", "unknown"));
    assert_eq!(
        script("echo ECS_CLUSTER=$(aws ssm get-parameter --name x) > /etc/ecs/ecs.config"),
        told("", "config", "unknown")
    );
    assert_eq!(script("echo ECS_CLUSTER= > /etc/ecs/ecs.config"), told("", "config", "empty"));
    assert_eq!(script("echo 'ECS_CLUSTER=a b' > /etc/ecs/ecs.config"), told("", "config", "illegal"));
    assert!(of("#!/bin/sh\nif x; then echo ECS_CLUSTER=a > /etc/ecs/ecs.config; fi").cluster.unwrap().is_conditional);
    let either =
        "#!/bin/sh\necho ECS_CLUSTER=a > /etc/ecs/ecs.config\nif x; then echo ECS_CLUSTER=b > /etc/ecs/ecs.config; fi";
    assert_eq!(cluster(either), told("", "config", "unknown"));
}

#[test]
fn carriage_returns_that_cloud_init_leaves_in_spoil_the_path() {
    let signs = of("#!/bin/bash\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config\r\n");
    assert_eq!(signs.faults, ["stray-carriage-returns"]);
    assert_eq!(signs.cluster.unwrap().target, "other-file");
}

#[test]
fn cloud_config_windows_bottlerocket_and_the_agents_own_are_read() {
    let written = "#cloud-config\nwrite_files:\n  - path: /etc/ecs/ecs.config\n    content: |\n      ECS_CLUSTER=prod\n      ECS_WARM_POOLS_CHECK=true\nruncmd:\n  - [ sh, -c, \"systemctl restart ecs\" ]\n  - systemctl start --no-block docker\n";
    assert_eq!(cluster(written), told("prod", "config", ""));
    assert_eq!(of(written).setting("ECS_WARM_POOLS_CHECK").unwrap().value, "true");
    assert_eq!(of(written).waits_for, ["ecs"]);
    let before = "#cloud-config\nwrite_files:\n- content: |\n    ECS_CLUSTER=prod\n  path: /etc/ecs/ecs.config\n";
    assert_eq!(cluster(before), told("prod", "config", ""));
    let encoded = "#cloud-config\nwrite_files:\n- path: /etc/ecs/ecs.config\n  encoding: b64\n  content: RUNTX0NMVVNURVI9cHJvZA==\n";
    assert_eq!(cluster(encoded), told("prod", "config", ""));
    for run in [
        "- echo ECS_CLUSTER=prod >> /etc/ecs/ecs.config",
        "- 'echo \"ECS_CLUSTER=prod\" >> /etc/ecs/ecs.config'",
        "- |\n    echo ECS_CLUSTER=prod >> /etc/ecs/ecs.config",
    ] {
        assert_eq!(cluster(&format!("#cloud-config\nruncmd:\n  {run}\n")), told("prod", "config", ""), "{run}");
    }
    let windows =
        "<powershell>\nImport-Module ECSTools\nInitialize-ECSAgent -Cluster 'prod' -EnableTaskIAMRole\n</powershell>";
    assert_eq!(cluster(windows), told("prod", "initialize", ""));
    assert!(of(windows).initializes_agent);
    assert_eq!(cluster("<powershell>\nInitialize-ECSAgent -Cluster $Name\n</powershell>").2, "unknown");
    let environment = "<powershell>\n[Environment]::SetEnvironmentVariable(\"ECS_CLUSTER\", \"prod\", \"Machine\")\nInitialize-ECSAgent\n</powershell>";
    assert_eq!(cluster(environment), told("prod", "machine-environment", ""));
    for toml in [
        "[settings.ecs]\ncluster = \"prod\"",
        "# x\nsettings.ecs.cluster = 'prod' # y",
        "[settings.host]\na = 1\n[settings.ecs]\ncluster=\"prod\"",
    ] {
        assert_eq!(cluster(toml), told("prod", "bottlerocket", ""), "{toml}");
    }
    assert_eq!(cluster("{\"ECSAgentConfiguration\":{\"Cluster\":\"prod\"}}"), told("prod", "agent-json", ""));
}

#[test]
fn settings_are_held_against_what_the_agent_and_ecs_take() {
    let faults = |line: &str| {
        let signs = of(&format!("#!/bin/sh\ncat <<'E' > /etc/ecs/ecs.config\n{line}\nE"));
        signs.settings.first().map(|setting| setting.faults.clone()).unwrap_or_default()
    };
    assert_eq!(faults("ECS_INSTANCE_ATTRIBUTES={\"a\":\"b\"}"), [""; 0]);
    assert_eq!(faults("ECS_INSTANCE_ATTRIBUTES={a:b}"), ["not-json"]);
    assert_eq!(faults("ECS_INSTANCE_ATTRIBUTES={\"a\":1}"), ["not-an-object-of-texts"]);
    assert_eq!(faults("ECS_INSTANCE_ATTRIBUTES={\"a b\":\"c;\"}"), ["bad-name", "bad-value"]);
    assert_eq!(faults("ECS_CONTAINER_INSTANCE_TAGS={\"aws:x\":\"y\"}"), ["reserved-name"]);
    assert_eq!(faults("ECS_RESERVED_MEMORY=lots"), ["not-a-number"]);
    assert_eq!(faults("ECS_AVAILABLE_LOGGING_DRIVERS=[\"awslogs\",\"paper\"]"), ["unknown-driver"]);
    let two =
        of("#!/bin/sh\ncat <<E > /etc/ecs/ecs.config\nECS_CLUSTER=web\nAPP_ECS_CLUSTER=x y\nexport ECS_CLUSTER=b\nE");
    assert_eq!(two.cluster.unwrap().name, "web");
    assert_eq!(faults("ECS_CONTAINER_INSTANCE_TAGS={\"\u{939}\u{93f}\":\"\"}"), [""; 0], "letters of every script");
    let unquoted = of("#!/bin/sh\necho ECS_INSTANCE_ATTRIBUTES={\"a\":\"b\"} >> /etc/ecs/ecs.config");
    assert_eq!(unquoted.settings[0].faults, ["not-json"], "the shell takes the quotes off");
}

#[test]
fn services_errors_and_others_are_told() {
    let script = |body: &str| of(&format!("#!/bin/bash\n{body}\n"));
    assert_eq!(script("systemctl enable --now ecs; service docker restart").waits_for, ["ecs", "docker"]);
    for body in [
        "systemctl enable --now --no-block ecs.service",
        "systemctl start ecs &",
        "nohup systemctl start ecs &",
        "systemctl enable ecs",
        "start ecs",
        "timeout 9 systemctl start ecs",
        "(sleep 9; systemctl start ecs) &",
    ] {
        assert!(script(body).waits_for.is_empty(), "{body}");
    }
    assert!(
        script("systemctl disable --now ecs").disables_agent
            && !script("systemctl disable ecs").disables_agent
            && !script("systemctl stop ecs\nsystemctl start ecs").disables_agent
    );
    let write = "echo ECS_CLUSTER=a > /etc/ecs/ecs.config";
    assert!(script(&format!("set -euo pipefail\nyum install -y x\n{write}")).can_stop_before);
    assert!(!script(&format!("set -e\n{write}\nyum install -y x")).can_stop_before);
    assert!(!script(&format!("set -e\nyum install -y x || true\n{write}")).can_stop_before);
    assert!(!script(&format!("yum install -y x\n{write}")).can_stop_before);
    assert!(script(&format!("exit 0\n{write}")).exits_before && script(&format!("exit 0\n{write}")).cluster.is_none());
    for body in [
        "bash /opt/setup.sh",
        "/opt/aws/bin/cfn-init -s x",
        "curl https://example.org/x | bash",
        "sed -i s/a/b/ /etc/ecs/ecs.config",
        "cp /tmp/x /etc/ecs/ecs.config",
        "aws s3 cp s3://b/ecs.config /etc/ecs/ecs.config",
        "curl -o /etc/ecs/ecs.config https://example.org/x",
        "envsubst < x > /etc/ecs/ecs.config",
        "echo \"$CONFIG\" > /etc/ecs/ecs.config",
        "printf '%b' \"$X\" > /etc/ecs/ecs.config",
        "cat <<E > /etc/ecs/ecs.config\n$(cat /tmp/x)\nE",
        "curl https://example.org/x | tar xz -C /",
        "exec /opt/setup.sh",
    ] {
        assert!(!script(body).is_plain(), "{body}");
    }
    assert!(script("yum update -y\nmkdir -p /etc/ecs\ncat /etc/ecs/ecs.config\nsystemctl enable ecs").is_plain());
}

#[test]
fn faults_of_the_wrapping_are_told() {
    assert_eq!(of("\n#!/bin/bash\nls").faults, ["blank-before-shebang"]);
    assert_eq!(of("MIME-Version: 1.0\nContent-Type: multipart/mixed\n\nx").faults, ["boundary-missing"]);
    assert_eq!(
        of("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--b\n\nx").faults,
        ["boundary-unused"]
    );
    let part = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/x-shellscript\n\necho x\n--a--";
    assert_eq!(of(part).faults, ["part-without-shebang"]);
    // `hello world`, compressed
    let packed = of("H4sIAAAAAAAAA8tIzcnJVyjPL8pJ4QIALTsIrwwAAAA=");
    assert!(packed.is_double_base64 && packed.kind == "binary");
    // `#!/bin/bash\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config\n`
    let twice = of("IyEvYmluL2Jhc2gKZWNobyBFQ1NfQ0xVU1RFUj1wcm9kID4+IC9ldGMvZWNzL2Vjcy5jb25maWcK");
    assert!(twice.is_double_base64 && twice.kind == "shell-script");
    assert_eq!(twice.cluster.unwrap().name, "prod");
}

#[test]
fn names_of_clusters_are_legal_or_left_out() {
    assert!(legal_cluster("prod_1-A") && legal_cluster("arn:aws-cn:ecs:cn-north-1:123456789012:cluster/a"));
    for name in
        ["", "a b", "a/b", "arn:aws:ecs:eu-west-1:1:cluster/a", "arn:aws:ecs:eu-west-1:123456789012:service/a", "é"]
    {
        assert!(!legal_cluster(name), "{name}");
    }
}

const SECRET: &str = "Hunter2SecretWord";

#[test]
fn no_secret_survives() {
    for text in [
        format!(
            "#!/bin/bash\nexport DB_PASSWORD={SECRET}\necho ECS_ENGINE_AUTH_DATA='{{\"x\":\"{SECRET}\"}}' >> /etc/ecs/ecs.config\necho HTTP_PROXY=http://me:{SECRET}@proxy >> /etc/ecs/ecs.config"
        ),
        format!(
            "#!/bin/bash\necho 'ECS_CLUSTER=a {SECRET}' >> /etc/ecs/ecs.config\necho ECS_RESERVED_MEMORY={SECRET} >> /etc/ecs/ecs.config\necho ECS_CHECKPOINT={SECRET} >> /etc/ecs/ecs.config"
        ),
        format!(
            "#!/bin/bash\necho 'ECS_INSTANCE_ATTRIBUTES={{\"a\":\"{SECRET}\"}}' >> /etc/ecs/ecs.config\nsystemctl start {SECRET}"
        ),
        format!("<powershell>\n$p = '{SECRET}'\nInitialize-ECSAgent -Cluster \"$p\"\n</powershell>"),
        format!(
            "[settings.ecs]\ncluster = \"a b {SECRET}\"\n[settings.host-containers.admin]\nuser-data = \"{SECRET}\""
        ),
        format!("#cloud-config\nchpasswd: {{expire: false}}\npassword: {SECRET}\n"),
        SECRET.to_owned(),
    ] {
        let kept = serde_json::to_string(&of(&text)).unwrap();
        assert!(!kept.contains(SECRET), "{kept}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_stops_it(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = signs(&bytes);
    }

    #[test]
    fn no_script_stops_it(head in prop::sample::select(vec!["#!/bin/bash\n", "#cloud-config\nruncmd:\n - ", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\n", "<powershell>", "[settings.ecs]\n", ""]),
        pieces in proptest::collection::vec(prop::sample::select(vec![
            "echo ", "ECS_CLUSTER=", "a", "\"", "'", "$(", ")", "(", "{", "}", " ", "\n", "<<EOF", "EOF", ">>", ">", "|", "&", "&&", "||", ";", "`", "\\", "$", "${",
            "if ", "then ", "fi", "case x in ", "esac", "function f ", "/etc/ecs/ecs.config", "tee ", "é", "\r\n", "- ", "content: |", "path: ", "--a", "-Cluster ", "Initialize-ECSAgent", "=", "cluster", "2", "<", "#", "printf ", "%s", "bash -c ",
        ]), 0..40)) {
        let _ = signs(format!("{head}{}", pieces.concat()).as_bytes());
    }
}
