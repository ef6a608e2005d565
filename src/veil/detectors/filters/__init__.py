"""Filters: an ordered list of filters, as Philter's users write it, read as one detector."""
