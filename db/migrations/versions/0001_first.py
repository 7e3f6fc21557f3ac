"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("pair_hash", sa.String(length=16), nullable=False),
        sa.Column("left_text", sa.Text(), nullable=False),
        sa.Column("right_text", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('accept', 'reject', 'unsure', 'correct')", name=op.f("ck_review_verdict")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_pair_hash"), "review", ["pair_hash"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.CheckConstraint("status IN ('running', 'done', 'interrupted', 'failed')", name=op.f("ck_run_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("model_sha256", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("date", sa.String(length=32), nullable=True),
        sa.Column("outlet", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("main_language", sa.String(length=16), nullable=True),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("duplicate_of", sa.String(length=16), nullable=True),
        sa.Column("segment_signature_id", sa.String(length=16), nullable=True),
        sa.Column("detect_signature_id", sa.String(length=16), nullable=True),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["detect_signature_id"], ["signature.id"], name=op.f("fk_document_detect_signature_id")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["document.id"], name=op.f("fk_document_duplicate_of"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_document_run_id")),
        sa.ForeignKeyConstraint(
            ["segment_signature_id"], ["signature.id"], name=op.f("fk_document_segment_signature_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_duplicate_of"), "document", ["duplicate_of"], unique=False)
    op.create_index(op.f("ix_document_main_language"), "document", ["main_language"], unique=False)
    op.create_table(
        "finding",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "subject_kind IN ('source', 'document', 'segment', 'translation', 'alignment')",
            name=op.f("ck_finding_subject_kind"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_finding_run_id")),
        sa.PrimaryKeyConstraint("code", "subject", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_subject"), "finding", ["subject"], unique=False)
    op.create_table(
        "stage",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_stage_run_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stage")),
    )
    op.create_table(
        "translation",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("source_hash", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("signature_id", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_translation_run_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"], name=op.f("fk_translation_signature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint(
            "source_hash", "target", "signature_id", name=op.f("uq_translation_source_hash_target_signature_id")
        ),
    )
    op.create_index(op.f("ix_translation_signature_id"), "translation", ["signature_id"], unique=False)
    op.create_table(
        "block",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("start_offset", sa.Integer(), nullable=False),
        sa.Column("end_offset", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('title', 'heading', 'body', 'boilerplate', 'separator')", name=op.f("ck_block_role")
        ),
        sa.CheckConstraint("start_offset < end_offset", name=op.f("ck_block_span")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_block_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
    )
    op.create_index(op.f("ix_block_document_id"), "block", ["document_id"], unique=False)
    op.create_table(
        "document_pair",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("left_document_id", sa.String(length=16), nullable=False),
        sa.Column("right_document_id", sa.String(length=16), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("signature_id", sa.String(length=16), nullable=False),
        sa.Column("align_signature_id", sa.String(length=16), nullable=True),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "grade IN ('translation', 'partial', 'comparable', 'duplicate')", name=op.f("ck_document_pair_grade")
        ),
        sa.ForeignKeyConstraint(
            ["align_signature_id"], ["signature.id"], name=op.f("fk_document_pair_align_signature_id")
        ),
        sa.ForeignKeyConstraint(
            ["left_document_id"], ["document.id"], name=op.f("fk_document_pair_left_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["right_document_id"], ["document.id"], name=op.f("fk_document_pair_right_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_document_pair_run_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"], name=op.f("fk_document_pair_signature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_pair")),
        sa.UniqueConstraint(
            "left_document_id", "right_document_id", name=op.f("uq_document_pair_left_document_id_right_document_id")
        ),
    )
    op.create_index(op.f("ix_document_pair_left_document_id"), "document_pair", ["left_document_id"], unique=False)
    op.create_index(op.f("ix_document_pair_right_document_id"), "document_pair", ["right_document_id"], unique=False)
    op.create_table(
        "source",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=16), nullable=True),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("translation_of", sa.Text(), nullable=False),
        sa.Column("skip_code", sa.String(length=8), nullable=True),
        sa.Column("skip_reason", sa.Text(), nullable=True),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_source_document_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_source_run_id")),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_source")),
    )
    op.create_index(op.f("ix_source_document_id"), "source", ["document_id"], unique=False)
    op.create_index(op.f("ix_source_file"), "source", ["file"], unique=False)
    op.create_table(
        "alignment",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("docid", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("left_document_id", sa.String(length=16), nullable=False),
        sa.Column("right_document_id", sa.String(length=16), nullable=False),
        sa.Column("document_pair_id", sa.String(length=16), nullable=True),
        sa.Column("translation_id", sa.String(length=16), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(length=16), nullable=False),
        sa.Column("left_text", sa.Text(), nullable=False),
        sa.Column("right_text", sa.Text(), nullable=False),
        sa.Column("left_language", sa.String(length=16), nullable=True),
        sa.Column("right_language", sa.String(length=16), nullable=True),
        sa.Column("left_origin", sa.Text(), nullable=False),
        sa.Column("right_origin", sa.Text(), nullable=False),
        sa.Column("pair_hash", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.Column("signature_id", sa.String(length=16), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('translation', 'bitext', 'passage')", name=op.f("ck_alignment_kind")),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_alignment_score")),
        sa.ForeignKeyConstraint(
            ["document_pair_id"], ["document_pair.id"], name=op.f("fk_alignment_document_pair_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["left_document_id"], ["document.id"], name=op.f("fk_alignment_left_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["right_document_id"], ["document.id"], name=op.f("fk_alignment_right_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_alignment_run_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["signature.id"], name=op.f("fk_alignment_signature_id")),
        sa.ForeignKeyConstraint(
            ["translation_id"], ["translation.id"], name=op.f("fk_alignment_translation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alignment")),
        sa.UniqueConstraint("docid", name=op.f("uq_alignment_docid")),
    )
    op.create_index(op.f("ix_alignment_document_pair_id"), "alignment", ["document_pair_id"], unique=False)
    op.create_index(op.f("ix_alignment_kind_score"), "alignment", ["kind", "score"], unique=False)
    op.create_index(op.f("ix_alignment_left_document_id"), "alignment", ["left_document_id"], unique=False)
    op.create_index(op.f("ix_alignment_pair_hash"), "alignment", ["pair_hash"], unique=False)
    op.create_index(op.f("ix_alignment_right_document_id"), "alignment", ["right_document_id"], unique=False)
    op.create_index(op.f("ix_alignment_signature_id"), "alignment", ["signature_id"], unique=False)
    op.create_index(op.f("ix_alignment_translation_id"), "alignment", ["translation_id"], unique=False)
    op.create_table(
        "segment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("docid", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("block_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("start_offset", sa.Integer(), nullable=False),
        sa.Column("end_offset", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=True),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "role IN ('title', 'heading', 'body', 'boilerplate', 'separator')", name=op.f("ck_segment_role")
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_segment_confidence")),
        sa.CheckConstraint("start_offset < end_offset", name=op.f("ck_segment_span")),
        sa.ForeignKeyConstraint(["block_id"], ["block.id"], name=op.f("fk_segment_block_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_segment_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_segment_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("docid", name=op.f("uq_segment_docid")),
    )
    op.create_index(op.f("ix_segment_block_id"), "segment", ["block_id"], unique=False)
    op.create_index(op.f("ix_segment_document_id_position"), "segment", ["document_id", "position"], unique=False)
    op.create_index(op.f("ix_segment_language"), "segment", ["language"], unique=False)
    op.create_index(op.f("ix_segment_text_hash"), "segment", ["text_hash"], unique=False)
    op.create_table(
        "alignment_segment",
        sa.Column("alignment_id", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint("side IN ('left', 'right')", name=op.f("ck_alignment_segment_side")),
        sa.ForeignKeyConstraint(
            ["alignment_id"], ["alignment.id"], name=op.f("fk_alignment_segment_alignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_alignment_segment_segment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alignment_id", "side", "position", name=op.f("pk_alignment_segment")),
    )
    op.create_index(op.f("ix_alignment_segment_segment_id"), "alignment_segment", ["segment_id"], unique=False)
    op.create_table(
        "span",
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.Column("start_offset", sa.Integer(), nullable=False),
        sa.Column("end_offset", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.CheckConstraint("start_offset < end_offset", name=op.f("ck_span_span")),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_span_segment_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("segment_id", "start_offset", "end_offset", name=op.f("pk_span")),
    )
