"""Listening to rooms as things happen: DDP over a websocket, or polling where there is none."""
