"""What a turn writes, in one transaction, and what the chat in memory is after it was committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.changes import Changes
from bot.chats import Chat, seal_handle
from bot.files.receiving import Received
from bot.keys import DraftKey, Keys
from bot.parcels import Parcel
from bot.reference import Code
from bot.store import chats, envelopes, files, inbox, letters, outbox, references, reminders, resumptions, tasks
from bot.store.chats import Draft
from bot.store.resumptions import Resumption
from bot.store.rows import EnvelopeRow
from bot.store.tables import LOCKING
from flows.conversation import Conversation
from flows.envelope import SealedFile

#: Ordinals of tasks that carry a note.
_NOTES = 500


@dataclass(frozen=True, slots=True)
class Given:
    """What had to be fetched or computed before a turn can be planned."""

    #: the attachment that was taken in
    received: Received | None = None
    #: how the attachments of what is sent travel
    sealed: Sequence[SealedFile] = ()
    #: a new code for the draft, and the row it opens
    carried: tuple[Code, Resumption] | None = field(default=None, repr=False)
    #: the lane a draft was brought from, and its version there
    brought: tuple[str, int] | None = None
    #: the receipt that was asked for
    receipt: str | None = None


@dataclass(slots=True)
class Plan:
    """All a turn writes, in one transaction, and all it then says."""

    update_id: int
    #: what is talked about from now on; None when the chat is forgotten
    conversation: Conversation | None
    #: under which key the draft is kept from now on; None when there is none
    key: DraftKey | None
    #: the conversation's row; None when it is not touched
    draft: Draft | None
    #: whether more of the row changes than the draft itself
    whole: bool
    #: what of the chat's row is new
    state: dict[str, object]
    day: int
    parcels: list[Parcel] = field(default_factory=list)
    #: said in another lane
    elsewhere: list[tuple[str, Parcel]] = field(default_factory=list)
    toast: str = ""
    report: EnvelopeRow | None = field(default=None, repr=False)
    #: attachments that travel with the report
    sent_files: tuple[str, ...] = ()
    dropped_files: tuple[str, ...] = ()
    #: the draft is over: its attachments that were not sent, and its code, go
    draft_over: bool = False
    #: the new reference: selector, sealed verifier
    reference: tuple[str, bytes] | None = field(default=None, repr=False)
    #: (ordinal, reason, when they would like to be called)
    calls: list[tuple[int, str, str]] = field(default_factory=list)
    #: (reason, words sealed to the team)
    notes: list[tuple[str, bytes]] = field(default_factory=list, repr=False)
    #: the PIN's hash of something sent, and the second one's; both None when there is none any more
    pins: tuple[str, str | None, str | None] | None = field(default=None, repr=False)
    #: what was sent and no chat shall know of any more
    unlinks: str | None = None
    #: other chats whose rows this turn changes
    elsewhere_changed: tuple[str, ...] = ()
    given: Given = field(default_factory=Given)
    message: int | None = None
    #: what becomes of the chat's reminders
    changes: Changes = field(default_factory=Changes)
    erased_conversation: str | None = None
    #: the request that calls are about, when it is another than what is talked about
    about: str | None = None
    #: when the family would like to be called about the task it asked for
    times: str = ""
    #: what is written before all else, and after; and what is done with the chat in memory once all is committed
    first: list[Callable[[Connection], None]] = field(default_factory=list, repr=False)
    also: list[Callable[[Connection], None]] = field(default_factory=list, repr=False)
    afterwards: list[Callable[[Chat], None]] = field(default_factory=list, repr=False)

    @property
    def below(self) -> bool:
        return bool(self.state["below"])


def written(keys: Keys, chat: Chat, plan: Plan) -> Callable[[Connection], bool]:
    """The job that writes the turn. Its result is False when the update's turn was written before."""
    rows = [parcel.row(keys, chat.lane) for parcel in plan.parcels]
    rows += [parcel.row(keys, lane) for lane, parcel in plan.elsewhere]
    handle = None if chat.kept else seal_handle(keys, chat.lane, chat.number)

    def job(connection: Connection) -> bool:
        if not inbox.finish(connection, plan.update_id, plan.message):
            return False
        for job in plan.first:
            job(connection)
        if plan.unlinks is not None:
            reminders.cancel(connection, about=plan.unlinks)
            chats.unlink(connection, plan.unlinks)
            letters.move(connection, plan.unlinks, "")
            files.forget_conversation(connection, plan.unlinks)
        if plan.pins is not None:
            references.guard(connection, *plan.pins)
        _write_conversation(connection, chat, plan)
        _write_chat(connection, chat, plan, handle)
        _write_files(connection, plan)
        if rows:
            outbox.put(connection, rows, plan.day)
        _write_report(connection, plan)
        plan.changes.written(connection, chat.lane)
        for ordinal, reason, times in plan.calls:
            tasks.put(
                connection,
                update_id=plan.update_id,
                ordinal=ordinal,
                lane=chat.lane,
                conversation=plan.about or (plan.conversation.id if plan.conversation else None),
                reason=reason,
                day=plan.day,
                times=times or None,
            )
        if plan.times:
            tasks.wish(connection, chat.lane, plan.times, plan.day)
        for job in plan.also:
            job(connection)
        for number, (reason, note) in enumerate(plan.notes):
            tasks.put(
                connection,
                update_id=plan.update_id,
                ordinal=_NOTES + number,
                lane=chat.lane,
                conversation=plan.conversation.id if plan.conversation else None,
                reason=reason,
                day=plan.day,
                note=note,
            )
        return True

    return job


