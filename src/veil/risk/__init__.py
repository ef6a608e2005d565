"""Risk: how well the records of a table can be told apart by what an outsider may know of a person."""
