"""What a client offers besides its front door, in groups: `messages`, `rooms`, `files`."""
