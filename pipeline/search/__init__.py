"""Search: what is asked (``expression``), what is found (``concordance``), and what it amounts to (``statistics``)."""
