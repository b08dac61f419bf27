"""Speaks OpenID Connect with the issuer: code flow with PKCE, refresh, logout.

ID tokens are verified here and never sent to the service.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import jwt
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from masking_console.asked import whole_number
from masking_console.authorities import certificate_fault, new_http, trust
from masking_console.sessions import Session
from masking_console.settings import Settings

TIMEOUT_SECONDS: Final = 5.0
METADATA_SECONDS: Final = 600
ALGORITHMS: Final = ("ES256", "ES384", "ES512", "RS256", "PS256", "EdDSA")
DEFAULT_SECONDS: Final = 300
"""Seconds an access token is used where the issuer gives no whole number up to `MAX_SECONDS`."""
MAX_SECONDS: Final = 24 * 3600
DESCRIBED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""What the metadata of an issuer must have."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS: Final = 120


class SignInError(Exception):
    """The issuer refused, or what it sent is not to be trusted. The message is for the log."""


class IssuerUnavailableError(Exception):
    """The issuer does not answer. If its certificate is the reason, the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A person on the way to the issuer: the address, and what the answer is checked against."""

    address: str
    state: str
    nonce: str
    verifier: str


class SessionTokens(TypedDict):
    """The members of a session that a refresh replaces."""

    access_token: str
    refresh_token: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class DescribedIssuer:
    """The issuer's metadata, the client of its keys, and the monotonic time of reading."""

    metadata: Mapping[str, Any]
    keys: jwt.PyJWKClient
    read_at: float


