"""What an operator reads after an installation: what is missing, and what is not for production."""

import pytest

from tests.helm.chart import Chart, values_of


def notes(chart: Chart, value_set: str, *more: str) -> str:
    done = chart.run("install", "masking", "helm", "--dry-run=client", *values_of(value_set), *more)
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("NOTES:")[2]


@pytest.mark.parametrize(
    "missing", ["NO ONE MAY CALL IT YET", "THERE IS NO WITNESS", "trusts no issuer", "see clients.snapshotSecret"]
)
def test_they_say_what_is_missing(chart: Chart, missing: str) -> None:
    assert missing in notes(chart, "defaults")
    assert missing not in notes(chart, "production")


def test_they_ask_how_many_people_a_role_has(chart: Chart) -> None:
    asked = "does not say how many people a role has (`people`)"
    policy = "roles:\n  courier:\n    people: 500\n"

    assert asked in notes(chart, "production")
    assert asked not in notes(chart, "production", "--set-string", f"policy={policy}")


def test_they_say_that_the_trial_store_is_for_trials(chart: Chart) -> None:
    assert "FOR TRIALS ONLY, NEVER FOR PRODUCTION" in notes(chart, "trial")
    assert "TRIALS" not in notes(chart, "production")


def test_they_name_every_secret_that_is_needed(chart: Chart) -> None:
    said = notes(chart, "production")

    names = ("keys", "store", "store-tls", "clients", "witness", "witness-tls")
    for name in (*(f"masking-{name}" for name in names), "waybill-masking-test"):
        assert f"{name} (" in said


def test_they_say_that_no_one_may_open_the_desk_yet(chart: Chart) -> None:
    closed = ("--set-json", "desk.network.clients=[]")

    assert "NO ONE MAY OPEN THE DESK" in notes(chart, "desk", *closed)
    assert "THE DESK" not in notes(chart, "desk") + notes(chart, "defaults")


def test_they_name_the_secrets_of_the_desk(chart: Chart) -> None:
    said = notes(chart, "desk")

    assert "waybill-masking-desk (session-key, client-secret), waybill-masking-desk-redis (url)" in said


def test_they_say_that_prometheus_is_kept_out_where_it_is(chart: Chart) -> None:
    monitored = ("--set", "serviceMonitor.enabled=true")

    assert "PROMETHEUS IS KEPT OUT" in notes(chart, "defaults", *monitored)
    assert "PROMETHEUS" not in notes(chart, "cluster") + notes(chart, "defaults")
