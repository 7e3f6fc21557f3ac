"""The steps of a run: each asks the store what is pending, has it made, and saves it, one transaction a batch."""
