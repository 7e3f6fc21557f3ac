"""Alignment: which documents face each other (pairs), sentences within a pair (path), passages across (mine)."""
