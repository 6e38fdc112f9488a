"""A resource's own policy, which the service sends with its question, or which is kept here for a bucket."""

import json
from typing import Any

import pytest

from iamd.store import resource_policies
from tests.authzen.conftest import SERVICE_ARN, Service, create_service, evaluation
from tests.in_process import root_client
from tests.servers import Account, allow, deny, document


def statement(account: Account, *actions: str, effect: str = "Allow", user: str = "carol") -> dict[str, Any]:
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:user/{user}"}
    return {"Effect": effect, "Principal": principal, "Action": list(actions), "Resource": "*"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return json.loads(document(*statements))  # type: ignore[no-any-return]


def with_policy(user: str, action: str, policy: Any) -> dict[str, Any]:
    request = evaluation(user, action, "record-1")
    request["resource"]["properties"] = {"resource_policy": policy}
    return request


@pytest.fixture
def carol(service: Service) -> Service:
    """Return a service in whose account carol has no policies, and alice may read records."""
    with root_client(service.account.server.store, service.account.account_id) as iam:
        iam.create_user(UserName="carol")
    return service


def test_policy_of_the_resource_allows(carol: Service) -> None:
    own = policy(statement(carol.account, "record:read"))
    assert not carol.decision("carol", "read", "record-1")
    for value in (own, json.dumps(own)):
        assert carol.evaluate(with_policy("carol", "read", value)).body == {"decision": True}
        assert carol.evaluate(with_policy("carol", "write", value)).body == {"decision": False}


def test_policy_of_the_resource_denies(carol: Service) -> None:
    own = policy(statement(carol.account, "record:*", effect="Deny", user="alice"))
    assert carol.decision("alice", "read", "record-1")
    assert carol.evaluate(with_policy("alice", "read", own)).body == {"decision": False}


def test_reason_names_the_policy(carol: Service) -> None:
    explaining = create_service(
        carol.account,
        "explaining",
        allow("iamd:EvaluateAccess", "iamd:ExplainAccess", resource=SERVICE_ARN),
    )
    own = policy(statement(carol.account, "record:*", effect="Deny", user="alice"))
    reason = explaining.evaluate(with_policy("alice", "read", own)).body["context"]["reason"]
    assert reason.endswith("with an explicit deny in a resource-based policy")


def test_reasons_of_a_batch_are_told_as_long_as_that_is_little_work(carol: Service) -> None:
    asking = allow("iamd:EvaluateAccess", "iamd:ExplainAccess", resource=SERVICE_ARN)
    explaining = create_service(carol.account, "explaining", asking)
    patterns = [f"x*{number}" for number in range(1_500)]
    condition = {"ForAnyValue:StringEquals": {"record:context/x": patterns}}
    own = policy({**statement(carol.account, "record:read"), "Condition": condition})
    request = {**with_policy("carol", "read", own), "evaluations": [{}] * 40}
    decisions = explaining.evaluate_all({**request, "context": {"x": ["x" * 160] * 100}}).body["evaluations"]
    assert [item["decision"] for item in decisions] == [False] * 40
    assert "context" in decisions[0]
    assert "context" not in decisions[-1]
    decisions = explaining.evaluate_all({**request, "context": {"x": "x"}}).body["evaluations"]
    assert all("reason" in item["context"] for item in decisions)


def test_policy_is_no_condition_key(carol: Service) -> None:
    keys = {
        "Null": {
            "record:resource/resource_policy": "false",
            "record:resource/resource_policy/Version": "false",
        }
    }
    with root_client(carol.account.server.store, carol.account.account_id) as iam:
        iam.put_user_policy(
            UserName="carol", PolicyName="x", PolicyDocument=document(allow("record:read", Condition=keys))
        )
    own = policy(statement(carol.account, "record:write"))
    assert carol.evaluate(with_policy("carol", "read", own)).body == {"decision": False}


@pytest.mark.parametrize(
    "own",
    [
        "x",
        "",
        1,
        [],
        {},
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
        {"Version": "2012-10-17", "Statement": []},
        {"Id": "x" * 21_000},
    ],
)
def test_invalid_policy_is_a_bad_request(carol: Service, own: Any) -> None:
    response = carol.evaluate(with_policy("carol", "read", own))
    assert response.status == 400
    assert "resource policy" in response.body


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_deeply_nested_policy_is_a_bad_request(carol: Service) -> None:
    response = carol.evaluate(with_policy("carol", "read", nested(500)))
    assert (response.status, response.body) == (400, "The request is nested too deeply.")
    request = with_policy("alice", "read", nested(500))
    request["evaluations"] = [{}, {"resource": {"type": "record", "id": "record-1"}}]
    decisions = carol.evaluate_all(request).body["evaluations"]
    assert [item["decision"] for item in decisions] == [False, True]


def test_values_that_policies_are_compared_with_are_limited(carol: Service) -> None:
    own = policy(statement(carol.account, "record:read"))
    for value in ("x" * 16_000, ["x" * 100] * 160):
        request = {**with_policy("carol", "read", own), "context": {"text": value}}
        assert carol.evaluate(request).body == {"decision": True}
        response = carol.evaluate({**request, "context": {"text": value, "other": "x" * 1_000}})
        assert (response.status, response.body) == (
            400,
            "The properties of an entity can have 16384 characters.",
        )


def test_policies_of_a_batch(carol: Service) -> None:
    own = policy(statement(carol.account, "record:read"))
    request = evaluation("carol", "read", "record-1")
    request["evaluations"] = [
        {"resource": {"type": "record", "id": "1"}},
        {"resource": {"type": "record", "id": "2", "properties": {"resource_policy": own}}},
        {"resource": {"type": "record", "id": "3", "properties": {"resource_policy": {}}}},
        {"resource": {"type": "record", "id": "4", "properties": {"resource_policy": own}}},
    ]
    decisions = carol.evaluate_all(request).body["evaluations"]
    assert [item["decision"] for item in decisions] == [False, True, False, True]
    assert decisions[2]["context"]["error"]["status"] == 400


# Bucket policies that are kept here.


def s3_evaluation(user: str, key: str = "a") -> dict[str, Any]:
    return {
        "subject": {"type": "user", "id": user},
        "action": {"name": "s3:GetObject"},
        "resource": {"type": "s3", "id": f"arn:aws:s3:::reports/{key}"},
    }


@pytest.mark.both_databases
def test_bucket_policy_counts(carol: Service) -> None:
    account = carol.account
    with root_client(account.server.store, account.account_id) as iam:
        iam.put_user_policy(UserName="alice", PolicyName="s3", PolicyDocument=document(allow("s3:*")))
    assert carol.evaluate(s3_evaluation("alice")).body == {"decision": True}
    stored = policy(deny("s3:GetObject", resource="arn:aws:s3:::reports/a") | {"Principal": "*"})
    with account.server.store.database.write() as tx:
        arn = "arn:aws:s3:::reports"
        resource_policies.put(tx, account.account_id, arn, json.dumps(stored))
    assert carol.evaluate(s3_evaluation("alice")).body == {"decision": False}
    assert carol.evaluate(s3_evaluation("alice", "b")).body == {"decision": True}
    request = s3_evaluation("alice", "b")
    request["evaluations"] = [{"resource": s3_evaluation("alice", key)["resource"]} for key in "ab"]
    decisions = carol.evaluate_all(request).body["evaluations"]
    assert [item["decision"] for item in decisions] == [False, True]
    own = policy(statement(account, "s3:GetObject", user="alice"))
    request = s3_evaluation("alice")
    request["resource"]["properties"] = {"resource_policy": own}
    response = carol.evaluate(request)
    assert (response.status, response.body) == (
        400,
        "The bucket has a policy that this server keeps: none can be given.",
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "name",
    [
        "reports/a",
        "arn:aws:S3:::reports/a",
        "arn:AWS:s3:::reports/a",
        "arn:aws-cn:s3:::reports/a",
        "arn:aws:s3:us-east-1::reports/a",
        "arn:aws:s3::123456789012:reports/a",
        "arn:aws:s3:us-east-1:123456789012:reports/a",
        "arn:aws:s3:::/reports/a",
        "arn:aws:s3:::reports\0/a",
        "arn:aws:s3:::",
        "ARN:aws:s3:::reports/a",
    ],
)
def test_other_spellings_do_not_evade_a_bucket_policy(carol: Service, name: str) -> None:
    account = carol.account
    with root_client(account.server.store, account.account_id) as iam:
        iam.put_user_policy(UserName="alice", PolicyName="s3", PolicyDocument=document(allow("s3:*")))
    request = s3_evaluation("alice")
    request["resource"]["id"] = name
    response = carol.evaluate(request)
    assert (response.status, response.body) == (
        400,
        "resource.id must be the ARN of a bucket or an object: arn:aws:s3:::bucket/key.",
    )
