"""What all clients with a socket share, whatever is spoken over it."""
