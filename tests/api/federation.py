"""An account with an OpenID Connect provider, and roles that trust the provider."""

from typing import Any, NamedTuple

from tests.api.escalations import client_with_token
from tests.api.responses import Refused, refused
from tests.issuer import CLIENT_ID, Issuer
from tests.servers import Account, allow, document

OPERATION = "AssumeRoleWithWebIdentity"


class Federation(NamedTuple):
    """An account, an issuer of ID tokens, and the ARN of the account's OIDC provider for that issuer."""

    account: Account
    issuer: Issuer
    provider_arn: str

    @classmethod
    def create(cls, account: Account, issuer: Issuer) -> "Federation":
        """Create an OIDC provider for the issuer in the account."""
        response = account.iam.create_open_id_connect_provider(
            Url=issuer.url, ClientIDList=[CLIENT_ID], ThumbprintList=[issuer.thumbprint]
        )
        return cls(account, issuer, response["OpenIDConnectProviderArn"])

    def trust_statement(self, *extra_actions: str, **elements: Any) -> dict[str, Any]:
        """Return a trust policy statement that lets the provider's users assume the role."""
        actions = [f"sts:{action}" for action in (OPERATION, *extra_actions)]
        return {
            "Effect": "Allow",
            "Principal": {"Federated": self.provider_arn},
            "Action": actions,
            **elements,
        }

    def conditional_trust(self, operator: str, claim: str, value: Any) -> dict[str, Any]:
        """Return a trust policy statement with a condition on a claim of the token, such as `sub`."""
        return self.trust_statement(Condition={operator: {f"{self.issuer.host}:{claim}": value}})

    def create_role(self, *statements: dict[str, Any], name: str = "job", **params: Any) -> str:
        """Create a role that is allowed every action; return its ARN.

        The statements are its trust policy; without any it trusts the provider unconditionally.
        """
        iam = self.account.iam
        trust_policy = document(*(statements or (self.trust_statement(),)))
        response = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy, **params)
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document(allow("*")))
        return str(response["Role"]["Arn"])

    def request_params(self, role: str, token: str | None = None, **params: Any) -> dict[str, Any]:
        """Return the parameters of a valid request for a role, with overrides."""
        valid = {"RoleArn": role, "RoleSessionName": "ci", "WebIdentityToken": token or self.issuer.token()}
        return {**valid, **params}

    def assume_role(self, role: str, token: str | None = None, **params: Any) -> Any:
        """Assume a role with a token, by default a valid one; return the response."""
        return self.account.sts.assume_role_with_web_identity(**self.request_params(role, token, **params))

    def assume_role_error(self, role: str, token: str | None = None, **params: Any) -> Refused:
        """Return the error of a request that must be refused."""
        return refused(self.account.sts, OPERATION, **self.request_params(role, token, **params))

    def session_client(self, service: str, response: Any) -> Any:
        """Return a boto3 client with the session credentials of a response."""
        return client_with_token(self.account, service, response["Credentials"])
