// The first official TypeScript client: handshake era, structured results validated by itself.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [target, cwd] = process.argv.slice(2);
const transport = target.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: target, args: ["serve"], cwd });
const client = new Client({ name: "judge", version: "1" });
await client.connect(transport);
const { tools } = await client.listTools();
const progress = [];
const result = await client.callTool(
  { name: "analyze_schema", arguments: { source: "file:schema.sql" } },
  undefined,
  { onprogress: (event) => progress.push(event.message) },
);
const guide = await client.readResource({ uri: "guide://composition_map" });
await client.close();
console.log(
  JSON.stringify({
    tools: tools.map((tool) => tool.name),
    found: result.structuredContent.total,
    isError: result.isError ?? false,
    progress: progress.length,
    guide: guide.contents[0].mimeType,
  }),
);
