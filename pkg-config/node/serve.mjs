// Serves www/dist: node serve.mjs [--port N] [--no-isolation]
import { statSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sirv from "sirv";

const { values } = parseArgs({
  options: { port: { type: "string", default: "8080" }, "no-isolation": { type: "boolean", default: false } },
});

// SharedArrayBuffer, and so threads, exist only in a page that is cross-origin isolated.
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const dist = fileURLToPath(new URL("../../www/dist", import.meta.url));

// `dev` looks at the disk at every request: a new build shows without a restart.
const files = sirv(dist, {
  dev: true,
  etag: true,
  setHeaders(response, path) {
    // Kept by the browser, and asked for again whether still the same.
    response.setHeader("Cache-Control", "no-cache");
    if (/\.(safetensors|bin|gguf)$/.test(path)) response.setHeader("Content-Type", "application/octet-stream");
  },
});

/** Where a request for a folder without its last slash has to go: a page's relative addresses start from that slash. */
function folder(address) {
  const [path, query] = address.split(/(?=\?)/, 2);
  if (path.endsWith("/")) return undefined;
  try {
    // Normal, a path from the root has no `..` that leads out of the site.
    if (!statSync(join(dist, normalize(path))).isDirectory()) return undefined;
  } catch {
    return undefined;
  }
  // Relative, so that it stays on this server whatever the address begins with.
  return `${path.split("/").at(-1)}/${query ?? ""}`;
}

const server = createServer((request, response) => {
  if (!values["no-isolation"]) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
  const location = folder(request.url);
  if (location) {
    response.writeHead(308, { Location: location }).end();
    return;
  }
  files(request, response, () => {
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" });
    response.end(`not found: ${request.url}\n`);
  });
});

let port = Number(values.port);
server.on("error", (error) => {
  if (error.code !== "EADDRINUSE" || port >= 65535) throw error;
  console.log(`port ${port} is taken`);
  server.listen(++port);
});
server.on("listening", () => {
  const state = values["no-isolation"] ? "not isolated: one thread" : "cross-origin isolated";
  console.log(`http://localhost:${server.address().port}/ (${state}; end with Ctrl-C)`);
});
server.listen(port);
