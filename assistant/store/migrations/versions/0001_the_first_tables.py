"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adapters",
        sa.Column("adapter_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("promoted_by", sa.String(), nullable=False),
        sa.Column("promoted_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("adapter_id", name=op.f("pk_adapters")),
    )
    op.create_index(
        "uq_adapters_active",
        "adapters",
        ["status"],
        unique=True,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "audit",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_audit")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "matters",
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("name_blind", sa.String(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("consent_by", sa.String(), nullable=False),
        sa.Column("consent_at", sa.String(), nullable=False),
        sa.Column("sealed_consent_note", sa.LargeBinary(), nullable=True),
        sa.Column("protective_order", sa.Boolean(), nullable=False),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("vault_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_matters")),
        sa.UniqueConstraint("name_blind", name=op.f("uq_matters_name_blind")),
    )
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("dataset", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("gate", sa.JSON(), nullable=False),
        sa.Column("candidate", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("finished_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_rounds")),
    )
    op.create_table(
        "tombstones",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("erased_by", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("erased_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_conversations_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_conversations")),
    )
    op.create_index(op.f("ix_conversations_matter_id"), "conversations", ["matter_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("content_blind", sa.String(), nullable=False),
        sa.Column("sealed_file_name", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("do", sa.String(), nullable=False),
        sa.Column("pages_total", sa.Integer(), nullable=False),
        sa.Column("pages_ocr", sa.JSON(), nullable=False),
        sa.Column("pages_unreadable", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("sequestered", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.String(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_documents_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_documents")),
        sa.UniqueConstraint("matter_id", "content_blind", name=op.f("uq_documents_matter_id_content_blind")),
    )
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("expires_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_logins_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_logins")),
    )
    op.create_index(op.f("ix_logins_user"), "logins", ["user"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_memberships_matter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_memberships_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "matter_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "pseudonyms",
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("blind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_original", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_variants", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_pseudonyms_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_pseudonyms")),
    )
    op.create_index(
        op.f("ix_pseudonyms_matter_id_type_blind"), "pseudonyms", ["matter_id", "type", "blind"], unique=False
    )
    op.create_table(
        "ratings",
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_ratings_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("target_id", "part", "user", name=op.f("pk_ratings")),
    )
    op.create_index(op.f("ix_ratings_matter_id"), "ratings", ["matter_id"], unique=False)
    op.create_table(
        "walls",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_walls_matter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_walls_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "matter_id", name=op.f("pk_walls")),
    )
    op.create_table(
        "pages",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_page", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_pages_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "revision", "number", name=op.f("pk_pages")),
    )
    op.create_table(
        "revisions",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("pages_total", sa.Integer(), nullable=False),
        sa.Column("pages_ocr", sa.JSON(), nullable=False),
        sa.Column("pages_unreadable", sa.JSON(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("sealed_offsets", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_revisions_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "revision", name=op.f("pk_revisions")),
    )
    op.create_table(
        "summaries",
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("signed_off_by", sa.String(), nullable=False),
        sa.Column("sealed_returned_reason", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_summaries_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_summaries_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("summary_id", name=op.f("pk_summaries")),
    )
    op.create_index(op.f("ix_summaries_document_id"), "summaries", ["document_id"], unique=False)
    op.create_index(op.f("ix_summaries_matter_id"), "summaries", ["matter_id"], unique=False)
    op.create_table(
        "turns",
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.conversation_id"],
            name=op.f("fk_turns_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_turns")),
        sa.UniqueConstraint("conversation_id", "position", name=op.f("uq_turns_conversation_id_position")),
    )
    op.create_index(op.f("ix_turns_conversation_id"), "turns", ["conversation_id"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("correction_id", sa.String(), nullable=False),
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("matter_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("signed_off_by", sa.String(), nullable=False),
        sa.Column("signed_off_at", sa.String(), nullable=False),
        sa.Column("model_output", sa.String(), nullable=False),
        sa.Column("edited", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.Column("adapter", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.document_id"], name=op.f("fk_corrections_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.matter_id"], name=op.f("fk_corrections_matter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["summaries.summary_id"], name=op.f("fk_corrections_summary_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_document_id"), "corrections", ["document_id"], unique=False)
    op.create_index(op.f("ix_corrections_matter_id"), "corrections", ["matter_id"], unique=False)
    op.create_index(op.f("ix_corrections_summary_id"), "corrections", ["summary_id"], unique=False)
    op.create_table(
        "versions",
        sa.Column("summary_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sentences", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["summaries.summary_id"], name=op.f("fk_versions_summary_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("summary_id", "version", name=op.f("pk_versions")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )


def downgrade() -> None:
    op.drop_table("versions")
    op.drop_index(op.f("ix_corrections_summary_id"), table_name="corrections")
    op.drop_index(op.f("ix_corrections_matter_id"), table_name="corrections")
    op.drop_index(op.f("ix_corrections_document_id"), table_name="corrections")
    op.drop_table("corrections")
    op.drop_index(op.f("ix_turns_conversation_id"), table_name="turns")
    op.drop_table("turns")
    op.drop_index(op.f("ix_summaries_matter_id"), table_name="summaries")
    op.drop_index(op.f("ix_summaries_document_id"), table_name="summaries")
    op.drop_table("summaries")
    op.drop_table("revisions")
    op.drop_table("pages")
    op.drop_table("walls")
    op.drop_index(op.f("ix_ratings_matter_id"), table_name="ratings")
    op.drop_table("ratings")
    op.drop_index(op.f("ix_pseudonyms_matter_id_type_blind"), table_name="pseudonyms")
    op.drop_table("pseudonyms")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_logins_user"), table_name="logins")
    op.drop_table("logins")
    op.drop_table("documents")
    op.drop_index(op.f("ix_conversations_matter_id"), table_name="conversations")
    op.drop_table("conversations")
    op.drop_table("users")
    op.drop_table("tombstones")
    op.drop_table("rounds")
    op.drop_table("matters")
    op.drop_table("counters")
    op.drop_table("audit")
    op.drop_index(
        "uq_adapters_active",
        table_name="adapters",
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_table("adapters")
