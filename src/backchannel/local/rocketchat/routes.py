"""The routes: which there are in servers of which age, and what each asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backchannel.local.rocketchat import (
    accounts,
    files,
    history,
    marks,
    membership,
    messages,
    muting,
    people,
    rooms,
    schemas,
    search,
    sending,
    sync,
    threads,
    tokens,
)
from backchannel.local.rocketchat.call import Handler
from backchannel.local.rocketchat.errors import Age
from backchannel.local.rocketchat.schema import Schema

API = "/api/v1/"


@dataclass(frozen=True)
class Endpoint:
    """A route, there in servers of `ages`, for who is logged in unless it is `public`.

    Servers of age `since` check the `schema`; `typed` routes do it first since 8. A `guarded`
    route asks for the second factor.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    schema: Schema | None = None
    public: bool = False
    typed: bool = False
    guarded: bool = False
    since: Age = 7
    ages: tuple[Age, ...] = (3, 7, 8)


def _get(
    name: str,
    handler: Handler,
    schema: Schema | None = None,
    *,
    public: bool = False,
    since: Age = 7,
) -> Endpoint:
    return Endpoint("GET", API + name, handler, schema, public=public, since=since)


def _post(
    name: str,
    handler: Handler,
    schema: Schema | None = None,
    *,
    public: bool = False,
    typed: bool = False,
    guarded: bool = False,
    ages: tuple[Age, ...] = (3, 7, 8),
) -> Endpoint:
    return Endpoint(
        "POST", API + name, handler, schema, public=public, typed=typed, guarded=guarded, ages=ages
    )


_ACCOUNTS = (
    Endpoint("GET", "/api/info", accounts.server_info, public=True),
    _post("login", accounts.login, public=True),
    _post("logout", accounts.logout),
    _get("me", accounts.me),
    _get("users.info", people.user_info),
    _get("users.list", people.users_list),
    _get("spotlight", people.spotlight),
    _get("settings.public", people.public_settings, public=True),
    _post("users.generatePersonalAccessToken", tokens.generate, guarded=True),
    _post("users.removePersonalAccessToken", tokens.remove, guarded=True),
    _post("users.2fa.sendEmailCode", tokens.send_email_code, public=True),
)
_MESSAGES = (
    _post("chat.sendMessage", sending.send_message, schemas.SEND_MESSAGE),
    _post("chat.postMessage", sending.post_message, schemas.POST_MESSAGE),
    _get("chat.getMessage", messages.get_message, schemas.GET_MESSAGE),
    _post("chat.update", messages.update_message, schemas.UPDATE, ages=(3, 7)),
    _post("chat.update", messages.update_message, schemas.UPDATE_8, typed=True, ages=(8,)),
    _post("chat.delete", messages.delete_message, schemas.DELETE, ages=(3, 7)),
    _post("chat.delete", messages.delete_message, schemas.DELETE_8, ages=(8,)),
    _post("chat.react", messages.react, schemas.REACT),
    _post("chat.pinMessage", marks.pin, schemas.MARK),
    _post("chat.unPinMessage", marks.unpin, schemas.MARK),
    _post("chat.starMessage", marks.star(wanted=True), schemas.MARK),
    _post("chat.unStarMessage", marks.star(wanted=False), schemas.MARK),
    _post("chat.followMessage", marks.follow(wanted=True), schemas.FOLLOW),
    _post("chat.unfollowMessage", marks.follow(wanted=False), schemas.FOLLOW),
    _get("chat.getPinnedMessages", marks.pinned_messages),
    _get("chat.getStarredMessages", marks.starred_messages),
    _get("chat.getThreadMessages", threads.thread_messages),
    _get("chat.getThreadsList", threads.threads_list),
    _get("chat.syncMessages", sync.sync_messages, schemas.SYNC),
    _get("chat.search", search.search),
    _get("chat.getDeletedMessages", search.deleted_messages),
    _get("chat.getMessageReadReceipts", search.read_receipts),
)
_ROOMS = (
    _get("rooms.info", rooms.room_info),
    _get("rooms.get", rooms.rooms_get),
    _post("rooms.join", membership.join_room),
    _post("rooms.leave", membership.leave_room(None)),
    _post("rooms.muteUser", muting.mute(wanted=True), schemas.MUTE, ages=(7, 8)),
    _post("rooms.unmuteUser", muting.mute(wanted=False), schemas.MUTE, ages=(7, 8)),
    _get("subscriptions.get", rooms.subscriptions_get),
    _get("subscriptions.getOne", rooms.subscriptions_get_one),
    _post("subscriptions.read", membership.read_room),
    _post("channels.create", membership.create("c")),
    _get("channels.info", rooms.kind_info("c")),
    _get("channels.list", rooms.list_all("c")),
    _get("channels.list.joined", rooms.list_joined("c")),
    _get("channels.members", membership.members("c")),
    _post("channels.join", membership.join_channel),
    _post("channels.leave", membership.leave_room("c")),
    _get("channels.history", history.history("c"), schemas.HISTORY, since=3),
    _get("channels.messages", history.messages("c")),
    _post("groups.create", membership.create("p")),
    _get("groups.info", rooms.kind_info("p")),
    _get("groups.list", rooms.list_joined("p")),
    _get("groups.listAll", rooms.list_all("p")),
    _get("groups.members", membership.members("p")),
    _post("groups.leave", membership.leave_room("p")),
    _get("groups.history", history.history("p"), schemas.HISTORY, since=3),
    _get("groups.messages", history.messages("p")),
    *(
        endpoint
        for name in ("im", "dm")
        for endpoint in (
            _post(f"{name}.create", membership.create_direct, schemas.CREATE_DIRECT),
            _get(f"{name}.list", rooms.list_joined("d")),
            _get(f"{name}.members", membership.members("d")),
            _get(f"{name}.history", history.history("d"), schemas.DIRECT_HISTORY, since=3),
            _get(f"{name}.messages", history.messages("d")),
        )
    ),
)
_FILES = (
    _post("rooms.upload/{rid}", files.upload, ages=(3, 7)),
    _post("rooms.media/{rid}", files.media, ages=(7, 8)),
    _post("rooms.mediaConfirm/{rid}/{file_id}", files.confirm, ages=(7, 8)),
)
ENDPOINTS = (*_ACCOUNTS, *_MESSAGES, *_ROOMS, *_FILES)
