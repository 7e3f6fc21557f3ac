"""From records to the rows of a corpus and back, and what its codes and measures mean."""
