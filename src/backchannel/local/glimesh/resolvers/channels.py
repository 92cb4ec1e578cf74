"""Channels and categories."""

from __future__ import annotations

from typing import Unpack

from graphql import GraphQLResolveInfo

from backchannel.local.glimesh.connections import Connection, Page, paginate
from backchannel.local.glimesh.context import Crash, RefusedError, row_id
from backchannel.local.glimesh.resolvers.accounts import NOT_FOUND, user_by_name
from backchannel.local.glimesh.resolvers.fields import (
    Fields,
    category,
    context_of,
    paged,
    published,
    reference,
    user,
)
from backchannel.local.glimesh.world import (
    Category,
    Channel,
    EdgeRoute,
    Subcategory,
    Tag,
    World,
)

_TITLE_MAXIMUM = 250  # characters


class _ChannelArguments(Page, total=False):
    id: str | None
    streamer_username: str | None
    streamer_id: int | None


class _ChannelsArguments(Page, total=False):
    status: str | None
    category_slug: str | None


def _find_channel(
    _: object, info: GraphQLResolveInfo, **arguments: Unpack[_ChannelArguments]
) -> Channel:
    """By the first of id, streamer_username and streamer_id that is there."""
    world = context_of(info).world
    found: Channel | None = None
    if "id" in arguments:
        found = world.channels.get(row_id(arguments["id"]))
    elif "streamer_username" in arguments:
        if arguments["streamer_username"] is None:
            raise Crash(500)
        streamer = user_by_name(world, arguments["streamer_username"])
        found = _open_channel(world, streamer.id) if streamer else None
    elif "streamer_id" in arguments:
        streamer = world.users.get(row_id(arguments["streamer_id"]))
        found = _open_channel(world, streamer.id) if streamer and not streamer.is_banned else None
    if found is None:
        raise RefusedError(NOT_FOUND)
    return found


def _open_channel(world: World, streamer_id: int) -> Channel | None:
    return next(
        (row for row in world.channels if row.streamer_id == streamer_id and not row.inaccessible),
        None,
    )


def _channels(
    _: object, info: GraphQLResolveInfo, **arguments: Unpack[_ChannelsArguments]
) -> Connection[Channel]:
    """All channels; a category counts only together with a status."""
    world = context_of(info).world
    rows = list(world.channels)
    if "status" in arguments:
        if arguments["status"] is None:
            raise Crash(500)
        rows = [row for row in rows if row.status == arguments["status"]]
        if "category_slug" in arguments:
            found = _category_by_slug(world, arguments["category_slug"])
            if found is None:
                raise RefusedError("Category not found")
            rows = [row for row in rows if row.category_id == found.id]
    return paginate(rows, arguments)


def _homepage_channels(
    _: object, info: GraphQLResolveInfo, **page: Unpack[Page]
) -> Connection[Channel]:
    world = context_of(info).world
    return paginate([row for row in world.channels if row.show_on_homepage], page)


def _categories(_: object, info: GraphQLResolveInfo) -> list[Category]:
    return list(context_of(info).world.categories)


def _find_category(_: object, info: GraphQLResolveInfo, *, slug: str | None = None) -> Category:
    found = _category_by_slug(context_of(info).world, slug)
    if found is None:
        raise RefusedError(NOT_FOUND)
    return found


def _category_by_slug(world: World, slug: str | None) -> Category | None:
    if slug is None:
        raise Crash(500)
    return next((row for row in world.categories if row.slug == slug), None)


def _tags(source: Channel, info: GraphQLResolveInfo) -> list[Tag]:
    rows = context_of(info).world.tags
    return [row for row in rows if row.id in source.tag_ids]


def _poster_url(source: Channel, info: GraphQLResolveInfo) -> str | None:
    return context_of(info).full_url(source.poster)


def _chat_bg_url(source: Channel, info: GraphQLResolveInfo) -> str | None:
    return context_of(info).full_url(source.chat_bg)


def _stream_key(source: Channel, info: GraphQLResolveInfo) -> str:
    _require_admin(info, "streamKey")
    return f"{source.id}-{source.hmac_key}"


def _hmac_key(source: Channel, info: GraphQLResolveInfo) -> str:
    _require_admin(info, "hmacKey")
    return source.hmac_key


def _require_admin(info: GraphQLResolveInfo, field: str) -> None:
    asking = context_of(info).access.user
    if asking is None or not asking.is_admin:
        raise RefusedError(f"Unauthorized to access {field} field.")


def _update_stream_info(
    _: object,
    info: GraphQLResolveInfo,
    *,
    channel_id: str,
    title: str,
) -> Channel:
    context = context_of(info)
    asking = context.access.require("stream_info")
    found = context.world.channels.get(row_id(channel_id))
    if found is None:
        raise RefusedError("Channel not found")
    if not (asking.is_admin or asking.is_gct or asking.id == found.streamer_id):
        raise RefusedError("unauthorized")
    if len(title) > _TITLE_MAXIMUM:
        raise RefusedError(f"title: should be at most {_TITLE_MAXIMUM} character(s)")
    found.title = title or None
    found.updated_at = context.now
    context.publish("channel", found.id, found)
    return found


def _watch_channel(
    _: object,
    info: GraphQLResolveInfo,
    *,
    channel_id: str,  # noqa: ARG001  # counted by the server, and not looked up
    country: str,
) -> EdgeRoute:
    """The best edge of the country, or the best of all; a Client-ID may ask as well."""
    routes = [row for row in context_of(info).world.edge_routes if row.available]
    near = [row for row in routes if country in row.country_codes] or routes
    if not near:
        raise RefusedError("Edge not found")
    return max(near, key=lambda row: row.priority)


def _background_image_url(source: Subcategory, _: GraphQLResolveInfo) -> str | None:
    return source.background_image


FIELDS: Fields = {
    "RootQueryType": {
        "categories": _categories,
        "category": _find_category,
        "channel": _find_channel,
        "channels": _channels,
        "homepageChannels": _homepage_channels,
    },
    "RootMutationType": {
        "updateStreamInfo": _update_stream_info,
        "watchChannel": _watch_channel,
    },
    "RootSubscriptionType": {"channel": published},
    "Category": {
        "subcategories": paged(lambda world: world.subcategories, "category_id"),
        "tags": paged(lambda world: world.tags, "category_id"),
    },
    "Channel": {
        "bans": paged(lambda world: world.bans, "channel_id"),
        "category": category(),
        "chatBgUrl": _chat_bg_url,
        "chatMessages": paged(lambda world: world.messages, "channel_id"),
        "hmacKey": _hmac_key,
        "moderationLogs": paged(lambda world: world.moderation_logs, "channel_id"),
        "moderators": paged(lambda world: world.moderators, "channel_id"),
        "posterUrl": _poster_url,
        "stream": reference(lambda world: world.streams, "stream_id"),
        "streamer": user("streamer_id"),
        "streamKey": _stream_key,
        "streams": paged(lambda world: world.streams, "channel_id"),
        "subcategory": reference(lambda world: world.subcategories, "subcategory_id"),
        "tags": _tags,
    },
    "Subcategory": {
        "backgroundImageUrl": _background_image_url,
        "category": category(),
    },
    "Tag": {"category": category()},
}
