"""Work: the input cut into units, the first pass over them, and each unit treated and read again."""
