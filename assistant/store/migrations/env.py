"""Alembic's entry: runs the migrations on the connection that `open_database` hands over."""

from alembic import context

from assistant.store import comparison_tables, matter_tables, measured_tables  # noqa: F401  (their tables count)
from assistant.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