class Provider:
    """The issuer, as its metadata describes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = new_http(settings.issuer_ca)
        self._issuer: DescribedIssuer | None = None

    @property
    def origin(self) -> str:
        """The address where people sign in, for `form-action`; empty while the issuer was not reached."""
        address = self._issuer.metadata["authorization_endpoint"] if self._issuer is not None else ""
        return "/".join(address.split("/")[:3])

    def prepare(self) -> None:
        """Learn who the issuer is, so that `origin` is known. Raises IssuerUnavailableError."""
        self._described()

    def fetch_keys(self) -> None:
        """Fetch the issuer's keys. Raises IssuerUnavailableError."""
        keys = self._described().keys
        try:
            keys.get_signing_keys()
        except jwt.PyJWTError as error:
            raise IssuerUnavailableError(certificate_fault(error)) from None

    def depart(self, *, acr: str = "", max_age: int | None = None, random: str) -> Departure:
        """Where to send a person who signs in, or who has to confirm that it is them.

        Args:
            acr, max_age: what the service asks of the sign-in: its level, and its greatest age in seconds.
            random: at least 128 characters of fresh randomness, from which state, nonce and verifier are cut.
        """
        state, nonce, verifier = random[:32], random[32:64], random[64:128]
        more: dict[str, str | int] = {"acr_values": acr} if acr else {}
        if max_age is not None:
            more["max_age"] = max_age
        if self._settings.resource:
            more["resource"] = self._settings.resource
        if "offline_access" in self._settings.scope.split():
            more["prompt"] = "consent"
        metadata = self._described().metadata
        with self._client() as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, **more
            )
        return Departure(address, state, nonce, verifier)

    def arrive(self, code: str, verifier: str, nonce: str) -> Session:
        """Exchange a code for a session.

        Raises:
            SignInError: the code or the ID token is not to be trusted.
            IssuerUnavailableError: the issuer does not answer.
        """
        token = self._token(grant_type="authorization_code", code=code, code_verifier=verifier)
        claims = self._verified(str(token.get("id_token", "")), audience=self._settings.client_id)
        if claims.get("nonce") != nonce:
            raise SignInError("nonce")
        now = int(time.time())
        return Session(
            sub=str(claims["sub"]),
            name=str(claims.get("name") or claims.get("preferred_username") or ""),
            sid=str(claims.get("sid") or ""),
            id_token=token["id_token"],
            began_at=now,
            seen_at=now,
            **_tokens(token),
        )

    def refresh(self, session: Session) -> SessionTokens:
        """New tokens of a session.

        Raises:
            SignInError: the issuer gives none any more.
            IssuerUnavailableError: the issuer does not answer.
        """
        if not session.refresh_token:
            raise SignInError("no refresh token")
        token = self._token(grant_type="refresh_token", refresh_token=session.refresh_token)
        return _tokens(token, session.refresh_token)

    def logout_address(self, session: Session, state: str) -> str:
        """The address where a session ends at the issuer, or "" without one."""
        endpoint = str(self._described().metadata.get("end_session_endpoint", ""))
        if not endpoint:
            return ""
        query = {
            "id_token_hint": session.id_token,
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": f"{self._settings.url}/signed-out",
            "state": state,
        }
        return str(requests.Request("GET", endpoint, params=query).prepare().url)

    def logout_claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a back-channel logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).

        Raises:
            SignInError: it is none.
        """
        claims = self._verified(token, audience=self._settings.client_id, required=("jti", "events"))
        events = claims["events"]
        fresh = time.time() - claims["iat"] < LOGOUT_SECONDS
        told = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)
        named = [claims[name] for name in ("sub", "sid") if name in claims]
        sound = named and all(isinstance(each, str) and each for each in named)
        if not (fresh and told and sound) or "nonce" in claims:
            raise SignInError("logout token")
        return claims

    def _described(self) -> DescribedIssuer:
        issuer = self._issuer
        if issuer is None or time.monotonic() - issuer.read_at > METADATA_SECONDS:
            try:
                answer = self._http.get(self._settings.metadata_url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
                metadata = answer.json() if answer.ok else {}
            except requests.RequestException as error:
                raise IssuerUnavailableError(certificate_fault(error)) from None
            told = isinstance(metadata, dict) and all(isinstance(metadata.get(name), str) for name in DESCRIBED)
            if not told or metadata.get("issuer") != self._settings.issuer:
                raise IssuerUnavailableError
            trusted = ssl.create_default_context(cafile=self._settings.issuer_ca)
            keys = jwt.PyJWKClient(metadata["jwks_uri"], timeout=TIMEOUT_SECONDS, ssl_context=trusted)
            self._issuer = issuer = DescribedIssuer(metadata, keys, time.monotonic())
        return issuer

    def _client(self) -> OAuth2Session:
        client = OAuth2Session(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            scope=self._settings.scope,
            redirect_uri=self._settings.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method, not a secret
        )
        trust(client, self._settings.issuer_ca)
        return client

    def _token(self, *, grant_type: str, **given: str) -> Mapping[str, Any]:
        endpoint = self._described().metadata["token_endpoint"]
        if self._settings.resource:
            given["resource"] = self._settings.resource
        try:
            with self._client() as client:
                token: Mapping[str, Any] = client.fetch_token(
                    endpoint, grant_type=grant_type, timeout=TIMEOUT_SECONDS, **given
                )
        except AuthlibBaseError as error:
            raise SignInError(str(error.error)) from None
        except requests.RequestException as error:
            raise IssuerUnavailableError(certificate_fault(error)) from None
        except ValueError:  # what Authlib says of an `expires_in` that is no number
            raise SignInError("token answer") from None
        if not isinstance(token.get("access_token"), str):
            raise SignInError("no access token")
        return token

    def _verified(self, token: str, *, audience: str, required: tuple[str, ...] = ("sub", "exp")) -> Mapping[str, Any]:
        keys = self._described().keys
        try:
            key = keys.get_signing_key_from_jwt(token)
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=audience,
                issuer=self._settings.issuer,
                leeway=30,
                options={"require": ["iss", "aud", "iat", *required]},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise IssuerUnavailableError(certificate_fault(error)) from None
        except jwt.PyJWTError as error:
            raise SignInError(type(error).__name__) from None
        return claims


def _tokens(token: Mapping[str, Any], refresh_token: str = "") -> SessionTokens:
    return SessionTokens(
        access_token=token["access_token"],
        refresh_token=str(token.get("refresh_token") or refresh_token),
        expires_at=int(time.time()) + (whole_number(str(token.get("expires_in")), 1, MAX_SECONDS) or DEFAULT_SECONDS),
    )
