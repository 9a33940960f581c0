"""Bot API: photos, documents and voice messages, out and in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.files import MOST_DOWNLOAD, MOST_PHOTO, MOST_UPLOAD, Kept, image_size, voice_seconds
from bot.sandbox.methods.messages import begin, caption, finish, reachable
from bot.sandbox.params import Params
from bot.sandbox.refusals import Refusal, bad_request
from bot.sandbox.wire import Json
from bot.sandbox.world import World

#: A file that only says it is a picture is shown at this size.
UNKNOWN_SIZE = (800, 600)


def described(world: World, kept: Kept, duration: int = 0) -> Any:
    """A file as it stands in a `Message`: a list of sizes for a photo, one object for the others."""
    file: Json = {"file_id": kept.file_id, "file_unique_id": kept.unique_id, "file_size": kept.size}
    body = (world.files.body(kept) or b"") if kept.kind != "document" else b""
    if kept.kind == "photo":
        width, height = image_size(body) or UNKNOWN_SIZE
        return [{**file, "width": width, "height": height}]
    file["mime_type"] = kept.mime
    if kept.kind == "voice":
        return {**file, "duration": duration or voice_seconds(body)}
    return {**file, "file_name": kept.name}


def _taken(world: World, params: Params, kind: str) -> Kept:
    """The file of a call: an upload (by name or attach://), or the id of one the sandbox has."""
    upload = params.files.get(kind)
    given = params.text(kind)
    if upload is None and given.startswith("attach://"):
        upload = params.files.get(given.removeprefix("attach://"))
    if upload is None:
        if given in world.files.by_id:
            return world.files.by_id[given]
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        raise bad_request("wrong file identifier/HTTP URL specified")
    if not upload.body:
        raise bad_request("file must be non-empty")
    if len(upload.body) > (MOST_PHOTO if kind == "photo" else MOST_UPLOAD):
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo" and image_size(upload.body) is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return world.store(kind, upload)


def _sender(kind: str) -> Callable[[World, Params], Json]:
    def send(world: World, params: Params) -> Json:
        phone = reachable(world, params)
        words = caption(params)
        kept = _taken(world, params, kind)
        message, keyboard = begin(world, phone, params)
        message[kind] = described(world, kept, params.number("duration"))
        if words.text:
            message["caption"] = words.text
        if words.entities:
            message["caption_entities"] = words.entities
        if params.flag("has_spoiler"):
            message["has_media_spoiler"] = True
        return finish(world, phone, message, keyboard)

    return send


def _get_file(world: World, params: Params) -> Json:
    kept = world.files.by_id.get(params.text("file_id"))
    if kept is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if kept.size > MOST_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": kept.file_id,
        "file_unique_id": kept.unique_id,
        "file_size": kept.size,
        "file_path": kept.path,
    }


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "sendPhoto": _sender("photo"),
    "sendDocument": _sender("document"),
    "sendVoice": _sender("voice"),
    "getFile": _get_file,
}
