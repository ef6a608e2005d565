"""Migrations: the schema of the service's database, step by step, for SQLite and PostgreSQL alike."""
