"""Amazon Resource Names of IAM's own resources ("IAM identifiers" in the IAM user guide)."""

PARTITION = "aws"


def iam(account_id: str, resource: str) -> str:
    """Return the ARN of an IAM resource; `resource` is its type, path and name: `user/division/bob`."""
    return f"arn:{PARTITION}:iam::{account_id}:{resource}"


def root(account_id: str) -> str:
    """Return the ARN of an account's root user, which as a principal stands for the whole account."""
    return iam(account_id, "root")


def user(account_id: str, path: str, name: str) -> str:
    """Return a user's ARN; `path` begins and ends with a slash."""
    return iam(account_id, f"user{path}{name}")


def group(account_id: str, path: str, name: str) -> str:
    """Return a group's ARN; `path` begins and ends with a slash."""
    return iam(account_id, f"group{path}{name}")


def role(account_id: str, path: str, name: str) -> str:
    """Return a role's ARN; `path` begins and ends with a slash."""
    return iam(account_id, f"role{path}{name}")


def instance_profile(account_id: str, path: str, name: str) -> str:
    """Return an instance profile's ARN; `path` begins and ends with a slash."""
    return iam(account_id, f"instance-profile{path}{name}")


def oidc_provider(account_id: str, url: str) -> str:
    """Return the ARN of an OpenID Connect provider; `url` has no scheme."""
    return iam(account_id, f"oidc-provider/{url}")


def assumed_role(account_id: str, role_name: str, session_name: str) -> str:
    """Return the ARN of a role session; it does not contain the role's path."""
    return f"arn:{PARTITION}:sts::{account_id}:assumed-role/{role_name}/{session_name}"


def federated_user(account_id: str, name: str) -> str:
    """Return the ARN of a federated user."""
    return f"arn:{PARTITION}:sts::{account_id}:federated-user/{name}"


def sts_self(account_id: str) -> str:
    """Return the resource of GetWebIdentityToken, which is whoever calls it."""
    return f"arn:{PARTITION}:sts::{account_id}:self"


def policy(account_id: str, path: str, name: str) -> str:
    """Return a managed policy's ARN; `account_id` is `aws` for an AWS managed policy."""
    return iam(account_id, f"policy{path}{name}")


def parse_account_id(arn: str) -> str:
    """Return the account ID of an ARN, its fifth field; empty if `arn` is not an ARN."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) == 6 else ""
