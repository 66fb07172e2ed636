"""Who set a password, and which memberships rest until an attorney confirms them"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TAKE_FROM_THE_LOG = """
UPDATE users SET password_by = coalesce((
    SELECT actor FROM audit WHERE subject = users.name AND action IN ('user.add', 'user.password')
    ORDER BY entry DESC LIMIT 1
), '')
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("password_by", sa.String(), nullable=False, server_default=""))
    op.add_column("memberships", sa.Column("suspended_by", sa.String(), nullable=False, server_default=""))
    op.execute(_TAKE_FROM_THE_LOG)
    op.execute("UPDATE users SET password_by = '' WHERE password_by = name")


def downgrade() -> None:
    op.drop_column("memberships", "suspended_by")
    op.drop_column("users", "password_by")
