"""An emulator of AWS's services behind Envoy and iamd: iamd's policies count."""

import pytest

from tests import servers
from tests.api.test_audit import eventually
from tests.forward_auth.emulator import ACCOUNT_ID, CALLS, REGION, Emulator, arn, create_table, error
from tests.forward_auth.s3_signing import Key
from tests.in_process import root_client
from tests.servers import allow, deny, document

# One emulator for all of them.
pytestmark = pytest.mark.xdist_group("emulator")


@pytest.mark.parametrize("service", CALLS)
def test_a_permission_on_the_resource_allows(filled: Emulator, service: str) -> None:
    method, action, parameters, resource, other = CALLS[service]
    reader = filled.user(f"{service}-reader", allow(action, resource=resource))
    stranger = filled.user(f"{service}-stranger", allow(action, resource=other), allow("iam:*"))
    getattr(filled.client(service, reader), method)(**parameters)
    code, message = error(getattr(filled.client(service, stranger), method), **parameters)
    assert code == ("AuthorizationError" if service == "sns" else "AccessDeniedException")
    assert f"user/{service}-stranger is not authorized to perform: {action} on resource: " in message
    assert message.endswith(f"because no identity-based policy allows the {action} action")


def test_region_is_that_of_the_signature(aws: Emulator) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    resource = f"arn:aws:sqs:eu-west-1:{ACCOUNT_ID}:*"
    key = aws.user("regional", allow("sqs:CreateQueue", resource=resource, Condition=condition))
    aws.client("sqs", key, "eu-west-1").create_queue(QueueName="regional")
    assert error(aws.client("sqs", key).create_queue, QueueName="regional")[0] == "AccessDeniedException"
    assert aws.client("sqs", region="eu-west-1").list_queues()["QueueUrls"][0].endswith("/regional")


def test_deny_counts(aws: Emulator) -> None:
    create_table(aws, "denied")
    key = aws.user(
        "denied", allow("dynamodb:*"), deny("dynamodb:Delete*", resource=arn("dynamodb", "table/denied"))
    )
    dynamodb = aws.client("dynamodb", key)
    dynamodb.put_item(TableName="denied", Item={"id": {"S": "1"}})
    assert "explicit deny" in error(dynamodb.delete_table, TableName="denied")[1]
    assert "explicit deny" in error(dynamodb.delete_item, TableName="denied", Key={"id": {"S": "1"}})[1]


def test_each_table_of_a_batch_needs_a_permission(aws: Emulator) -> None:
    create_table(aws, "mine")
    create_table(aws, "yours")
    dynamodb = aws.client(
        "dynamodb", aws.user("batch", allow("dynamodb:*", resource=arn("dynamodb", "table/mine")))
    )
    put = {"PutRequest": {"Item": {"id": {"S": "1"}}}}
    dynamodb.batch_write_item(RequestItems={"mine": [put]})
    assert "table/yours" in error(dynamodb.batch_write_item, RequestItems={"mine": [put], "yours": [put]})[1]
    transaction = [{"Put": {"TableName": name, "Item": {"id": {"S": "2"}}}} for name in ("mine", "yours")]
    dynamodb.transact_write_items(TransactItems=transaction[:1])
    assert "dynamodb:PutItem" in error(dynamodb.transact_write_items, TransactItems=transaction)[1]
    assert aws.client("dynamodb").scan(TableName="yours")["Count"] == 0


def test_leading_keys(aws: Emulator) -> None:
    create_table(aws, "rows")
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    dynamodb = aws.client(
        "dynamodb", aws.user("row", allow("dynamodb:*Item", "dynamodb:Query", Condition=condition))
    )
    dynamodb.put_item(TableName="rows", Item={"id": {"S": "row"}})
    assert dynamodb.get_item(TableName="rows", Key={"id": {"S": "row"}})["Item"]
    for key in ("admin", "Row"):
        error(dynamodb.get_item, TableName="rows", Key={"id": {"S": key}})
    query = {"TableName": "rows", "KeyConditionExpression": "id = :i"}
    dynamodb.query(**query, ExpressionAttributeValues={":i": {"S": "row"}})
    error(dynamodb.query, **query, ExpressionAttributeValues={":i": {"S": "admin"}})


def test_session_policy_counts(filled: Emulator) -> None:
    user = filled.user("federating", allow("sqs:*", "sts:GetFederationToken"))
    sts = filled.account.client("sts", (user.access_key_id, user.secret_access_key))
    policy = document(allow("sqs:GetQueueAttributes"))
    session = sts.get_federation_token(Name="guest", Policy=policy)["Credentials"]
    sqs = filled.client(
        "sqs", Key(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    )
    queue = CALLS["sqs"][2]["QueueUrl"]
    sqs.get_queue_attributes(QueueUrl=queue)
    code, message = error(sqs.send_message, QueueUrl=queue, MessageBody="x")
    assert (code, "no session policy allows" in message) == ("AccessDeniedException", True)


def test_deleted_key_is_dead(aws: Emulator) -> None:
    key = aws.user("leaver", allow("sqs:ListQueues"))
    sqs = aws.client("sqs", key)
    sqs.list_queues()
    with root_client(aws.account.server.store, aws.account.account_id) as iam:
        iam.delete_access_key(UserName="leaver", AccessKeyId=key.access_key_id)
    assert error(sqs.list_queues)[0] == "InvalidClientTokenId"


def test_another_account_is_denied(aws: Emulator) -> None:
    stranger = servers.create_account(aws.account.server)
    key = Key(stranger.access_key_id, stranger.secret_access_key)
    for service, method in (("sqs", "list_queues"), ("sns", "list_topics"), ("lambda", "list_functions")):
        code, _ = error(getattr(aws.client(service, key), method))
        assert code.startswith("A")  # AccessDenied… or AuthorizationError


def test_decisions_are_recorded(filled: Emulator) -> None:
    recorded = filled.user("recorded", allow("sqs:SendMessage"))
    sqs = filled.client("sqs", recorded)
    sqs.send_message(**CALLS["sqs"][2])
    error(sqs.purge_queue, QueueUrl=CALLS["sqs"][2]["QueueUrl"])
    (denied,) = eventually(filled.account, "PurgeQueue")
    assert (denied["eventSource"], denied["errorCode"]) == ("sqs.amazonaws.com", "AccessDenied")
    assert denied["awsRegion"] == REGION
    assert denied["requestParameters"]["resource"] == arn("sqs", "orders")
