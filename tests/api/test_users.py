"""Users over loopback, by boto3, on both databases."""

import pytest
from botocore.exceptions import ClientError

from tests.servers import Account


def test_a_user_lives_from_create_to_delete(account: Account) -> None:
    iam = account.iam
    made = iam.create_user(UserName="Bob", Path="/team/", Tags=[{"Key": "Dept", "Value": "x"}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{account.account_id}:user/team/Bob"
    assert made["UserId"].startswith("AIDA")
    assert len(made["UserId"]) == 21
    assert iam.get_user(UserName="Bob")["User"] == made

    iam.update_user(UserName="Bob", NewUserName="Robert", NewPath="/")
    renamed = iam.get_user(UserName="Robert")["User"]
    assert (renamed["UserId"], renamed["Arn"]) == (
        made["UserId"],
        f"arn:aws:iam::{account.account_id}:user/Robert",
    )

    iam.delete_user(UserName="Robert")
    with pytest.raises(ClientError, match="The user with name Robert cannot be found") as refused:
        iam.get_user(UserName="Robert")
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
