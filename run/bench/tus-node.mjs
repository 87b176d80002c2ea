// The tus project's own server for Node.js, over TLS: node tus-node.mjs PORT FOLDER KEY CERTIFICATE. The peer of run/bench/peers.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [port, directory, key, cert] = process.argv.slice(2);
const tus = new Server({ path: "/files", datastore: new FileStore({ directory }) });
createServer({ key: readFileSync(key), cert: readFileSync(cert), minVersion: "TLSv1.3" }, (request, response) =>
  tus.handle(request, response),
).listen(Number(port), "127.0.0.1");
