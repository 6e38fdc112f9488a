"""Accounts with the resources that the calls of `served.ROWS` need to succeed."""

from typing import Any

from iamd.core import clock
from iamd.core.records import LoginProfile, Session
from iamd.store import credential_reports, login_profiles, sessions
from iamd.store.credential_reports import CredentialReport
from tests.api.operation_calls import DOCUMENT, LINKED, READ_ONLY, SESSION, TRUST, Row
from tests.authenticator import Authenticator
from tests.in_process import root_client
from tests.servers import Account

INITIAL_TAGS = [{"Key": "held", "Value": "1"}]


def create_resources(account: Account, row: Row) -> dict[str, str]:
    """Create the resources that a row acts on; return the values of its placeholders."""
    if row.operation in ("DisableOutboundWebIdentityFederation", "GetOutboundWebIdentityFederationInfo"):
        account.iam.enable_outbound_web_identity_federation()
    if row.is_role_operation:
        return {**placeholders_without_resources(account, ""), "{TASK}": create_roles(account)}
    return create_identities(account, with_devices="MFA" in row.operation)


def create_identities(account: Account, *, with_devices: bool = False) -> dict[str, str]:
    """Create users, groups, policies and credentials; return the values of the placeholders.

    MFA devices are created only on request: their QR codes take most of the time.
    """
    policy_arn = f"arn:aws:iam::{account.account_id}:policy/t/own"
    with root_client(account.server.store, account.account_id) as iam:
        user = iam.create_user(
            UserName="target", Path="/t/", Tags=INITIAL_TAGS, PermissionsBoundary=READ_ONLY
        )
        iam.create_user(UserName="other")
        iam.create_group(GroupName="team", Path="/t/")
        iam.create_group(GroupName="empty")
        iam.add_user_to_group(GroupName="team", UserName="target")
        iam.put_user_policy(UserName="target", PolicyName="inline", PolicyDocument=DOCUMENT)
        iam.put_group_policy(GroupName="team", PolicyName="inline", PolicyDocument=DOCUMENT)
        iam.attach_user_policy(UserName="target", PolicyArn=READ_ONLY)
        iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)
        iam.create_policy(PolicyName="own", Path="/t/", PolicyDocument=DOCUMENT, Tags=INITIAL_TAGS)
        iam.create_policy(PolicyName="unused", PolicyDocument=DOCUMENT)
        iam.create_policy_version(PolicyArn=policy_arn, PolicyDocument=DOCUMENT)
        iam.create_account_alias(AccountAlias=f"held-{account.account_id}")
        iam.update_account_password_policy()
        devices = _devices(iam) if with_devices else {}
        key = str(iam.create_access_key(UserName="target")["AccessKey"]["AccessKeyId"])
        credential = iam.create_service_specific_credential(UserName="target", ServiceName="iamd")
    _add_sign_in_records(account, user["User"]["UserId"])  # after the devices: adding one ends sessions
    credential_id = credential["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    return {**placeholders_without_resources(account, key), **devices, "{CREDENTIAL}": credential_id}


def create_roles(account: Account) -> str:
    """Create roles, an instance profile and a provider; return a service-linked role's deletion task."""
    trust: dict[str, str] = {"AssumeRolePolicyDocument": TRUST}
    account.iam.create_open_id_connect_provider(
        Url="https://idp.example.com/t", ThumbprintList=["a" * 40], ClientIDList=["held"], Tags=INITIAL_TAGS
    )
    with root_client(account.server.store, account.account_id) as iam:
        iam.create_role(RoleName="job", Path="/t/", Tags=INITIAL_TAGS, PermissionsBoundary=READ_ONLY, **trust)
        iam.create_role(RoleName="idle", **trust)
        iam.put_role_policy(RoleName="job", PolicyName="inline", PolicyDocument=DOCUMENT)
        iam.attach_role_policy(RoleName="job", PolicyArn=READ_ONLY)
        iam.create_instance_profile(InstanceProfileName="machine", Path="/t/", Tags=INITIAL_TAGS)
        iam.create_instance_profile(InstanceProfileName="bare")
        iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="job")
        for service in ("backup", "ecs"):
            iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
        response = iam.delete_service_linked_role(RoleName=LINKED.replace("Backup", "ECS"))
    return str(response["DeletionTaskId"])


def _devices(iam: Any) -> dict[str, str]:
    """Create a device assigned to target and an unassigned one; return unused codes of both."""
    assigned, spare = (
        Authenticator.create(iam, name, Path="/t/", Tags=INITIAL_TAGS) for name in ("held", "spare")
    )
    assigned.enable(iam, "target", ahead=-6)
    return {
        "{ASSIGNED_CODE1}": assigned.code(-1),
        "{ASSIGNED_CODE2}": assigned.code(0),
        "{SPARE_CODE1}": spare.code(-1),
        "{SPARE_CODE2}": spare.code(0),
    }


def _add_sign_in_records(account: Account, user_id: str) -> None:
    """Add a login profile (slow through the API), a session and a credential report to the store."""
    now = clock.now()
    now_seconds, timestamp = int(now.timestamp()), clock.iso(now)
    with account.server.store.database.write() as tx:
        login_profiles.add(
            tx, account.account_id, LoginProfile(user_id, "no hash", timestamp, timestamp, False)
        )
        token_hash = sessions.hash_token(account.account_id)
        sessions.add(
            tx,
            Session(
                token_hash,
                account.account_id,
                user_id,
                SESSION,
                "open",
                now_seconds,
                now_seconds,
                None,
                None,
                "",
                "",
                None,
            ),
        )
        credential_reports.put(tx, account.account_id, CredentialReport(timestamp, "user,arn"))


def placeholders_without_resources(account: Account, key: str) -> dict[str, str]:
    """Return placeholder values for an account without these resources."""
    codes = dict.fromkeys(
        ("{ASSIGNED_CODE1}", "{ASSIGNED_CODE2}", "{SPARE_CODE1}", "{SPARE_CODE2}"), "000000"
    )
    task = f"task/aws-service-role/ecs.amazonaws.com/{LINKED}/{'0' * 8}-0000-4000-a000-{'0' * 12}"
    return {
        **codes,
        "{A}": account.account_id,
        "{KEY}": key,
        "{CREDENTIAL}": "ACCAAAAAAAAAAAAAAAAAA",
        "{TASK}": task,
    }
