"""An operator for Veil: pseudonyms that keep a check digit."""
