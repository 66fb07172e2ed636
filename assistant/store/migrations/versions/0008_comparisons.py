"""Loans of filings, comparisons and ballots"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("lent_by", sa.String(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        _belongs("loans", "documents", "document_id"),
        _belongs("loans", "matters", "matter_id"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_loans")),
    )
    op.create_index(op.f("ix_loans_matter_id"), "loans", ["matter_id"], unique=False)
    op.create_table(
        "comparisons",
        sa.Column("comparison_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("rival", sa.String(), nullable=False),
        sa.Column("run_by", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("summaries", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        _belongs("comparisons", "documents", "document_id"),
        _belongs("comparisons", "matters", "matter_id"),
        sa.PrimaryKeyConstraint("comparison_id", name=op.f("pk_comparisons")),
    )
    op.create_index(op.f("ix_comparisons_document_id"), "comparisons", ["document_id"], unique=False)
    op.create_index(op.f("ix_comparisons_matter_id"), "comparisons", ["matter_id"], unique=False)
    op.create_table(
        "ballots",
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("comparison_id", sa.String(), nullable=False),
        sa.Column("rival", sa.String(), nullable=False),
        sa.Column("on_left", sa.String(), nullable=False),
        sa.Column("pick", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("picked_at", sa.String(), nullable=False),
        _belongs("ballots", "documents", "document_id"),
        _belongs("ballots", "comparisons", "comparison_id"),
        sa.PrimaryKeyConstraint("candidate", "document_id", "user", name=op.f("pk_ballots")),
    )
    op.create_index(op.f("ix_ballots_document_id"), "ballots", ["document_id"], unique=False)
    op.create_index(op.f("ix_ballots_comparison_id"), "ballots", ["comparison_id"], unique=False)


def _belongs(table: str, to: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{column}"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def downgrade() -> None:
    for table in ("ballots", "comparisons", "loans"):
        op.drop_table(table)
