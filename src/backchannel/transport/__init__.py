"""Short adapters between our requests and the libraries that do the I/O."""
