"""The registered tools, in the order in which a project needs them."""

from server.tools.tool import Tool


def tools() -> tuple[Tool, ...]:
    """Return every registered tool."""
    from server.tools import (
        analyze_schema,
        apply_migration,
        generate_migration,
        load_test,
        recommend_profile,
    )

    return (
        recommend_profile.TOOL,
        analyze_schema.TOOL,
        generate_migration.TOOL,
        apply_migration.TOOL,
        load_test.TOOL,
    )
