"""`iamd gateway delete-bucket-policy`: the way out if a bucket policy denies everything to everybody."""

from typing import Annotated

import typer

from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, select_account
from iamd.cli.errors import CommandError
from iamd.datastore import opened_store
from iamd.store import resource_policies

Bucket = Annotated[str, typer.Argument(metavar="BUCKET", help="Name of the bucket.")]


def delete_bucket_policy(
    bucket: Bucket,
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    account_id: AccountIdOption = None,
) -> None:
    """Delete the policy of a bucket."""
    settings = options.settings(data=data, database=database, master_key_file=master_key_file)
    arn = f"arn:aws:s3:::{bucket}"
    with opened_store(settings) as store, store.database.write() as tx:
        account = select_account(tx, account_id)
        if resource_policies.find(tx, account.account_id, arn) is None:
            raise CommandError(f"account {account.account_id} has no policy of a bucket {bucket}")
        resource_policies.delete(tx, account.account_id, arn)
    typer.echo(f"The policy of the bucket {bucket} is deleted.")
