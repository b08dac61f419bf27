"""Every alert fires where it should and stays quiet where it should, by Prometheus' own tool for that."""

import re
from pathlib import Path

import pytest
import yaml

from tests import programs
from tests.every import every
from tests.monitoring.rules import ALERTS, ROOT, RULES
from tests.servers import debian

Series = dict[str, str]

OFTEN = "0+60x60"
"""A counter that grows by one a second, seen once a minute for an hour."""
NEVER, ALWAYS = "0x60", "1x60"
ONCE = "0x27 1x30"
"""Something that happened once, two minutes before it is looked at, after half an hour."""
BLIP = "0x28 1 0x30"
"""Something that was so a minute before, and is no more."""
NOW = "0+60x60"
"""A time stamp that is always the present: these hours begin at 0."""
ROLE = 'role="dispute-officer",counts="fields"'
V1 = 'route="/v1/mask",method="POST"'
YEAR, DAY = 31_536_000, 86_400


def _ago(seconds: int) -> str:
    """A time stamp that was so long ago when the hour began."""
    return f"{-seconds}x60"


CASES: dict[str, tuple[Series, Series]] = {
    "MaskingAbsent": ({}, {"masking_workers": "2x60"}),
    "MaskingInstanceDown": (
        {'up{job="waybill-masking"}': NEVER},
        {'up{job="waybill-masking"}': ALWAYS, 'up{job="another"}': NEVER},
    ),
    "MaskingUnavailable": (
        {
            f'masking_requests_total{{{V1},status="503"}}': "0+6x60",
            f'masking_requests_total{{{V1},status="200"}}': OFTEN,
        },
        {
            f'masking_requests_total{{{V1},status="503"}}': "0+2x60",
            f'masking_requests_total{{{V1},status="200"}}': OFTEN,
            'masking_requests_total{route="/readyz",status="503"}': OFTEN,
        },
    ),
    "MaskingInternal": (
        {'masking_problems_total{code="internal"}': ONCE},
        {'masking_problems_total{code="frozen"}': ONCE},
    ),
    "MaskingOverloaded": (
        {'masking_problems_total{code="overloaded"}': "0+2x60", f'masking_requests_total{{{V1},status="200"}}': OFTEN},
        {'masking_problems_total{code="overloaded"}': ONCE, f'masking_requests_total{{{V1},status="200"}}': OFTEN},
    ),
    "MaskingCallsUnavailable": (
        {'masking_calls_total{outcome="unreachable"}': "0+3x60", 'masking_calls_total{outcome="bound"}': "0+10x60"},
        {'masking_calls_total{outcome="unreachable"}': "0+1x60", 'masking_calls_total{outcome="bound"}': "0+10x60"},
    ),
    "MaskingCallRecordsMissing": (
        {'masking_calls_total{outcome="bound"}': "0+2x60", 'masking_call_records_total{answered="no"}': NEVER},
        {'masking_calls_total{outcome="bound"}': "0+2x60", 'masking_call_records_total{answered="no"}': ONCE},
    ),
    "MaskingSearchesFindNothing": (
        {
            'masking_searches_total{outcome="not-found"}': "0+9x60",
            'masking_searches_total{outcome="found"}': "0+1x60",
        },
        {
            'masking_searches_total{outcome="not-found"}': "0+7x60",
            'masking_searches_total{outcome="found"}': "0+3x60",
        },
    ),
    "MaskingSearchesFindTooMany": (
        {
            'masking_searches_total{outcome="too-many"}': "0+3x60",
            'masking_searches_total{outcome="found"}': "0+7x60",
        },
        {
            'masking_searches_total{outcome="too-many"}': "0+1x60",
            'masking_searches_total{outcome="found"}': "0+9x60",
        },
    ),
    "MaskingSlow": (
        {
            f'masking_request_duration_seconds_bucket{{{V1},le="1.0"}}': "0+59x60",
            f'masking_request_duration_seconds_bucket{{{V1},le="5.0"}}': OFTEN,
            f'masking_request_duration_seconds_bucket{{{V1},le="+Inf"}}': OFTEN,
        },
        {
            f'masking_request_duration_seconds_bucket{{{V1},le="1.0"}}': OFTEN,
            f'masking_request_duration_seconds_bucket{{{V1},le="5.0"}}': OFTEN,
            f'masking_request_duration_seconds_bucket{{{V1},le="+Inf"}}': OFTEN,
        },
    ),
    "MaskingWorkerStuck": (
        {"masking_background_last_run_timestamp_seconds": "0x60"},
        {"masking_background_last_run_timestamp_seconds": NOW},
    ),
    "MaskingStoreDown": ({"masking_store_up": NEVER}, {"masking_store_up": ALWAYS}),
    "MaskingStoreDataAtRisk": (
        {'masking_store_fault{check="appendfsync",weight="loses"}': ALWAYS},
        {
            'masking_store_fault{check="appendfsync",weight="loses"}': NEVER,
            'masking_store_fault{check="appendfsync",weight="advice"}': ALWAYS,
        },
    ),
    "MaskingStoreUnready": (
        {'masking_store_fault{check="replicas",weight="unready"}': ALWAYS},
        {
            'masking_store_fault{check="replicas",weight="unready"}': BLIP,
            'masking_store_fault{check="store",weight="unseen"}': ALWAYS,
        },
    ),
    "MaskingStoreFilling": (
        {"masking_store_memory_used_bytes": "81x60", "masking_store_memory_limit_bytes": "100x60"},
        {"masking_store_memory_used_bytes": "79x60", "masking_store_memory_limit_bytes": "100x60"},
    ),
    "MaskingWrongStore": (
        {'masking_alerts_total{kind="wrong-store"}': ONCE},
        {'masking_alerts_total{kind="wrong-store"}': ALWAYS},
    ),
    "MaskingIntegrity": (
        {'masking_alerts_total{kind="integrity"}': ONCE},
        {'masking_alerts_total{kind="integrity"}': NEVER},
    ),
    "MaskingPrincipalFrozen": (
        {'masking_freezes_total{reason="burst"}': ONCE},
        {'masking_freezes_total{reason="by-hand"}': ONCE},
    ),
    "MaskingConflicts": (
        {'masking_alerts_total{kind="conflicts"}': ONCE},
        {'masking_alerts_total{kind="misses"}': ONCE},
    ),
    "MaskingBudgetRefuses": (
        {f'masking_budget_refusals_total{{{ROLE},window="1d"}}': ONCE},
        {
            f'masking_budget_refusals_total{{{ROLE},window="1h"}}': OFTEN,
            f'masking_budget_refusals_total{{{ROLE},window="1d"}}': NEVER,
            # Two tenants, of which none has spent its own: their sum is above what a role of one may.
            f"masking_budget_spent_total{{{ROLE}}}": "0+50x60",
            f"masking_budget_returned_total{{{ROLE}}}": NEVER,
            f'masking_budget_limit{{{ROLE},scope="role",window="1d"}}': "1500x60",
        },
    ),
    "MaskingCredentialsGuessed": (
        {'masking_problems_total{code="unauthenticated"}': "0+120x60"},
        {'masking_problems_total{code="unauthenticated"}': "0+30x60"},
    ),
    "MaskingAlertsDropped": (
        {'masking_alerts_dropped_total{reason="undelivered"}': ONCE},
        {'masking_alerts_dropped_total{reason="undelivered"}': NEVER},
    ),
    "MaskingPolicyRefused": (
        {'masking_alerts_total{kind="policy-refused"}': ONCE},
        {'masking_alerts_total{kind="policy-refused"}': NEVER},
    ),
    "MaskingKeysetRefused": (
        {"masking_keyset_refused": ALWAYS},
        {"masking_keyset_refused": BLIP},
    ),
    "MaskingPublicationLate": (
        {"masking_published_age_seconds": "121x60"},
        {"masking_published_age_seconds": "0x28 300 0x30"},
    ),
    "MaskingKeyOld": (
        {
            'masking_key_created_timestamp_seconds{use="state"}': _ago(90 * DAY + 6 * DAY),
            'masking_key_max_age_seconds{use="state"}': f"{90 * DAY}x60",
        },
        {
            'masking_key_created_timestamp_seconds{use="root"}': _ago(YEAR),
            'masking_key_max_age_seconds{use="root"}': f"{YEAR}x60",
            'masking_key_created_timestamp_seconds{use="data"}': _ago(2 * YEAR),
        },
    ),
    "MaskingShreddingDue": (
        {
            'masking_key_created_timestamp_seconds{use="data"}': _ago(226 * DAY),
            "masking_retention_seconds": f"{180 * DAY}x60",
        },
        {
            'masking_key_created_timestamp_seconds{use="data"}': _ago(224 * DAY),
            'masking_key_created_timestamp_seconds{use="root"}': _ago(360 * DAY),
            "masking_retention_seconds": f"{180 * DAY}x60",
        },
    ),
    "MaskingCheckpointLate": (
        {"masking_audit_newest_checkpoint_timestamp_seconds": "0x60"},
        {"masking_audit_newest_checkpoint_timestamp_seconds": NOW},
    ),
    "MaskingArchiveLate": (
        {"masking_audit_oldest_checkpoint_timestamp_seconds": _ago(13 * 3600)},
        {"masking_audit_oldest_checkpoint_timestamp_seconds": _ago(10 * 3600)},
    ),
    "MaskingArchiveLag": (
        {"masking_audit_archive_lag_seconds": "700x60"},
        {"masking_audit_archive_lag_seconds": "500x60"},
    ),
    "MaskingArchiveSilent": (
        {"masking_audit_archive_asked": "1x60"},
        {"masking_audit_archive_asked": "1x60", "masking_audit_archive_lag_seconds": "0x60"},
    ),
    "MaskingActionsRefused": (
        {"masking_audit_actions_refused": "1x60"},
        {"masking_audit_actions_refused": "0x60"},
    ),
}


