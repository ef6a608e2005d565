"""Work: what is done at a file that was handed in: workers, the child that is closed in, plans that are proposed and accepted."""
