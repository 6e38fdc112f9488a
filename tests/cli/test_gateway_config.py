"""`iamd gateway config`: a configuration that nginx accepts, or one line about what is wrong."""

import re
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from tests import certificates, iamd_command
from tests.forward_auth import proxies
from tests.iamd_command import CompletedCommand

KEY_ERROR = "must have the gateway's API key"
LISTEN_ERROR = "--listen must be a port, or an address with a port"
IAMD_ERROR = "--iamd must be http(s)://host[:port]"
SECRET, API_KEY = "hunter2secret", "iamd_" + "k3y-_" * 8 + "abc"
STORE = f"http://STOREKEY:{SECRET}@127.0.0.1:8333"


def run(folder: Path, *options: str, **env: str) -> CompletedCommand:
    """Run the command with a store and an API key, unless `env` has others."""
    variables = {"IAMD_S3_STORE": STORE, "IAMD_API_KEY": API_KEY, **env}
    return iamd_command.run("gateway", "config", "nginx", *options, cwd=folder, **variables)


def configuration(folder: Path, *options: str, **env: str) -> str:
    result = run(folder, *options, **env)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def directives(text: str, name: str) -> set[str]:
    """Return the values of a directive, wherever it is."""
    return set(re.findall(rf"^\s*{name} (.+);$", text, re.MULTILINE))


def test_settings_in_the_configuration(tmp_path: Path) -> None:
    text = configuration(
        tmp_path,
        "--listen",
        "[::1]:8080",
        "--iamd",
        "https://iam.example.com",
        IAMD_S3_STORE=f"https://STOREKEY:{SECRET}@store.example.com:9000",
        IAMD_S3_HOSTS="s3.example.com, s3.internal",
    )
    assert directives(text, "listen") == {"[::1]:8080"}
    assert directives(text, "server_name") == {
        "s3.example.com *.s3.example.com s3.internal *.s3.internal",
    }
    assert directives(text, "server") == {"iam.example.com:443", "store.example.com:9000"}
    assert directives(text, "proxy_set_header Host") == {'"iam.example.com"', '"store.example.com:9000"'}
    assert directives(text, "proxy_set_header X-Iamd-Api-Key") == {f'"{API_KEY}"'}
    assert {url.partition("://")[0] for url in directives(text, "proxy_pass")} == {"https"}
    assert directives(text, "proxy_ssl_name") == {'"iam.example.com"', '"store.example.com"'}
    assert "@" not in text.replace("@denied", "").replace("@unavailable", "")
    assert SECRET not in text
    assert "STOREKEY" not in text


def test_defaults(tmp_path: Path) -> None:
    text = configuration(tmp_path)
    assert directives(text, "listen") == {"8080"}
    assert directives(text, "server_name") == {"_"}
    assert directives(text, "server") == {"127.0.0.1:8470", "127.0.0.1:8333"}
    assert "proxy_ssl" not in text
    public = configuration(tmp_path, IAMD_PUBLIC_URL="https://iam.example.com", IAMD_HOST="0.0.0.0")
    assert directives(public, "server") == directives(text, "server")
    assert "10.0.0.1:9000" in directives(
        configuration(tmp_path, IAMD_HOST="10.0.0.1", IAMD_PORT="9000"), "server"
    )


def test_api_key_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "gateway.key").write_text(f"{API_KEY}\n")
    text = configuration(tmp_path, "--api-key-file", "gateway.key", IAMD_API_KEY="")
    assert directives(text, "proxy_set_header X-Iamd-Api-Key") == {f'"{API_KEY}"'}


ACCEPTED: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "defaults": ((), {}),
    "an address": (("--listen", "127.0.0.1:8080"), {}),
    "IPv6": (
        ("--listen", "[::1]:8080", "--iamd", "http://[::1]:8470"),
        {"IAMD_S3_STORE": f"http://KEY:{SECRET}@[::1]:8333"},
    ),
    "hosts": ((), {"IAMD_S3_HOSTS": "s3.example.com,s3.internal"}),
    "https": (
        ("--iamd", "https://localhost:8470"),
        {"IAMD_S3_STORE": f"https://KEY:{SECRET}@localhost"},
    ),
}


