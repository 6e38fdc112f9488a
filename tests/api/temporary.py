"""Temporary credentials: as replies tell them, or sealed here where no reply has what a test wants."""

from typing import Any, NamedTuple

from botocore.config import Config

from iamd.core import ids
from iamd.core.records import Role, SessionToken, User
from iamd.crypto import session_tokens
from iamd.store.entities import ROLES, USERS
from tests import iamd_client, people
from tests.api.answers import Refused, refused
from tests.servers import Account, Server, document

INVALID = ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
EXPIRED = ("ExpiredToken", 403, "The security token included in the request is expired")


class Session(NamedTuple):
    """A key pair with its session token, or without one."""

    access_key_id: str
    secret_access_key: str
    token: str | None

    def client(self, server: Server, service: str, region: str = "us-east-1") -> Any:
        """Return a boto3 client; it does not try again, so that a test sees the first answer."""
        return iamd_client.session().client(
            service,
            region_name=region,
            endpoint_url=server.url,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            aws_session_token=self.token,
            config=Config(retries={"total_max_attempts": 1}),
        )


def told(session: Session, server: Server) -> Refused:
    """Have a session refused by the one operation that everybody may call; return how."""
    return refused(session.client(server, "sts"), "GetCallerIdentity")


def of(reply: Any) -> Session:
    """Return the credentials of a reply."""
    told = reply["Credentials"]
    return Session(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])


def key(reply: Any) -> Session:
    """Return the access key of a reply."""
    told = reply["AccessKey"]
    return Session(told["AccessKeyId"], told["SecretAccessKey"], None)


def root_counter_key(account: Account) -> Session:
    """Return a key of an account's root user, on a server whose operator allows that."""
    return key(people.root_of(account).iam.create_access_key())


def trusting(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    """Return a statement of a trust policy; its action is sts:AssumeRole where none is given."""
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions) or "sts:AssumeRole",
        **more,
    }


def make_role(account: Account, name: str, *statements: dict[str, Any], **more: Any) -> str:
    """Make a role that trusts its account, or as a trust policy's statements say; return its ARN."""
    trust = statements or (trusting({"AWS": account.account_id}),)
    made = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*trust), **more)
    return str(made["Role"]["Arn"])


def put(account: Account, role_name: str, *statements: dict[str, Any], name: str = "test") -> None:
    """Give a role an inline policy."""
    account.iam.put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=document(*statements))


def assumed(sts: Any, role_arn: str, **more: Any) -> Session:
    """Assume a role in a session named `work`."""
    return of(sts.assume_role(**{"RoleArn": role_arn, "RoleSessionName": "work", **more}))


def role_session(account: Account, name: str, *statements: dict[str, Any], **more: Any) -> Session:
    """Make a role whose inline policy has these statements; return a session of it."""
    arn = make_role(account, name, **more)
    if statements:
        put(account, name, *statements)
    return assumed(account.sts, arn)


def role_of(account: Account, name: str) -> Role:
    """Return a role as the store has it."""
    with account.server.store.database.read() as tx:
        found = ROLES.find(tx, account.account_id, name)
    assert found is not None
    return found


def user_of(account: Account, name: str) -> User:
    """Return a user as the store has it."""
    with account.server.store.database.read() as tx:
        found = USERS.find(tx, account.account_id, name)
    assert found is not None
    return found


def sealed(account: Account, token: SessionToken, access_key_id: str | None = None) -> Session:
    """Seal a token as the server does, for a new access key ID where none is given."""
    held = access_key_id or ids.access_key(token.account_id, ids.TEMPORARY_KEY)
    text = session_tokens.seal_token(account.server.store.vault.token_key, held, token)
    return Session(held, token.secret, text)


def opened(account: Account, session: Session) -> SessionToken:
    """Open a session's token as the server does."""
    key = account.server.store.vault.token_key
    return session_tokens.unseal_token(key, session.access_key_id, session.token or "")
