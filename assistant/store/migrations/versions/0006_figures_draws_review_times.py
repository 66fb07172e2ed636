"""Figures of summaries and filings, draws, and seconds of review"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summary_figures",
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("sentences", sa.Integer(), nullable=False),
        sa.Column("supported", sa.Integer(), nullable=False),
        sa.Column("signed_sentences", sa.Integer(), nullable=False),
        sa.Column("signed_supported", sa.Integer(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        _follow("summary_figures", "summaries", "summary_id"),
        sa.PrimaryKeyConstraint("summary_id", name=op.f("pk_summary_figures")),
    )
    op.create_table(
        "filing_figures",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("groups", sa.LargeBinary(), nullable=False),
        _follow("filing_figures", "documents", "document_id"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_filing_figures")),
    )
    op.create_table(
        "draws",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("unaided", sa.Boolean(), nullable=False),
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("shown_by", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.String(), nullable=False),
        _follow("draws", "documents", "document_id"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_draws")),
    )
    op.create_table(
        "review_times",
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("beat_at", sa.String(), nullable=False),
        _follow("review_times", "summaries", "summary_id"),
        sa.PrimaryKeyConstraint("summary_id", "user", name=op.f("pk_review_times")),
    )


def downgrade() -> None:
    for table in ("review_times", "draws", "filing_figures", "summary_figures"):
        op.drop_table(table)


def _follow(table: str, parent: str, column: str) -> sa.ForeignKeyConstraint:
    """Let a row go with what it was counted of."""
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.{column}"], name=name, ondelete="CASCADE")
