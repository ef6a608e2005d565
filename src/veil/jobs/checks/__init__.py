"""Checks: lint of a project, and a release verified again after its run."""
