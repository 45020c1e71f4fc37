"""How Alembic meets a store: on the connection it is given, under a version table of the store's own."""

from __future__ import annotations

from alembic import context

from services.storage.app import APP
from services.storage.legal import LEGAL
from services.storage.vault import VAULT

store = context.config.attributes["store"]
connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata={"app": APP, "legal": LEGAL, "vault": VAULT}[store],
    version_table=f"{store}_version",
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=False,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
