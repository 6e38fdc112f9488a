"""An account with an OpenID Connect provider, and roles for those whom it vouches for."""

from typing import Any, NamedTuple

from tests.api.answers import Refused, refused
from tests.api.escalations import client_with_token
from tests.issuer import CLIENT_ID, Issuer
from tests.servers import Account, allow, document

ASSUME = "AssumeRoleWithWebIdentity"


class Scene(NamedTuple):
    """An account, a provider that it knows, and that provider's ARN."""

    account: Account
    issuer: Issuer
    provider: str

    @classmethod
    def set(cls, account: Account, issuer: Issuer) -> "Scene":
        """Make the account know the provider."""
        made = account.iam.create_open_id_connect_provider(
            Url=issuer.url, ClientIDList=[CLIENT_ID], ThumbprintList=[issuer.thumbprint]
        )
        return cls(account, issuer, made["OpenIDConnectProviderArn"])

    def trusting(self, *actions: str, **more: Any) -> dict[str, Any]:
        """Return a statement of a trust policy that lets the provider's people assume the role."""
        named = [f"sts:{action}" for action in (ASSUME, *actions)]
        return {"Effect": "Allow", "Principal": {"Federated": self.provider}, "Action": named, **more}

    def when(self, operator: str, key: str, value: Any) -> dict[str, Any]:
        """Return such a statement for people of whose token one thing is true."""
        return self.trusting(Condition={operator: {f"{self.issuer.host}:{key}": value}})

    def role(self, *trust: dict[str, Any], name: str = "job", **more: Any) -> str:
        """Make a role that may do all of IAM; return its ARN."""
        iam = self.account.iam
        wanted = document(*(trust or (self.trusting(),)))
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=wanted, **more)
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document(allow("*")))
        return str(made["Role"]["Arn"])

    def request(self, role: str, token: str | None = None, **more: Any) -> dict[str, Any]:
        """Return the parameters of a good request for a role, and others."""
        good = {"RoleArn": role, "RoleSessionName": "ci", "WebIdentityToken": token or self.issuer.token()}
        return {**good, **more}

    def assume(self, role: str, token: str | None = None, **more: Any) -> Any:
        """Assume a role with a token; return the reply."""
        return self.account.sts.assume_role_with_web_identity(**self.request(role, token, **more))

    def refusal(self, role: str, token: str | None = None, **more: Any) -> Refused:
        return refused(self.account.sts, ASSUME, **self.request(role, token, **more))

    def client(self, service: str, reply: Any) -> Any:
        """Return a client of the session that a reply gave out."""
        return client_with_token(self.account, service, reply["Credentials"])
