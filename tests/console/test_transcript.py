"""A day at the desk, told whole: each page with its links and forms, each header, and what is kept of a session.

`transcript.txt` has it line by line: the second is fixed, and random texts are left out. A line is changed with what it
tells. A page that was told before is told by the number of its line.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import jwt
import msgspec
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from keys.files import read_secret_file
from masking_console.context import NAME, Desk
from masking_console.guards import SESSION_COOKIE
from masking_console.oidc import LOGOUT_EVENT
from masking_console.sessions import Session
from masking_console.settings import DEVELOPMENT_ISSUER
from masking_service.dev.issuer import CLIENT_ID, KEY_ID, DevelopmentIssuer, create_issuer
from masking_service.runtime import settings as service_settings
from masking_service.runtime.state_files import DEVELOPMENT_ISSUER_KEY
from masking_service.service.people.issuers import DEVELOPMENT_ALGORITHM
from masking_service.store.client import Clocks
from tests.console.conftest import SECRET, URL, Work, serve
from tests.console.test_sign_in import choose
from tests.telling import Told
from tests.web.api import NUMBER, SITE, Clock, record

TOLD: Final = Path(__file__).parent
NOW: Final = 1_800_000_000
READ_THE_DATE: Final = ("sums", "values", "waybills", "incidents", "keys", "audit")
OTHER, UNKNOWN = "SF2222222222", "SF9999999999"
RANDOM: Final = re.compile(
    r"""(?<=[?&]state=)[\w-]+|(?<=[?&;]nonce=)[\w-]+|(?<=nonce-)[\w-]+|(?<=challenge=)[\w-]+|(?<=id_token_hint=)[\w.-]+
    |(?<=code=)[\w-]+|(?<=desk-session=)[\w-]{9,}|(?<=desk-sign-in=)[\w.-]{9,}|(?<=Expires=)[^;]+|\b\d{8}-[0-9A-F]{6}\b
    |\b[0-9a-f]{16}-\d+|\b[0-9a-f]{20,}\b|\bno-number-\d[\d-]*|127\.0\.0\.1:\d+|[\w+/]{80,}={0,2}|[\w-]{43,}""",
    re.VERBOSE,
)
TOLD_ATTRIBUTES: Final = (
    *("href", "action", "formaction", "method", "name", "value", "checked", "selected", "disabled", "required"),
    *("hx-get", "hx-post", "datetime", "aria-current", "content", "maxlength", "min", "max", "src"),
)
LINES: Final = {"p", "tr", "li", "h1", "h2", "h3", "form", "dt", "label"}
USUAL: Final = {
    "Cache-Control": "no-store",
    "Content-Type": "text/html; charset=utf-8",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
OTHERWISE_TESTED: Final = {"Location", "Content-Length", "Date", "X-Request-Id"}
DATES: Final = r"\d{4}-\d\d-\d\d[T\ ][\d:]+Z?"


class Page(HTMLParser):
    """Reads what a page says, and where its links and forms lead: around its main part, and in it by lines."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self._silent, self._around = 0, "<main" in text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self._around &= tag != "main"
        if tag == "main" or (tag in LINES and not self._around):
            self.lines.append("")
        shown = [name if value in (None, "") else f"{name}={value}" for name, value in attrs if name in TOLD_ATTRIBUTES]
        if shown:
            self.lines[-1] += f" <{tag} {' '.join(shown)}>"

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")
        if tag == "main":
            self._around = True
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.lines[-1] += " " + " ".join(data.split())


class Teller(Told):
    """Visits pages, and tells what came."""

    def visit(self, browser: FlaskClient, who: str, method: str, path: str, **sent: Any) -> TestResponse:
        answered = browser.open(path, method=method, **sent)
        self.tell(f"{who} {method} {path}: {answered.status_code} {answered.headers.get('Location', '')}")
        for name, text in sorted(answered.headers.items()):
            if name not in OTHERWISE_TESTED and USUAL.get(name) != text:
                self.tell(f"  {name}: {text}")
        missing = USUAL.keys() - answered.headers.keys()
        if missing:
            self.tell(f"  without {', '.join(sorted(missing))}")
        for line in Page(answered.text).lines if answered.mimetype == "text/html" else answered.text.splitlines():
            if line.strip():
                self.tell(f"    {line.strip()}")
        return answered


