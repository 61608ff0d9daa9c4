"""A program that answers, to whatever file it is given, everything that it was started with."""

from __future__ import annotations

import os


def main() -> None:
    """Tell the environment as if it were the data of a quote."""
    print("data quote.json")
    print(dict(os.environ))
