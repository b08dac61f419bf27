"""An OpenID provider for development: authorization code with PKCE, rotated refresh tokens, step-up.

It answers loopback addresses only, knows one client, and signs people in who are
invented. It keeps its state in memory. Production has no way to start it.
"""

import hashlib
import hmac
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit

import jwt
from flask import Blueprint, Flask, Response, abort, current_app, jsonify, render_template_string, request
from jwt.algorithms import ECAlgorithm
from werkzeug.serving import make_server

from keys.development_issuer import public_pem
from keys.files import read_secret_file
from keys.public_keys import b64
from masking_service.outbound import LOOPBACK
from masking_service.service.people.issuers import DEVELOPMENT_ALGORITHM, DEVELOPMENT_AUDIENCE
from masking_service.service.people.rules import DEVELOPMENT_ISSUER

CLIENT_ID: Final = "desk"
KEY_ID: Final = "development"
ACR: Final = "2"
CHALLENGE_LENGTH: Final = 43  # of a SHA-256 in base64url
CODE_SECONDS: Final = 60
ACCESS_SECONDS: Final = 600
REFRESH_SECONDS: Final = 9 * 3600

PEOPLE: Final[Mapping[str, tuple[str, str]]] = {
    "desk-li": ("Li Hua 李华", "service-desk"),
    "officer-wang": ("Wang Min 王敏", "dispute-officer"),
    "officer-zhao": ("Zhao Lei 赵磊", "dispute-officer"),
    "supervisor-chen": ("Chen Jing 陈静", "supervisor"),
    "privacy-he": ("He Yun 何云", "privacy-officer"),
    "privacy-luo": ("Luo Yan 罗岩", "privacy-officer"),
    "auditor-sun": ("Sun Ping 孙平", "auditor"),
    "overseer-qian": ("Qian Wen 钱文", "overseer"),
}
"""Invented people, by subject: their name and role."""

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Development sign-in</title>
<style nonce="{{ nonce }}">
:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC";
max-width:26rem;margin:12vh auto;padding:0 1rem}form{display:grid;gap:.5rem}
button{font:inherit;text-align:left;padding:.6rem .9rem;border:1px solid #767680;border-radius:.5rem;cursor:pointer;
background:light-dark(#fff,#1d1d20);color:inherit}button small{display:block;color:light-dark(#5b5b64,#b4b4bd)}
button:focus-visible{outline:3px solid light-dark(#0b5cad,#8cc4ff)}
</style></head><body><main>
<h1>Development sign-in</h1>
<p>These people are invented. {% if step_up %}Choose yourself again to confirm that it is you.{% endif %}</p>
<form method="post">{% for sub, (name, role) in people.items() %}
<button name="sub" value="{{ sub }}">{{ sub }}<small>{{ name }} · {{ role }}</small></button>{% endfor %}</form>
</main></body></html>"""


@dataclass(frozen=True, slots=True)
class _SignIn:
    """A sign-in behind a code or a refresh token."""

    sub: str
    at: int
    redirect_uri: str = ""
    challenge: str = ""
    nonce: str = ""
    expires: float = 0.0
    family: str = field(default_factory=lambda: secrets.token_urlsafe(8))


class DevelopmentIssuer:
    """Signs people in; remembers unused codes and refresh tokens.

    Args:
        redirect_uri: where codes are sent; it must be on a loopback address.

    Raises:
        ValueError: the redirect URI is not on a loopback address.
    """

    def __init__(self, private_pem: bytes, client_secret: str, redirect_uri: str) -> None:
        if urlsplit(redirect_uri).hostname not in LOOPBACK:
            raise ValueError("the development issuer serves loopback addresses only")
        self.redirect_uri = redirect_uri
        self._private = private_pem
        self._secret = client_secret
        self._codes: dict[str, _SignIn] = {}
        self._refresh: dict[str, _SignIn] = {}
        self._used: dict[str, str] = {}

    def jwks(self) -> dict[str, Any]:
        """The public key as a JWK set."""
        key = ECAlgorithm(ECAlgorithm.SHA256).prepare_key(public_pem(self._private))
        said = {"use": "sig", "alg": DEVELOPMENT_ALGORITHM, "kid": KEY_ID}
        return {"keys": [ECAlgorithm.to_jwk(key, as_dict=True) | said]}

    def code(self, sub: str, asked: Mapping[str, str]) -> str:
        """A code for one sign-in of a person."""
        code = secrets.token_urlsafe(32)
        now = time.time()
        self._codes[code] = _SignIn(
            sub, int(now), asked["redirect_uri"], asked["code_challenge"], asked.get("nonce", ""), now + CODE_SECONDS
        )
        return code

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any] | None:
        """Return the tokens for a code, once; None if the code, the verifier or the address is wrong."""
        found = self._codes.pop(code, None)
        if found is None or found.expires < time.time() or found.redirect_uri != redirect_uri:
            return None
        challenge = b64(hashlib.sha256(verifier.encode()).digest())
        return self._tokens(found, found.nonce) if hmac.compare_digest(challenge, found.challenge) else None

    def refresh(self, token: str) -> dict[str, Any] | None:
        """New tokens for a refresh token, once. One that is used twice ends its whole family."""
        family = self._used.get(token)
        if family is not None:
            self._refresh = {key: each for key, each in self._refresh.items() if each.family != family}
            return None
        found = self._refresh.pop(token, None)
        if found is None or found.expires < time.time():
            return None
        self._used[token] = found.family
        return self._tokens(found, "")

    def knows(self, client_id: str, secret: str) -> bool:
        """Whether these are the client's id and secret."""
        same = hmac.compare_digest(secret.encode(), self._secret.encode())
        return same and client_id == CLIENT_ID

    def _tokens(self, signed_in: _SignIn, nonce: str) -> dict[str, Any]:
        now = int(time.time())
        name, role = PEOPLE[signed_in.sub]
        common: dict[str, Any] = {
            "iss": DEVELOPMENT_ISSUER,
            "sub": signed_in.sub,
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "auth_time": signed_in.at,
            "acr": ACR,
        }
        access = {**common, "aud": DEVELOPMENT_AUDIENCE, "roles": [role], "tenant": "default", "sites": []}
        access["name"] = name
        identity = {**common, "aud": CLIENT_ID, "name": name} | ({"nonce": nonce} if nonce else {})
        refresh = secrets.token_urlsafe(32)
        self._refresh[refresh] = _SignIn(
            signed_in.sub, signed_in.at, expires=signed_in.at + REFRESH_SECONDS, family=signed_in.family
        )
        return {
            "access_token": jwt.encode(access, self._private, DEVELOPMENT_ALGORITHM, headers={"typ": "at+jwt"}),
            "id_token": jwt.encode(identity, self._private, DEVELOPMENT_ALGORITHM, headers={"kid": KEY_ID}),
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
        }


pages = Blueprint("issuer", __name__)


def create_issuer(issuer: DevelopmentIssuer) -> Flask:
    """The provider's WSGI application."""
    app = Flask(__name__, static_folder=None)
    app.extensions["issuer"] = issuer
    app.before_request(_refuse_other_hosts)
    app.register_blueprint(pages)
    return app


def _issuer() -> DevelopmentIssuer:
    return cast(DevelopmentIssuer, current_app.extensions["issuer"])


def _refuse_other_hosts() -> None:
    host = urlsplit(f"//{request.host}").hostname
    if request.remote_addr not in LOOPBACK or host not in LOOPBACK:
        abort(403)


@pages.get("/.well-known/openid-configuration")
def configuration() -> Response:
    """The provider's metadata."""
    base = request.host_url.rstrip("/")
    return jsonify(
        issuer=DEVELOPMENT_ISSUER,
        authorization_endpoint=f"{base}/authorize",
        token_endpoint=f"{base}/token",
        jwks_uri=f"{base}/jwks",
        end_session_endpoint=f"{base}/logout",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[DEVELOPMENT_ALGORITHM],
        code_challenge_methods_supported=["S256"],
        acr_values_supported=[ACR],
    )


@pages.get("/jwks")
def jwks() -> Response:
    """The public key."""
    return jsonify(_issuer().jwks())


@pages.get("/authorize")
def people() -> Response:
    """A page with one button a person."""
    asked = _asked()
    nonce = secrets.token_urlsafe(16)
    page = render_template_string(_PAGE, people=PEOPLE, nonce=nonce, step_up="max_age" in asked)
    client = "{0.scheme}://{0.netloc}".format(urlsplit(_issuer().redirect_uri))
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self' {client}; frame-ancestors 'none'"
    return Response(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


@pages.post("/authorize")
def choose() -> Response:
    """Sign the chosen person in."""
    asked, sub = _asked(), request.form.get("sub", "")
    if sub not in PEOPLE or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(400)
    sent = urlencode({"code": _issuer().code(sub, asked), "state": asked["state"]})
    return Response(status=303, headers={"Location": f"{_issuer().redirect_uri}?{sent}"})


@pages.post("/token")
def token() -> tuple[Response, int]:
    """Exchange a code or a refresh token."""
    given, form, issuer = request.authorization, request.form, _issuer()
    if given is None or not issuer.knows(given.username or "", given.password or ""):
        return jsonify(error="invalid_client"), 401
    match form.get("grant_type"):
        case "authorization_code":
            verifier, back = form.get("code_verifier", ""), form.get("redirect_uri", "")
            made = issuer.exchange(form.get("code", ""), verifier, back)
        case "refresh_token":
            made = issuer.refresh(form.get("refresh_token", ""))
        case _:
            return jsonify(error="unsupported_grant_type"), 400
    return (jsonify(made), 200) if made else (jsonify(error="invalid_grant"), 400)


@pages.get("/logout")
def logout() -> Response:
    """Redirect to the client: the provider keeps no session."""
    back = request.args.get("post_logout_redirect_uri", "")
    if urlsplit(back)[:2] != urlsplit(_issuer().redirect_uri)[:2]:
        abort(400)
    return Response(status=303, headers={"Location": back})


def _asked() -> Mapping[str, str]:
    """The authorization request, or a 400 where it is not the one client's with PKCE."""
    asked = request.args
    sound = (
        asked.get("client_id") == CLIENT_ID
        and asked.get("redirect_uri") == _issuer().redirect_uri
        and asked.get("response_type") == "code"
        and asked.get("code_challenge_method") == "S256"
        and len(asked.get("code_challenge", "")) == CHALLENGE_LENGTH
        and asked.get("state")
    )
    if not sound:
        abort(400)
    return asked


def serve_issuer(folder: Path, port: int, client_secret: Path, redirect_uri: str) -> None:
    """Serve the provider on 127.0.0.1 until the process ends."""
    from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY

    issuer = DevelopmentIssuer(
        read_secret_file(folder / DEVELOPMENT_ISSUER_KEY),
        read_secret_file(client_secret).decode().strip(),
        redirect_uri,
    )
    make_server("127.0.0.1", port, create_issuer(issuer), threaded=True).serve_forever()


if __name__ == "__main__":
    state_dir, given_port, secret_file, back_to = sys.argv[1:]
    serve_issuer(Path(state_dir), int(given_port), Path(secret_file), back_to)
