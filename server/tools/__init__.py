"""One file a tool: its arguments, its report and one async function over the engines."""
