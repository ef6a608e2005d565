"""Measure: annotated notes read, curated, compared with predictions, and told with their uncertainty."""
