"""Words, terms, decisions and notices"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("matters", sa.Column("spread_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("pseudonyms", sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE matters SET spread_version = vault_version")
    op.add_column("revisions", sa.Column("confidences", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "words",
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_words_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blind", "document_id", name=op.f("pk_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_words_document_id"), "words", ["document_id"], unique=False)
    op.create_table(
        "terms",
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("blind", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("sealed_term", sa.LargeBinary(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_terms_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_id", "blind", name=op.f("pk_terms")),
    )
    op.create_table(
        "decisions",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_decisions_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "page", "start", "end", name=op.f("pk_decisions")),
    )
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_notices_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_matter_id"), "notices", ["matter_id"], unique=False)


def downgrade() -> None:
    for table in ("notices", "decisions", "terms", "words"):
        op.drop_table(table)
    op.drop_column("revisions", "confidences")
    op.drop_column("pseudonyms", "changed")
    op.drop_column("matters", "spread_version")
