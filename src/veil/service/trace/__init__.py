"""Trace: which requests of a cluster hold PHI, said in a header and on a span."""
