"""Route 53 Resolver: the rules that every VPC has, and the DNS Firewall that moto lacks."""

from .. import objects
from ..protocol import Fault
from ..registry import after, answers
from .pages import page

INTERNET = "rslvr-autodefined-rr-internet-resolver"


def _internet_rule(call):
    return {
        "Id": INTERNET,
        "DomainName": ".",
        "Status": "COMPLETE",
        "RuleType": "RECURSIVE",
        "Name": "Internet Resolver",
        "OwnerId": "Route 53 Resolver",
        "ShareStatus": "NOT_SHARED",
        "Arn": f"arn:aws:route53resolver:{call.region}::autodefined-rule/{INTERNET}",
        "CreatorRequestId": "",
    }


def _filtered(call, entries):
    names = {"VPCId": "VPCId", "VPC_ID": "VPCId", "ResolverRuleId": "ResolverRuleId", "RESOLVER_RULE_ID": "ResolverRuleId"}
    for each in call.input.get("Filters") or []:
        member = names.get(each["Name"], each["Name"])
        entries = [entry for entry in entries if entry.get(member) in each["Values"]]
    return entries


@after("route53resolver", "ListResolverRuleAssociations")
def system_association(call, account, _state, answer):
    """Each VPC has the association of the rule for everything else; AWS lists it, moto does not."""
    entries = [
        {
            "Id": f"rslvr-autodefined-assoc-{vpc_id}-internet-resolver",
            "ResolverRuleId": INTERNET,
            "Name": "System Rule Association",
            "VPCId": vpc_id,
            "Status": "COMPLETE",
        }
        for vpc_id in objects.ec2(account.id, call.region).vpcs
    ]
    if not answer.get("NextToken"):
        answer.setdefault("ResolverRuleAssociations", []).extend(_filtered(call, entries))


@after("route53resolver", "ListResolverRules")
def system_rule(call, _account, _state, answer):
    """The rule for everything else."""
    if not answer.get("NextToken"):
        answer.setdefault("ResolverRules", []).extend(_filtered(call, [_internet_rule(call)]))


@answers("route53resolver", "ListFirewallRuleGroupAssociations")
def list_firewall_rule_group_associations(call, _account, state):
    """Of one VPC, or all."""
    vpc_id = call.input.get("VpcId")
    found = [entry for entry in state.firewall_associations if not vpc_id or entry["VpcId"] == vpc_id]
    return page(call, found, "FirewallRuleGroupAssociations", most=100)


@answers("route53resolver", "ListFirewallRules")
def list_firewall_rules(call, _account, state):
    """The rules of one group."""
    group = call.input["FirewallRuleGroupId"]
    if group not in state.firewall_rules:
        raise Fault("ResourceNotFoundException", f'[RSLVR-02025] Can\'t find the resource with ID "{group}".')
    return page(call, state.firewall_rules[group], "FirewallRules", most=100)


@answers("route53resolver", "ListFirewallDomains")
def list_firewall_domains(call, _account, state):
    """The names of one list; those of lists that AWS manages cannot be read."""
    domains = call.input["FirewallDomainListId"]
    if domains not in state.firewall_domains:
        raise Fault("ResourceNotFoundException", f'[RSLVR-02025] Can\'t find the resource with ID "{domains}".')
    return page(call, state.firewall_domains[domains], "Domains", most=5000)


@answers("route53resolver", "GetFirewallConfig")
def get_firewall_config(call, account, _state):
    """Fail-closed, the default."""
    vpc_id = call.input["ResourceId"]
    return {
        "FirewallConfig": {
            "Id": f"rslvr-fc-{vpc_id[4:]}",
            "ResourceId": vpc_id,
            "OwnerId": account.id,
            "FirewallFailOpen": "DISABLED",
        }
    }
