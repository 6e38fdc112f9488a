"""Bucket policies: validation before they are saved, and whether they are public.

What makes a policy public is described in "Blocking public access to your Amazon S3 storage" in the S3 user
guide. Public policies are refused, as AWS's setting BlockPublicPolicy does in every new account.
"""

from ipaddress import ip_network

from iamd.core.errors import AccessDenied, Fault, MalformedPolicyDocument
from iamd.domain import policy_principals
from iamd.policy import Condition, Policy, PolicyError, PolicyKind, Statement, parse, validate
from iamd.store.query import Tx

MAX_BYTES = 20 * 1024
_STAR = "*"
# Keys whose fixed values say who may come, or from where.
_LIMITING_KEYS = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:userid",
    }
)
_LIMITING_OPERATORS = frozenset(
    {"stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike", "ipaddress"}
)
# Larger networks are public ("The meaning of public" in the guide).
_MIN_PREFIX_LENGTHS = {4: 8, 6: 32}


class MalformedPolicy(Fault):
    """The document is not a valid bucket policy."""

    code = "MalformedPolicy"


class PolicyTooLarge(Fault):
    """The document is larger than a bucket policy may be."""

    code = "PolicyTooLarge"


def validate_and_normalize(tx: Tx, document: str, bucket: str) -> str:
    """Validate a bucket's policy; return it with principals as unique IDs.

    Raises MalformedPolicy or PolicyTooLarge, and AccessDenied for a public policy.
    """
    if len(document.encode()) > MAX_BYTES:
        raise PolicyTooLarge(f"Policies are limited to {MAX_BYTES} bytes.")
    try:
        policy = validate(document, PolicyKind.RESOURCE)
        for statement in policy.statements:
            _check_statement(statement, bucket)
        stored_document = policy_principals.to_unique_ids(tx, document)
    except PolicyError as error:
        raise MalformedPolicy(error.message) from error
    except MalformedPolicyDocument as fault:
        raise MalformedPolicy(fault.message) from fault
    if is_public(policy):
        raise AccessDenied(
            "Access Denied: the policy allows public access, which this server blocks. Name the principals, "
            "or limit them by a condition such as aws:PrincipalAccount or aws:SourceIp."
        )
    return stored_document


def is_public(policy: Policy) -> bool:
    """Return whether a policy allows something to everybody."""
    return any(
        statement.effect == "Allow"
        and _names_everybody(statement)
        and not any(map(_is_limiting, statement.conditions))
        for statement in policy.statements
    )


def is_stored_policy_public(document: str) -> bool:
    """Return whether a stored policy is public."""
    return is_public(parse(document))


def _check_statement(statement: Statement, bucket: str) -> None:
    bucket_arn = f"arn:aws:s3:::{bucket}"
    for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
        if resource != bucket_arn and not resource.startswith(f"{bucket_arn}/"):
            raise MalformedPolicy("Policy has invalid resource")
    for action in (*(statement.actions or ()), *(statement.not_actions or ())):
        if action != _STAR and not action.lower().startswith("s3:"):
            raise MalformedPolicy("Policy has invalid action")


def _names_everybody(statement: Statement) -> bool:
    if statement.principals is None:
        return True
    return any(principal.value == _STAR for principal in statement.principals)


def _is_limiting(condition: Condition) -> bool:
    return (
        condition.operator.lower() in _LIMITING_OPERATORS
        and not condition.if_exists
        and condition.quantifier is None
        and condition.key.lower() in _LIMITING_KEYS
        and not any(map(_is_open, condition.values))
    )


def _is_open(value: str) -> bool:
    return "*" in value or "?" in value or "${" in value or _is_large_network(value)


def _is_large_network(value: str) -> bool:
    if "/" not in value:
        return False
    try:
        network = ip_network(value, strict=False)
    except ValueError:  # not a network, such as an ARN
        return False
    return network.prefixlen < _MIN_PREFIX_LENGTHS[network.version]
