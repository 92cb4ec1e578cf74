"""GraphQL over HTTP and Phoenix sockets, for generated operations."""
