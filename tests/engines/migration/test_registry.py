"""Every kind that a schema can hold can be migrated."""

from server.engines.catalog.registry import fact_classes
from server.engines.migration.registry import all_kinds


def test_every_kind_of_a_schema_has_its_way_to_come_and_go() -> None:
    in_schemas = {kind for kind, cls in fact_classes().items() if not cls.is_cluster_wide}

    assert in_schemas - set(all_kinds()) == set()
