"""Generator: texts with exact gold, from families of templates and lists of facts."""
