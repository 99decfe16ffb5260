"""The engines: functions from frozen values to frozen values, without any knowledge of MCP."""
