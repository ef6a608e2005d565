"""Operators: whole columns or mentions in, stand-ins out."""
