"""Policy grammar: the form of actions, resources and principals, and AWS's error messages for it."""

import re
from typing import Final

from iamd.policy.document import PrincipalName, Statement
from iamd.policy.patterns import glob
from iamd.policy.principals import is_account_id

_ARN_FIELDS = 6
_MIN_ARN_FIELDS = 3
_VENDOR = re.compile(r"[A-Za-z0-9.-]+")
_ACCOUNT = re.compile(r"[A-Za-z0-9*?-]*")
_UNIQUE_ID = re.compile(r"AIDA[A-Z0-9]{12,124}|AROA[A-Z0-9]{12,124}(?::[^/*?]+)?")  # also a role's session
_ORIGIN_ACCESS_IDENTITY = re.compile(
    r"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity \w+", re.ASCII
)
_PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:(?:iam::[0-9]{12}:(?:root|(?:user|role)/[^*?]+)"
    r"|sts::[0-9]{12}:(?:assumed-role/[^/*?]+/[^/*?]+|federated-user/[^/*?]+))"
)
_SERVICE = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

IAM_PATHS: Final = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)
_S3_REGIONAL_PREFIXES = ("accesspoint/", "access-grants/", "*")

TRUST_ACTIONS: Final = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    }
)


def action_error(action: str) -> str | None:
    """Return AWS's error message for an entry of Action or NotAction, None if it is valid."""
    if action in {"*", "*:*"}:
        return None
    vendor, colon, name = action.partition(":")
    if not colon:
        return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    if ":" in name:
        return "Actions/Condition can contain only one colon."
    return None if _VENDOR.fullmatch(vendor) else f"Vendor {vendor} is not valid"


def resource_error(resource: str, partition: str) -> str | None:
    """Return AWS's error message for an entry of Resource or NotResource, None if it is valid.

    See `is_legacy_arn` for ARNs that only the legacy parser rejects.
    """
    if resource == "*":
        return None
    prefix, *fields = resource.split(":", _ARN_FIELDS - 1)
    if not fields:
        return f'Resource {resource} must be in ARN format or "*".'
    if not _is_partition_match(fields[0], partition):
        return _partition_error(fields)
    if prefix != "arn":
        return f'Resource {resource} must be in ARN format or "*".'
    if len(fields) == 1 or (fields[1] and not _VENDOR.fullmatch(fields[1])):
        return "Resource vendor must be fully qualified and cannot contain regexes."
    return _service_error(resource, fields)


def _is_partition_match(pattern: str, partition: str) -> bool:
    return bool(pattern) and glob(pattern, partition)


def _partition_error(fields: list[str]) -> str:
    padded_fields = [*fields, "*", "*", "*", "*"][: _ARN_FIELDS - 1]
    return f'Partition "{fields[0]}" is not valid for resource "arn:{":".join(padded_fields)}".'


def _service_error(resource: str, fields: list[str]) -> str | None:
    service, region, path = fields[1], "".join(fields[2:3]), "".join(fields[4:5])
    if service == "s3" and region and not path.startswith(_S3_REGIONAL_PREFIXES):
        return f"Resource {resource} can not contain region information."
    if service == "iam" and region:
        return f"IAM resource {resource} cannot contain region information."
    if service == "iam" and path not in {"*", "root"} and not path.startswith(IAM_PATHS):
        return f'IAM resource path must either be "*" or start with {", ".join(IAM_PATHS)}.'
    return None


def is_legacy_arn(resource: str) -> bool:
    """Return whether AWS's legacy parser rejects an ARN: an empty field, or an invalid account field."""
    if resource == "*":
        return False
    fields = resource.split(":", _ARN_FIELDS - 1)
    if len(fields) >= _MIN_ARN_FIELDS and not fields[2]:
        return True
    if len(fields) < _ARN_FIELDS:
        return "::" in resource
    return "${" in fields[3] or not _ACCOUNT.fullmatch(fields[4])


def principal_error(name: PrincipalName) -> str | None:
    """Return AWS's error message for the form of a Principal entry, None if it is valid.

    Whether the principal exists is not checked here.
    """
    if _is_principal(name):
        return None
    kind = "AWS" if name.type == "AWS" else name.type.upper()
    return f'Invalid principal in policy: "{kind}":"{name.value}"'


def _is_principal(name: PrincipalName) -> bool:
    if name.type == "AWS":
        return name.value == "*" or is_account_id(name.value) or _is_principal_entity(name.value)
    if name.type == "Service":
        return _SERVICE.fullmatch(name.value) is not None
    return bool(name.value) and not set(name.value) & set("*?")


def _is_principal_entity(value: str) -> bool:
    return any(pattern.fullmatch(value) for pattern in (_PRINCIPAL_ARN, _UNIQUE_ID, _ORIGIN_ACCESS_IDENTITY))


def has_only_trust_actions(statement: Statement) -> bool:
    """Return whether a trust policy's statement has only the STS actions allowed in one."""
    return statement.not_actions is None and all(
        action.lower() in TRUST_ACTIONS for action in statement.actions or ()
    )
