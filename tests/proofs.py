"""The tests that `make proofs` runs and `make test` does not, and what `make test` runs in their place.

A test belongs here if it takes long and another one tests the same capability, or if it tests a tool of this
repository and not the product.
"""

import re
from collections.abc import Mapping
from typing import Final

PROOFS: Final[Mapping[str, Mapping[str, str]]] = {
    "audit/": {
        r"(?!test_everything_is_archived|test_an_entry_that_came_late).*\[four slots": "the same with a log in one "
        "slot, the default; audit/slots/ has what several slots add",
    },
    "audit/archive/test_killed_while_trimming.py": {
        "test_a_witness_killed_at_any_time": "the same, killed between any two steps",
    },
    "audit/packs/test_ranking.py": {
        "test_the_seeded_thief": "test_who_saw_more_of_the_list_than_chance_would_show: the order of "
        "two people; the arithmetic is in the other tests",
    },
    "audit/test_program.py": {
        r"test_(it_verifies|it_refuses|a_key_that|it_has_no).*\[with it": "the same without the extra, which these do "
        "not need",
    },
    "audit/verify/verifier/test_edited.py": {
        r"test_every_edited_member.*\[1\]": "the same with every third entry",
    },
    "backup/test_copying.py": {
        "test_a_cluster_comes_back": "a single server; a node of a cluster is copied as one",
    },
    "backup/test_drill.py": {
        r".*\[four slots": "the same with a log in one slot, the default",
    },
    "bench/quality/test_command.py": {
        "test_(a_run|the_figures|a_second|forms|no_example|the_command)": "a measuring tool; test_aims.py holds the "
        "masks to its aims",
    },
    "bench/test_audit_benches.py": {
        ".*": "a measuring tool; `make bench` runs it",
    },
    "bench/test_cell.py": {
        ".*": "a measuring tool",
    },
    "bench/test_life.py": {
        ".*": "a measuring tool; service/vault/test_formats.py has what is stored",
    },
    "bench/test_quick.py": {
        ".*": "a measuring tool; `make bench` runs it",
    },
    "bench/test_records.py": {
        ".*": "a measuring tool; `make bench` runs it",
    },
    "bench/test_scaling.py": {
        "test_the_memory_benchmark_prints": "a measuring tool",
    },
    "bench/theft/test_quick.py": {
        "test_(the_figures|model_and|the_same_seed|each_thief|with_the_defences|every_seed|a_run_names)": "a "
        "measuring tool; test_defences.py has the defences, and tests/stories/ what the application does",
    },
    "browser/test_company_issuer.py": {
        "test_without_a_search": "test_find.py: who may not search sees no way to it",
        "test_two_requests_at_once": "console/test_ending.py: a refresh in flight; console/test_sessions.py: the lock",
    },
    "browser/test_find.py": {
        r"test_a_caller_who_lost.*\[zh": "the same in English",
    },
    "browser/test_outages.py": {
        "test_a_restart_of_the_desk": "console/test_sessions.py: a session is in the store",
        "test_a_list_says": "test_a_service_that_is_down_is_said",
        "test_a_session_store": "console/test_sessions.py: a store that does not answer is said",
    },
    "browser/test_pages.py": {
        r"test_the_pages_of_a_role_are_sound\[.*zh-CN": "the same in English, wide and narrow",
        r"test_the_pages_of_a_role_are_sound\[(officer-wang|overseer-qian)": "other roles have the same templates; "
        "test_story.py is an officer's",
    },
    "browser/test_screens.py": {
        "test_a_long_reason": "a long name does not",
    },
    "browser/test_signing.py": {
        "test_another_code_is_refused": "web/keys/test_approving.py: the code and the revocation",
    },
    "browser/test_story.py": {
        r"test_a_dispute_is_settled_by_keyboard\[en": "the same in Chinese",
    },
    "browser/test_values.py": {
        r"test_a_value_hides_when\[(Esc|printing|back)|test_the_next_value.*\[name": "the same by another event",
    },
    "chaos/test_faults.py": {
        r"test_nothing_acknowledged_is_lost\[a_worker_is_killed": "the_service_is_killed, with every worker",
        r"test_nothing_acknowledged_is_lost\[connections_are_reset": "lost replies",
        r"test_nothing_acknowledged_is_lost\[the_store_is_demoted": "e2e/test_failover.py: a primary that is replaced",
        r"test_nothing_acknowledged_is_lost\[the_store_is_frozen": "e2e/test_production.py: a store that hangs",
        r"test_nothing_acknowledged_is_lost\[the_power_is_cut": "test_a_power_cut_takes_what_was_not_synced",
        r"test_nothing_acknowledged_is_lost\[the_store_comes_back_empty": "test_on_an_empty_store",
        r"test_nothing_acknowledged_is_lost\[the_service_(loses|is_ahead)": "the_clocks_go_back; store/test_clocks.py",
    },
    "chaos/test_groups.py": {
        r"test_nothing_acknowledged_by_a_cluster_is_lost\[a_primary_is_frozen": "a killed one: e2e/test_recovery.py",
        r"test_nothing_acknowledged_by_a_cluster_is_lost\[a_shard_comes_back_empty": "the same in e2e/test_recovery.py",
        r"test_nothing_acknowledged_by_a_cluster_is_lost\[a_slot_of_the_audit_log": "test_faults.py: "
        "the_store_comes_back_as_it_was; audit/checkpoints/test_writers.py: a writer that lost entries is told",
        "test_nothing_acknowledged_behind_sentinels_is_lost": "a killed primary: e2e/test_failover.py",
    },
    "cli/audit/test_follow.py": {
        "test_a_follower_reports": "audit/archive/follower/, in one process",
    },
    "cli/files/excel/test_sheets.py": {
        "test_memory_does_not_grow": "cli/files/test_columnar.py: the same with a columnar file",
    },
    "cli/files/test_destination.py": {
        r"test_an_interruption_leaves_nothing\[[12]\]": "the same with another signal",
    },
    "cli/files/test_summary.py": {
        "test_memory_does_not_grow": "test_columnar.py: the same with a columnar file",
    },
    "cli/files/test_unmapped.py": {
        r"test_names_that_begin_late.*\[long": "the same in a shorter file",
    },
    "cli/test_serving.py": {
        "test_a_store_that_is_down": "e2e/test_production.py: it masks when it starts without its store",
        "test_policies_are_logged": "web/test_policy_reload.py: the same in one process",
    },
    "e2e/test_audit_ends.py": {
        "test_(a_checkpoint_is_made|a_development_service)": "store/test_identity.py and audit/checkpoints/, in one "
        "process",
    },
    "e2e/test_failover.py": {
        r".*\[valkey-cluster": "Sentinel; a cluster in test_recovery.py, under load, too",
    },
    "e2e/test_log.py": {
        "test_a_wrong_set_up": "server/test_setup.py",
    },
    "e2e/test_make_run.py": {
        "test_a_port_that_is_none": "cli/test_serve.py: test_a_port_that_is_none; that `make run` says what "
        "the service said: test_a_stranger_at_the_port",
    },
    "e2e/test_overload.py": {
        r"test_(under_three_times|a_refusal_says|no_request_waits).*\[(batches|views)": "the same with single waybills",
    },
    "e2e/test_recovery.py": {
        "test_the_old_primary_returns_under": "test_failover.py: a failover under Sentinel",
        r"test_a_primary_that_is_killed_returns_as_a_replica\[8000": "the same at another shard",
        r"test_a_planned_failover_needs_no_failure\[8000": "the same at another shard",
        "test_all_nodes_are_restarted": "each primary and replica alone",
        "test_slots_that_move": "store/test_cluster.py: a slot that has moved, and one that is just moving",
        "test_a_single_server_restarts": "chaos/test_faults.py: the_store_is_killed, and starts again",
        "test_workers_go_on_and_start_while_a_zone_is_lost": "the loss of a primary, and of a whole shard",
    },
    "e2e/test_rotation.py": {
        "test_the_keyset_comes_back": "a service that starts again reads the same file: e2e/test_development.py",
        r"test_keys_are_rotated.*\[[256]": "the other keys under load; these in rotation/, while calls go on",
        "test_days_are_shredded": "rotation/test_shred.py: the same in one process, and what it leaves",
        "test_a_command_that_is_killed": "each rotation, ended in the test's process at each of its checks: "
        "test_an_interrupted_… of rotation/",
    },
    "e2e/test_slots.py": {
        ".*": "audit/slots/: a log in four slots of a cluster, and its witness, in one process; chaos/: services with "
        "four slots; store/test_genesis.py: another number is refused",
    },
    "e2e/test_tiers.py": {
        "test_no_request_is_refused_while_workers": "a killed one is replaced; one that begins with the hour serves",
    },
    "engines/test_kafka.py": {
        "test_every_record_of_the_corpus": "web/test_arrow.py: every fifth through DuckDB and Polars",
    },
    "engines/test_spark.py": {
        "test_so_does_a_job_that_was_killed": "a job that was not killed",
        "test_a_column_that_looks_personal": "arrow/test_refusing.py; that Spark masks at all is in the other test",
        "test_every_record_of_the_corpus": "web/test_arrow.py: every fifth through DuckDB and Polars",
    },
    "examples/test_clients.py": {
        r"test_(an_answer_(of|that)|a_service_that_is|after_one|each_attempt).*\[(java|curl)": "in Python",
        r"test_(a_bad_record|a_large_file|a_record_that|lines_that|the_key_may|what_the).*\[(java|curl)": "in Python",
        r"test_(what_is_printed|escapes|refusals|the_same_file|whoever_asks).*\[(java|curl)": "in Python; the quick "
        "start of test_handbook.py runs all three",
        r"test_(a_redirect|what_cannot_be).*\[(java|curl)-(308|two|schl)": "the same by another answer or key",
        "test_a_service_that_comes_back": "test_an_answer_that_is_cut_off: the same tokens",
        r"test_(labels|a_wrong_key).*\[curl": "in Python and Java",
    },
    "examples/test_courier_client.py": {
        "test_the_command_finds_a_parcel": "web/search/; the same command where search is off",
    },
    "examples/test_device_proof.py": {
        r".*\[java": "the same in Python; that the Java client compiles is in test_clients.py",
    },
    "helm/test_distorted_values.py": {
        "test_nonsense": "test_refused_values.py: what is refused, at its place",
        "test_what_the_schema_lets_through": "test_hardening.py and test_references.py, for all usual values",
    },
    "helm/test_draws.py": {
        ".*": "the same rules for fewer draws, and for every file of values: test_hardening.py, test_rendering.py",
    },
    "helm/test_handbook.py": {
        r"test_(the_secrets|nothing_secret).*\[desk|test_(the_installation|a_rotation|the_commands_for_two)": "by the "
        "trial; rotation/ and tiers/test_commands.py; test_references.py has the secrets of the chart",
    },
    "helm/test_names.py": {
        r"test_every_name_is_one.*\[(1e3|true|no-no|waybill|my-waybill|123|a{38}-b|masking-express-given0)": "other "
        "names: the longest, a number, and one of one's own",
    },
    "helm/test_rendering.py": {
        r"test_every_object_meets_the_schema_of_kubernetes\[oldest": "the same, by the newest",
    },
    "image/test_container.py": {
        ".*": "test_installed.py: what the image's script installs makes the round trip and writes only its state; "
        "test_dockerfile.py and helm/test_hardening.py: its user, and that it needs no capability",
    },
    "image/test_drain.py": {
        ".*": "e2e/test_overload.py: a service ends although clients keep coming; helm/test_rendering.py has the time "
        "it gets",
    },
    "image/test_installed.py": {
        ".*": "`.ci/installation` installs by the same script, and serves; test_dockerfile.py has the image's user "
        "and command",
    },
    "masking/test_growth.py": {
        "test_twice_of_anything_else": "test_twice_the_signs_of_units; test_linear.py: all else in an address",
        "test_twice_of_what_repeats": "test_repeated.py for short texts, test_linear.py for long ones",
    },
    "masking/test_linear.py": {
        r"test_twice_the_value_takes_at_most_about_twice_as_long\[.*between": "the same value alone; "
        "test_repeated.py: each mask for what is repeated between other characters",
        r"test_twice_the_value.*\[(remark|unmapped|address|phone)-beyond": "a name of that length; test_repeated.py",
        r"test_twice_the_value.*\[remark-read": "an unmapped text; kinds/test_texts.py: what is said in a remark",
    },
    "masking/records/test_leaks.py": {
        r"test_a_text_of_twice.*\[(1|1 |１|a b |\\u200b)\]": "13812345678, 张三, a hyphen and a long number",
    },
    "masking/test_repeated.py": {
        r"test_twice.*\[unit": "test_growth.py: each function that reads units; test_linear.py: an address in a record",
    },
    "monitoring/test_alerts.py": {
        "test_the_tool_tells": "test_it_fires and test_it_stays_quiet, each for every alert",
    },
    "observability/test_metrics.py": {
        r"test_gauges_show_the_worst.*\[.*-masking_(store_circuit|workers|keyset)": "another gauge",
    },
    "operations/test_handbook.py": {
        "test_(a_step|written|an_upgrade|certificates|no_keyset)": "`.ci/installation` follows the installation page; "
        "cli/, backup/test_drill.py and rotation/ have what the commands of the other pages do",
    },
    "operations/test_two_tiers.py": {
        ".*": "e2e/test_tiers.py: two tiers as processes; tiers/ in one; test_nginx_tiers.py: the proxy in front of "
        "them; setups/test_rights.py: the rights",
    },
    "server/test_setup.py": {
        r"test_gunicorn_without_keys.*\[[12]\]": "the same with four workers",
    },
    "service/holds/test_outlives.py": {
        "test_a_hold_outlives_a_failover": "service/vault/test_durability.py: a replica has what was acknowledged",
    },
    "service/search/test_state.py": {
        "test_after_a_failover": "service/vault/test_durability.py: a replica has what was acknowledged",
    },
    "service/vault/test_durability.py": {
        r"test_what_every_replica.*\[1\]": "the same with two replicas",
    },
    "setups/test_default_user.py": {
        r".*\[redis-server": "the same with Valkey",
        r".*\[valkey-server-kubernetes": "the same by the installation page",
    },
    "setups/test_wrong_setups.py": {
        r".*\[redis-server": "the same with Valkey; test_rights.py tests both",
    },
    "store/test_sentinel.py": {
        "test_a_replica_that_is_down_for": "a replica that follows no primary is not waited for",
        "test_the_primary_that_they_name_next": "e2e/test_failover.py: the primary that is named after a failover",
    },
    "test_growth.py": {
        r"test_other_work_grows\[exponential": "a tool of this repository; quadratic work is told as well",
    },
    "test_leftovers.py": {
        "test_a_run_fails": "a tool of this repository",
    },
    "test_package.py": {
        r"test_a_shell_can_complete.*\[(zsh|fish)": "the same in bash",
        "test_the_auditors_program_has": "audit/test_program.py: the same program, installed by itself",
    },
    "test_reruns.py": {
        "test_a_run_fails": "a tool of this repository",
    },
    "web/test_allocations.py": {
        r".*\[mask": "tokenize, which masks as well",
    },
    "web/test_arrow.py": {
        r"test_so_are_the_rows_that_an_engine.*\[.*all": "every fifth record of the corpus",
    },
    "web/test_forged_sign_ins.py": {
        "test_thousands_of_forged": "the same with 200 calls",
        r"test_who_colludes.*\[1000": "the same with 100 calls",
    },
    "web/test_json.py": {
        r"test_a_value_of_twice.*\[(1 |e\u0301|\\u200b|１|1-)\]": "other pieces; masking/test_linear.py has all",
    },
    "web/test_schemathesis.py": {
        ".*": "test_fuzz.py and fuzz/ send what is wrong, test_openapi.py holds the document to the answers, and by "
        "test_roles.py every operation refuses who may not use it before it reads",
    },
}
"""By file, or folder, and by the beginning of the test's name, a regular expression."""


def is_proof(file: str, name: str) -> bool:
    """Whether a test of a file, by its path below `tests`, runs in `make proofs` only."""
    tests = (*PROOFS.get(file, ()), *PROOFS.get(file.partition("/")[0] + "/", ()))
    return any(re.match(pattern, name) for pattern in tests)
