"""An account in which the call of a row can be answered."""

from typing import Any

from iamd.core import clock
from iamd.core.records import LoginProfile, Session
from iamd.store import credential_reports, login_profiles, sessions
from iamd.store.credential_reports import CredentialReport
from tests.api.served import DOCUMENT, LINKED, READ_ONLY, SESSION, TRUST, Row
from tests.authenticator import Authenticator
from tests.in_process import root_client
from tests.servers import Account

HELD = [{"Key": "held", "Value": "1"}]


def furnish(account: Account, row: Row) -> dict[str, str]:
    """Make what a row acts on; return what stands for the names in braces."""
    if row.is_of_roles:
        return {**unfurnished(account, ""), "{TASK}": furnish_roles(account)}
    return furnish_people(account)


def furnish_people(account: Account) -> dict[str, str]:
    """Make users, groups, policies and all that users have; return what stands for the names in braces."""
    own = f"arn:aws:iam::{account.account_id}:policy/t/own"
    with root_client(account.server.store, account.account_id) as iam:
        made = iam.create_user(UserName="target", Path="/t/", Tags=HELD, PermissionsBoundary=READ_ONLY)
        iam.create_user(UserName="other")
        iam.create_group(GroupName="team", Path="/t/")
        iam.create_group(GroupName="empty")
        iam.add_user_to_group(GroupName="team", UserName="target")
        iam.put_user_policy(UserName="target", PolicyName="inline", PolicyDocument=DOCUMENT)
        iam.put_group_policy(GroupName="team", PolicyName="inline", PolicyDocument=DOCUMENT)
        iam.attach_user_policy(UserName="target", PolicyArn=READ_ONLY)
        iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)
        iam.create_policy(PolicyName="own", Path="/t/", PolicyDocument=DOCUMENT, Tags=HELD)
        iam.create_policy(PolicyName="unused", PolicyDocument=DOCUMENT)
        iam.create_policy_version(PolicyArn=own, PolicyDocument=DOCUMENT)
        iam.create_account_alias(AccountAlias=f"held-{account.account_id}")
        iam.update_account_password_policy()
        devices = _devices(iam)
        key = str(iam.create_access_key(UserName="target")["AccessKey"]["AccessKeyId"])
    _furnish_signing_in(account, made["User"]["UserId"])  # after the devices: a new one would end the session
    return {**unfurnished(account, key), **devices}


def furnish_roles(account: Account) -> str:
    """Make roles and what hands them on; return the ID of a deletion of a service-linked role."""
    trust: dict[str, str] = {"AssumeRolePolicyDocument": TRUST}
    account.iam.create_open_id_connect_provider(
        Url="https://idp.example.com/t", ThumbprintList=["a" * 40], ClientIDList=["held"], Tags=HELD
    )
    with root_client(account.server.store, account.account_id) as iam:
        iam.create_role(RoleName="job", Path="/t/", Tags=HELD, PermissionsBoundary=READ_ONLY, **trust)
        iam.create_role(RoleName="idle", **trust)
        iam.put_role_policy(RoleName="job", PolicyName="inline", PolicyDocument=DOCUMENT)
        iam.attach_role_policy(RoleName="job", PolicyArn=READ_ONLY)
        iam.create_instance_profile(InstanceProfileName="machine", Path="/t/", Tags=HELD)
        iam.create_instance_profile(InstanceProfileName="bare")
        iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="job")
        for service in ("backup", "ecs"):
            iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
        deleted = iam.delete_service_linked_role(RoleName=LINKED.replace("Backup", "ECS"))
    return str(deleted["DeletionTaskId"])


def _devices(iam: Any) -> dict[str, str]:
    """Make a device of target's and one that is nobody's; return codes of both that were not used yet."""
    held, spare = (Authenticator.make(iam, name, Path="/t/", Tags=HELD) for name in ("held", "spare"))
    held.enable(iam, "target", ahead=-6)
    return {
        "{HELD1}": held.code(-1),
        "{HELD2}": held.code(0),
        "{SPARE1}": spare.code(-1),
        "{SPARE2}": spare.code(0),
    }


def _furnish_signing_in(account: Account, user_id: str) -> None:
    """Give target a password, which takes a while by the wire, a session, and the account a report."""
    now = clock.now()
    seconds, at = int(now.timestamp()), clock.iso(now)
    with account.server.store.database.write() as tx:
        login_profiles.add(tx, account.account_id, LoginProfile(user_id, "no hash", at, at, False))
        token_hash = sessions.hash_token(account.account_id)
        sessions.add(
            tx,
            Session(
                token_hash,
                account.account_id,
                user_id,
                SESSION,
                "open",
                seconds,
                seconds,
                None,
                None,
                "",
                "",
                None,
            ),
        )
        credential_reports.put(tx, account.account_id, CredentialReport(at, "user,arn"))


def unfurnished(account: Account, key: str) -> dict[str, str]:
    """Return names for an account in which nothing was made."""
    codes = dict.fromkeys(("{HELD1}", "{HELD2}", "{SPARE1}", "{SPARE2}"), "000000")
    task = f"task/aws-service-role/ecs.amazonaws.com/{LINKED}/{'0' * 8}-0000-4000-a000-{'0' * 12}"
    return {**codes, "{A}": account.account_id, "{KEY}": key, "{TASK}": task}
