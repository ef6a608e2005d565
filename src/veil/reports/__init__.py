"""Reports: pages without a value; protected pages apart."""
