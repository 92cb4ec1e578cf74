"""The server's realtime interface: DDP frames over a WebSocket, and the streams in them.

A connection (`connection`) calls methods (`methods`) and subscribes to streams (`streams`). What
happens in the world, by whatever way, reaches it as an event.
"""
