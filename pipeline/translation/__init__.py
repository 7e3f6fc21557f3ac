"""From French texts to Translations, each distinct text once, and what is wrong with them."""
