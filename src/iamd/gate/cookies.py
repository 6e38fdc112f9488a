"""Cookies of the web pages and the console: names, and reading a value from the Cookie header."""

SESSION = "session"
DEVICE = "device"
FORM = "form"
ACCOUNT = "account"

CONSOLE_HEADER = "x-iamd-console"  # CSRF protection: only scripts of our own origin can send it


def name(kind: str, *, secure: bool) -> str:
    """Return a cookie's name; with TLS it has the prefix `__Host-`, which no other host can set."""
    return f"{'__Host-' if secure else ''}iamd-{kind}"


def read(header: str, cookie_name: str) -> str:
    """Return the value of a cookie, or "" if it is missing or occurs twice, since one may be forged."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    values = [value for key, _, value in pairs if key == cookie_name]
    return values[0] if len(values) == 1 else ""
