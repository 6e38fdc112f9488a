"""Amazon Resource Names of IAM's own resources ("IAM identifiers" in the IAM user guide)."""

PARTITION = "aws"


def iam(account_id: str, resource: str) -> str:
    """Return the ARN of an IAM resource; `resource` is its type, path and name, as `user/division/bob`."""
    return f"arn:{PARTITION}:iam::{account_id}:{resource}"


def root(account_id: str) -> str:
    """Return the ARN of an account's root user, which also names the account as a whole."""
    return iam(account_id, "root")


def user(account_id: str, path: str, name: str) -> str:
    """Return a user's ARN; `path` begins and ends with a slash."""
    return iam(account_id, f"user{path}{name}")


def group(account_id: str, path: str, name: str) -> str:
    """Return a group's ARN; `path` begins and ends with a slash."""
    return iam(account_id, f"group{path}{name}")


def policy(account_id: str, path: str, name: str) -> str:
    """Return a managed policy's ARN; `account_id` is `aws` for AWS's own."""
    return iam(account_id, f"policy{path}{name}")


def account_of(arn: str) -> str:
    """Return the fifth field of an ARN, empty when it has none."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) == 6 else ""
