"""The words that columns with a fixed choice may hold."""

ROLES = ("title", "heading", "body", "caption", "code", "boilerplate", "separator")
KINDS = ("translation", "bitext", "passage")
GRADES = ("translation", "partial", "comparable", "duplicate", "contained")
SIDES = ("left", "right")
VERDICTS = ("accept", "reject", "unsure", "correct", "withdrawn")
SUBJECTS = ("source", "document", "segment", "translation", "alignment")
STATUSES = ("running", "done", "interrupted", "failed")
