"""PyArrow and DuckDB with credentials for a prefix, as lakehouse catalogs vend them.

Skipped where they cannot be imported: pyarrow; duckdb with duckdb-extensions and duckdb-extension-httpfs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.forward_auth.conftest import REGION, Gateway
from tests.servers import Account, allow, deny, document

pytestmark = pytest.mark.integrations

ROLE, POLICY = "Tables", "tables"
ROWS = 1000


class Lakehouse(NamedTuple):
    """A bucket of tables, the role that may use all of it, and temporary credentials for a prefix of it."""

    gateway: Gateway
    bucket: str
    credentials: dict[str, str]


class Engine(NamedTuple):
    """A query engine; both functions take the path of a Parquet file: `write` writes 1,000 rows there, and
    `count` returns their number."""

    write: Callable[[str], None]
    count: Callable[[str], int]


@pytest.fixture
def lakehouse(gateway: Gateway) -> Lakehouse:
    bucket = f"lake-{gateway.account.account_id}"
    gateway.s3().create_bucket(Bucket=bucket)
    credentials = vend(gateway.account, bucket, "sales/")
    return Lakehouse(gateway, bucket, credentials)


def vend(account: Account, bucket: str, prefix: str) -> dict[str, str]:
    """Create a role for the tables in a bucket; return credentials of it that are restricted to a prefix."""
    trust = {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    role = account.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document(trust))["Role"]
    put_role_policy(account, allow("s3:*", resource=[f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]))
    session_policy = document(
        allow("s3:GetObject", "s3:PutObject", resource=f"arn:aws:s3:::{bucket}/{prefix}*"),
        allow(
            "s3:ListBucket",
            resource=f"arn:aws:s3:::{bucket}",
            Condition={"StringLike": {"s3:prefix": f"{prefix}*"}},
        ),
    )
    assumed = account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="job", Policy=session_policy)
    return dict(assumed["Credentials"])


def put_role_policy(account: Account, *statements: dict[str, Any]) -> None:
    account.iam.put_role_policy(RoleName=ROLE, PolicyName=POLICY, PolicyDocument=document(*statements))


def pyarrow_engine(lakehouse: Lakehouse) -> Engine:
    pyarrow = pytest.importorskip("pyarrow")
    fs, parquet = pytest.importorskip("pyarrow.fs"), pytest.importorskip("pyarrow.parquet")
    filesystem = fs.S3FileSystem(
        access_key=lakehouse.credentials["AccessKeyId"],
        secret_key=lakehouse.credentials["SecretAccessKey"],
        session_token=lakehouse.credentials["SessionToken"],
        region=REGION,
        endpoint_override=lakehouse.gateway.url,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=1),
    )
    table = pyarrow.table({"id": range(ROWS)})
    return Engine(
        lambda path: parquet.write_table(table, f"{lakehouse.bucket}/{path}", filesystem=filesystem),
        lambda path: parquet.read_table(f"{lakehouse.bucket}/{path}", filesystem=filesystem).num_rows,
    )


def duckdb_engine(lakehouse: Lakehouse) -> Engine:
    duckdb, extensions = pytest.importorskip("duckdb"), pytest.importorskip("duckdb_extensions")
    pytest.importorskip("duckdb_extension_httpfs")
    extensions.import_extension("httpfs")
    connection = duckdb.connect()
    connection.execute("LOAD httpfs")
    connection.execute(
        f"""CREATE SECRET (TYPE s3, USE_SSL false, URL_STYLE 'path', REGION '{REGION}',
        ENDPOINT '{lakehouse.gateway.url.removeprefix("http://")}',
        KEY_ID '{lakehouse.credentials["AccessKeyId"]}', SECRET '{lakehouse.credentials["SecretAccessKey"]}',
        SESSION_TOKEN '{lakehouse.credentials["SessionToken"]}')"""
    )
    return Engine(
        lambda path: connection.execute(
            f"COPY (FROM range({ROWS})) TO 's3://{lakehouse.bucket}/{path}' (FORMAT parquet)"
        ),
        lambda path: connection.execute(f"SELECT count(*) FROM 's3://{lakehouse.bucket}/{path}'").fetchone()[
            0
        ],
    )


@pytest.fixture(params=[pyarrow_engine, duckdb_engine], ids=["pyarrow", "duckdb"])
def engine(request: pytest.FixtureRequest, lakehouse: Lakehouse) -> Engine:
    """Return an engine with the vended credentials."""
    connect: Callable[[Lakehouse], Engine] = request.param
    return connect(lakehouse)


def is_denied(function: Callable[[str], Any], path: str) -> bool:
    """Return whether a read or write is refused for its permissions."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each engine has its own errors
        function(path)
    return any(word in str(caught.value) for word in ("ACCESS_DENIED", "HTTP 403", "Forbidden"))


def test_credentials_are_good_for_their_prefix_only(lakehouse: Lakehouse, engine: Engine) -> None:
    admin = lakehouse.gateway.s3()
    engine.write("sales/2026/a.parquet")
    assert engine.count("sales/2026/a.parquet") == ROWS
    assert admin.head_object(Bucket=lakehouse.bucket, Key="sales/2026/a.parquet")["ContentLength"] > 0
    source = {"Bucket": lakehouse.bucket, "Key": "sales/2026/a.parquet"}
    admin.copy_object(Bucket=lakehouse.bucket, Key="salaries/a.parquet", CopySource=source)
    assert is_denied(engine.count, "salaries/a.parquet")
    assert is_denied(engine.write, "salaries/b.parquet")
    listed = lakehouse.gateway.direct.list_objects_v2(Bucket=lakehouse.bucket)["Contents"]
    assert [item["Key"] for item in listed] == ["salaries/a.parquet", "sales/2026/a.parquet"]


def remove_policy(account: Account) -> None:
    account.iam.delete_role_policy(RoleName=ROLE, PolicyName=POLICY)


def deny_everything(account: Account) -> None:
    put_role_policy(account, allow("s3:*"), deny("s3:*"))


def revoke_sessions(account: Account) -> None:
    """Deny everything to sessions issued until now, as AWS's console revokes a role's sessions."""
    issued_before = {"DateLessThan": {"aws:TokenIssueTime": "2100-01-01T00:00:00Z"}}
    put_role_policy(account, allow("s3:*"), deny("*", Condition=issued_before))


@pytest.mark.parametrize("revoke", [remove_policy, deny_everything, revoke_sessions])
def test_next_request_is_denied_after(
    lakehouse: Lakehouse, engine: Engine, revoke: Callable[[Account], None]
) -> None:
    engine.write("sales/a.parquet")
    assert engine.count("sales/a.parquet") == ROWS
    revoke(lakehouse.gateway.account)
    assert is_denied(engine.count, "sales/a.parquet")
    assert is_denied(engine.write, "sales/b.parquet")
    listed = lakehouse.gateway.direct.list_objects_v2(Bucket=lakehouse.bucket)["Contents"]
    assert [item["Key"] for item in listed] == ["sales/a.parquet"]
