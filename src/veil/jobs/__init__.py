"""Jobs: a project from session to release.

`session` opens a project and is the way in; `local_run` and `dry_run` run it; `work` treats its pieces; `release`
makes them the output; `checks`, `reversal`, `risks` and `texts` are the other things that one does with a project.
"""
