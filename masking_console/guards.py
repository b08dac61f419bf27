"""What protects every page: the headers, the origin check, and the cookies' names."""

import secrets
from typing import Final

from flask import Response, g, request

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SESSION_COOKIE: Final = "__Host-desk-session"
SIGN_IN_COOKIE: Final = "__Host-desk-sign-in"
CHOICES_COOKIE: Final = "__Host-desk-choices"
PROOF_COOKIE: Final = "__Secure-desk-proof"
"""The cookie of one call's proof: `static/proving.js` sets it, and the answer takes it back."""


def new_nonce() -> str:
    """A nonce for the scripts of one page."""
    return secrets.token_urlsafe(16)


def is_same_origin(own: str) -> bool:
    """Whether the request comes from a page of the desk (`Sec-Fetch-Site`, else `Origin`)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == own


def came_from_elsewhere() -> bool:
    """Whether a page was opened by a link of another site, so that a strict cookie was left out."""
    return (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    )


def is_local(target: str) -> bool:
    """Whether an address stays on the desk: a path, and no way to another host."""
    return target.startswith("/") and not target.startswith("//") and target.isprintable() and "\\" not in target


def protect(response: Response, issuer: str) -> Response:
    """Set the security headers of an answer; the sign-in form leads to the issuer's origin."""
    policy = (
        "default-src 'none'",
        f"script-src 'nonce-{g.nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        f"form-action 'self' {issuer}".rstrip(),
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types htmx",
    )
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), clipboard-read=()"
    if not request.path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
    return response
