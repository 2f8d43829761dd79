//! The instance has GPUs, and its agent offers none.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::ecs_image::EcsImage;
use crate::rule::declare_rule;
use crate::snapshot::ec2::{InstanceType, is};
use crate::snapshot::ecs::ContainerInstance;
use crate::snapshot::{Gap, Observed, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance type has NVIDIA GPUs (`GpuInfo` in `DescribeInstanceTypes`), and the registered instance tells of no GPU driver
    /// (attribute `ecs.capability.gpu-driver-version` in `DescribeContainerInstances`); and whether the user data switches GPU support on
    /// for a type without GPUs.
    ///
    /// ## Why it matters
    ///
    /// The agent offers GPUs to tasks only where driver and NVIDIA's container runtime are installed and `ECS_ENABLE_GPU_SUPPORT` is
    /// `true`, as in the GPU variant of the ECS-optimized image. Without, tasks that ask for a GPU are never placed on the instance.
    /// Where a driver does not know the GPU, the agent's service does not even start.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `nvidia-smi`, and `Nvidia GPU Manager` in `/var/log/ecs/ecs-init.log`.
    ///
    /// ## False positives
    ///
    /// An instance whose tasks use its GPUs past ECS, or not at all, needs neither. An image for the wrong processor architecture is no
    /// question here: EC2 refuses to launch it.
    ///
    /// ## Fix
    ///
    /// Launch instances of this type from the GPU variant of the ECS-optimized image (class M). Nothing to undo.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS task definitions for GPU workloads"
    /// - Sources of the agent, `ecs-init/gpu` and `agent/gpu`
    "ecs/ami-gpu-or-arch-mismatch", Degraded, fix M,
    "The instance has GPUs, and its agent offers none",
    needs [DESCRIBE_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_TYPES]
}

/// What the agent tells when it has found the driver.
const DRIVER: &str = "ecs.capability.gpu-driver-version";
const GPU: &str = "ECS_ENABLE_GPU_SUPPORT";
const COMMAND: &str = "nvidia-smi; sudo grep -i gpu /var/log/ecs/ecs-init.log | tail -n 5";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    if let Some(entry) = case.entry()?.filter(|_| case.registered().is_some()) {
        return registered(case, entry);
    }
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let setting = case.user_data()?.and_then(|signs| signs.setting(GPU));
    let is_on =
        setting.is_some_and(|setting| matches!(setting.value.as_str(), "true" | "1" | "t" | "True" | "TRUE" | "T"));
    let has_driver = match case.ecs_image()? {
        EcsImage::AmazonLinux { has_gpu_driver } | EcsImage::Bottlerocket { has_gpu_driver } => has_gpu_driver,
        EcsImage::Unknown => is_on,
        _ => false,
    };
    if !is_on && !has_driver {
        return Ok(Judgement::pass("neither the image nor the user data switches GPU support on"));
    }
    // The agent goes on without GPUs where it finds none, and does not start where the driver fails on those there are.
    let look_for =
        "`Nvidia GPU Manager` with an error: the driver of the image does not work with the GPU of this type";
    Ok(case.ask_inside(Settled::Registered, COMMAND, "nvidia-smi", look_for))
}

fn registered(case: &Case<'_>, entry: &ContainerInstance) -> Result<Judgement, Gap> {
    let has_driver = entry.attributes.iter().any(|attribute| attribute.name == DRIVER);
    let known: Observed<&InstanceType> = case.instance_type();
    if case.instance.is_windows() {
        return Ok(Judgement::not_applicable("Windows offers GPUs to tasks in another way"));
    }
    if has_driver || matches!(known, Err(Gap::NotAsked { .. })) {
        let reason = if has_driver { "the agent tells of a GPU driver" } else { "the family of its type has no GPUs" };
        return Ok(Judgement::pass(reason));
    }
    let gpus = known?.and_then(|known| known.gpu_info.as_ref()).map(|info| info.gpus.as_slice()).unwrap_or_default();
    let Some((at, gpu)) = gpus.iter().enumerate().find(|(_, gpu)| is(&gpu.manufacturer, "nvidia")) else {
        return Ok(Judgement::pass("its type has no NVIDIA GPUs"));
    };
    let (id, kind) = (case.instance.instance_id.as_str(), case.instance.instance_type.as_str());
    let parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended";
    let find = Aws::new("ssm", "get-parameters", case.region()).args("names", [parameter]);
    let summary = format!(
        "launch from the GPU variant of the ECS-optimized image: put the id that this shows into {}",
        case.template()
    );
    Ok(Judgement::fail(
        Finding::new(format!(
            "type `{kind}` of instance `{id}` has NVIDIA GPUs ({}), and its agent tells of no driver: no task gets a GPU here",
            gpu.name
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(
            op::DESCRIBE_INSTANCE_TYPES,
            kind,
            format!("GpuInfo.Gpus[{at}].Manufacturer"),
            gpu.manufacturer.as_str(),
        ))
        .proof(Evidence::new(
            op::DESCRIBE_CONTAINER_INSTANCES,
            entry.container_instance_arn.as_str(),
            format!("attributes[name={DRIVER}]"),
            serde_json::Value::Null,
        ))
        .fix(Fix::new(FixClass::M, summary).run(find)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::testkit::{World, ecs, findings, missing};
    use serde_json::json;

    fn gpu() -> World {
        let mut world = ecs::nat();
        let gpus = json!({ "Gpus": [{ "Name": "T4", "Manufacturer": "NVIDIA", "Count": 1 }] });
        world.patch(op::DESCRIBE_INSTANCE_TYPES, "/InstanceTypes/0/GpuInfo", gpus);
        world
    }

    #[test]
    fn fires_where_the_agent_tells_of_no_driver() {
        let found = findings(gpu().judge(&RULE));
        assert_eq!(found[0].evidence.len(), 2);
        assert_eq!(RULE.about.severity, Severity::Degraded);
    }

    #[test]
    fn silent_with_a_driver_and_without_gpus() {
        let mut world = gpu();
        let driver = json!([{ "name": DRIVER, "value": "580.178.04" }]);
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/attributes", driver);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
        let mut world = ecs::nat();
        assert!(matches!(world.forget(op::DESCRIBE_INSTANCE_TYPES).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::never(&mut world).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_until_somebody_looks_inside_an_image_with_drivers() {
        let mut world = ecs::nat();
        let text = "#!/bin/bash\necho ECS_ENABLE_GPU_SUPPORT=true >> /etc/ecs/ecs.config\n";
        assert!(matches!(ecs::with_user_data(&mut world, text).judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = gpu();
        assert_eq!(missing(world.deny(op::DESCRIBE_INSTANCE_TYPES).judge(&RULE)), ["ec2:DescribeInstanceTypes"]);
    }
}
