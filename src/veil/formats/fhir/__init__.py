"""FHIR: resources as JSON, NDJSON and XML."""
