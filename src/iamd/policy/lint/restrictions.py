"""Whether a condition of an Allow is a restriction: it requires its key and not everyone meets it."""

from ipaddress import ip_network

from iamd.policy.lint.document import ConditionClause
from iamd.policy.lint.missing_keys import requires_key
from iamd.policy.operators import NULL, OPERATORS

_ARN_FIELDS = 6
_ACCOUNT_FIELD = 4
_ACCOUNT_KEY_SUFFIXES = ("account", "orgid")  # of keys with accounts or organizations
_MIN_PREFIX_LENGTHS = {4: 8, 6: 32}  # by IP version; larger networks are no restriction

# Global keys that identify the caller or its network; tags do not, since anyone may have them.
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
# Service keys that identify the caller.
_SERVICE_CALLER_KEYS = frozenset(
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
    """Return whether a condition lists the values it allows, rather than those it excludes."""
    return clause.condition.operator != NULL and not OPERATORS[clause.condition.operator].negated


def restricts(clause: ConditionClause) -> bool:
    """Return whether a condition requires its key, with a value that not every request has."""
    return (
        is_positive(clause)
        and requires_key(clause)
        and not any(_is_broad(clause, value) for value in clause.condition.values)
    )


def restricts_caller(clause: ConditionClause) -> bool:
    """Return whether a condition restricts the caller or its network."""
    if clause.key.startswith("aws:"):
        return (
            clause.key.startswith(_CALLER_KEY_PREFIXES)
            and not clause.key.startswith(_NON_RESTRICTING_PREFIXES)
            and restricts(clause)
        )
    return (clause.key in _SERVICE_CALLER_KEYS or "." in clause.key.partition(":")[0]) and restricts(clause)


def _is_broad(clause: ConditionClause, value: str) -> bool:
    """Return whether nearly every request matches a value."""
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
    """Return whether an ARN pattern matches any account or, if its account is empty, any resource."""
    fields = arn.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS:
        return arn.endswith("*")
    account = fields[_ACCOUNT_FIELD]
    return bool(set(account) & set("*?")) if account else not fields[-1].strip("*?")
