"""Reviewing: what a reviewer does (``desk``), re-segmented beads (``beads``), samples, agreement, and the pages."""
