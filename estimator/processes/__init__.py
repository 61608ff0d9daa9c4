"""Processes: worker, server, supervisor, preview task, demonstration; the face is empty, so that each loads its own."""
