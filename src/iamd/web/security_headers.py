"""Security headers of the sign-in pages: CSP without inline code, no framing, no caching, HSTS."""

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CSP_SCRIPTS = "; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
_HSTS_SECONDS = 31_536_000


def page_headers(*, allow_scripts: bool, secure: bool) -> dict[str, str]:
    """Return the headers of a page; `allow_scripts` if it has a script, `secure` if it is served over TLS.

    The referrer policy is `same-origin`: with `no-referrer` browsers would send `Origin: null` with our
    forms.
    """
    headers = {
        "Content-Security-Policy": _CSP + (_CSP_SCRIPTS if allow_scripts else ""),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if secure:
        headers["Strict-Transport-Security"] = f"max-age={_HSTS_SECONDS}"
    return headers
