// Serves www/dist as a host would: node serve.mjs [--port N] [--no-isolation] [--plain]
//   --no-isolation  leaves out the headers that threads need, and the service worker that would add them
//   --plain         sends no headers of its own at all, as GitHub Pages does
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sirv from "sirv";
import { headersFor, parseHeaders } from "./headers.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    "no-isolation": { type: "boolean", default: false },
    plain: { type: "boolean", default: false },
  },
});

const dist = fileURLToPath(new URL("../../www/dist", import.meta.url));

/** Read at every request, like all files: a new build shows without a restart. */
function rules() {
  try {
    return values.plain ? [] : parseHeaders(readFileSync(join(dist, "_headers"), "utf8"));
  } catch {
    return [];
  }
}

// SharedArrayBuffer, and so threads, exist only in a page that is cross-origin isolated.
const isolates = (name) => /^Cross-Origin-(Opener|Embedder)-Policy$/i.test(name);

// Where the build left a file compressed beside it, that one is sent to browsers that can read it.
const files = sirv(dist, {
  dev: true,
  etag: true,
  brotli: true,
  gzip: true,
  setHeaders(response, path) {
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

function notFound(request, response) {
  response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`not found: ${request.url}\n`);
}

const server = createServer((request, response) => {
  const [path] = request.url.split("?", 1);
  for (const [name, value] of headersFor(rules(), path)) if (!values["no-isolation"] || !isolates(name)) response.setHeader(name, value);
  const location = folder(request.url);
  if (location) return void response.writeHead(308, { Location: location }).end();
  if (values["no-isolation"] && path === "/isolation-worker.js") return notFound(request, response);
  files(request, response, () => notFound(request, response));
});

let port = Number(values.port);
server.on("error", (error) => {
  if (error.code !== "EADDRINUSE" || port >= 65535) throw error;
  console.log(`port ${port} is taken`);
  server.listen(++port);
});
server.on("listening", () => {
  const state = values["no-isolation"] ? "not isolated: one thread" : values.plain ? "no headers" : "cross-origin isolated";
  console.log(`http://localhost:${server.address().port}/ (${state}; end with Ctrl-C)`);
});
server.listen(port);
