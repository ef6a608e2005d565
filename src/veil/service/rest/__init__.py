"""REST: the calls that take a text and answer at once."""
