"""Processes: worker, server, supervisor, preview task, demonstration; the package imports none of them."""
