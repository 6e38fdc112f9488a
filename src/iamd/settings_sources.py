"""Sources of the settings: flags, then `IAMD_…` environment variables, then `iamd.toml`.

An empty value counts as absent, since compose files and unit files set variables to nothing. A variable that
iamd does not know is ignored unless its name resembles a setting: orchestrators set some of their own.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from iamd.config import Settings

FILE_NAME = "iamd.toml"
_PREFIX = "IAMD_"
_RESEMBLANCE = 0.8  # of names, as difflib measures it: trusted_proxy and trusted_proxies have 0.86
# Variables of a Kubernetes Service called `iamd`, or `iamd-…`, in every pod of its namespace ("Service
# environment variables"): IAMD_PORT=tcp://10.96.0.12:8470, IAMD_SERVICE_HOST, IAMD_PORT_8470_TCP_ADDR.
_SERVICE_LINK_NAME = re.compile(
    r"IAMD_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)
_SERVICE_LINK_URL = re.compile(r"(tcp|udp|sctp)://")


class SettingsError(Exception):
    """A setting is invalid; the message is one line that names where it comes from."""


class _Value(NamedTuple):
    """A setting's value and its place, such as `--port`, `IAMD_PORT` or `iamd.toml: port`."""

    value: Any
    place: str


def load(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Settings:
    """Return the settings; flags that are None are absent.

    Raises SettingsError if a value is invalid, the file cannot be read, or a name seems to be mistyped.
    """
    values = {
        **dict(_read_file(folder / FILE_NAME)),
        **dict(_read_environment(environ)),
        **{name: _Value(value, _flag(name)) for name, value in flags.items() if value is not None},
    }
    try:
        return Settings(**{name: value.value for name, value in values.items()})
    except ValidationError as error:
        raise SettingsError(_describe(error, values)) from error


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _read_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, _Value]]:
    for variable, raw_value in environ.items():
        value, name = raw_value.strip(), variable.upper()
        if not name.startswith(_PREFIX) or not value or _is_service_link(name, value):
            continue
        setting = name.removeprefix(_PREFIX).lower()
        if setting in Settings.model_fields:
            yield setting, _Value(value, variable)
        elif similar_setting := _find_similar(setting):
            hint = f"{_PREFIX}{similar_setting.upper()}"
            raise SettingsError(f"{variable} is not a setting of iamd: did you mean {hint}?")


def _is_service_link(name: str, value: str) -> bool:
    if name == f"{_PREFIX}PORT":
        return _SERVICE_LINK_URL.match(value) is not None
    return _SERVICE_LINK_NAME.fullmatch(name) is not None


def _find_similar(name: str) -> str | None:
    """Return the setting that a mistyped name resembles, or that it extends, as `data_dir` does."""
    extended = [setting for setting in Settings.model_fields if name.startswith(f"{setting}_")]
    similar = difflib.get_close_matches(name, Settings.model_fields, 1, _RESEMBLANCE)
    return next(iter([*similar, *sorted(extended, key=len, reverse=True)]), None)


def _read_file(file: Path) -> Iterator[tuple[str, _Value]]:
    for name, value in _parse_toml(file).items():
        if name not in Settings.model_fields:
            similar_setting = _find_similar(name.lower().replace("-", "_"))
            hint = f": did you mean {similar_setting}?" if similar_setting else ""
            raise SettingsError(f"{file.name}: {name} is not a setting of iamd{hint}")
        if value != "":
            yield name, _Value(value, f"{file.name}: {name}")


def _parse_toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_bytes().decode("utf-8-sig")  # some editors begin a file with a byte-order mark
        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{file.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file.name} is not UTF-8 text: save it in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file.name} is not TOML, such as port = 8470: {error}") from error


def _describe(error: ValidationError, values: Mapping[str, _Value]) -> str:
    first_error = error.errors(include_input=False, include_url=False)[0]
    place = values[str(first_error["loc"][0])].place
    message = first_error["msg"].replace("Input should be", "must be").removeprefix("Value error, ")
    return f"{place}: {message}"
