"""The cookies of the people's door: their names, and the token of a session in a header."""

SESSION = "session"
DEVICE = "device"
FORM = "form"
ACCOUNT = "account"

CONSOLE_HEADER = "x-iamd-console"  # only a script of our own origin can send it along


def name(kind: str, *, secure: bool) -> str:
    """Return a cookie's name: under TLS one that no other host, path or plain request can set (`__Host-`)."""
    return f"{'__Host-' if secure else ''}iamd-{kind}"


def read(header: str, cookie_name: str) -> str:
    """Return the value of a cookie; empty when it is missing, or comes twice: one of them is forged."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    values = [value for key, _, value in pairs if key == cookie_name]
    return values[0] if len(values) == 1 else ""
