"""EC2 Auto Scaling: what became of launches, as a scenario lists it; moto knows of none."""

from ..registry import answers


@answers("autoscaling", "DescribeScalingActivities")
def describe_activities(call, _account, state):
    """Newest first, of one group or of all."""
    wanted = call.input.get("AutoScalingGroupName")
    found = [each for each in state.scaling_activities if wanted in (None, each["AutoScalingGroupName"])]
    return {"Activities": sorted(found, key=lambda each: each["StartTime"], reverse=True)}
