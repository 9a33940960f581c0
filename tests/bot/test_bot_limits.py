"""How often a wrong code may be tried: the rules, and the gate that keeps them in the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from bot.gate import Gate, Try, at_code, at_home, at_status
from bot.keys import Keys
from bot.limits import CHAT, CODE, DAY, HOUR, SLOW, STATUS, Limit, Tally, failed, is_open, taken_back
from bot.store import failures
from bot.store.store import Store
from ground.vault import Vault, new_key

AT = datetime(2026, 5, 3, 9, 59, tzinfo=UTC)
NOW = int(AT.timestamp()) // 3600


def after(limit: Limit, count: int, now: int = NOW, tally: Tally | None = None) -> Tally:
    tally = tally or Tally()
    for _ in range(count):
        tally = failed(tally, limit, now)
    return tally


def test_five_failures_close_a_chat_for_an_hour_then_two_then_four() -> None:
    tally, now = Tally(), NOW
    pauses = []
    for _ in range(5):
        assert is_open(after(CHAT, 4, now, tally), now)
        tally = after(CHAT, 5, now, tally)
        assert not is_open(tally, now)
        pauses.append(tally.until - now - 1)
        now = tally.until
        assert is_open(tally, now)
    assert pauses == [1, 2, 4, 8, 16]


def test_an_hour_without_failures_forgets_the_few_there_were() -> None:
    tally = after(CHAT, 4)
    assert not is_open(failed(tally, CHAT, NOW + 1), NOW + 1), "the next hour may be a minute later"
    assert is_open(after(CHAT, 4, NOW + 2, tally), NOW + 2)


def test_five_failures_on_a_code_lock_it_for_a_day_and_then_for_longer() -> None:
    first = after(CODE, 5)
    assert (first.until - NOW, first.level) == (25, 1)
    second = after(CODE, 5, first.until, first)
    assert second.until - first.until == 49
    assert after(CODE, 5, second.until + 61 * 24, second).level == 1, "after two quiet months a day again"


def test_everybody_together_is_counted_by_periods() -> None:
    assert is_open(after(HOUR, 199), NOW)
    closed = after(HOUR, 200)
    assert [is_open(closed, NOW + hours) for hours in (0, 1)] == [False, True]
    trickle = Tally()
    for hours in range(24 * 30):
        trickle = after(DAY, 9, NOW + hours, trickle)
        assert is_open(trickle, NOW + hours), "nine an hour are no attack"


@given(some.lists(some.booleans(), max_size=40), some.sampled_from([CHAT, CODE, HOUR, SLOW]))
def test_taking_back_is_as_if_it_had_not_been(rights: list[bool], limit: Limit) -> None:
    """Right ones count for nothing, whatever they stand between."""
    with_rights, without = Tally(), Tally()
    for right in rights:
        if not is_open(without, NOW):
            break
        with_rights = failed(with_rights, limit, NOW)
        if right:
            with_rights = taken_back(with_rights, limit, NOW)
        else:
            without = failed(without, limit, NOW)
        assert is_open(with_rights, NOW) == is_open(without, NOW)
        assert (with_rights.count, with_rights.level) == (without.count, without.level)


async def test_the_gate_counts_before_it_looks_and_what_is_right_forgives_nothing(database_url: str) -> None:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    gate = Gate(store, keys)
    try:
        lane = "a" * 32
        for number in range(4):
            assert await gate.enter(at_code(lane, f"{number:07}"), AT) is not None
        for _ in range(20):
            mine = await gate.enter(at_code(lane, "7777777"), AT)
            assert mine is not None, "what is right never closes anything"
            await gate.right(mine)
        last = await gate.enter(at_code(lane, "0000005"), AT)
        assert last is not None
        assert await gate.enter(at_code(lane, "7777777"), AT) is None, "five were wrong, whatever was right between"
        assert await gate.enter(at_code("b" * 32, "7777777"), AT) is not None, "another chat"

        locked = [await gate.enter(at_code(f"{number:032}", "1234567"), AT) for number in range(6)]
        assert [one is not None and one.locks for one in locked] == [False, False, False, False, True, False]
        assert locked[5] is None
        assert await gate.enter(at_code("c" * 32, "1234567"), AT + timedelta(hours=24)) is None
        assert await gate.enter(at_code("c" * 32, "1234567"), AT + timedelta(hours=26)) is not None
        assert await gate.enter(at_home("d" * 32), AT) is not None, "its own chat is not locked out"
        before = int(AT.timestamp()) // 3600 + 27
        assert await store.write(lambda c: failures.prune(c, before - 100)) == 0
        assert await store.write(lambda c: failures.prune(c, before + 100)) > 4
    finally:
        store.close()


async def test_beyond_two_hundred_failures_an_hour_everybody_shares_four(database_url: str) -> None:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    gate = Gate(store, keys)

    async def attempts(count: int, at: datetime, start: int) -> list[Try | None]:
        return [await gate.enter(at_code(f"{start + n:032}", f"{start + n:07}"), at) for n in range(count)]

    def looked_at(tries: list[Try | None]) -> int:
        return sum(one is not None for one in tries)

    try:
        assert looked_at(await attempts(230, AT, 0)) == 200 + SLOW.most
        assert looked_at(await attempts(120, AT + timedelta(hours=1), 1000)) == 20 + SLOW.most, "220 a day"
        next_hour = AT + timedelta(hours=2)
        assert looked_at(await attempts(SLOW.most - 1, next_hour, 2000)) == SLOW.most - 1
        right = await gate.enter(at_code("e" * 32, "7654321"), next_hour)
        assert right is not None
        await gate.right(right)
        assert looked_at(await attempts(5, next_hour, 3000)) == 1, "who is right takes nobody's place"
        assert await gate.enter(at_home("f" * 32), next_hour) is not None, "in its own chat a PIN is looked at"
    finally:
        store.close()


async def test_a_thousand_at_once_do_not_pass_together(database_url: str) -> None:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    gate = Gate(store, keys)
    try:
        tries = await asyncio.gather(*(gate.enter(at_code(f"{n:032}", f"{n:07}"), AT) for n in range(1000)))
        assert sum(one is not None for one in tries) == HOUR.most + SLOW.most
        tries = await asyncio.gather(*(gate.enter(at_home("a" * 32), AT) for _ in range(50)))
        assert sum(one is not None for one in tries) == CHAT.most
    finally:
        store.close()


async def test_a_chat_may_ask_thirty_times_an_hour_how_it_stands_whatever_else_it_tried(database_url: str) -> None:
    keys = Keys.of(Vault(new_key()))
    store = Store(database_url)
    store.open(keys)
    gate = Gate(store, keys)
    try:
        lane = "a" * 32
        for _ in range(5):
            await gate.enter(at_home(lane), AT)
        waits = [await gate.asks(lane, AT) for _ in range(STATUS.most + 2)]
        assert waits == [0] * STATUS.most + [1, 1], "AT is one minute before the hour"
        assert await gate.asks("b" * 32, AT) == 0, "another chat"
        assert await gate.enter(at_code("b" * 32, "1234567"), AT) is not None, "asking is no wrong code"
        hour = AT + timedelta(minutes=1)
        assert await gate.asks(lane, hour) == 0
        waits = [await gate.asks(lane, hour + timedelta(minutes=17)) for _ in range(STATUS.most)]
        assert waits[-1] == 43
        assert await gate.enter(at_status(lane), hour + timedelta(hours=3)) is not None
    finally:
        store.close()
