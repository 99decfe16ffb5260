// The second official TypeScript client: negotiates the stateless era where the server has it.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [target, cwd] = process.argv.slice(2);
const transport = target.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: target, args: ["serve"], cwd });
const client = new Client(
  { name: "judge", version: "2" },
  { versionNegotiation: { mode: "auto" } },
);
await client.connect(transport);
const { tools } = await client.listTools();
const progress = [];
const result = await client.callTool(
  { name: "analyze_schema", arguments: { source: "file:schema.sql" } },
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
