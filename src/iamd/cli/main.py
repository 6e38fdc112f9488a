"""The `iamd` command-line interface: commands, error output and exit statuses."""

import os
import sys

import typer

from iamd import __version__
from iamd.admin.account_creation import AccountCreationError
from iamd.cli import (
    account,
    account_quota,
    account_signing_keys,
    check,
    root,
    serve,
    service,
    service_model,
    tokens,
)
from iamd.cli.errors import CommandError
from iamd.cli.gateway import bucket_policy, config
from iamd.cli.policy import explain, test, validate
from iamd.core.errors import Fault
from iamd.crypto.master_key import MasterKeyError
from iamd.datastore import StoreError
from iamd.store.migrate import NewerSchemaError

app = typer.Typer(
    name="iamd",
    help="A self-hosted, AWS-compatible IAM and STS server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog="Example: iamd serve --data ./iamd-data --port 8470")(serve.serve)
app.command(epilog="Example: iamd init --data ./iamd-data --admin alice --json")(account.init)
account_commands = typer.Typer(
    help="Create and list accounts, and manage their quotas and signing keys.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
account_commands.command(
    "create", epilog="Example: iamd account create --data ./iamd-data --account-name staging --admin alice"
)(account.init)
account_commands.command("list", epilog="Example: iamd account list --data ./iamd-data")(
    account.list_accounts
)
account_commands.command(
    "quota", epilog="Example: iamd account quota UsersPerAccount 20000 --data ./iamd-data"
)(account_quota.quota)
account_commands.command(
    "replace-signing-keys", epilog="Example: iamd account replace-signing-keys --data ./iamd-data"
)(account_signing_keys.replace_signing_keys)
app.add_typer(account_commands, name="account")
app.add_typer(root.commands, name="root")
app.add_typer(tokens.commands, name="tokens")


app.command(epilog="Example: iamd check --endpoint-url http://127.0.0.1:8470 --profile iamd")(check.check)
app.command(
    "service-model",
    epilog='Example: aws configure add-model --service-name iamd --service-model "$(iamd service-model)"',
)(service_model.service_model)


policy_commands = typer.Typer(
    help="Test, explain and validate policies.", no_args_is_help=True, rich_markup_mode=None
)
policy_commands.command(
    "test",
    epilog="Example: iamd policy test policies.test.yaml (docs/policy-language.md has the fields of a case)",
)(test.run_cases)
policy_commands.command(
    "explain",
    epilog="Example: iamd policy explain --principal user/bob --action iam:ListUsers --data ./iamd-data",
)(explain.explain_request)
policy_commands.command("validate", epilog="Example: iamd policy validate policies/*.json")(
    validate.validate_files
)
app.add_typer(policy_commands, name="policy")


gateway_commands = typer.Typer(
    help="Put iamd in front of an S3-compatible store.", no_args_is_help=True, rich_markup_mode=None
)
gateway_commands.command(
    "config", epilog="Example: iamd gateway config nginx --listen 8080 --api-key-file gateway.key"
)(config.config)
gateway_commands.command(
    "delete-bucket-policy",
    epilog="Example: iamd gateway delete-bucket-policy reports --data ./iamd-data",
)(bucket_policy.delete_bucket_policy)
app.add_typer(gateway_commands, name="gateway")


service_commands = typer.Typer(
    help="Check definitions of services.", no_args_is_help=True, rich_markup_mode=None
)
service_commands.command("check", epilog='Example: iamd service check library.yaml "GET /books/17"')(
    service.check
)
app.add_typer(service_commands, name="service")


@app.command(epilog="Example: iamd version")
def version() -> None:
    """Print the version."""
    typer.echo(f"iamd {__version__}")


_BUG_STATUS = 70  # EX_SOFTWARE of sysexits.h; no command uses it for a result
_EXPECTED_ERRORS = (StoreError, MasterKeyError, NewerSchemaError, AccountCreationError, Fault, OSError)


def run() -> None:
    """Run the command line and exit; every error is one line on standard error."""
    os.umask(0o077)  # files that are created are accessible to their owner only
    try:
        status = app(standalone_mode=False) or 0
    except typer.TyperException as error:
        status = _print_error(error.format_message(), error.exit_code)
    except CommandError as error:
        status = _print_error(str(error), error.status)
    except (typer.Abort, KeyboardInterrupt):
        status = _print_error("interrupted", 1)
    except _EXPECTED_ERRORS as error:
        status = _print_error(str(error), 1)
    except Exception as error:  # noqa: BLE001 - users never see a traceback
        status = _print_error(f"this is a bug in iamd: {type(error).__name__}: {error}", _BUG_STATUS)
    sys.exit(status)


def _print_error(message: str, status: int) -> int:
    line = " ".join(message.split())
    typer.echo(f"iamd: {line}", err=True)
    return status
