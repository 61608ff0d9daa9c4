"""Lets `python -m estimator` do what the command `estimator` does."""

from estimator.cli import main

main()
