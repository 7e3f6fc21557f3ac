"""How good a corpus is: its beads against a gold standard, and engines against its own human translations."""