def settle(chat: Chat, plan: Plan) -> None:
    """The turn is committed: the chat in memory is what its rows are."""
    if plan.conversation is None and plan.state["conversation"] is None:
        chat.forget_conversation()
    elif plan.conversation is not None and plan.draft is not None:
        chat.version = version_after(chat, plan.conversation.id, plan.given)
        chat.conversation, chat.key, chat.locked = plan.conversation, plan.key, None
        chat.locking, chat.portable = plan.draft.locked == LOCKING, plan.draft.portable
        if plan.conversation.status != "open":
            chat.receipt = plan.conversation
        elif not plan.conversation.adds:
            chat.receipt = None
    for name, value in plan.state.items():
        if name not in ("conversation", "rest"):
            setattr(chat, name, value)
    chat.kept = True
    for change in plan.afterwards:
        change(chat)


def today(at: datetime | None = None) -> int:
    """Days since 1970."""
    return int((at or datetime.now(UTC)).timestamp()) // 86_400


def version_after(chat: Chat, id_: str, given: Given | None = None) -> int:
    """The version of the chat's conversation once this turn is written."""
    if given is not None and given.brought is not None:
        return given.brought[1] + 1
    return chat.version + 1 if chat.id_of_conversation == id_ else 1


def _write_conversation(connection: Connection, chat: Chat, plan: Plan) -> None:
    if plan.erased_conversation is not None:
        _erase(connection, plan.erased_conversation)
    draft = plan.draft
    if draft is None:
        return
    if plan.given.brought is not None:
        lane, version = plan.given.brought
        chats.release(connection, lane, draft.id)
        reminders.cancel(connection, lane=lane, about=draft.id)
        chats.save(connection, draft, was=version, whole=True)
        letters.move(connection, draft.id, chat.lane)
    elif chat.id_of_conversation == draft.id:
        chats.save(connection, draft, was=chat.version, whole=plan.whole)
    else:
        chats.begin(connection, draft)
    if plan.draft_over:
        resumptions.forget(connection, draft.id)
    if plan.given.carried is not None:
        resumptions.put(connection, plan.given.carried[1], plan.day)


def _erase(connection: Connection, id_: str) -> None:
    chats.erase(connection, id_)
    resumptions.forget(connection, id_)
    files.forget_conversation(connection, id_)
    reminders.cancel(connection, about=id_)


def _write_chat(connection: Connection, chat: Chat, plan: Plan, handle: bytes | None) -> None:
    if handle is not None:
        chats.add(connection, lane=chat.lane, handle=handle, anchor=None, **plan.state)
        return
    before = {name: getattr(chat, name) for name in plan.state if name not in ("conversation", "rest")}
    now = {name: value for name, value in plan.state.items() if name not in ("conversation", "rest")}
    if (
        now != before
        or chat.id_of_conversation != plan.state["conversation"]
        or plan.state["rest"] != 0
        or plan.given.brought
    ):
        chats.change(connection, chat.lane, plan.state)


def _write_files(connection: Connection, plan: Plan) -> None:
    conversation = plan.conversation
    if plan.given.received is not None and conversation is not None:
        files.put(connection, plan.given.received.row, conversation=conversation.id, day=plan.day)
    if plan.dropped_files:
        files.drop(connection, plan.dropped_files)


def _write_report(connection: Connection, plan: Plan) -> None:
    if plan.report is not None:
        envelopes.put(connection, plan.report)
        files.assign(connection, plan.sent_files, plan.report.report, plan.report.revision)
    if plan.draft_over and plan.conversation is not None:
        files.forget_conversation(connection, plan.conversation.id)
    if plan.reference is not None and plan.report is not None:
        selector, unhashed = plan.reference
        references.put(connection, selector=selector, unhashed=unhashed, report=plan.report.report, day=plan.day)
