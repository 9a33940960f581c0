"""Which message comes next, what it says to the Bot API, and how fast."""

from __future__ import annotations

from collections import deque

import pytest
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.chats import Chat
from bot.keys import Keys
from bot.pace import Bucket, Pace
from bot.parcels import Parcel, read_parcel
from bot.refusals import Refusal, understand
from bot.sender import LATEST, backoff, call_for, take
from ground.vault import Vault


def show(number: int, *, fresh: bool = False) -> Parcel:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    settles = {"inline_keyboard": [], "by": number} if fresh else None
    return Parcel(number, 0, "show", {"text": str(number), "reply_markup": keyboard}, fresh, settles=settles)


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


def test_what_the_old_anchor_keeps_survives_a_merge_and_a_restart() -> None:
    queue = deque([show(1, fresh=True), forget(4), show(2)])
    first, absorbed = take(queue)
    assert (first.update_id, [one.update_id for one in absorbed]) == (2, [1])
    assert first.settles == {"inline_keyboard": [], "by": 1}
    assert [parcel.kind for parcel in queue] == ["forget"]
    keys = Keys.of(Vault(bytes(32)))
    again = read_parcel(keys, first.row(keys, "lane"))
    assert (again.settles, again.content, again.fresh) == (first.settles, first.content, True)


def test_a_courtesy_takes_no_turn_that_somebody_would_have_to_wait_for() -> None:
    pace = Pace(30, 1, 2)
    bucket = pace.of_chat()
    assert [pace.has_room(bucket) for _ in range(3)] == [True, True, False]
    crowd = Pace(1, 1000, 1000)
    assert [crowd.has_room(crowd.of_chat()) for _ in range(2)] == [True, False]


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
