"""Envoy: the front of those who have it, as an external processor of its requests."""
