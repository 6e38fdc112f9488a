"""Temporary credentials: issued by STS, or sealed here where no operation issues what a test needs."""

from typing import Any, NamedTuple

from iamd.core import ids
from iamd.core.records import Role, SessionToken, User
from iamd.crypto import session_tokens
from iamd.store.entities import ROLES, USERS
from tests import console_users, iamd_client
from tests.api.responses import Refused, refused
from tests.servers import Account, Server, document

INVALID = ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
EXPIRED = ("ExpiredToken", 403, "The security token included in the request is expired")


class Session(NamedTuple):
    """An access key pair, with a session token if it is temporary."""

    access_key_id: str
    secret_access_key: str
    token: str | None

    def client(self, server: Server, service: str, region: str = "us-east-1") -> Any:
        """Return a boto3 client that does not retry, so that a test gets the first response."""
        key = self.access_key_id, self.secret_access_key
        return iamd_client.client(server.url, service, key, self.token, region)


def identity_error(session: Session, server: Server) -> Refused:
    """Call GetCallerIdentity, which needs no permission, with invalid credentials; return the error."""
    return refused(session.client(server, "sts"), "GetCallerIdentity")


def credentials_of(response: Any) -> Session:
    """Return the temporary credentials in a response."""
    credentials = response["Credentials"]
    return Session(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


def access_key_of(response: Any) -> Session:
    """Return the long-term access key in a response of CreateAccessKey."""
    key = response["AccessKey"]
    return Session(key["AccessKeyId"], key["SecretAccessKey"], None)


def create_root_access_key(account: Account) -> Session:
    """Create an access key for the root user; the server must allow root access keys."""
    return access_key_of(console_users.sign_in_root(account).iam.create_access_key())


def trust_statement(principal: Any, *actions: str, **elements: Any) -> dict[str, Any]:
    """Return a statement of a trust policy that allows some actions, by default sts:AssumeRole."""
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions) or "sts:AssumeRole",
        **elements,
    }


def create_role(account: Account, name: str, *statements: dict[str, Any], **params: Any) -> str:
    """Create a role with a trust policy, by default one that trusts the role's account; return its ARN."""
    trust = statements or (trust_statement({"AWS": account.account_id}),)
    response = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*trust), **params)
    return str(response["Role"]["Arn"])


def put_role_policy(
    account: Account, role_name: str, *statements: dict[str, Any], name: str = "test"
) -> None:
    """Put an inline policy on a role."""
    account.iam.put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=document(*statements))


def assume_role(sts: Any, role_arn: str, **params: Any) -> Session:
    """Assume a role, by default with the session name `work`; return the credentials."""
    return credentials_of(sts.assume_role(**{"RoleArn": role_arn, "RoleSessionName": "work", **params}))


def create_role_session(account: Account, name: str, *statements: dict[str, Any], **params: Any) -> Session:
    """Create a role with an inline policy of these statements, if any, and assume it."""
    arn = create_role(account, name, **params)
    if statements:
        put_role_policy(account, name, *statements)
    return assume_role(account.sts, arn)


def role_of(account: Account, name: str) -> Role:
    """Return a role's record from the store."""
    with account.server.store.database.read() as tx:
        role = ROLES.find(tx, account.account_id, name)
    assert role is not None
    return role


def user_of(account: Account, name: str) -> User:
    """Return a user's record from the store."""
    with account.server.store.database.read() as tx:
        user = USERS.find(tx, account.account_id, name)
    assert user is not None
    return user


def seal_session(account: Account, token: SessionToken, access_key_id: str | None = None) -> Session:
    """Seal a session token as the server does, by default for a new access key ID."""
    key_id = access_key_id or ids.access_key(token.account_id, ids.TEMPORARY_KEY)
    text = session_tokens.seal_token(account.server.store.vault.token_key, key_id, token)
    return Session(key_id, token.secret, text)


def unseal_token(account: Account, session: Session) -> SessionToken:
    """Unseal the token of a session as the server does."""
    key = account.server.store.vault.token_key
    return session_tokens.unseal_token(key, session.access_key_id, session.token or "")
