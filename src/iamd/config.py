"""Server settings and their constraints; `iamd.settings_sources` reads them."""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from iamd.forward_auth.backend import parse_backend
from iamd.gate import client_info

DEFAULT_PORT = 8470
DEFAULT_DATA = Path("iamd-data")
_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)


class Settings(BaseModel):
    """The settings of the server; docs/operating.md documents each."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Path = DEFAULT_DATA
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=DEFAULT_PORT, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    master_key: SecretStr | None = None
    master_key_file: Path | None = None
    rate_limit: int | None = Field(default=None, ge=1)
    requests_per_address: int = Field(default=256, ge=1)
    connections_per_address: int = Field(default=1024, ge=1)
    audit_days: int = Field(default=90, ge=1)
    session_idle_minutes: int = Field(default=60, ge=5, le=720)
    session_hours: int = Field(default=12, ge=1, le=12)
    root_access_keys: bool = False
    password_list: Path | None = None
    breached_password_url: str | None = Field(default=None, pattern="^https?://")
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    oidc_private_networks: tuple[str, ...] = ()
    services: tuple[Path, ...] = ()
    s3_hosts: tuple[str, ...] = ()
    s3_store: SecretStr | None = None
    s3_accounts: tuple[str, ...] = ()
    s3_region: str = Field(default="us-east-1", pattern="^[a-z0-9-]{1,64}$")

    @field_validator("host")
    @classmethod
    def _strip_brackets(cls, value: str) -> str:
        return value.removeprefix("[").removesuffix("]")  # of an IPv6 address, as in a URL

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str | None) -> str | None:
        client_info.parse_proxy_settings(value, ())  # also for commands that only print links
        return value

    @field_validator("s3_accounts")
    @classmethod
    def _check_s3_accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ACCOUNT_ID.fullmatch(account_id) for account_id in value):
            raise ValueError("accounts are given by their IDs, 12 digits each")
        return value

    @field_validator("s3_store")
    @classmethod
    def _check_s3_store(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_backend(value.get_secret_value(), "")
        return value

    @field_validator("s3_hosts")
    @classmethod
    def _check_s3_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_HOST_NAME.fullmatch, value)):
            raise ValueError("must be host names without ports, such as s3.example.com")
        return value

    @field_validator(
        "trusted_proxies", "oidc_private_networks", "services", "s3_hosts", "s3_accounts", mode="before"
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(item.strip() for item in value.split(",") if item.strip())
        return value
