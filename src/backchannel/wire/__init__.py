"""Values and rules of the wire, without any I/O."""