class Dates(datetime):
    """Dates whose clock can be set: it is that of the time."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Dates:
        return cls.fromtimestamp(time.time(), tz)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets what the service, the desk and the issuer take for now. The store's own clock cannot be set."""
    monkeypatch.setattr(Clocks, "check", lambda *_: None)

    def to(now: int) -> None:
        for place in ("masking_service.http.app.time", "tests.web.api.clock"):
            monkeypatch.setattr(place, lambda: now)
        monkeypatch.setattr(time, "time", lambda: float(now))

    return to


class Day:
    """People at the desk, by their names.

    Each form is sent a second later, as what is of one second is listed in any order.
    """

    ROLES: Final[Mapping[str, str]] = {
        "li": "service-desk",
        "wang": "dispute-officer",
        "chen": "supervisor",
        "he": "privacy-officer",
        "luo": "privacy-officer",
        "sun": "auditor",
        "qian": "overseer",
    }

    def __init__(self, work: Work, at: Clock) -> None:
        self.teller = Teller(RANDOM)
        self._at, self._now = at, NOW
        self._browsers = {name: work.browser(role, name) for name, role in self.ROLES.items()}

    def get(self, who: str, path: str, **query: str) -> None:
        self.teller.visit(self._browsers[who], who, "GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, who: str, path: str, **form: Any) -> None:
        self._later()
        self.teller.visit(self._browsers[who], who, "POST", path, data=form)

    def scripted(self, who: str, path: str, **form: Any) -> None:
        """Post as a page's script does."""
        self._later()
        headers = {"HX-Request": "true", "Referer": f"{URL}/cases/D-1?x=1"}
        self.teller.visit(self._browsers[who], who, "POST", path, data=form, headers=headers)

    def _later(self) -> None:
        self._now += 1
        self._at(self._now)


def cases(day: Day) -> None:
    """Open cases, decide on them, open values, call, and end."""
    day.get("li", "/")
    day.get("li", "/cases/new", waybill=NUMBER, purpose="dispute", hours="4")
    day.post("li", "/cases/new/lines", waybills=f"{NUMBER}\n{OTHER} 13812345678\n?\n13812345678\n{NUMBER}")
    form = {"case": "D-1", "purpose": "dispute", "reason": "Lost", "details": "asked", "hours": "4"}
    day.post("li", "/cases/new", **form, waybills="")
    day.post("li", "/cases/new", **form, waybills=f"{NUMBER}\n?")
    day.post("li", "/cases/new", **form, waybills=f"{NUMBER}\n13812345678")
    day.post("li", "/cases/new", **form, waybills=f"{NUMBER}\n{OTHER}\n{UNKNOWN}")
    day.post("li", "/cases/new", **form, waybills=NUMBER)
    day.get("li", "/cases/new")
    day.get("li", "/cases/new", fresh="1")
    day.post("li", "/cases/new", **form | {"case": "D-2", "purpose": "regulator"}, waybills=OTHER, another="1")
    day.post("li", "/cases/new", **form | {"case": "D-3", "officer": "dev/wang", "hours": "?"}, waybills=NUMBER)
    day.post("li", "/cases/new", **form | {"case": "?", "reason": "", "details": " "}, waybills="SF2222222222")
    day.get("li", "/cases/new", again="D-3")
    for who in ("chen", "sun"):
        day.get(who, "/approvals")
    day.get("chen", "/approvals/count")
    day.post("chen", "/cases/D-2/deny")
    day.post("chen", "/cases/D-2/approve", note="letter seen", approvals="1")
    day.post("chen", "/cases/D-2/deny", note="too late")
    day.post("wang", "/cases/D-1/claim")
    day.get("wang", "/cases")
    for query in ({"status": "mine"}, {"status": "pending", "sort": "case"}, {"status": "?", "sort": "?"}):
        day.get("wang", "/cases", **query)
    for asked in ("D-1", NUMBER, "?", "13812345678", ""):
        day.post("wang", "/cases", q=asked)
    day.get("wang", "/cases", q=NUMBER)
    day.get("wang", "/cases", poll="1")
    day.get("wang", "/cases/D-1")
    day.get("wang", "/cases/D-1", waybill="2222")
    day.get("wang", "/cases/D-9")
    day.get("wang", f"/cases/D-1/label/{NUMBER}", size="100x180")
    day.get("wang", f"/cases/D-1/label/{UNKNOWN}")
    wanted = {"waybill": NUMBER, "purpose": "dispute"}
    phone, name = {"field-2": "/recipient/phone"}, {"field-10": "/recipient/name"}
    day.scripted("wang", "/cases/D-1/reveal", **wanted, **name, **phone, **{"field-4": "/nothing"})
    day.post("wang", "/cases/D-1/reveal", **wanted, **name)
    day.post("wang", "/cases/D-1/reveal", **wanted, **{"field-x": "/recipient/phone"})
    day.scripted("wang", "/cases/D-1/reveal", **wanted | {"waybill": UNKNOWN}, **phone)
    day.scripted("wang", "/cases/D-2/reveal", **wanted, **phone)
    day.scripted("wang", "/cases/D-1/call", **wanted, **phone)
    day.post("wang", "/cases/D-1/call", **wanted, **name)
    for who in ("chen", "he", "sun"):
        day.get(who, "/cases/D-1")
    day.get("li", "/cases/D-1")
    day.get("wang", "/me")
    day.post("wang", "/cases/D-1/done")
    day.post("chen", "/cases/D-3/close", note="answered")


def office(day: Day) -> None:
    """People, waybills, the log, decoys, incidents, keys."""
    day.get("chen", "/people")
    day.post("chen", "/people/freeze", principal="dev/wang", reason="Seen abroad", details="")
    day.post("chen", "/people/freeze", principal="", reason="")
    day.get("wang", "/cases/D-1")
    day.get("chen", "/people")
    day.post("chen", "/people/unfreeze", principal="dev/wang")
    day.get("he", "/waybills")
    day.get("he", "/waybills", waybill=" sf1234567890 ")
    for number in (NUMBER, UNKNOWN, "?"):
        day.get("he", f"/waybills/{number}")
    day.get("he", f"/waybills/{NUMBER}/letter")
    day.post("he", f"/waybills/{NUMBER}/letter", addressee="Zhang", reference="R-1", language="zh")
    day.post("he", f"/waybills/{OTHER}/restrict")
    day.get("he", f"/waybills/{OTHER}")
    day.post("he", f"/waybills/{OTHER}/unrestrict")
    day.post("he", f"/waybills/{OTHER}/erase", number="?")
    day.post("he", f"/waybills/{OTHER}/erase", number="sf2222222222")
    day.get("he", "/decoys")
    day.post("he", "/decoys", waybills=f"{NUMBER} abc", kind="phantom")
    day.post("he", "/decoys", waybills="SF3333333333 SF4444444444", kind="phantom")
    day.post("he", "/decoys/list")
    day.post("he", "/decoys/heard", phone="13812345678")
    day.post("he", "/decoys/remove", waybill="SF3333333333")
    day.get("he", "/incidents")
    found = {"incident": "I-1", "leak": "a list", "countries": ["cn", "kr"], "minutes": "90", "flags": ["malicious"]}
    day.post("he", "/incidents", **found, persons="1000", possible="x")
    day.post("he", "/incidents", incident="?", leak="", minutes="-1")
    day.get("he", "/incidents/I-1")
    day.post("he", "/incidents/I-1/note", persons="200000")
    day.post("he", "/incidents/I-1/report", duty="cn/first-report")
    day.get("he", "/incidents/I-1/forms/cn")
    day.post("he", "/incidents/holds", hold="H-1", reason="letter", waybills=f"{NUMBER} {UNKNOWN}")
    day.post("he", "/incidents/holds/H-1/set")
    day.post("luo", "/incidents/holds/H-1/set")
    day.get("luo", "/incidents")
    day.post("he", "/incidents/holds/H-1/lift")
    day.post("he", "/incidents/I-1/close")
    day.get("he", "/incidents")
    day.get("he", "/incidents/I-1")
    day.get("sun", "/audit")
    day.get("sun", "/audit", action="detokenize", outcome="released", **{"from": "2027-01-15T08:00", "to": "?"})
    day.get("sun", "/audit", waybill="x")
    day.get("sun", "/audit", waybill=NUMBER, principal="dev/wang", after="?")
    day.get("qian", "/sums")
    day.get("qian", "/sums", day="2027-01-14")
    day.get("qian", "/sums", day="nonsense")
    for who in ("sun", "li"):
        day.get(who, "/keys")
        day.get(who, "/me/keys")
    day.get("chen", "/keys", person="dev/wang")
    day.post("chen", "/keys/approve", principal="dev/wang", key="?", code="?")
    day.post("li", "/me", language="zh", hide_after="60", keys=["r"])
    day.get("li", "/cases", q="D-1")
    day.get("li", "/find")
    day.post("li", "/me/stay")
    day.post("li", "/me/keep", form="/cases/new", case="D-8", waybills="1")
    day.get("li", "/cases/new")
    day.get("li", "/watermark.svg")
    day.get("li", "/nowhere")


def test_a_day_at_the_desk_is_told_as_it_is_listed(
    work: Work, at: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at(NOW)
    for module in ("app", "formats", *(f"screens.{name}" for name in READ_THE_DATE)):
        monkeypatch.setattr(f"masking_console.{module}.datetime", Dates)
    monkeypatch.setattr("masking_console.context.READ_AGAIN_SECONDS", 3_600)  # however long the test takes
    work.api.tokenize(record(), record(OTHER, remark="ask 李四"), custody={"site": SITE})
    day = Day(work, at)
    cases(day)
    office(day)

    day.teller.is_as_in(TOLD / "transcript.txt", tmp_path)


@pytest.fixture
def issuer(development: service_settings.Settings) -> DevelopmentIssuer:
    """An issuer whose access tokens the service takes."""
    return DevelopmentIssuer(
        read_secret_file(development.state_dir / DEVELOPMENT_ISSUER_KEY), SECRET, f"{URL}/callback"
    )


@pytest.fixture
def issuer_url(issuer: DevelopmentIssuer) -> Iterator[str]:
    for served in serve(create_issuer(issuer)):
        yield served.url


class Sitting:
    """Browsers of one desk, what is stored of their sessions, and what the desk counts."""

    def __init__(self, work: Work, at: Clock) -> None:
        self.teller = Teller(re.compile(rf"{RANDOM.pattern}|{DATES}", re.VERBOSE))
        self.desk: Desk = work.app.extensions[NAME]
        # Tokens are verified by the real clock: none is of the future, and none has ended.
        self._at, self._begin = at, int(time.time()) - 560
        self.now = self._begin
        self._app = work.app

    def browser(self) -> FlaskClient:
        client = self._app.test_client()
        client.environ_base |= {"wsgi.url_scheme": "https", "HTTP_HOST": urlsplit(URL).netloc}
        return client

    def after(self, seconds: int) -> None:
        """Let it be so many seconds after the begin."""
        self.now = self._begin + seconds
        self._at(self.now)
        self.teller.tell(f"after {seconds} s")

    def get(self, browser: FlaskClient, path: str, **headers: str) -> None:
        self.teller.visit(browser, "browser", "GET", path, headers=headers)

    def post(self, browser: FlaskClient, path: str, site: str = "same-origin", **form: str) -> TestResponse:
        return self.teller.visit(browser, "browser", "POST", path, data=form, headers={"Sec-Fetch-Site": site})

    def sign_in(self, browser: FlaskClient, sub: str, **form: str) -> None:
        self.get(browser, choose(self.post(browser, "/sign-in", **form).headers["Location"], sub))

    def told_by_issuer(self, issuer: DevelopmentIssuer, age: int = 0, **claims: object) -> None:
        """Send a logout token with these claims beside the usual ones. A claim that is None is left out."""
        usual = {"iss": DEVELOPMENT_ISSUER, "aud": CLIENT_ID, "jti": "j", "events": {LOGOUT_EVENT: {}}}
        made = {name: value for name, value in (usual | claims).items() if value is not None} | {"iat": self.now - age}
        told = jwt.encode(made, issuer._private, DEVELOPMENT_ALGORITHM, headers={"kid": KEY_ID})
        self.teller.tell(f"logout token of {age} s: {claims}")
        self.post(self.browser(), "/back-channel-logout", "none", logout_token=told)

    def tell_stored(self) -> None:
        """Tell every key in the store, and what a session holds. Its times are told from the begin."""
        store = self.desk.sessions._store
        found = []
        for key in store.redis.scan_iter(b"console:*"):
            kind = key.decode().split(":")[1]
            opened = store.open(key, store.redis.get(key)) if kind in ("session", "former") else None
            told = repr(opened.decode()) if opened and kind == "former" else self._session(opened) if opened else ""
            # In steps of ten seconds: the store's clock goes on.
            found.append(f"  stored: {kind} for {-(-store.redis.ttl(key) // 10) * 10} s {told}")
        for line in sorted(found):
            self.teller.tell(line)

    def _session(self, opened: bytes) -> str:
        held = msgspec.to_builtins(msgspec.msgpack.decode(opened, type=Session))
        for name in ("access_token", "refresh_token", "id_token"):
            held[name] = bool(held[name])
        for name in ("expires_at", "began_at", "seen_at"):
            held[name] -= self._begin if held[name] else 0
        return json.dumps(held, ensure_ascii=False)

    def tell_counts(self) -> None:
        for line in self.desk.metrics.exposition()[0].decode().splitlines():
            if re.match(r"masking_console_(?!request_seconds_(bucket|sum)|\w+_created)", line):
                self.teller.tell(f"  {line}")


def signing_in(desk: Sitting) -> FlaskClient:
    """Sign in, also with what is forged. Returns the browser."""
    wang = desk.browser()
    desk.get(wang, "/cases?x=1")
    desk.get(wang, "/cases?x=1", **{"HX-Request": "true", "Referer": f"{URL}/cases/D-1?x=1"})
    desk.get(wang, "/cases?x=1", **{"Sec-Fetch-Site": "cross-site"})
    desk.get(wang, "/cases?x=1", **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})
    desk.get(wang, "/sign-in?next=/cases/D-1")
    desk.get(wang, "/callback?state=x&code=x")
    for site in ("cross-site", "same-site"):
        desk.post(wang, "/sign-in", site)
    address = desk.post(wang, "/sign-in", acr="2" * 65, max_age="300", next="//evil.example").headers["Location"]
    desk.get(wang, choose(address).replace("state=", "state=x"))
    desk.get(wang, choose(address).partition("&")[0] + "&error=access_denied")
    desk.get(wang, choose(address).replace("code=", "code=x"))
    desk.tell_stored()
    desk.sign_in(wang, "officer-wang", next="/cases/D-1")
    desk.tell_stored()
    return wang


def ageing(desk: Sitting, wang: FlaskClient) -> None:
    """Use the session at the limits of its times."""
    desk.get(wang, "/cases")
    for seconds, path in ((19, "/"), (20, "/cases?poll=1"), (20, "/"), (540, "/cases?poll=1"), (541, "/cases?poll=1")):
        desk.after(seconds)
        desk.get(wang, path)
        desk.tell_stored()
    desk.post(wang, "/me/stay")
    desk.tell_stored()
    desk.get(wang, "/sign-in?next=/me")
    desk.get(wang, "/sign-in?next=/me&confirm=1")
    desk.sign_in(wang, "officer-wang", next="/cases/D-1", max_age="0")
    desk.tell_stored()


def ending(desk: Sitting, wang: FlaskClient, issuer: DevelopmentIssuer) -> None:
    """End sessions: by another sign-in, the issuer, the person, and the service."""
    other = desk.browser()
    desk.sign_in(other, "officer-wang")
    desk.tell_stored()
    for browser in (wang, other):
        for path in ("/", "/cases", "/cases?poll=1"):
            desk.get(browser, path)
    desk.sign_in(other, "officer-zhao", next="/cases/D-1")
    desk.tell_stored()
    zhao: dict[str, Any] = {"sub": "officer-zhao"}
    wrong: tuple[dict[str, Any], ...] = (
        {"sub": ""},
        zhao | {"sid": ""},
        {},
        zhao | {"jti": None},
        zhao | {"nonce": "n"},
        zhao | {"events": {}},
    )
    for claims in ({"sub": "officer-wang"}, *wrong, zhao | {"events": {LOGOUT_EVENT: ""}}):
        desk.told_by_issuer(issuer, **claims)
    for age in (120, 119, 0):
        desk.told_by_issuer(issuer, age, **zhao, jti="j-2")
    desk.tell_stored()
    desk.get(other, "/me")
    desk.post(other, "/cases/D-1/close", note="was typing")
    desk.sign_in(other, "officer-zhao")
    cookie = other.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    desk.desk.sessions.change(cookie.value, access_token="no token")
    desk.post(other, "/cases/new", case="D-8", details="typed", waybills=NUMBER)
    desk.tell_stored()
    desk.sign_in(other, "officer-zhao")
    desk.post(other, "/sign-out", "cross-site")
    desk.post(other, "/sign-out")
    desk.tell_stored()
    desk.get(other, "/signed-out")
    desk.sign_in(wang, "desk-li")
    desk.sign_in(other, "desk-li")
    desk.post(other, "/sign-out", everywhere="1")
    desk.tell_stored()
    desk.get(wang, "/me")
    desk.get(wang, "/healthz")
    desk.get(wang, "/readyz")


def test_a_sitting_is_told_from_the_sign_in_to_its_end(
    work: Work, at: Clock, issuer: DevelopmentIssuer, tmp_path: Path
) -> None:
    desk = Sitting(work, at)
    desk.after(0)
    wang = signing_in(desk)
    ageing(desk, wang)
    ending(desk, wang, issuer)
    desk.tell_counts()

    desk.teller.is_as_in(TOLD / "sitting.txt", tmp_path)
