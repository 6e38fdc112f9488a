"""Settings: sources, names that are not settings, and errors that say where a value comes from."""

from pathlib import Path
from typing import Any

import pytest

from iamd import settings_sources
from iamd.config import Settings
from iamd.settings_sources import SettingsError
from tests import iamd_command


def load(folder: Path, **environ: str) -> Settings:
    return settings_sources.load({}, environ, folder)


def test_flag_overrides_variable_and_variable_overrides_file(tmp_path: Path) -> None:
    (tmp_path / "iamd.toml").write_text("port = 1\nworkers = 2\naudit_days = 3\n")
    environ = {"IAMD_PORT": "4", "IAMD_WORKERS": "5"}
    settings = settings_sources.load({"port": 6, "workers": None}, environ, tmp_path)
    assert (settings.port, settings.workers, settings.audit_days) == (6, 5, 3)


@pytest.mark.parametrize(
    ("variable", "value", "setting", "expected"),
    [
        ("IAMD_DATABASE", "", "database", None),
        ("IAMD_PORT", " ", "port", 8470),
        ("IAMD_PORT", " 9000\n", "port", 9000),
        ("iamd_port", "9000", "port", 9000),
        ("IAMD_ROOT_ACCESS_KEYS", "yes", "root_access_keys", True),
        ("IAMD_TRUSTED_PROXIES", "10.0.0.1, 10.1.0.0/16,", "trusted_proxies", ("10.0.0.1", "10.1.0.0/16")),
        ("IAMD_HOST", "[::1]", "host", "::1"),
        # What Kubernetes sets for Services called `iamd` and `iamd-database`.
        ("IAMD_PORT", "tcp://10.96.0.12:8470", "port", 8470),
        ("IAMD_PORT_8470_TCP", "tcp://10.96.0.12:8470", "port", 8470),
        ("IAMD_PORT_8470_TCP_ADDR", "10.96.0.12", "port", 8470),
        ("IAMD_PORT_8470_TCP_PROTO", "tcp", "port", 8470),
        ("IAMD_SERVICE_HOST", "10.96.0.12", "host", "127.0.0.1"),
        ("IAMD_SERVICE_PORT", "8470", "port", 8470),
        ("IAMD_SERVICE_PORT_HTTPS", "443", "port", 8470),
        ("IAMD_DATABASE_SERVICE_HOST", "10.96.0.13", "database", None),
        ("IAMD_DATABASE_PORT", "tcp://10.96.0.13:5432", "database", None),
        ("IAMD_DATABASE_PORT_5432_TCP_PORT", "5432", "database", None),
        # What images and people set for themselves.
        ("IAMD_VERSION", "1.2.3", "port", 8470),
        ("IAMD_UID", "1000", "port", 8470),
        ("IAMD_IMAGE", "registry.example/iamd", "port", 8470),
    ],
)
def test_variable_is_read_or_ignored(
    tmp_path: Path, variable: str, value: str, setting: str, expected: Any
) -> None:
    assert getattr(load(tmp_path, **{variable: value}), setting) == expected


