"""What the worlds of ECS are made of."""

from worlds import parts

AGENT = "1.89.0"
USER_DATA = "#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\n"


def cluster(world):
    """`$cluster`."""
    world.names["cluster"] = "web"
    world.call("ecs.CreateCluster", {"cluster_arn": "cluster.clusterArn"}, clusterName="$cluster")


def role(world):
    """`$role` of the instance with the policy for container instances."""
    parts.role(world, core=False)
    world.names["ecs_policy"] = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    world.call("iam.AttachRolePolicy", RoleName="$role", PolicyArn="$ecs_policy")


def container_instance(world, **more):
    """`$instance` of the ECS-optimized image, and its entry `$container_instance` in the cluster: connected, healthy, without tasks."""
    parts.instance(world, image=parts.ECS_OPTIMIZED, size="m5.large", UserData=USER_DATA, **more)
    register(world)


def register(world):
    """The agent registers; five days ago, as the instance was launched."""
    document = '{"instanceId": "$instance", "region": "$region", "accountId": "$account"}'
    found = {"container_instance": "containerInstance.containerInstanceArn"}
    world.call("ecs.RegisterContainerInstance", found, cluster="$cluster", instanceIdentityDocument=document)
    versions = {"agentVersion": AGENT, "agentHash": "5b0b1c2d", "dockerVersion": "DockerVersion: 25.0.6"}
    changes = {"registered_at": "@-5d", "version_info": versions}
    world.run([{"object": "container-instance $container_instance", "set": changes}])
