"""A company's own authorities: with the variable that the chart sets, issuers behind its certificates are believed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import programs
from tests.certificates import Authority
from tests.e2e.processes import ROOT, environment
from tests.helm.chart import Chart
from tests.http_servers import Handler, served
from tests.service.people.tokens import KEY, jwk

FETCH = """
import sys, time
from masking_service.service.people.issuer_keys import FetchedKeys
print(FetchedKeys.from_url(sys.argv[1], "ES256").find("a", int(time.time())).key_type)
"""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def issuer(authority: Authority) -> Iterator[str]:
    """The address of an issuer's keys, behind a certificate of the authority."""

    class Keys(Handler):
        def answer(self) -> None:
            self.send(200, json.dumps({"keys": [jwk(KEY, kid="a")]}).encode())

    with served(Keys, authority.vouch_for("issuer")) as url:
        yield f"{url}/jwks"


def fetched(url: str, **variables: str) -> programs.Ended:
    return programs.run(sys.executable, "-c", FETCH, url, cwd=ROOT, env=environment(**variables))


def test_an_issuer_behind_ones_own_authority_is_believed(chart: Chart, authority: Authority, issuer: str) -> None:
    pod = chart.one("everything", "Deployment")["spec"]["template"]["spec"]["containers"][0]
    (mount,) = [mount["mountPath"] for mount in pod["volumeMounts"] if mount["name"] == "authorities"]
    (name,) = [each["name"] for each in pod["env"] if each.get("value") == f"{mount}/ca.crt"]

    done = fetched(issuer, **{name: str(authority.file)})

    assert (done.returncode, done.stdout) == (0, "EC\n"), done.stderr


def test_nobody_believes_it_without(issuer: str) -> None:
    assert "IssuerUnavailable" in fetched(issuer).stderr
