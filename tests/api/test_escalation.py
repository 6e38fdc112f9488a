"""Every way to come to more than was given: with exactly its actions, and not without any one of them."""

import pytest

from iamd.operations import OPERATIONS
from tests.api.escalation_paths import BY_MFA, BY_OTHERS, BY_POLICIES
from tests.api.escalation_roles import BY_PASSING, BY_ROLES, BY_TAGS
from tests.api.escalations import Path, Step, begun, tried
from tests.servers import Account

PATHS = [*BY_POLICIES, *BY_OTHERS, *BY_MFA, *BY_ROLES, *BY_PASSING, *BY_TAGS]
WITHOUT_ONE = [(path, missing) for path in PATHS for missing in path.needs]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_path_leads_on_with_its_actions(account: Account, path: Path) -> None:
    attack = begun(account, path, path.needs)
    assert not path.led_on(attack)
    for step in path.steps:
        step(attack)
    assert path.led_on(attack)


@pytest.mark.parametrize(
    ("path", "missing"), WITHOUT_ONE, ids=[f"{path.name}-{missing}" for path, missing in WITHOUT_ONE]
)
def test_a_path_leads_nowhere_without_any_one_of_them(account: Account, path: Path, missing: str) -> None:
    attack = begun(account, path, [action for action in path.needs if action != missing])
    first, *_ = tried(attack, path)
    assert first[:2] == ("AccessDenied", 403)
    assert f":user/mallory is not authorized to perform: {missing} on resource: " in first.message
    assert not path.led_on(attack)


def test_each_path_has_a_name_of_its_own() -> None:
    names = [path.name for path in PATHS]
    assert len(set(names)) == len(names)


# Writes that give nobody more, whoever makes them: an end of something, a text, or what is one's own. What is
# made anew under a name that was deleted inherits no trust; tests/api/test_escapes.py sees to that.
NO_GAIN = {
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
    "GenerateCredentialReport",
    "ResyncMFADevice",
    "TagMFADevice",
    "UntagInstanceProfile",
    "UntagMFADevice",
    "UpdateRole",
    "UpdateRoleDescription",
    "DeleteAccountPasswordPolicy",
    "UpdateAccountPasswordPolicy",
}


def test_every_write_is_a_step_of_a_path_or_gives_nobody_more() -> None:
    steps = {step.operation for path in PATHS for step in path.steps if isinstance(step, Step)}
    writes = {name for name in OPERATIONS["iam"] if not name.startswith(("Get", "List", "Simulate"))}
    of_providers = {name for name in writes if "OpenIDConnect" in name or "SAML" in name}
    assert writes - steps - of_providers == NO_GAIN | {"EnableMFADevice"}
