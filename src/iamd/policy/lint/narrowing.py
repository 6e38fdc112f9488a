"""Whether a condition of an Allow narrows it: it must be there, be met, and not be met by everyone."""

from ipaddress import ip_network

from iamd.policy.lint.draft import Test
from iamd.policy.lint.presence import needs_key
from iamd.policy.operators import NULL, OPERATORS

_ARN_FIELDS = 6
_ACCOUNT = 4
_ACCOUNT_KEYS = ("account", "orgid")  # how keys end that hold an account or an organization
_BROADEST = {4: 8, 6: 32}  # the bits that a range of addresses must name, or it is most of the world

# Of the global keys, those that say who calls or from where. A tag anybody may have.
_WHO = ("aws:principal", "aws:source", "aws:vpc", "aws:userid", "aws:username", "aws:federatedprovider")
_SAYS_NOTHING = ("aws:principaltype", "aws:principalisawsservice", "aws:sourceidentity", "aws:principaltag/")
# Of the services' keys, those that do.
_WHO_OF_SERVICES = frozenset(
    {
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "elasticfilesystem:accesspointarn",
        "elasticfilesystem:accessedviamounttarget",
        "sts:externalid",
    }
)


def is_positive(test: Test) -> bool:
    """Say whether a condition names what is meant, rather than what is not."""
    return test.condition.operator != NULL and not OPERATORS[test.condition.operator].negated


def narrows(test: Test) -> bool:
    """Say whether a condition lets through only those who have a key, with a value that not all have."""
    return (
        is_positive(test)
        and needs_key(test)
        and not any(_is_broad(test, one) for one in test.condition.values)
    )


def says_who(test: Test) -> bool:
    """Say whether a condition narrows who calls, or from where."""
    if test.key.startswith("aws:"):
        return test.key.startswith(_WHO) and not test.key.startswith(_SAYS_NOTHING) and narrows(test)
    return (test.key in _WHO_OF_SERVICES or "." in test.key.partition(":")[0]) and narrows(test)


def _is_broad(test: Test, value: str) -> bool:
    """Say whether nearly everyone has a value."""
    if not value.strip("*?") or value == "*.amazonaws.com":
        return True
    if test.condition.operator.endswith("IpAddress"):
        return _is_most_of_the_world(value)
    if value.startswith("arn:"):
        return _is_anybodys(value)
    return (
        test.key.endswith(_ACCOUNT_KEYS)
        and bool(set(value) & set("*?"))
        and "Like" in test.condition.operator
    )


def _is_most_of_the_world(value: str) -> bool:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _BROADEST[network.version]


def _is_anybodys(arn: str) -> bool:
    """Say whether an ARN leaves open whose it is: the account, or where there is none, what it names."""
    fields = arn.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS:
        return arn.endswith("*")
    account = fields[_ACCOUNT]
    return bool(set(account) & set("*?")) if account else not fields[-1].strip("*?")
