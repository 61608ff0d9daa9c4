"""What the smallest lists of the tests begin and end with; a currency goes into the beginning."""

HEAD = """
format = 1
table = "clinic"
version = "1"
valid_from = 2026-01-01
currency = "{currency}"
languages = ["en"]
title.en = "Treatment"
time_zone = "UTC"
source = "Made for the tests."

[provider]
name = "Clinic"
country = "IN"

"""

NOTICES = """
[notice.not]
kind = "not_included"
text.en = "Flights."

[notice.about]
kind = "about_this_estimate"
text.en = "An estimate."
"""
