"""HTML to PDF and PDFs read, each in a child process; the face is empty, so that a child loads only what it needs."""
