"""Whether a condition of an Allow narrows it: it must be there, be met, and not be met by everyone."""

from ipaddress import ip_network

from iamd.policy.lint.document import ConditionClause
from iamd.policy.lint.missing_keys import requires_key
from iamd.policy.operators import NULL, OPERATORS

_ARN_FIELDS = 6
_ACCOUNT_FIELD = 4
_ACCOUNT_KEY_SUFFIXES = ("account", "orgid")  # how keys end that hold an account or an organization
_MIN_PREFIX_LENGTHS = {
    4: 8,
    6: 32,
}  # the bits that a range of addresses must name, or it is most of the world

# Of the global keys, those that say who calls or from where. A tag anybody may have.
_CALLER_KEY_PREFIXES = (
    "aws:principal",
    "aws:source",
    "aws:vpc",
    "aws:userid",
    "aws:username",
    "aws:federatedprovider",
)
_NON_RESTRICTING_PREFIXES = (
    "aws:principaltype",
    "aws:principalisawsservice",
    "aws:sourceidentity",
    "aws:principaltag/",
)
# Of the services' keys, those that do.
_CALLER_KEYS_OF_SERVICES = frozenset(
    {
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "elasticfilesystem:accesspointarn",
        "elasticfilesystem:accessedviamounttarget",
        "sts:externalid",
    }
)


def is_positive(clause: ConditionClause) -> bool:
    """Say whether a condition names what is meant, rather than what is not."""
    return clause.condition.operator != NULL and not OPERATORS[clause.condition.operator].negated


def restricts(clause: ConditionClause) -> bool:
    """Say whether a condition lets through only those who have a key, with a value that not all have."""
    return (
        is_positive(clause)
        and requires_key(clause)
        and not any(_is_broad(clause, value) for value in clause.condition.values)
    )


def restricts_caller(clause: ConditionClause) -> bool:
    """Say whether a condition narrows who calls, or from where."""
    if clause.key.startswith("aws:"):
        return (
            clause.key.startswith(_CALLER_KEY_PREFIXES)
            and not clause.key.startswith(_NON_RESTRICTING_PREFIXES)
            and restricts(clause)
        )
    return (clause.key in _CALLER_KEYS_OF_SERVICES or "." in clause.key.partition(":")[0]) and restricts(
        clause
    )


def _is_broad(clause: ConditionClause, value: str) -> bool:
    """Say whether nearly everyone has a value."""
    if not value.strip("*?") or value == "*.amazonaws.com":
        return True
    if clause.condition.operator.endswith("IpAddress"):
        return _is_broad_network(value)
    if value.startswith("arn:"):
        return _is_any_account(value)
    return (
        clause.key.endswith(_ACCOUNT_KEY_SUFFIXES)
        and bool(set(value) & set("*?"))
        and "Like" in clause.condition.operator
    )


def _is_broad_network(value: str) -> bool:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _MIN_PREFIX_LENGTHS[network.version]


def _is_any_account(arn: str) -> bool:
    """Say whether an ARN leaves open whose it is: the account, or where there is none, what it names."""
    fields = arn.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS:
        return arn.endswith("*")
    account = fields[_ACCOUNT_FIELD]
    return bool(set(account) & set("*?")) if account else not fields[-1].strip("*?")
