"""Release: finished units become the output folder, whole and at once, and go into a database if asked."""
