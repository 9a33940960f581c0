"""The tables. Nothing in them can be read as a family's words: bodies are sealed, chats are keyed fingerprints."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData()

#: A 64-bit number that is SQLite's own row id there.
_RowId = BigInteger().with_variant(Integer, "sqlite")

NEW, DONE, DEAD, DROPPED = "new", "done", "dead", "dropped"
ONCE = "once"
_IS_NEW = text("state = 'new'")
_HAS_MESSAGE = text("message IS NOT NULL")
_AWAKE = text("touched IS NOT NULL")

#: Every update Telegram gave us, before Telegram may forget it. The body is blanked when its turn is committed.
inbox = Table(
    "inbox",
    metadata,
    Column("update_id", _RowId, primary_key=True, autoincrement=False),
    Column("lane", String(32), nullable=False),
    #: days since 1970, for pruning; no time of day on purpose
    Column("day", Integer, nullable=False),
    #: new, done, dead
    Column("state", String(8), nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("body", LargeBinary),
    #: the family's message it brought, until that is deleted from the chat: half of the ledger that cleaning works from
    Column("message", BigInteger),
    Index("inbox_new", "update_id", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
    Index("inbox_said", "lane", sqlite_where=_HAS_MESSAGE, postgresql_where=_HAS_MESSAGE),
)

#: One row per chat: how to write to it and what stands in it.
chats = Table(
    "chats",
    metadata,
    Column("lane", String(32), primary_key=True),
    #: the chat's id, sealed
    Column("handle", LargeBinary, nullable=False),
    Column("language", String(8), nullable=False),
    Column("conversation", String(32)),
    #: message id of the anchor, once it was sent
    Column("anchor", BigInteger),
    #: whether something stands below the anchor, so that the next one must be sent anew
    Column("below", Boolean, nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("day", Integer, nullable=False),
    #: when the family was last heard, in minutes since 1970; NULL once the chat is at rest (then only `day` is known)
    Column("touched", Integer),
    #: 0 awake, 1 its short silence was noticed, 2 its long one
    Column("rest", SmallInteger, nullable=False, server_default="0"),
    #: whether a message could not be deleted: 0 no, 1 the family does not know it yet, 2 it was told
    Column("residue", SmallInteger, nullable=False, server_default="0"),
    #: no messages but answers
    Column("quiet", Boolean, nullable=False, server_default=false()),
    #: others can see the phone
    Column("discreet", Boolean, nullable=False, server_default=true()),
    #: the question whose recording was sent last
    Column("recording", String(40)),
    #: which word of `flows.words` the family chose for our messages; NULL when it was given one
    Column("word", SmallInteger),
    #: time zones and weeks to leave out (`flows.reminding.rhythm`), sealed; NULL when nothing is known
    Column("rhythm", LargeBinary),
    #: the family asked to be reminded of what it leaves unfinished
    Column("reminded", Boolean, nullable=False, server_default=false()),
    #: months between two regular updates the family asked for; 0 none
    Column("digest", SmallInteger, nullable=False, server_default="0"),
    #: until this day (since 1970) a person of the team has the word, and nothing is sent by ourselves
    Column("held", Integer),
    Index("chats_awake", "touched", sqlite_where=_AWAKE, postgresql_where=_AWAKE),
)

#: `conversations.locked`: the key is on its way into the family's button; it is there, and nowhere here
LOCKING, KEY_AWAY = 1, 2

#: The drafts, each under its own key; erasing `key` erases the draft.
conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("lane", String(32), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    #: raised by one with every save; a save of another version's heir fails
    Column("version", Integer, nullable=False),
    #: the draft's key, wrapped; NULL when it lies in the family's button only, or when there is no draft
    Column("key", LargeBinary),
    #: the draft; NULL when there is none
    Column("body", LargeBinary),
    Column("day", Integer, nullable=False),
    #: what is known of something sent (setup, consents, days), under the root key; NULL before anything was sent
    Column("receipt", LargeBinary),
    #: 0, LOCKING or KEY_AWAY
    Column("locked", SmallInteger, nullable=False, server_default="0"),
    #: whether the key is also wrapped under a code and a PIN; then it stays the same
    Column("portable", Boolean, nullable=False, server_default=false()),
    #: the day (since 1970) from which an erasure the family asked for is carried out
    Column("erase_on", Integer),
)

#: Keys of drafts wrapped under a code and a PIN that only the family has.
resumptions = Table(
    "resumptions",
    metadata,
    Column("selector", String(7), primary_key=True),
    Column("conversation", String(32), nullable=False, index=True),
    Column("salt", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
)

#: Wrong codes and PINs of late, and who asked for news how often, by fingerprints of who tried and of what was tried
#: (`bot.limits.Tally`).
failures = Table(
    "failures",
    metadata,
    Column("who", String(48), primary_key=True),
    #: hours since 1970, both; no minute on purpose
    Column("since", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Column("level", SmallInteger, nullable=False),
)

#: What is to be said, keyed by the update that asked for it, so that a repeated turn says nothing twice.
outbox = Table(
    "outbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),
    Column("lane", String(32), nullable=False),
    #: show, tell, forget, lock (a show that holds a key), voice, sweep (delete all that can be deleted)
    Column("kind", String(8), nullable=False),
    #: a show that must be a new message
    Column("fresh", Boolean, nullable=False),
    #: the message to forget
    Column("target", BigInteger),
    #: new, done, dead (refused for ever), dropped (the chat is gone), once (to be tried once; its body is nowhere)
    Column("state", String(8), nullable=False),
    Column("day", Integer, nullable=False),
    #: the message that came of it, until it is deleted: the other half of the ledger
    Column("message", BigInteger),
    Column("body", LargeBinary),
    Index("outbox_said", "lane", sqlite_where=_HAS_MESSAGE, postgresql_where=_HAS_MESSAGE),
    Index("outbox_new", "update_id", "ordinal", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
)

#: What we say by ourselves, and when. A row that left `new` is never tried again.
reminders = Table(
    "reminders",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("lane", String(32), nullable=False),
    #: one of `flows.reminding.kinds`
    Column("kind", String(16), nullable=False),
    Column("step", SmallInteger, nullable=False),
    #: what it is about: a conversation, a broadcast; empty once it was said
    Column("about", String(32), nullable=False),
    #: minutes since 1970: the cause, or an appointment's moment
    Column("base", Integer, nullable=False),
    #: minutes since 1970: when it is due; once said, when that was
    Column("due", Integer, nullable=False),
    #: new, sending (it may have been said), said, lost (it may not have been), dropped
    Column("state", String(8), nullable=False),
    #: until this minute one instance works on it
    Column("leased", Integer),
    Column("broadcast", Integer),
    #: by whose clock an appointment was set, sealed; NULL once it was said
    Column("clock", LargeBinary),
    Index(
        "reminders_once", "lane", "kind", "step", "about", unique=True, sqlite_where=_IS_NEW, postgresql_where=_IS_NEW
    ),
    Index("reminders_due", "due", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
    Index("reminders_lane", "lane"),
    Index("reminders_broadcast", "broadcast"),
)

#: What an operator says to all families, in every offered language. The words are the operator's own.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    #: safety or decision
    Column("kind", String(16), nullable=False),
    #: new, running, paused
    Column("state", String(8), nullable=False),
    #: language -> text, JSON
    Column("texts", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
)

#: Sealed reports on their way to the desk.
envelopes = Table(
    "envelopes",
    metadata,
    Column("seq", _RowId, primary_key=True, autoincrement=True),
    Column("report", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    #: NULL once erased
    Column("sealed", LargeBinary),
    #: seconds since 1970; NULL until the desk has it
    Column("acked_at", BigInteger),
    Column("erased", Boolean, nullable=False),
    UniqueConstraint("report", "revision"),
)

#: Attachments, sealed on arrival: what they are is known to the draft and to the report alone.
files = Table(
    "files",
    metadata,
    #: 32 hex digits
    Column("id", String(32), primary_key=True),
    Column("conversation", String(32), nullable=False, index=True),
    #: NULL once erased
    Column("sealed", LargeBinary),
    #: of the sealed bytes, hex
    Column("sealed_sha256", String(64), nullable=False),
    Column("sealed_bytes", Integer, nullable=False),
    #: the revision it travels with; both NULL until it is sent
    Column("report", String(32)),
    Column("revision", Integer),
    Column("day", Integer, nullable=False),
    Index("files_sent", "report", "revision"),
)

#: Recordings of questions that Telegram already has.
recordings = Table(
    "recordings",
    metadata,
    #: of the recording itself, hex
    Column("sha256", String(64), primary_key=True),
    #: the id of the bot that uploaded it: a `file_id` holds for one bot only
    Column("bot", BigInteger, nullable=False),
    Column("file_id", String(256), nullable=False),
)

#: What a family can ask with: the first half finds the row, the second half opens it. A new code waits, sealed, for
#: its slow hash; the message that tells it to the family waits beside it in the outbox in the same form.
references = Table(
    "references",
    metadata,
    Column("selector", String(7), primary_key=True),
    Column("hash", String(128)),
    Column("unhashed", LargeBinary),
    Column("report", String(32), nullable=False, index=True),
    Column("day", Integer, nullable=False),
    #: hashes of its PIN and of the one for an emergency; both NULL until a PIN is set, then never only one of them
    Column("pin", String(128)),
    Column("duress", String(128)),
)

#: What a person of the team must do.
tasks = Table(
    "tasks",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("update_id", BigInteger, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    Column("lane", String(32), nullable=False),
    Column("conversation", String(32)),
    #: one of our own words
    Column("reason", String(64), nullable=False),
    Column("day", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    #: when the family would like to be called, one of our own words
    Column("times", String(16)),
    #: what the family wants the team to know of it, sealed to the team (an age file)
    Column("note", LargeBinary),
    UniqueConstraint("update_id", "ordinal"),
)

#: How a request stands, as its family may be told: a public code, a day, sealed. Never what the team knows inside.
standings = Table(
    "standings",
    metadata,
    Column("report", String(32), primary_key=True),
    #: the sender's own count; a lower one never replaces a higher
    Column("version", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
)

#: What the team sends to one family (a question, a message, a call to arrange), or the family begins to write to the team.
letters = Table(
    "letters",
    metadata,
    #: makes the id of the update that brings it to the chat
    Column("seq", _RowId, primary_key=True, autoincrement=True),
    #: 32 hex digits, given by who sent it
    Column("id", String(32), nullable=False, unique=True),
    #: empty: it stands for a letter that its chat must not know of any more
    Column("report", String(32), nullable=False, index=True),
    Column("lane", String(32), nullable=False, index=True),
    #: question, message, call, note
    Column("kind", String(8), nullable=False),
    #: new, held (the family wants no messages), waiting (announced), proof (what the family writes is the PIN), open (what
    #: it writes goes here); then for good: answered, read, revoked
    Column("state", String(8), nullable=False),
    #: whether its announcement stands, or stood, in the chat
    Column("delivered", Boolean, nullable=False),
    #: the chat's message it is shown in
    Column("message", BigInteger),
    #: what it says, sealed; NULL once it is answered, read or revoked
    Column("body", LargeBinary),
    #: what was answered so far and not sent, sealed; in no backup
    Column("answers", LargeBinary),
    Column("day", Integer, nullable=False),
    #: a number is never given again, or the update that brings a letter would be taken for one that was worked
    sqlite_autoincrement=True,
)

#: What the team may like to know of what became of its letters and of who asks for somebody: thin, no words, fetched in order.
signals = Table(
    "signals",
    metadata,
    Column("seq", _RowId, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),
    #: the report, where there is one
    Column("report", String(32)),
    #: a letter's id or a task's number
    Column("about", String(32), nullable=False),
    #: one of our own words, or a revision's number
    Column("detail", String(64), nullable=False),
    Column("day", Integer, nullable=False),
    #: a number is never given again: the team asks for what came after the last one it knows
    sqlite_autoincrement=True,
)

#: Ids of signed requests that were carried out, so that none is carried out twice.
heard = Table(
    "heard",
    metadata,
    Column("id", String(64), primary_key=True),
    #: of what was asked, hex
    Column("sha256", String(64), nullable=False),
    Column("day", Integer, nullable=False),
)

#: Small facts about this database: the key check, the last sign of life.
meta = Table(
    "meta",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
