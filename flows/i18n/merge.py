"""`wasl i18n merge`: three versions of a catalog become one, message by message. Git calls it as a merge driver.

git config merge.catalog.driver ".venv/bin/wasl i18n merge %O %A %B %P"
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog, Message

from flows.i18n.update import key_of, read_catalog, write_catalog

Key = tuple[str | None, str]


def merge(base: Path, ours: Path, theirs: Path, language: str | None) -> list[Key]:
    """Write the merged catalog over `ours`; the messages that both sides translated differently, where ours stands.

    Order does not matter: `wasl i18n update` puts the messages into the template's.
    """
    before, mine, yours = (read_catalog(path, language) for path in (base, ours, theirs))
    old, left, right = (_by_key(catalog) for catalog in (before, mine, yours))
    clashes = []
    for key, message in right.items():
        if key not in left:
            if key not in old or _said(old[key]) != _said(message):
                _add(mine, message)
        elif _said(left[key]) != _said(message):
            if key in old and _said(left[key]) == _said(old[key]):
                _add(mine, message)
            elif not (key in old and _said(message) == _said(old[key])) and any(_forms(message)):
                if any(_forms(left[key])):
                    clashes.append(key)
                else:
                    _add(mine, message)
    for key in left.keys() - right.keys():
        if key in old and _said(left[key]) == _said(old[key]):
            mine.delete(left[key].id, left[key].context)
    write_catalog(ours, mine)
    return clashes


def _by_key(catalog: Catalog) -> dict[Key, Message]:
    return {key_of(message): message for message in catalog if message.id}


def _said(message: Message) -> tuple[object, bool]:
    return message.string, bool(message.fuzzy)


def _forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (str(message.string),)


def _add(catalog: Catalog, message: Message) -> None:
    catalog.delete(message.id, message.context)
    catalog.add(
        message.id,
        message.string,
        flags=message.flags,
        auto_comments=message.auto_comments,
        user_comments=message.user_comments,
        context=message.context,
    )
