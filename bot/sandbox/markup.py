"""Text with formatting: Telegram's HTML into plain text and entities, refused where Telegram refuses it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.refusals import bad_request
from bot.sandbox.wire import Json, utf16

SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
#: Only these named references exist in Telegram's HTML; others stay as they are written.
REFERENCE = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>")
ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
LINK = re.compile(r"(?:https?|tg|mailto|tel):", re.IGNORECASE)

#: What Telegram finds in plain text by itself, as far as we need it.
FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<mention>(?<![\w@])@[A-Za-z]\w{3,31})"
    r"|(?P<bot_command>(?<![\w/<>.])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Formatted:
    """Plain text and its entities; offsets in UTF-16 units."""

    text: str
    entities: list[Json]


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]
    at: int


def plain(text: str, entities: list[Json] | None = None) -> Formatted:
    """Text without markup, trimmed as Telegram trims it, with the links and commands that it finds."""
    return _with_found(_trimmed(text, entities or []))


def parse_html(source: str) -> Formatted:
    """Telegram's HTML; 400 on anything that isn't in its list of tags, or isn't closed in order."""
    if "<" not in source and "&" not in source:
        return plain(source)
    pieces: list[str] = []
    stack: list[_Open] = []
    entities: list[Json] = []
    offset = position = 0
    while position < len(source):
        cut = source.find("<", position)
        chunk = _unescaped(source[position : cut if cut >= 0 else len(source)])
        pieces.append(chunk)
        offset += utf16(chunk)
        if cut < 0:
            break
        tag = TAG.match(source, cut)
        if tag is None:
            raise _cannot(_bad_tag(source, cut))
        closing, name = tag[1], tag[2].lower()
        if closing:
            entity = _closed(stack, name, offset, _byte(source, cut))
            if entity and entity["length"]:
                entities.append(entity)
        else:
            stack.append(_opened(name, tag[3], offset, _byte(source, cut)))
        position = tag.end()
    if stack:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return _with_found(_trimmed("".join(pieces), _merged(entities)))


def _byte(source: str, at: int) -> int:
    return len(source[:at].encode())


def _cannot(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def _bad_tag(source: str, at: int) -> str:
    name = re.match(r"</?([^\s>]*)", source[at:])
    if ">" not in source[at:]:
        return f"Unclosed start tag at byte offset {_byte(source, at)}"
    return f'Unsupported start tag "{name[1].lower() if name else ""}" at byte offset {_byte(source, at)}'


def _unescaped(chunk: str) -> str:
    return REFERENCE.sub(lambda found: html.unescape(found[0]), chunk) if "&" in chunk else chunk


def _opened(name: str, raw: str, offset: int, at: int) -> _Open:
    attributes = {
        found[1].lower(): _unescaped(found[2] or found[3] or found[4] or "") for found in ATTRIBUTE.finditer(raw)
    }
    if name not in SIMPLE or (name == "span" and attributes.get("class") != "tg-spoiler"):
        raise _cannot(f'Unsupported start tag "{name}" at byte offset {at}')
    return _Open(name, offset, attributes, at)


def _closed(stack: list[_Open], name: str, offset: int, at: int) -> Json | None:
    if not stack:
        raise _cannot(f"Unexpected end tag at byte offset {at}")
    start = stack.pop()
    if start.tag != name:
        raise _cannot(f'Unmatched end tag at byte offset {at}, expected "</{start.tag}>", found "</{name}>"')
    entity: Json = {"type": SIMPLE[name], "offset": start.offset, "length": offset - start.offset}
    attributes = start.attributes
    if name == "a":
        if not LINK.match(attributes.get("href", "")):
            return None  # Telegram drops a link that leads nowhere and keeps its words
        entity["url"] = attributes["href"]
    elif name == "code" and attributes.get("class", "").startswith("language-"):
        entity["language"] = attributes["class"].removeprefix("language-")
    elif name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif name == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    elif name == "tg-time":
        if not attributes.get("unix", "").isdigit():
            raise _cannot(f'Tag "tg-time" must have attribute "unix" at byte offset {start.at}')
        entity["unix_time"] = int(attributes["unix"])
        if attributes.get("format"):
            entity["date_time_format"] = attributes["format"]
    return entity


def _merged(entities: list[Json]) -> list[Json]:
    """`<pre><code class="language-x">` is one entity with a language."""
    kept: list[Json] = []
    for entity in entities:
        before = kept[-1] if kept else None
        same = before and (before["offset"], before["length"]) == (entity["offset"], entity["length"])
        if before and same and {before["type"], entity["type"]} == {"pre", "code"}:
            language = before.get("language") or entity.get("language")
            kept[-1] = {"type": "pre", "offset": entity["offset"], "length": entity["length"]}
            if language:
                kept[-1]["language"] = language
        else:
            if entity["type"] == "code":
                entity.pop("language", None)
            kept.append(entity)
    return kept


def _trimmed(text: str, entities: list[Json]) -> Formatted:
    shorter = text.lstrip()
    gone = utf16(text[: len(text) - len(shorter)])
    shorter = shorter.rstrip()
    if len(shorter) == len(text) or not entities:
        return Formatted(shorter, entities)
    end = utf16(shorter)
    kept = []
    for entity in entities:
        first = max(0, entity["offset"] - gone)
        last = min(end, entity["offset"] + entity["length"] - gone)
        if last > first:
            kept.append({**entity, "offset": first, "length": last - first})
    return Formatted(shorter, kept)


def _with_found(formatted: Formatted) -> Formatted:
    text = formatted.text
    if "/" not in text and "@" not in text:
        return formatted
    covered = [(entity["offset"], entity["offset"] + entity["length"]) for entity in formatted.entities]
    found = [
        entity
        for entity in _find(text)
        if not any(a < entity["offset"] + entity["length"] and entity["offset"] < b for a, b in covered)
    ]
    if not found:
        return formatted
    return Formatted(text, sorted([*formatted.entities, *found], key=lambda e: (e["offset"], -e["length"])))


def _find(text: str) -> Iterator[Json]:
    for found in FOUND.finditer(text):
        yield {"type": found.lastgroup, "offset": utf16(text[: found.start()]), "length": utf16(found[0])}
