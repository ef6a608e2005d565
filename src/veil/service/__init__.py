"""Service: the engine behind a port, for those who post a text, drop a file or watch traffic."""
