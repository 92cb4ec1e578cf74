// Writes a copy of an OpenAPI file in which known mistakes are mended.
//
//   node patch.js FILE.yaml COPY.json
//
// Mended: `tshow` is a boolean, not a string; a password may be a digest; a logout may have an empty
// object as its body; `dm.create` with a username satisfies both of its alternatives; what begins
// with `dm.` may begin with `im.`; logins through other services stand under paths that are none.
// Prints the paths.

const { readFileSync, writeFileSync } = require("node:fs");
const { load } = require("js-yaml");

const [source, copy] = process.argv.slice(2);
const document = load(readFileSync(source, "utf8"));

const paths = document.paths;
for (const path of Object.keys(paths)) {
  if (path.includes(" ")) delete paths[path];
  else if (path.includes("/dm.")) paths[path.replace("/dm.", "/im.")] ??= paths[path];
}
mend(paths);
const body = (path) => paths[path]?.post.requestBody.content["application/json"];
const login = body("/api/v1/login");
if (login) {
  login.schema.properties.password = {};
  const content = { "application/json": { schema: { type: "object", maxProperties: 0 } } };
  paths["/api/v1/logout"].post.requestBody = { content };
}
const create = body("/api/v1/dm.create");
if (create) create.schema = { anyOf: create.schema.oneOf };
writeFileSync(copy, JSON.stringify(document));
console.log(JSON.stringify(Object.keys(paths)));

function mend(node) {
  if (node === null || typeof node !== "object") return;
  if (node.properties?.tshow) node.properties.tshow.type = "boolean";
  Object.values(node).forEach(mend);
}
