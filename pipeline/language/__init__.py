"""The language of each Segment, what is known of French and English, and what the two say differently."""
