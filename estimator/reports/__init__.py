"""What happened in a year: requests and how soon they were answered, quotes and what became of them, as lists too."""
