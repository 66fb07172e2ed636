"""Watched folders, what was exported to them, and the close of matters"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("sealed_folder", sa.LargeBinary(), nullable=False),
        sa.Column("responsible", sa.String(), nullable=False),
        sa.Column("export_by", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_watches_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_watches")),
    )
    op.create_table(
        "exports",
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("exported_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["summaries.summary_id"], name=op.f("fk_exports_summary_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("summary_id", name=op.f("pk_exports")),
    )
    op.create_table(
        "retentions",
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("closed_on", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_retentions_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_retentions")),
    )


def downgrade() -> None:
    op.drop_table("retentions")
    op.drop_table("exports")
    op.drop_table("watches")
