"""Bot API: getUpdates and its relatives; the sandbox delivers by polling only."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from bot.sandbox.params import Params
from bot.sandbox.refusals import bad_request
from bot.sandbox.wire import Json
from bot.sandbox.world import World


async def get_updates(world: World, params: Params, receive: Receive) -> str:
    """The `result` as JSON text: confirm what lies below the offset, then wait up to `timeout` for something new.

    A bot that hangs up meanwhile (`receive` tells) is no longer waited for, and takes nothing with it.
    """
    updates = world.updates
    limit = params.number("limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    allowed = params.object("allowed_updates")
    if isinstance(allowed, list) and allowed != updates.allowed:
        world.keep("allowed", [str(kind) for kind in allowed])
    _confirm(world, params.number("offset"))
    _drop_outdated(world)
    timeout = params.number("timeout")
    if not updates.pending and timeout > 0:
        updates.take_over()
        hung_up = asyncio.ensure_future(receive())
        try:
            await updates.wait(timeout, hung_up)
            if hung_up.done():
                return "[]"
        finally:
            hung_up.cancel()
    return updates.take(limit)


def _confirm(world: World, offset: int) -> None:
    if offset and (ids := world.updates.confirmable(offset)):
        world.keep("forgotten", ids)
        world.updates.confirmed += len(ids)


def _drop_outdated(world: World) -> None:
    if world.updates.pending and (ids := world.updates.outdated(world.clock.now())):
        world.keep("forgotten", ids)
        world.updates.dropped += len(ids)


def _get_webhook_info(world: World, params: Params) -> Json:
    info: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    }
    if world.updates.allowed:
        info["allowed_updates"] = world.updates.allowed
    return info


def _delete_webhook(world: World, params: Params) -> bool:
    if params.flag("drop_pending_updates") and world.updates.pending:
        world.updates.dropped += len(world.updates.pending)
        world.keep("forgotten", list(world.updates.pending))
    return True


def _set_webhook(world: World, params: Params) -> bool:
    if params.text("url"):
        raise bad_request("bad webhook: the sandbox delivers updates by getUpdates only")
    return _delete_webhook(world, params)


def _yes(world: World, params: Params) -> bool:
    return True


METHODS = {
    "getUpdates": _yes,  # answered by `get_updates`, which waits
    "getWebhookInfo": _get_webhook_info,
    "deleteWebhook": _delete_webhook,
    "setWebhook": _set_webhook,
    "logOut": _yes,
    "close": _yes,
}
