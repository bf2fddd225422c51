"""How PostgreSQL spells a query. Texts compare by code point since their columns say so; NULL is put where None belongs."""

from __future__ import annotations

from typing import Final

from civicflow.plugins.storage.conditions import Dialect

DIALECT: Final = Dialect(
    mark="%s",
    seen="%s",
    among="{column} = ANY (%s)",
    tables="{s}.",
    ascending=" ASC NULLS FIRST",
    descending=" DESC NULLS LAST",
    pack=list,
)
