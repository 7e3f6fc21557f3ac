"""The language of each Segment, and what two languages say differently: numbers and names."""
