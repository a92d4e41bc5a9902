/** Writes src/api/schema.d.ts from the server's OpenAPI document: `npm run types -- [FILE]`. */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = process.argv[2] ?? "../backend/openapi.json";
// A field with a default may be left out of a request; its answer always has it.
const nodes = await openapiTS(JSON.parse(readFileSync(source, "utf8")), { defaultNonNullable: false });
const banner = "/** Made by `npm run types` from the server's OpenAPI document. Do not edit. */\n";
writeFileSync("src/api/schema.d.ts", banner + astToString(nodes));
