"""AWS configuration files with profiles that assume roles, for the AWS CLI and the SDKs."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.authenticator import Authenticator
from tests.servers import Account, allow, document, environment

EXTERNAL_ID = "for-worker-4711"


class Setup(NamedTuple):
    """The environment of a client whose default profile is bob's, and bob's authenticator app.

    Profiles: `worker` and `careful` assume roles, the latter with MFA; `onwards` assumes a role from `worker`
    (role chaining); `stranger` has a wrong external ID; `hasty` requests too long a session.
    """

    env: dict[str, str]
    app: Authenticator


def set_up(account: Account, folder: Path) -> Setup:
    """Create bob and the roles; write the configuration files."""
    key = account.key_of("bob", allow("sts:AssumeRole", "sts:GetFederationToken"))
    app = Authenticator.create(account.iam, "bob").enable(account.iam, "bob")
    bob, worker = (f"arn:aws:iam::{account.account_id}:{name}" for name in ("user/bob", "role/worker"))
    _role(account, "worker", bob, {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}, "iam:List*", "sts:*")
    _role(account, "careful", bob, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "iam:List*")
    _role(account, "onwards", worker, {}, "iam:List*")
    role = f"role_arn = arn:aws:iam::{account.account_id}:role"
    (folder / "config").write_text(
        f"[profile worker]\n{role}/worker\nsource_profile = default\nexternal_id = {EXTERNAL_ID}\n"
        "duration_seconds = 900\nrole_session_name = at-work\n"
        f"[profile careful]\n{role}/careful\nsource_profile = default\nmfa_serial = {app.serial}\n"
        f"[profile onwards]\n{role}/onwards\nsource_profile = worker\nrole_session_name = further\n"
        f"[profile stranger]\n{role}/worker\nsource_profile = default\nexternal_id = guessed\n"
        f"[profile hasty]\n{role}/worker\nsource_profile = default\nexternal_id = {EXTERNAL_ID}\n"
        "duration_seconds = 43200\n"
    )
    (folder / "credentials").write_text(
        f"[default]\naws_access_key_id = {key[0]}\naws_secret_access_key = {key[1]}\n"
    )
    env = environment(
        HOME=str(folder),  # the CLI caches its sessions there
        AWS_CONFIG_FILE=str(folder / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "credentials"),
        AWS_ENDPOINT_URL_IAM=account.server.url,
        AWS_ENDPOINT_URL_STS=account.server.url,
        AWS_DEFAULT_REGION="eu-central-1",
        AWS_REGION="eu-central-1",  # for the SDK for JavaScript
        AWS_PAGER="",
    )
    return Setup(env, app)


def _role(account: Account, name: str, trusted: str, condition: dict[str, Any], *actions: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": trusted},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    account.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(allow(*actions)))
