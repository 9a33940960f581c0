"""The desk's tables. Moments are whole seconds since 1970 (UTC); what a family said is only in sealed columns."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()

#: Facts about this database itself: `key_check` proves that the storage key is the right one.
about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

#: One row per revision of a report. `state` is `stored`, then `acknowledged`.
reports = Table(
    "reports",
    metadata,
    Column("report", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sealed_sha256", String(64), nullable=False),
    Column("received_at", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("summary", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("report", "revision"),
)

#: What came with a revision: photos, recordings, papers. Stored in the transaction that stores the revision.
attachments = Table(
    "attachments",
    metadata,
    Column("report", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("mime", String(200), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("original", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("report", "revision", "id"),
)

#: Reports that were erased on their family's wish: what comes again of them is acknowledged and not stored.
tombstones = Table(
    "tombstones",
    metadata,
    Column("report", String(32), primary_key=True),
    #: the day, YYYY-MM-DD (UTC)
    Column("erased_on", String(10), nullable=False),
)

#: Envelopes that did not pass: their parts as they came (the report in them is still sealed), and why.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sealed_sha256", String(64), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("place", String(200), nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("first_tried_at", BigInteger, nullable=False),
    Column("last_tried_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    UniqueConstraint("report", "revision", "sealed_sha256"),
)

#: What the desk says to the families' side, in the order of its numbers, and what became of it. A status or a letter is
#: proposed, then released by a second look; then it is posted, and the families' side tells the rest.
sayings = Table(
    "sayings",
    metadata,
    #: also the version of a status
    Column("seq", Integer, primary_key=True, autoincrement=True),
    #: 32 hex digits: of a letter, and of the request that is posted
    Column("id", String(32), nullable=False, unique=True),
    Column("report", String(32), index=True),
    #: status, question, message, revocation, task_closed
    Column("kind", String(16), nullable=False),
    #: proposed, dropped, released, posted, refused; of a letter then delivered, held, unreachable, answered, read, revoked
    Column("state", String(16), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("proposed_by", String(32), nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("released_by", String(32)),
    Column("changed_at", BigInteger, nullable=False),
    #: why it was refused, or the revision that answers it
    Column("detail", String(64), nullable=False),
    sqlite_autoincrement=True,
)

#: What a person should do, as the families' side tells it.
tasks = Table(
    "tasks",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("report", String(32), index=True),
    Column("reason", String(64), nullable=False),
    #: when the family would like to be called
    Column("times", String(16)),
    #: YYYY-MM-DD
    Column("asked_on", String(10), nullable=False),
    #: open, closing (the families' side does not know it yet), closed
    Column("state", String(16), nullable=False, index=True),
    #: who has taken it
    Column("caseworker", String(32)),
    Column("changed_at", BigInteger, nullable=False),
)

caseworkers = Table(
    "caseworkers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    #: the name as it is compared: case-folded
    Column("handle", String(64), nullable=False, unique=True),
    Column("passphrase", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("added_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("caseworker", ForeignKey("caseworkers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)

#: Which caseworker has read which revision.
readings = Table(
    "readings",
    metadata,
    Column("caseworker", ForeignKey("caseworkers.id", ondelete="CASCADE"), nullable=False),
    Column("report", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("caseworker", "report", "revision"),
)

#: Who did what and when; each row's `mac` covers the row before it. Triggers refuse to change or delete a row.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(64), nullable=False, index=True),
    Column("mac", String(64), nullable=False),
)
