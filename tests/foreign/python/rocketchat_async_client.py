"""rocketchat-async: URL USERNAME PASSWORD ROOM_ID."""

import asyncio
import json
import sys

from rocketchat_async import RocketChat

url, username, password, room_id = sys.argv[1:]


async def main() -> dict[str, object]:
    rocket = RocketChat()
    await rocket.start(url.replace("http", "ws", 1) + "/websocket", username, password)
    heard: asyncio.Queue[tuple[object, ...]] = asyncio.Queue()
    subscription = await rocket.subscribe_to_channel_messages(
        room_id, lambda *message: heard.put_nowait(message)
    )
    await rocket.send_message("hello", room_id)
    channel_id, sender_id, message_id, _, text, *_ = await asyncio.wait_for(heard.get(), 10)
    await rocket.send_message("reply", room_id, thread_id=message_id)
    reply = await asyncio.wait_for(heard.get(), 10)
    await rocket.send_reaction(message_id, ":smile:")
    await rocket.send_typing_event(room_id)
    channels = await rocket.get_channels()
    await rocket.unsubscribe(subscription)
    return {
        "user": rocket.user_id,
        "echo": [channel_id == room_id, sender_id == rocket.user_id, text],
        "reply": reply[3] == message_id,
        "channels": [room_id, "c"] in [list(channel) for channel in channels],
    }


print(json.dumps(asyncio.run(main())))