def tried(cases: dict[str, Series], expected: int, folder: Path) -> str:
    """What promtool says of these series, if after half an hour each makes as many alerts of its name fire."""
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
                    "eval_time": "30m",
                    "exp_samples": [{"labels": "{}", "value": expected}],
                }
            ],
        }
        for alert, series in cases.items()
    ]
    file = folder / "test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests}))
    done = programs.run(debian("promtool"), "test", "rules", file)
    said = done.stdout + done.stderr
    assert ("SUCCESS" in said) == (done.returncode == 0), said
    assert "SUCCESS" in said or "alertname" in said, said
    return said


@pytest.fixture(scope="module")
def fires(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What promtool says of all series in which an alert has to fire."""
    return tried({alert: case[0] for alert, case in CASES.items()}, 1, tmp_path_factory.mktemp("fires"))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What promtool says of all series in which none may."""
    return tried({alert: case[1] for alert, case in CASES.items()}, 0, tmp_path_factory.mktemp("quiet"))


def test_prometheus_takes_the_rules() -> None:
    programs.output(debian("promtool"), "check", "rules", "--lint=all", "--lint-fatal", ALERTS)


def test_every_alert_is_tried() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("alert", CASES)
def test_it_fires(alert: str, fires: str) -> None:
    assert f'alertname=\\"{alert}\\"' not in fires, fires


@pytest.mark.parametrize("alert", CASES)
def test_it_stays_quiet(alert: str, quiet: str) -> None:
    assert f'alertname=\\"{alert}\\"' not in quiet, quiet


def test_the_tool_tells_an_alert_that_fires_from_one_that_does_not(tmp_path: Path) -> None:
    said = tried({alert: case[0] for alert, case in CASES.items()}, 0, tmp_path)

    assert [alert for alert in CASES if f'alertname=\\"{alert}\\"' not in said] == []


@every("alert", RULES)
def test_it_says_how_urgent_it_is_and_where_to_read_on(alert: str) -> None:
    rule = RULES[alert]
    file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    chapters = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(), re.MULTILINE)

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert anchor == alert.lower()
    assert alert in chapters


def test_the_alert_of_a_spent_budget_names_the_setting() -> None:
    assert ".people in the policy" in RULES["MaskingBudgetRefuses"]["annotations"]["summary"]
