"""`iamd gateway delete-bucket-policy`."""

from typing import Annotated

import typer

from iamd.admin import bucket_policies
from iamd.cli import options
from iamd.cli.account_option import AccountIdOption, locked_account
from iamd.cli.errors import CommandError
from iamd.core import clock

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
    with locked_account(settings, account_id) as (tx, _, account):
        if not bucket_policies.delete_policy(tx, account, bucket, clock.iso(clock.now())):
            raise CommandError(f"account {account.account_id} has no policy of a bucket {bucket}")
    typer.echo(f"The policy of the bucket {bucket} is deleted.")
