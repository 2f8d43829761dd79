"""What the front keeps for each account: one test, one account, nothing shared."""

import re
import threading
from collections import defaultdict

KEY = re.compile(r"[A-Z]{4}(\d{12})")


class RegionState:
    """What moto has no place for, in one region of one account."""

    def __init__(self):
        self.nodes = {}  # instance id -> entry of DescribeInstanceInformation, with `Connected` and `Associations`
        self.settings = {}  # setting path -> value
        self.console = {}  # instance id -> (text, time)
        self.instance_status = {}  # instance id -> members that differ from a healthy entry
        self.volume_status = {}  # volume id -> members that differ from a healthy entry
        self.credit = {}  # instance id -> `standard` or `unlimited`
        self.block_public_access = {"InternetGatewayBlockMode": "off"}
        self.exclusions = {}  # exclusion id -> entry of DescribeVpcBlockPublicAccessExclusions
        self.firewall_associations = []  # entries of ListFirewallRuleGroupAssociations
        self.firewall_rules = {}  # rule group id -> entries of ListFirewallRules
        self.firewall_domains = {}  # domain list id -> names
        self.connect_endpoints = {}  # endpoint id -> entry of DescribeInstanceConnectEndpoints
        self.functions = {}  # function name -> its configuration
        self.function_interfaces = {}  # (subnet id, group ids) -> interface id
        self.function_limits = {}  # members of `AccountLimit` that differ from the defaults
        self.event_sources = {}  # id -> entry of ListEventSourceMappings
        self.container_instances = {}  # EC2 instance id -> members of DescribeContainerInstances that differ from a healthy entry
        self.ecs_settings = {}  # account settings of ECS that were set
        self.scaling_activities = []  # entries of DescribeScalingActivities
        self.activations = []  # entries of DescribeActivations
        self.serial_console = False
        self.trail = []  # events of CloudTrail, `CloudTrailEvent` as an object


class Scope:
    """Rules, denials and recorded calls, either of a whole account or of one access key in it."""

    def __init__(self):
        self.lock = threading.RLock()
        self.rules = []
        self.denied = set()  # (service, operation)
        self.calls = []

    def clear(self):
        """Forget rules, denials and calls; the world stays."""
        with self.lock:
            self.rules.clear()
            self.denied.clear()
            self.calls.clear()


class Account(Scope):
    """One account: its world, and what holds for every key in it."""

    def __init__(self, account_id, directory):
        super().__init__()
        self.id = account_id
        self.directory = directory
        self.patches = []
        self.heals = []
        self.names = {}  # names of seeded things, without the `$`
        self.notifications = {}  # bucket name -> its notification configuration
        self.checkip = "198.51.100.7"  # the address that callers of this account seem to come from
        self.organization = False
        self.service_control = None  # documents by level, the root first; None: in no organization
        self.regions = defaultdict(RegionState)


class Caller(Scope):
    """One access key. Read-only tests of one world share the account and differ in the key."""

    def __init__(self, account, arn=None):
        super().__init__()
        self.account = account
        self.arn = arn or f"arn:aws:iam::{account.id}:user/oncall"


class Accounts:
    """All accounts by id, and all callers by access key."""

    def __init__(self):
        self._lock = threading.Lock()
        self._accounts = {}
        self._callers = {}

    def get(self, account_id):
        """The account of that id; it is made on first use."""
        with self._lock:
            return self._get(account_id)

    def _get(self, account_id):
        if account_id not in self._accounts:
            self._accounts[account_id] = Account(account_id, self)
        return self._accounts[account_id]

    def register(self, key, account_id, arn=None):
        """Let an access key that does not name its account act in one, as the principal `arn` (the usual user if None)."""
        with self._lock:
            self._callers[key] = Caller(self._get(account_id), arn)

    def caller(self, key):
        """Who has this key: four letters, the account's twelve digits and any suffix, or a registered one; else None."""
        with self._lock:
            if key not in self._callers:
                match = KEY.match(key)
                if not match:
                    return None
                self._callers[key] = Caller(self._get(match.group(1)))
            return self._callers[key]

    def calls_in(self, account_id):
        """The recorded calls of every caller in an account."""
        with self._lock:
            callers = [caller for caller in self._callers.values() if caller.account.id == account_id]
        return [entry for caller in callers for entry in list(caller.calls)]
