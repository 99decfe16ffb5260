"""Extensions: which may be created, and by whom."""

from pglast import ast

from server.engines.sql.parsing import given
from server.engines.sql.vetting.registry import Context, Refusal, decides
from server.engines.sql.vetting.verdict import CreateExtension, Plain, Skipped, Verdict


@decides(ast.CreateExtensionStmt)
def create_extension(node: ast.CreateExtensionStmt, context: Context) -> CreateExtension:
    """Name the extension; what the server offers decides how it is created."""
    options = {str(option.defname): option.arg for option in node.options or ()}
    schema = options.get("schema")
    return CreateExtension(
        given(node.extname),
        (schema.sval or "") if isinstance(schema, ast.String) else "",
        context.sql,
    )


@decides(ast.AlterExtensionStmt)
def update_extension(_: ast.AlterExtensionStmt, __: Context) -> Skipped:
    """Skip: the server's newest version was created."""
    return Skipped()


@decides(ast.AlterExtensionContentsStmt)
def extension_contents(_: ast.AlterExtensionContentsStmt, __: Context) -> Refusal:
    """Refuse: members of an extension are hidden from every comparison."""
    return Refusal(
        "ALTER EXTENSION … ADD or DROP would hide objects from the result", "Leave it out."
    )


@decides(ast.CreatePLangStmt)
def create_language(node: ast.CreatePLangStmt, context: Context) -> Verdict | Refusal:
    """Take the old spelling of CREATE EXTENSION for what it is."""
    name = given(node.plname)
    if name == "plpgsql":
        return Skipped()
    if node.plhandler:
        return Refusal(f"language {name!r} brings a handler of its own", "Use CREATE EXTENSION.")
    return Plain(context.sql, context.roles)
