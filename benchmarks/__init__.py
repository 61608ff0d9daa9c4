"""What `make bench` measures: two sides in one run, medians, ratios; nothing is asserted."""
