"""Policy: what a person writes, and the plan it becomes."""
