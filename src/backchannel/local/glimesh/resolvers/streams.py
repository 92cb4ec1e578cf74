"""Streams, which only the site's own services (admins) begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import GraphQLResolveInfo

from backchannel.local.glimesh.context import RefusedError, row_id
from backchannel.local.glimesh.resolvers.accounts import NOT_FOUND
from backchannel.local.glimesh.resolvers.fields import (
    Fields,
    category,
    channel,
    context_of,
    paged,
    reference,
)
from backchannel.local.glimesh.world import Stream, StreamMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backchannel.local.glimesh.context import Context


def _start_stream(
    _: object,
    info: GraphQLResolveInfo,
    *,
    channel_id: str,
) -> Stream:
    context = context_of(info)
    context.access.require_admin()
    target = context.world.channels.get(row_id(channel_id))
    if target is None:
        raise RefusedError(NOT_FOUND)
    streamer = context.world.users[target.streamer_id]
    if not streamer.can_stream or streamer.confirmed_at is None:
        raise RefusedError("Access denied")
    for row in context.world.streams:
        if row.channel_id == target.id and row.ended_at is None:
            row.ended_at = context.now
    stream = context.world.streams.add(
        Stream(
            id=context.world.streams.next_id(),
            channel_id=target.id,
            category_id=target.category_id,
            title=target.title,
            started_at=context.now,
            inserted_at=context.now,
            updated_at=context.now,
        )
    )
    target.stream_id, target.status, target.updated_at = stream.id, "LIVE", context.now
    context.publish("channel", target.id, target)
    return stream


def _end_stream(
    _: object,
    info: GraphQLResolveInfo,
    *,
    stream_id: str,
) -> Stream:
    context = context_of(info)
    stream = _get_stream(context, stream_id)
    stream.ended_at = stream.updated_at = context.now
    target = context.world.channels[stream.channel_id]
    target.stream_id, target.status, target.updated_at = None, "OFFLINE", context.now
    context.publish("channel", target.id, target)
    return stream


def _log_stream_metadata(
    _: object,
    info: GraphQLResolveInfo,
    *,
    stream_id: str,
    metadata: Mapping[str, object],
) -> Stream:
    context = context_of(info)
    stream = _get_stream(context, stream_id)
    if stream.ended_at is not None:
        raise RefusedError("Stream has ended")
    measured = StreamMetadata(
        id=context.world.stream_metadata.next_id(),
        stream_id=stream.id,
        inserted_at=context.now,
        updated_at=context.now,
    )
    for column, value in metadata.items():
        setattr(measured, column, value)
    context.world.stream_metadata.add(measured)
    return stream


STOCK_THUMBNAIL = "/images/stream-not-started.jpg"  # what the server shows before an upload


def _upload_stream_thumbnail(
    _: object,
    info: GraphQLResolveInfo,
    *,
    stream_id: str,
    thumbnail: str,  # noqa: ARG001  # the picture itself is not kept
) -> Stream:
    context = context_of(info)
    stream = _get_stream(context, stream_id)
    stream.thumbnail = f"/uploads/stream-thumbnails/{stream.id}.jpg"
    stream.updated_at = context.now
    return stream


def _get_stream(context: Context, stream_id: str) -> Stream:
    context.access.require_admin()
    found = context.world.streams.get(row_id(stream_id))
    if found is None:
        raise RefusedError(NOT_FOUND)
    return found


def _thumbnail_url(source: Stream, info: GraphQLResolveInfo) -> str | None:
    return context_of(info).full_url(source.thumbnail or STOCK_THUMBNAIL)


FIELDS: Fields = {
    "RootMutationType": {
        "endStream": _end_stream,
        "logStreamMetadata": _log_stream_metadata,
        "startStream": _start_stream,
        "uploadStreamThumbnail": _upload_stream_thumbnail,
    },
    "Stream": {
        "category": category(),
        "channel": channel(),
        "metadata": paged(lambda world: world.stream_metadata, "stream_id"),
        "thumbnailUrl": _thumbnail_url,
    },
    "StreamMetadata": {"stream": reference(lambda world: world.streams, "stream_id")},
}
