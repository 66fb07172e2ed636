"""Grids and their cells"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grids",
        sa.Column("grid_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("run_by", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_questions", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_grids_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_grids")),
    )
    op.create_index(op.f("ix_grids_matter_id"), "grids", ["matter_id"], unique=False)
    op.create_table(
        "cells",
        sa.Column("grid_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.grid_id"], name=op.f("fk_cells_grid_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_cells_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("grid_id", "document_id", "question", name=op.f("pk_cells")),
    )
    op.create_index(op.f("ix_cells_document_id"), "cells", ["document_id"], unique=False)


def downgrade() -> None:
    op.drop_table("cells")
    op.drop_table("grids")
