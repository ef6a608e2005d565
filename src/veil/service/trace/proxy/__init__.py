"""Proxy: the front of those who have no Envoy, for HTTP/1.1 and what it is upgraded to."""
