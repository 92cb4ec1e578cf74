"""rocketchat-api: URL USERNAME PASSWORD ROOM_ID FILE."""

import json
import sys

from rocketchat_API.rocketchat import RocketChat

url, username, password, room_id, path = sys.argv[1:]
rocket = RocketChat(username, password, server_url=url, timeout=30)
sent = rocket.chat_send_message({"_id": "from-rocketchat-api", "rid": room_id, "msg": "hello"})
message_id = sent["message"]["_id"]
history = [message["_id"] for message in rocket.channels_history(room_id, count=10)]
rocket.chat_update(room_id, message_id, "edited")
rocket.chat_react(message_id, "smile", shouldReact=True)
rocket.chat_pin_message(message_id)
rocket.chat_star_message(message_id)
edited = rocket.chat_get_message(message_id)["message"]
posted = rocket.chat_post_message("posted", channel="#team")["message"]["_id"]
reply = rocket.chat_send_message({"rid": room_id, "msg": "reply", "tmid": message_id})
thread = [message["_id"] for message in rocket.chat_get_thread_messages(message_id)]
found = [message["_id"] for message in rocket.chat_search(room_id, "edited")]
synced = rocket.chat_sync_messages(room_id, "2020-01-01T00:00:00.000Z")["result"]["updated"]
file_id = rocket.rooms_media(room_id, path)["file"]["_id"]
file = rocket.rooms_media_confirm(room_id, file_id, description="a file")["message"]["file"]
rocket.chat_delete(room_id, message_id)
print(
    json.dumps(
        {
            "user": rocket.me()["username"],
            "version": rocket.info()["version"],
            "history": message_id in history,
            "edited": edited["msg"],
            "reactions": edited["reactions"],
            "pinned": edited["pinned"],
            "starred": len(edited["starred"]),
            "posted": bool(posted),
            "thread": thread == [reply["message"]["_id"]],
            "found": message_id in found,
            "synced": message_id in [message["_id"] for message in synced],
            "file": file["name"],
            "rooms": [room["name"] for room in rocket.channels_list_joined()],
            "members": [member["username"] for member in rocket.channels_members(room_id=room_id)],
            "direct": rocket.dm_create("bob")["room"]["rid"],
            "users": sorted(user["username"] for user in rocket.users_list()),
            "logged_out": rocket.logout()["status"],
        }
    )
)
