"""From texts to vectors, and the places where they are kept."""
