"""Importers: projects of other tools, turned into projects of Veil."""
