"""Over all that is served: in an account that has nothing of it, what is said to be missing."""

import pytest

from tests.api.answers import Refused, call, refused
from tests.api.furnished import unfurnished
from tests.api.served import ROWS, TRUST, Row, filled
from tests.servers import Account

# What can be made or listed where there is nothing, and what has a test of its own.
MADE_OF_NOTHING = {
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
# What is missing is neither named nor an entity.
OF_THEIR_OWN = {
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
}
UNKNOWN_KEY = "AKIAAAAAAAAAAAAAAAAA"
SENTENCES = [
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
# Entities that are asked for by their ARNs go by their names.
BY_ARN = {"Arn", "PolicySourceArn"}


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.operation not in MADE_OF_NOTHING | OF_THEIR_OWN.keys()],
    ids=lambda row: row.operation,
)
def test_what_is_not_there_is_no_such_entity(account: Account, row: Row) -> None:
    params = filled(row.params, unfurnished(account, UNKNOWN_KEY))
    if ":group/" in row.resource:
        expected = SENTENCES[1][1].format(params["GroupName"])
    elif by_arn := BY_ARN & params.keys():
        expected = SENTENCES[0][1].format(params[by_arn.pop()].rpartition("/")[2])
    else:
        expected = next(words.format(params[name]) for name, words in SENTENCES if name in params)
    said = refused(account.client(row.service), row.operation, **params)
    assert said == Refused("NoSuchEntity", 404, expected)


@pytest.mark.parametrize("operation", OF_THEIR_OWN)
def test_what_an_account_has_one_of_is_missing_in_its_own_words(account: Account, operation: str) -> None:
    code, status, message = OF_THEIR_OWN[operation]
    message = message.replace("{A}", account.account_id)
    assert refused(account.iam, operation) == Refused(code, status, message)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.operation in MADE_OF_NOTHING], ids=lambda row: row.operation
)
def test_what_needs_nothing_is_answered(account: Account, row: Row) -> None:
    names = unfurnished(account, UNKNOWN_KEY)
    call(account.client(row.service), row.operation, **filled(row.params, names))


@pytest.mark.parametrize("kind", ["user", "group", "role"])
@pytest.mark.parametrize("verb", ["Get", "Delete"])
def test_an_inline_policy_that_is_not_there(account: Account, kind: str, verb: str) -> None:
    account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=TRUST)
    entity = {
        "user": {"UserName": "admin"},
        "group": {"GroupName": "Administrators"},
        "role": {"RoleName": "job"},
    }[kind]
    missing = Refused("NoSuchEntity", 404, f"The {kind} policy with name none cannot be found.")
    operation = f"{verb}{kind.capitalize()}Policy"
    assert refused(account.iam, operation, PolicyName="none", **entity) == missing
