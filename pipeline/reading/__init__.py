"""From the bytes of a file to a Document: found, decoded, taken out of its format, repaired."""
