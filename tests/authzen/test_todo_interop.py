"""The Todo scenario of AuthZEN's interoperability events: five users with four roles share lists.

Roles are IAM groups, and whose a todo is comes with the question: `todo:resource/ownerID`. Users are named by
the IDs of the scenario, and have their email address as a tag.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import servers
from tests.authzen.conftest import SERVICE_ARN, Service, create_service
from tests.in_process import root_client
from tests.servers import Server, allow, document

# The IDs differ in one letter: the scenario's are those of a directory.
ID = "CiRmZD{}2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs"
PEOPLE = {
    "rick@the-citadel.com": ("A", ("admin", "evil_genius")),
    "morty@the-citadel.com": ("E", ("editor",)),
    "summer@the-smiths.com": ("I", ("editor",)),
    "beth@the-smiths.com": ("M", ("viewer",)),
    "jerry@the-smiths.com": ("Q", ("viewer",)),
}
_OWN = {"StringEquals": {"todo:resource/ownerID": "${aws:PrincipalTag/email}"}}
_VIEWER = allow("user:can_read_user", "todo:can_read_todos")
_EDITOR = (
    _VIEWER,
    allow("todo:can_create_todo"),
    allow("todo:can_update_todo", "todo:can_delete_todo", Condition=_OWN),
)
GROUPS = {
    "viewer": (_VIEWER,),
    "editor": _EDITOR,
    "admin": (*_EDITOR, allow("todo:can_delete_todo")),
    "evil_genius": (*_EDITOR, allow("todo:can_update_todo")),
}
RICK, MORTY, SUMMER, BETH, JERRY = PEOPLE


def person(email: str) -> dict[str, str]:
    return {"type": "user", "id": ID.format(PEOPLE[email][0])}


def todo(owner: str) -> dict[str, Any]:
    return {"type": "todo", "id": f"todo-of-{owner}", "properties": {"ownerID": owner}}


@pytest.fixture(scope="module")
def todo_service(server: Server) -> Service:
    account = servers.create_account(server)
    with root_client(server.store, account.account_id) as iam:
        for group, statements in GROUPS.items():
            iam.create_group(GroupName=group)
            iam.put_group_policy(GroupName=group, PolicyName="todo", PolicyDocument=document(*statements))
        for email, (_, groups) in PEOPLE.items():
            name = person(email)["id"]
            iam.create_user(UserName=name, Tags=[{"Key": "email", "Value": email}])
            for group in groups:
                iam.add_user_to_group(GroupName=group, UserName=name)
    return create_service(account, "todo", allow("iamd:EvaluateAccess", resource=SERVICE_ARN))


def decisions() -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Return who, the action, the resource and the decision that the scenario expects."""
    editors, everybody = (RICK, MORTY, SUMMER), (RICK, MORTY, SUMMER, BETH, JERRY)
    for email in everybody:
        for other in (BETH, email):
            yield email, "can_read_user", {"type": "user", "id": other}, True
        yield email, "can_read_todos", {"type": "todo", "id": "todo-1"}, True
        yield email, "can_create_todo", {"type": "todo", "id": "todo-1"}, email in editors
        for action in ("can_update_todo", "can_delete_todo"):
            yield email, action, todo(email), email in editors
            yield email, action, todo(MORTY if email == RICK else RICK), email == RICK


@pytest.mark.parametrize(
    ("email", "action", "resource", "expected"),
    list(decisions()),
    ids=[f"{email}-{action}-{resource['id']}" for email, action, resource, _ in decisions()],
)
def test_decision(
    todo_service: Service, email: str, action: str, resource: dict[str, Any], expected: bool
) -> None:
    request = {"subject": person(email), "action": {"name": action}, "resource": resource}
    response = todo_service.evaluate(request)
    assert (response.status, response.body) == (200, {"decision": expected})


@pytest.mark.parametrize(
    ("email", "owners", "expected"),
    [
        (RICK, (RICK, JERRY), (True, True)),
        (MORTY, (RICK, MORTY), (False, True)),
        (JERRY, (RICK, JERRY), (False, False)),
    ],
)
def test_decisions_about_several_todos(
    todo_service: Service, email: str, owners: tuple[str, str], expected: tuple[bool, bool]
) -> None:
    request = {
        "subject": person(email),
        "action": {"name": "can_update_todo"},
        "evaluations": [{"resource": todo(owner)} for owner in owners],
    }
    response = todo_service.evaluate_all(request)
    assert [item["decision"] for item in response.body["evaluations"]] == list(expected)
