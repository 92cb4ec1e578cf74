"""What people do at a local Rocket.Chat server, without a client."""

from __future__ import annotations

from backchannel.local.rocketchat import LocalRocketChat, messages
from backchannel.local.rocketchat.call import Call
from backchannel.local.rocketchat.seed import ALICE, Account
from backchannel.wire.json import JSON


def edit(server: LocalRocketChat, message_id: str, text: str) -> None:
    _with_body(server, message_id, messages.update_message, text=text)


def delete(server: LocalRocketChat, message_id: str) -> None:
    _with_body(server, message_id, messages.delete_message)


def react(server: LocalRocketChat, message_id: str, emoji: str = ":tada:") -> None:
    body: dict[str, JSON] = {"messageId": message_id, "emoji": emoji}
    with server.world.lock:
        messages.react(_call(server, ALICE).with_body(body))


def _with_body(server: LocalRocketChat, message_id: str, handler: object, **more: JSON) -> None:
    with server.world.lock:
        room_id = server.world.messages[message_id].room_id
        body: dict[str, JSON] = {"roomId": room_id, "msgId": message_id, **more}
        handler(_call(server, ALICE).with_body(body))


def _call(server: LocalRocketChat, account: Account) -> Call:
    user = server.world.users[account.user_id]
    return Call(server.world, server.age, user, "", server.url, {}, {})
