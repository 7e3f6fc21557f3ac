"""From texts to vectors, and the file in which they are kept."""
