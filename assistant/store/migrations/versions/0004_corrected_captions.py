"""Caption facts that people corrected, sealed with their filing"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("sealed_caption", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("documents", "sealed_caption")
