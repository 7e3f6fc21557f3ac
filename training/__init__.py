"""Makes the project's own French-English translation package, from text to ``.argosmodel``.

::

    sources.toml ─ sources ─┐
    parallel text ── clean ─┴─ prepare ─ vocabulary ─ ragged ──> bundle/
    bundle/ ── train (batches, schedule, model, decode) ──> run/snapshot, run/log.jsonl
    run/snapshot ── convert ─ package ──> translate-fr_en-en_regard-1_0.argosmodel
    package ── evaluate, curve ──> scores, learning curve

``train``, ``model`` and ``decode`` need PyTorch and numpy, and nothing else of the project: they run on a machine that
has a GPU and not much more. The rest needs no PyTorch.
"""