@pytest.mark.parametrize(("options", "env"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_nginx_accepts_the_configuration(
    tmp_path: Path, options: tuple[str, ...], env: dict[str, str]
) -> None:
    proxies.check("nginx", tmp_path, configuration(tmp_path, *options, **env))


def test_nginx_accepts_the_configuration_with_tls(tmp_path: Path) -> None:
    certificate, key = certificates.write_self_signed(tmp_path, x509.DNSName("localhost"))
    text = configuration(tmp_path, "--listen", "8443", "--tls-cert", str(certificate), "--tls-key", str(key))
    assert directives(text, "listen") == {"8443 ssl"}
    proxies.check("nginx", tmp_path, text)


# Other proxies: the configurations that they check themselves. test_proxies.py runs them.

LIBRARY = "service: library\nhosts: [library.example.com]\nroutes: [{request: GET /, action: Look}]\n"
SERVICE = ("--service", "library", "--backend", "https://[::1]:8443")


@pytest.mark.parametrize("has_tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("is_s3", [False, True], ids=["service", "s3"])
@pytest.mark.parametrize("name", ["caddy", "envoy", "haproxy", "nginx"])
def test_proxy_accepts_the_configuration(tmp_path: Path, name: str, is_s3: bool, has_tls: bool) -> None:
    certificate, key = certificates.write_self_signed(tmp_path, x509.DNSName("localhost"))
    key = key.rename(f"{certificate}.key")
    (tmp_path / "library.yaml").write_text(LIBRARY)
    options = ["--listen", "127.0.0.1:8443", "--ca-file", str(certificate), *(() if is_s3 else SERVICE)]
    if has_tls:
        tls = ("--tls-cert", str(certificate), "--tls-key", str(key))
        options += [*tls, "--iamd", "https://localhost:8470"]
    store = f"https://KEY:{SECRET}@localhost" if has_tls else STORE
    env = {"IAMD_S3_STORE": store, "IAMD_S3_HOSTS": "s3.example.com", "IAMD_SERVICES": "library.yaml"}
    config = proxies.configuration(name, tmp_path, API_KEY, *options, **env)
    (tmp_path / "iamd.lua").write_text(
        proxies.configuration("haproxy-lua", tmp_path, API_KEY, *options, **env)
    )
    proxies.check(name, tmp_path, config)
    assert SECRET not in config
    assert not re.search(r"@[A-Z_]+@", config)


@pytest.mark.parametrize("is_https", [False, True])
def test_traefik_configuration_is_yaml(tmp_path: Path, is_https: bool) -> None:
    (tmp_path / "library.yaml").write_text(LIBRARY)
    scheme = "https" if is_https else "http"
    service = ("--service", "library", "--backend", f"{scheme}://service.internal:8443")
    tls = ("--tls-cert", "cert.pem", "--tls-key", "key.pem") if is_https else ()
    iamd = ("--iamd", f"{scheme}://iam.example.com", "--listen", "8443")
    text = proxies.configuration(
        "traefik", tmp_path, API_KEY, *service, *tls, *iamd, IAMD_SERVICES="library.yaml"
    )
    config = yaml.safe_load(text)
    router = config["http"]["routers"]["library"]
    assert router["rule"] == "Host(`library.example.com`)"
    assert ("tls" in router) == is_https
    forward_auth = config["http"]["middlewares"]["iamd"]["forwardAuth"]
    assert forward_auth["address"] == f"{scheme}://iam.example.com/forward-auth/library/with-body"
    assert ("tls" in forward_auth) == is_https
    (server,) = config["http"]["services"]["library"]["loadBalancer"]["servers"]
    assert server["url"] == f"{scheme}://service.internal:8443"
    assert ("tls" in config) == ("serversTransports" in config["http"]) == is_https


PROXY_ERRORS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "S3 by Traefik": ("traefik", (), "Traefik cannot change a request's path"),
    "no backend": ("caddy", ("--service", "library"), "--backend must be the URL of the service"),
    "backend of S3": (
        "caddy",
        ("--backend", "http://a"),
        "the store of an S3 gateway is set by IAMD_S3_STORE",
    ),
    "unknown service": (
        "envoy",
        ("--service", "cinema", "--backend", "http://a"),
        "--service must be a service that a file of IAMD_SERVICES defines",
    ),
    "backend with a path": (
        "envoy",
        ("--service", "library", "--backend", "http://a/b"),
        "--backend must be http(s)://host[:port]",
    ),
    "HAProxy's key": (
        "haproxy",
        ("--tls-cert", "cert.pem", "--tls-key", "key.pem"),
        "HAProxy reads the key of a certificate from the same file",
    ),
    "half of TLS": ("haproxy", ("--tls-cert", "cert.pem"), "--tls-cert and --tls-key must be set together"),
    "port of nothing": ("envoy", ("--listen", "127.0.0.1:99999"), LISTEN_ERROR),
    "path with quotes": ("caddy", ("--ca-file", "a'b"), "must not have spaces, quotes"),
}


@pytest.mark.parametrize(("name", "options", "message"), PROXY_ERRORS.values(), ids=PROXY_ERRORS.keys())
def test_what_a_proxy_cannot_do(tmp_path: Path, name: str, options: tuple[str, ...], message: str) -> None:
    (tmp_path / "library.yaml").write_text(LIBRARY)
    env = {"IAMD_S3_STORE": STORE, "IAMD_API_KEY": API_KEY, "IAMD_SERVICES": "library.yaml"}
    result = iamd_command.run("gateway", "config", name, *options, cwd=tmp_path, **env)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr


USAGE_ERRORS: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "no store": ((), {"IAMD_S3_STORE": ""}, "IAMD_S3_STORE must be set"),
    "store without a key": ((), {"IAMD_S3_STORE": "http://store"}, "the store's URL must have its access"),
    "store with a path": ((), {"IAMD_S3_STORE": f"{STORE}/{SECRET}"}, "the store must be http(s)://"),
    "store with a slash in its secret": (
        (),
        {"IAMD_S3_STORE": f"http://KEY:{SECRET}/x@store"},
        "the port of the store is not valid",
    ),
    "store with an invalid URL": (
        (),
        {"IAMD_S3_STORE": f"http://KEY:{SECRET}\u2100@store"},
        "the store must be http(s)://",
    ),
    "host that is none": ((), {"IAMD_S3_HOSTS": "s3.example.com; evil"}, "IAMD_S3_HOSTS"),
    "host with a port": ((), {"IAMD_S3_HOSTS": "s3.example.com:8080"}, "IAMD_S3_HOSTS"),
    "wildcard": ((), {"IAMD_S3_HOSTS": "*.example.com"}, "IAMD_S3_HOSTS"),
    "no API key": ((), {"IAMD_API_KEY": ""}, f"IAMD_API_KEY {KEY_ERROR}"),
    "API key that is none": ((), {"IAMD_API_KEY": f"{SECRET}; evil"}, f"IAMD_API_KEY {KEY_ERROR}"),
    "API key with a line end": ((), {"IAMD_API_KEY": f"{API_KEY}\n; evil"}, f"IAMD_API_KEY {KEY_ERROR}"),
    "API key in quotes": ((), {"IAMD_API_KEY": f'{API_KEY}"'}, f"IAMD_API_KEY {KEY_ERROR}"),
    "file without a key": (("--api-key-file", "text"), {}, f"text {KEY_ERROR}"),
    "file in another encoding": (("--api-key-file", "utf-16"), {}, f"utf-16 {KEY_ERROR}"),
    "missing file": (("--api-key-file", "none"), {}, "none cannot be read: No such file or directory"),
    "folder": (("--api-key-file", "."), {}, ". cannot be read: Is a directory"),
    "listen with a directive": (("--listen", "8080; evil"), {}, LISTEN_ERROR),
    "listen with a line end": (("--listen", "8080\nevil"), {}, LISTEN_ERROR),
    "listen with a block": (("--listen", "8080;} http{"), {}, LISTEN_ERROR),
    "listen with an option": (("--listen", "8080 default_server"), {}, LISTEN_ERROR),
    "listen on nothing": (("--listen", ""), {}, LISTEN_ERROR),
    "iamd without a scheme": (("--iamd", "localhost:8470"), {}, IAMD_ERROR),
    "iamd without a host": (("--iamd", "http://"), {}, IAMD_ERROR),
    "iamd by another protocol": (("--iamd", "ftp://localhost"), {}, IAMD_ERROR),
    "iamd with a path": (("--iamd", "http://localhost/iam"), {}, IAMD_ERROR),
    "iamd with a directive": (("--iamd", 'http://localhost";evil'), {}, IAMD_ERROR),
    "iamd with a password": (("--iamd", f"http://u:{SECRET}@localhost"), {}, IAMD_ERROR),
    "iamd with half an address": (("--iamd", "http://[::1"), {}, IAMD_ERROR),
    "iamd on a port that is none": (("--iamd", "http://localhost:x"), {}, IAMD_ERROR),
}


@pytest.mark.parametrize(("options", "env", "message"), USAGE_ERRORS.values(), ids=USAGE_ERRORS.keys())
def test_usage_error_is_one_line(
    tmp_path: Path, options: tuple[str, ...], env: dict[str, str], message: str
) -> None:
    (tmp_path / "text").write_text(f"{API_KEY} {SECRET}\n")
    (tmp_path / "utf-16").write_bytes(API_KEY.encode("utf-16"))
    result = run(tmp_path, *options, **env)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("iamd: ")
    assert message in result.stderr
    assert SECRET not in result.stderr
    assert API_KEY not in result.stderr


def test_proxy_must_be_one_of_those_that_are_known(tmp_path: Path) -> None:
    result = iamd_command.run("gateway", "config", "apache", cwd=tmp_path, IAMD_S3_STORE=STORE)
    assert (result.returncode, result.stdout) == (2, "")
    assert "'apache' is not one of 'nginx'" in result.stderr


@pytest.mark.parametrize("proxy", ["envoy", "traefik"])
def test_emulator_keeps_the_signature(tmp_path: Path, proxy: str) -> None:
    """An emulator of AWS's services reads service and Region in it; other services do not get it."""
    (tmp_path / "library.yaml").write_text(
        "service: library\nhosts: [h]\nroutes: [{request: GET /, action: Get}]\n"
    )
    texts = {}
    for service in ("aws", "library"):
        options = ("--service", service, "--backend", "http://127.0.0.1:5000")
        env = {"IAMD_API_KEY": API_KEY, "IAMD_SERVICES": "library.yaml"}
        result = iamd_command.run("gateway", "config", proxy, *options, cwd=tmp_path, **env)
        assert (result.returncode, result.stderr) == (0, "")
        texts[service] = result.stdout.lower()
        assert "x-amz-security-token" in texts[service]
        assert "@" not in texts[service].replace('"@type"', "")
    assert "authorization:" in texts["library"] or "authorization, " in texts["library"]
    assert not re.search(r"\bauthorization[:,]", texts["aws"])


@pytest.mark.parametrize("proxy", ["nginx", "caddy", "haproxy", "haproxy-lua"])
def test_emulator_needs_a_proxy_that_passes_bodies_on(tmp_path: Path, proxy: str) -> None:
    options = ("--service", "aws", "--backend", "http://127.0.0.1:5000")
    result = iamd_command.run("gateway", "config", proxy, *options, cwd=tmp_path, IAMD_API_KEY=API_KEY)
    assert (result.returncode, result.stdout) == (2, "")
    assert "use envoy or traefik" in result.stderr
