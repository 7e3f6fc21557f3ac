"""What is in a corpus as plain values and as one page."""
