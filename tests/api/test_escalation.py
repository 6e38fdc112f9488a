"""Privilege escalation paths: each succeeds with exactly its actions and fails without any one of them."""

import pytest

from iamd.operations import OPERATIONS
from tests.api.escalation_paths import CREDENTIAL_PATHS, MFA_PATHS, POLICY_PATHS
from tests.api.escalation_roles import PASS_ROLE_PATHS, ROLE_PATHS, TAG_PATHS
from tests.api.escalations import Path, Step, start_attack, try_all_steps
from tests.servers import Account

PATHS = [*POLICY_PATHS, *CREDENTIAL_PATHS, *MFA_PATHS, *ROLE_PATHS, *PASS_ROLE_PATHS, *TAG_PATHS]
PATHS_AND_MISSING_ACTIONS = [(path, missing) for path in PATHS for missing in path.required_actions]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_escalation_path_succeeds_with_its_actions(account: Account, path: Path) -> None:
    attack = start_attack(account, path, path.required_actions)
    assert not path.succeeded(attack)
    for step in path.steps:
        step(attack)
    assert path.succeeded(attack)


@pytest.mark.parametrize(
    ("path", "missing"),
    PATHS_AND_MISSING_ACTIONS,
    ids=[f"{path.name}-{missing}" for path, missing in PATHS_AND_MISSING_ACTIONS],
)
def test_escalation_path_fails_without_any_one_of_its_actions(
    account: Account, path: Path, missing: str
) -> None:
    attack = start_attack(account, path, [action for action in path.required_actions if action != missing])
    first_error, *_ = try_all_steps(attack, path)
    assert first_error[:2] == ("AccessDenied", 403)
    assert f":user/mallory is not authorized to perform: {missing} on resource: " in first_error.message
    assert not path.succeeded(attack)


def test_escalation_path_names_are_unique() -> None:
    names = [path.name for path in PATHS]
    assert len(set(names)) == len(names)


# Writes that give nobody more permissions: deletions, descriptions, and changes of the caller itself. An
# entity created under a deleted entity's name inherits no trust; tests/api/test_guardrails.py tests that.
HARMLESS_WRITES = {
    "ChangePassword",
    "CreateAccountAlias",
    "CreateServiceLinkedRole",
    "DeleteAccountAlias",
    "DeleteGroup",
    "DeleteInstanceProfile",
    "DeletePolicy",
    "DeleteRole",
    "DeleteServiceLinkedRole",
    "DeleteUser",
    "DeleteVirtualMFADevice",
    "DisableOutboundWebIdentityFederation",
    "EnableOutboundWebIdentityFederation",  # a token needs sts:GetWebIdentityToken
    "GenerateCredentialReport",
    "ResyncMFADevice",
    "TagMFADevice",
    "UntagInstanceProfile",
    "UntagMFADevice",
    "UpdateRole",
    "UpdateRoleDescription",
    "DeleteAccountPasswordPolicy",
    "UpdateAccountPasswordPolicy",
    # An API key can ask for decisions, and calls no operation.
    *(f"{verb}ServiceSpecificCredential" for verb in ("Create", "Delete", "Reset", "Update")),
}


def test_every_write_is_part_of_an_escalation_path_or_harmless() -> None:
    steps = {step.operation for path in PATHS for step in path.steps if isinstance(step, Step)}
    writes = {name for name in OPERATIONS["iam"] if not name.startswith(("Get", "List", "Simulate"))}
    provider_writes = {name for name in writes if "OpenIDConnect" in name or "SAML" in name}
    assert writes - steps - provider_writes == HARMLESS_WRITES | {"EnableMFADevice"}
