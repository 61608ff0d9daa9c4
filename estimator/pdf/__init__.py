"""HTML to PDF and PDFs read, each in a child process; imports nothing itself, so that a child stays small."""
