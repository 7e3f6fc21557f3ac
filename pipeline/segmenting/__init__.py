"""From a Document to Blocks with roles and Segments that are exact slices of its text."""
