"""Which message comes next, what it says to the Bot API, and how fast."""

from __future__ import annotations

from collections import deque

import pytest
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.chats import Chat
from bot.pace import Bucket
from bot.parcels import Parcel
from bot.refusals import Refusal, understand
from bot.sender import LATEST, backoff, call_for, take


def show(number: int, *, fresh: bool = False) -> Parcel:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    settled_by = (number, 1) if fresh else None
    return Parcel(number, 0, "show", {"text": str(number), "reply_markup": keyboard}, fresh, settled_by=settled_by)


def settle(number: int, target: int | None = None) -> Parcel:
    return Parcel(number, 1, "settle", {"reply_markup": {"inline_keyboard": []}}, target=target)


def tell(number: int) -> Parcel:
    return Parcel(number, 2, "tell", {"text": "told", "reply_markup": {"inline_keyboard": []}})


def forget(number: int) -> Parcel:
    return Parcel(number, 3, "forget", {}, target=number)


def order(*parcels: Parcel) -> list[tuple[int, str, bool, list[int]]]:
    queue, taken = deque(parcels), []
    while queue:
        parcel, absorbed = take(queue)
        taken.append((parcel.update_id, parcel.kind, parcel.fresh, [one.update_id for one in absorbed]))
    return taken


def test_of_several_shows_of_one_anchor_only_the_last_is_said() -> None:
    assert order(show(1), show(2), show(3)) == [(3, "show", False, [1, 2])]


def test_a_new_message_stays_new_when_its_words_change() -> None:
    assert order(show(1, fresh=True), show(2)) == [(2, "show", True, [1])]


def test_nothing_overtakes_a_message_that_stays() -> None:
    assert order(show(1), tell(1), show(2, fresh=True)) == [
        (1, "show", False, []),
        (1, "tell", False, []),
        (2, "show", True, []),
    ]


def test_a_fresh_show_is_not_the_heir_of_an_older_anchor() -> None:
    assert [taken[0] for taken in order(show(1), show(2, fresh=True))] == [1, 2]


def test_settling_comes_last_and_knows_its_anchor_through_a_merge() -> None:
    queue = deque([show(1, fresh=True), settle(1, target=5), forget(4), show(2)])
    first, absorbed = take(queue)
    assert (first.update_id, first.settled_by, [one.update_id for one in absorbed]) == (2, (1, 1), [1])
    assert [take(queue)[0].kind for _ in range(2)] == ["forget", "settle"]


def test_calls() -> None:
    chat = Chat("lane", 42, "ar", anchor=9)
    keyboard = show(1).content["reply_markup"]
    assert call_for(show(1), chat) == (
        "editMessageText",
        {"chat_id": 42, "text": "1", "reply_markup": keyboard, "message_id": 9},
    )
    assert call_for(show(1, fresh=True), chat)[0] == "sendMessage"
    assert call_for(tell(1), chat) == ("sendMessage", {"chat_id": 42, "text": "told"})
    assert call_for(forget(3), chat) == ("deleteMessage", {"chat_id": 42, "message_id": 3})
    assert call_for(settle(1), chat) == ("", {})
    assert call_for(settle(1, 5), chat)[1]["message_id"] == 5
    chat.anchor = None
    assert call_for(show(1), chat)[0] == "sendMessage"


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (BadRequest("Message is not modified: specified new message content"), Refusal.ALREADY),
        (BadRequest("Message to edit not found"), Refusal.GONE),
        (BadRequest("Message to delete not found"), Refusal.ALREADY),
        (BadRequest("Message can't be deleted for everyone"), Refusal.STAYS),
        (BadRequest("Chat not found"), Refusal.UNREACHABLE),
        (BadRequest("Bad entities"), Refusal.NEVER),
        (Forbidden("Forbidden: bot was blocked by the user"), Refusal.UNREACHABLE),
        (RetryAfter(5), Refusal.LATER),
        (InvalidToken(), Refusal.TOKEN),
        (TimedOut(), Refusal.TROUBLE),
        (NetworkError("Bad Gateway"), Refusal.TROUBLE),
    ],
)
def test_refusals(error: Exception, refusal: Refusal) -> None:
    assert understand(error) is refusal  # type: ignore[arg-type]


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=2, burst=3)
    waits = [bucket.reserve(100.0) for _ in range(5)]
    assert waits == pytest.approx([0, 0, 0, 0.5, 1.0])
    assert bucket.reserve(200.0) == 0
    bucket.pause(205.0)
    assert bucket.reserve(201.0) == pytest.approx(4.5)


def test_backoff_doubles_to_its_limit() -> None:
    assert 0.25 <= backoff(1) <= 0.5
    assert max(backoff(failures) for failures in range(1, 40)) <= LATEST
