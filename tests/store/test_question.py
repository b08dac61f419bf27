"""Questions and scripts are asked together, and each has its answer."""

import pytest
import redis

from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.pipeline import Question, Script
from tests.store.stores import NOT_DURABLE, admitted, ask, counted


def test_a_script_is_sent_once_and_then_called_by_its_digest(store: Store, client: redis.Redis) -> None:
    script = Script.from_source(b"return {KEYS[1], ARGV[1]}")
    ask(client, "SCRIPT", "FLUSH")
    with counted(store) as unknown:
        first = store.script(script, [b"k"], [7])
    with counted(store) as known:
        second = store.script(script, [b"k"], [7])

    assert (first, second, unknown, known) == ([b"k", b"7"], [b"k", b"7"], [2], [1])


def test_a_script_that_fails_is_no_answer(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="refused"):
        store.script(Script.from_source(b"return redis.call('NOSUCHCOMMAND')"), [], [])


def test_questions_are_sent_together_and_each_has_its_answer(store: Store, client: redis.Redis) -> None:
    ask(client, "MSET", "a", "1", "b", "2")
    script = Script.from_source(b"return redis.call('INCRBY', KEYS[1], ARGV[1])")
    store.script(script, [b"n"], [5])
    reading = Question([(b"GET", b"a"), (b"GET", b"b")], lambda replies: replies)
    counting = Question.running(script, [b"n"], [2], lambda reply: reply)
    none = Question([], lambda replies: replies)

    with counted(store) as trips:
        store.ask(reading, counting, none)

    assert (reading.answer(), counting.answer(), none.answer(), trips) == ([b"1", b"2"], 7, [], [1])


def test_what_a_script_wrote_is_on_a_replica_before_any_question_that_was_sent_with_it_has_an_answer(
    valkey: str, client: redis.Redis
) -> None:
    store = admitted(valkey, replicas=1)  # which there is not
    reading = Question([(b"GET", b"a")], lambda replies: replies)
    script = Script.from_source(b"return redis.call('INCR', KEYS[1])")
    ask(client, "SCRIPT", "LOAD", script.source)  # one that is not known is sent again alone
    counting = Question.running(script, [b"n"], [], lambda reply: reply)
    store.ask(reading)  # what only reads needs none

    with pytest.raises(StoreUnavailable, match=NOT_DURABLE):
        store.ask(reading, counting)


def test_questions_without_commands_ask_nothing(store: Store) -> None:
    with counted(store) as trips:
        store.ask(Question([], lambda _: None), Question([], lambda _: None))

    assert trips == [0]


def test_what_a_question_found_is_not_read_before_its_answer_is_asked_for(store: Store) -> None:
    read: list[object] = []
    question = Question([(b"GET", b"a")], read.append)

    store.ask(question)
    before = list(read)
    question.answer()

    assert (before, read) == ([], [[None]])


def test_a_question_that_was_not_asked_has_no_answer() -> None:
    with pytest.raises(RuntimeError):
        Question([(b"GET", b"a")], lambda replies: replies).answer()
