"""Builds a tiny but real Argos package: SentencePiece and CTranslate2 load it and decode with it.

The weights are written by hand. Token and position each have dimensions of their own; position ``t`` of the decoder
attends to position ``t`` of the source and reads the English word that faces the French one. So the model translates
its lexicon word for word, and copies any word that it does not know, through the attention, as real packages do.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

LEXICON = {
    "Le": "The",
    "le": "the",
    "La": "The",
    "la": "the",
    "chat": "cat",
    "chien": "dog",
    "maison": "house",
    "guerre": "war",
    "paix": "peace",
    "dort": "sleeps",
    "mange": "eats",
    "et": "and",
    "puis": "then",
    "dans": "in",
    "avec": "with",
    ",": ",",
    ".": ".",
}
POSITIONS = 300
SPECIAL = ["<unk>", "<s>", "</s>"]
METADATA = {
    "package_version": "1.0",
    "argos_version": "1.9",
    "from_code": "fr",
    "from_name": "French",
    "to_code": "en",
    "to_name": "English",
}


def build(folder: Path, name: str = "translate-fr_en-1_0", stuck: int | None = None, **metadata: str) -> Path:
    """Writes ``name.argosmodel`` in ``folder``. With ``stuck``, decoding never leaves that position: it loops."""
    file = folder / f"{name}.argosmodel"
    archive(file, {f"{name}/{path}": data for path, data in contents(stuck, METADATA | metadata).items()})
    return file


def archive(file: Path, members: Mapping[str, bytes]) -> None:
    """Writes a zip file with ``members``."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, data in members.items():
            bundle.writestr(path, data)


def contents(stuck: int | None = None, metadata: Mapping[str, str] = METADATA) -> dict[str, bytes]:
    """The files of a package, by their path inside its top folder."""
    spm = _sentencepiece()
    files = {"metadata.json": json.dumps(metadata).encode(), "sentencepiece.model": spm, "README.md": b"A toy."}
    with TemporaryDirectory() as folder:
        _model(_vocabulary(spm), stuck).save(folder)
        files |= {f"model/{path.name}": path.read_bytes() for path in sorted(Path(folder).iterdir())}
    return files


def _sentencepiece() -> bytes:
    words = sorted({*LEXICON, *LEXICON.values()})
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(words)]),
        model_writer=writer,
        model_type="word",
        vocab_size=len(words) + 3,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return writer.getvalue()


def _vocabulary(spm: bytes) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=spm)
    return [processor.id_to_piece(one) for one in range(processor.get_piece_size())]


def _model(vocabulary: list[str], stuck: int | None) -> TransformerSpec:
    spec = TransformerSpec.from_config(num_layers=1, num_heads=1)
    size, width = len(vocabulary), len(vocabulary) + POSITIONS
    spec.encoder.scale_embeddings = spec.decoder.scale_embeddings = False
    spec.config.add_source_eos = True
    tokens = np.eye(size, width, dtype=np.float32)
    positions = np.eye(POSITIONS, width, k=size, dtype=np.float32)
    spec.encoder.embeddings[0].weight = tokens
    spec.decoder.embeddings.weight = np.zeros_like(tokens)
    for side in (spec.encoder, spec.decoder):
        side.position_encodings.encodings = positions
        _idle(side.layer[0], width)
        _norm(side.layer_norm, width)
    _attend(spec.decoder.layer[0].attention, vocabulary, stuck)
    spec.decoder.projection.weight = tokens * 0.6
    spec.decoder.projection.bias = np.zeros(size, dtype=np.float32)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    return spec


def _idle(layer: Any, width: int) -> None:
    """Self-attention and feed-forward that add nothing."""
    for norm in (layer.self_attention.layer_norm, layer.ffn.layer_norm):
        _norm(norm, width)
    _linear(layer.self_attention.linear[0], np.zeros((3 * width, width)))
    _linear(layer.self_attention.linear[1], np.zeros((width, width)))
    _linear(layer.ffn.linear_0, np.zeros((8, width)))
    _linear(layer.ffn.linear_1, np.zeros((width, 8)))


def _attend(attention: Any, vocabulary: list[str], stuck: int | None) -> None:
    """Position looks at position; what it reads is the English word."""
    size, width = len(vocabulary), len(vocabulary) + POSITIONS
    _norm(attention.layer_norm, width)
    queries, keys, values = (np.zeros((width, width)) for _ in range(3))
    for position in range(POSITIONS):
        queries[size + (position if stuck is None else min(position, stuck)), size + position] = 10
        keys[size + position, size + position] = 1
    end = vocabulary.index("</s>")
    queries[end, size:] = 2  # past the end of the source, the end of the sentence is all there is to look at
    keys[end, end] = 1
    for index, piece in enumerate(vocabulary):
        facing = "▁" + LEXICON.get(piece.removeprefix("▁"), "")
        values[vocabulary.index(facing) if facing != "▁" else index, index] = 1
    _linear(attention.linear[0], queries)
    _linear(attention.linear[1], np.concatenate([keys, values]))
    _linear(attention.linear[2], np.eye(width))


def _norm(norm: Any, width: int) -> None:
    norm.gamma, norm.beta = np.ones(width, dtype=np.float32), np.zeros(width, dtype=np.float32)


def _linear(linear: Any, weight: Any) -> None:
    linear.weight, linear.bias = weight.astype(np.float32), np.zeros(len(weight), dtype=np.float32)
