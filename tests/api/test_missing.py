"""NoSuchEntity errors of every operation, in an account without the resources."""

import pytest

from tests.api.operation_calls import ROWS, TRUST, Row, fill_placeholders
from tests.api.resources import placeholders_without_resources
from tests.api.responses import Refused, call, refused
from tests.servers import Account

# Operations that succeed in an empty account, and two that have tests of their own.
WITHOUT_RESOURCES = {
    "CreateAccountAlias",
    "CreateGroup",
    "CreateInstanceProfile",
    "CreateOpenIDConnectProvider",
    "CreatePolicy",
    "CreateRole",
    "CreateServiceLinkedRole",
    "CreateUser",
    "CreateVirtualMFADevice",
    "DeleteOpenIDConnectProvider",
    "EnableOutboundWebIdentityFederation",
    "ListServiceDecisions",
    "GenerateCredentialReport",
    "GetAccount",
    "GetAccountAuthorizationDetails",
    "GetAccountSummary",
    "GetContextKeysForCustomPolicy",
    "GetPasswordPolicyImpact",
    "GetSecurityRecommendations",
    "GetSecuritySettings",
    "ListAccountAliases",
    "ListGroups",
    "ListInstanceProfiles",
    "ListOpenIDConnectProviders",
    "ListPolicies",
    "ListSAMLProviders",
    "ListServerCertificates",
    "ListRoles",
    "ListUsers",
    "ListVirtualMFADevices",
    "PutAccountName",
    "PutSecuritySettings",
    "SimulateCustomPolicy",
    "UpdateAccountPasswordPolicy",
}
_NO_ISSUER = ("FeatureDisabled", 404, "Outbound web identity federation is disabled for this account.")
# The missing resource has no name, or the error is not NoSuchEntity.
ERRORS_OF_SINGLETONS = {
    "DeleteAccountPasswordPolicy": (
        "NoSuchEntity",
        404,
        "The account policy with name PasswordPolicy cannot be found.",
    ),
    "GetAccountPasswordPolicy": (
        "NoSuchEntity",
        404,
        "The Password Policy with domain name {A} cannot be found.",
    ),
    "GetCredentialReport": (
        "ReportNotPresent",
        410,
        "There is no credential report. Generate one with GenerateCredentialReport.",
    ),
    "DisableOutboundWebIdentityFederation": _NO_ISSUER,
    "GetOutboundWebIdentityFederationInfo": _NO_ISSUER,
}
UNKNOWN_KEY = "AKIAAAAAAAAAAAAAAAAA"
NOT_FOUND_MESSAGES = [
    ("UserName", "The user with name {} cannot be found."),
    ("GroupName", "The group with name {} cannot be found."),
    ("InstanceProfileName", "Instance Profile {} cannot be found."),
    ("RoleName", "The role with name {} cannot be found."),
    ("PolicyArn", "Policy {} was not found."),
    ("AccountAlias", "The account alias {} does not exist."),
    ("AccessKeyId", "The Access Key with id {} cannot be found."),
    ("SerialNumber", "VirtualMFADevice with serial number {} does not exist."),
    ("OpenIDConnectProviderArn", "OpenIDConnect Provider not found for arn {}"),
    ("DeletionTaskId", "The deletion task {} cannot be found."),
]
# Entities looked up by ARN are named by their name in the message.
ARN_PARAMETERS = {"Arn", "PolicySourceArn"}


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.operation not in WITHOUT_RESOURCES | ERRORS_OF_SINGLETONS.keys()],
    ids=lambda row: row.operation,
)
def test_missing_resource_is_no_such_entity(account: Account, row: Row) -> None:
    params = fill_placeholders(row.params, placeholders_without_resources(account, UNKNOWN_KEY))
    if ":group/" in row.resource:
        expected = NOT_FOUND_MESSAGES[1][1].format(params["GroupName"])
    elif arn_parameters := ARN_PARAMETERS & params.keys():
        expected = NOT_FOUND_MESSAGES[0][1].format(params[arn_parameters.pop()].rpartition("/")[2])
    else:
        expected = next(
            message.format(params[name]) for name, message in NOT_FOUND_MESSAGES if name in params
        )
    error = refused(account.client(row.service), row.operation, **params)
    assert error == Refused("NoSuchEntity", 404, expected)


@pytest.mark.parametrize("operation", ERRORS_OF_SINGLETONS)
def test_missing_singleton_has_its_own_error(account: Account, operation: str) -> None:
    code, status, message = ERRORS_OF_SINGLETONS[operation]
    message = message.replace("{A}", account.account_id)
    assert refused(account.iam, operation) == Refused(code, status, message)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.operation in WITHOUT_RESOURCES], ids=lambda row: row.operation
)
def test_operation_succeeds_in_an_empty_account(account: Account, row: Row) -> None:
    placeholders = placeholders_without_resources(account, UNKNOWN_KEY)
    call(account.client(row.service), row.operation, **fill_placeholders(row.params, placeholders))


@pytest.mark.parametrize("kind", ["user", "group", "role"])
@pytest.mark.parametrize("verb", ["Get", "Delete"])
def test_missing_inline_policy_is_no_such_entity(account: Account, kind: str, verb: str) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=TRUST)
    entity = {
        "user": {"UserName": "admin"},
        "group": {"GroupName": "Administrators"},
        "role": {"RoleName": "job"},
    }[kind]
    missing = Refused("NoSuchEntity", 404, f"The {kind} policy with name none cannot be found.")
    operation = f"{verb}{kind.capitalize()}Policy"
    assert refused(account.iam, operation, PolicyName="none", **entity) == missing
