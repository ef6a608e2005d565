"""Jobs: a project from session to release."""
