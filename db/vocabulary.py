"""The words that columns with a fixed choice may hold."""

ROLES = ("title", "heading", "body", "caption", "code", "boilerplate", "separator")
RELATED = "related"
SAME = ("translation", "bitext", "passage")  # whose two sides say the same: what is meant where no kind is named
KINDS = (*SAME, RELATED)
GRADES = ("translation", "partial", "comparable", "duplicate", "contained")
SIDES = ("left", "right")
VERDICTS = ("accept", "reject", "unsure", "correct", "withdrawn")
SUBJECTS = ("source", "document", "segment", "translation", "alignment")
STATUSES = ("running", "done", "interrupted", "failed")