@pytest.mark.parametrize(
    ("content", "setting", "expected"),
    [
        (b"\xef\xbb\xbfport = 9000\r\n", "port", 9000),
        (b'database = ""\n', "database", None),
        (b'trusted_proxies = ["10.0.0.1"]\n', "trusted_proxies", ("10.0.0.1",)),
        (b'trusted_proxies = "10.0.0.1"\n', "trusted_proxies", ("10.0.0.1",)),
        (b"", "port", 8470),
    ],
)
def test_file_is_read(tmp_path: Path, content: bytes, setting: str, expected: Any) -> None:
    (tmp_path / "iamd.toml").write_bytes(content)
    assert getattr(load(tmp_path), setting) == expected


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "IAMD_TRUSTED_PROXY",
            "10.0.0.1",
            "IAMD_TRUSTED_PROXY is not a setting of iamd: did you mean IAMD_TRUSTED_PROXIES?",
        ),
        ("IAMD_DATABSE", "x", "IAMD_DATABSE is not a setting of iamd: did you mean IAMD_DATABASE?"),
        ("IAMD_DATA_DIR", "x", "IAMD_DATA_DIR is not a setting of iamd: did you mean IAMD_DATA?"),
        ("IAMD_DATABASE_URL", "x", "IAMD_DATABASE_URL is not a setting of iamd: did you mean IAMD_DATABASE?"),
        ("IAMD_PORT", "http", "IAMD_PORT: must be a valid integer, unable to parse string as an integer"),
        ("IAMD_PORT", "70000", "IAMD_PORT: must be less than or equal to 65535"),
        ("IAMD_WORKERS", "0", "IAMD_WORKERS: must be greater than or equal to 1"),
        (
            "IAMD_ROOT_ACCESS_KEYS",
            "maybe",
            "IAMD_ROOT_ACCESS_KEYS: must be a valid boolean, unable to interpret input",
        ),
    ],
)
def test_invalid_variable_is_reported(tmp_path: Path, variable: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(tmp_path, **{variable: value})
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"port = 70000\n", "iamd.toml: port: must be less than or equal to 65535"),
        (b"dta = 'typo'\n", "iamd.toml: dta is not a setting of iamd: did you mean data?"),
        (
            b"trusted-proxies = []\n",
            "iamd.toml: trusted-proxies is not a setting of iamd: did you mean trusted_proxies?",
        ),
        (b"[server]\nport = 1\n", "iamd.toml: server is not a setting of iamd"),
        (b"port: 8470\n", "iamd.toml is not TOML, such as port = 8470: "),
        ("port = 1".encode("utf-16"), "iamd.toml is not UTF-8 text: save it in UTF-8"),
        (b"\0\0\0", "iamd.toml is not TOML, such as port = 8470: "),
        (b"port = [", "iamd.toml is not TOML, such as port = 8470: "),
    ],
)
def test_invalid_file_is_reported(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "iamd.toml").write_bytes(content)
    with pytest.raises(SettingsError) as error:
        load(tmp_path)
    assert str(error.value).startswith(message)


def test_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "iamd.toml").mkdir()
    with pytest.raises(SettingsError, match=r"iamd\.toml cannot be read: Is a directory"):
        load(tmp_path)


@pytest.mark.parametrize("secret", ["master_key", "smtp_url"])
def test_secret_in_an_error_is_hidden(tmp_path: Path, secret: str) -> None:
    (tmp_path / "iamd.toml").write_text(f"{secret} = [1234567]\n")
    with pytest.raises(SettingsError) as error:
        load(tmp_path)
    assert "1234567" not in str(error.value)


PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("IAMD_DATABASE", "mysql://x", "the database must be a postgresql:// URL"),
        ("IAMD_DATABASE", f"postgresql://u:{PASSWORD}%zz@localhost/x", "the database must be a valid URL"),
        ("IAMD_DATABASE", f"postgresql://u:{PASSWORD}@[::1/x", "the database must be a valid URL"),
        ("IAMD_DATABASE", f"postgresql://u:{PASSWORD}@localhost:x/x", "the database cannot be reached: "),
        ("IAMD_DATABASE", f"postgresql://u:{PASSWORD}@localhost/x?ssl=1", "the database must be a valid URL"),
        ("IAMD_DATABASE", f"postgresql://u:{PASSWORD}@127.0.0.1:9/x", "the database cannot be reached: "),
        ("IAMD_MASTER_KEY", "short", "IAMD_MASTER_KEY does not contain a master key: 32 bytes in base64"),
        ("IAMD_MASTER_KEY", "ключ", "IAMD_MASTER_KEY does not contain a master key: 32 bytes in base64"),
        ("IAMD_MASTER_KEY_FILE", "folder", "the master key folder cannot be read: Is a directory"),
        ("IAMD_MASTER_KEY_FILE", "utf-16", "utf-16 does not contain a master key: 32 bytes in base64"),
        ("IAMD_DATA", "utf-16", "the folder utf-16 cannot be used: File exists"),
        ("IAMD_DATA", "utf-16/data", "the folder utf-16/data cannot be used: Not a directory"),
    ],
)
def test_value_that_cannot_be_used_is_reported_in_one_line(
    tmp_path: Path, variable: str, value: str, message: str
) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "utf-16").write_bytes("a key".encode("utf-16"))
    (tmp_path / "utf-16").chmod(0o600)
    result = iamd_command.run("init", cwd=tmp_path, **{variable: value})
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith(f"iamd: {message}")
    assert PASSWORD not in result.stderr


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "IAMD_PUBLIC_URL",
            "iam.example.com",
            "IAMD_PUBLIC_URL: the public URL must be http(s)://host[:port]",
        ),
        ("IAMD_PUBLIC_URL", "https://[::1", "IAMD_PUBLIC_URL: "),
        ("IAMD_TRUSTED_PROXIES", "10.0.0.0/99", "IAMD_TRUSTED_PROXIES: "),
        ("IAMD_OIDC_PRIVATE_NETWORKS", "intranet", "IAMD_OIDC_PRIVATE_NETWORKS: "),
        ("IAMD_PASSWORD_LIST", "utf-16", "the password list utf-16 is not UTF-8 text"),
        ("IAMD_PASSWORD_LIST", "missing", "the password blocklist cannot be read: No such file"),
        ("IAMD_REQUESTS_PER_ADDRESS", "0", "IAMD_REQUESTS_PER_ADDRESS: must be greater than or equal to 1"),
        ("IAMD_SMTP_URL", "smtp://u:p@host", "IAMD_SMTP_URL and IAMD_MAIL_FROM must be set together"),
        ("IAMD_TLS_CERT", "utf-16", "--tls-cert and --tls-key must be used together"),
        ("IAMD_HOST", "no such host", "cannot listen on no such host:8470: no such address"),
        ("IAMD_HOST", "x" * 300, "cannot listen on "),
        ("IAMD_HOST", "192.0.2.1", "cannot listen on 192.0.2.1:8470: Cannot assign requested address"),
    ],
)
def test_server_does_not_start_with_a_value_that_cannot_be_used(
    tmp_path: Path, variable: str, value: str, message: str
) -> None:
    (tmp_path / "utf-16").write_bytes("a list".encode("utf-16"))
    result = iamd_command.run("serve", cwd=tmp_path, **{variable: value})
    assert (result.returncode in (1, 2), result.stdout, result.stderr.count("\n")) == (True, "", 1)
    assert result.stderr.startswith(f"iamd: {message}")
    assert "bug" not in result.stderr


PREFIX_NOT_SUPPORTED = (
    "a path prefix (/iam) is not supported: give the server a host name of its own, "
    "such as https://iam.example.com\n"
)


def test_path_prefix_is_not_supported(tmp_path: Path) -> None:
    url = "https://example.com/iam"
    by_flag = iamd_command.run("serve", "--public-url", url, cwd=tmp_path)
    assert (by_flag.returncode, by_flag.stdout) == (2, "")
    assert by_flag.stderr == f"iamd: --public-url: {PREFIX_NOT_SUPPORTED}"
    for arguments in (("serve",), ("root", "setup-link"), ("root", "reset-password")):
        by_variable = iamd_command.run(*arguments, cwd=tmp_path, IAMD_PUBLIC_URL=url)
        assert (by_variable.returncode, by_variable.stdout) == (2, "")
        assert by_variable.stderr == f"iamd: IAMD_PUBLIC_URL: {PREFIX_NOT_SUPPORTED}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["http://h", "smtp://", "smtp://u:hunter2@h:x", "smtp://u:hunter2@[::1", "smtp://h:0"]
)
def test_invalid_smtp_url_is_reported_without_its_password(tmp_path: Path, url: str) -> None:
    result = iamd_command.run("serve", cwd=tmp_path, IAMD_SMTP_URL=url, IAMD_MAIL_FROM="iam@example.com")
    expected = "iamd: IAMD_SMTP_URL must be smtp://user:password@host:port or smtps://…\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", expected)
