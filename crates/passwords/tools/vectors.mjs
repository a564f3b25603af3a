// Makes tests/vectors/npm.json: hashes by packages for schemes whose originals are written in PHP
// and .NET. From the crate's folder, in a shell:
//
//     mkdir -p /tmp/vectors-npm && npm --prefix /tmp/vectors-npm install --ignore-scripts \
//         aspnetcore-identity-password-hasher@1.0.1 bcryptjs@3.0.3 drupal-hash@1.0.4 wordpress-hash-node@1.0.0
//     NODE_PATH=/tmp/vectors-npm/node_modules node tools/vectors.mjs > tests/vectors/npm.json

import { createHash } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_PATH + "/");
const bcrypt = require("bcryptjs");
const drupal = require("drupal-hash");
const { PasswordHasher } = require("aspnetcore-identity-password-hasher/build/PasswordHasher");
const wordpress = require("wordpress-hash-node");

const ASCII = "trout9lamp";
const PASSWORDS = [
  ASCII,
  "Gr\u00fc\u00dfe 123 \u2728",
  "Gru\u0308\u00dfe 123 \u2728",
  "  two ends 7 ",
  "correct horse battery staple ".repeat(3) + "9",
];

const vectors = [];
const add = (by, password, hash) => vectors.push({ by, password, wrong: "!" + password, hash });

for (const password of PASSWORDS) {
  const identity = new PasswordHasher(1000);
  add("aspnetcore-identity-password-hasher 1.0", password, await identity.hashPasswordV2(password));
  add("aspnetcore-identity-password-hasher 1.0", password, await identity.hashPasswordV3(password));
  add("drupal-hash 1.0", password, drupal.hashPassword(password, 8));
  // Drupal 7 did this to what Drupal 6 had kept.
  const md5 = createHash("md5").update(password).digest("hex");
  add("drupal-hash 1.0", password, "U" + drupal.hashPassword(md5, 11));
  add("bcryptjs 3.0", password, bcrypt.hashSync(password, 4));
}
add("drupal-hash 1.0", ASCII, drupal.hashPassword(ASCII));
add("aspnetcore-identity-password-hasher 1.0", ASCII, await new PasswordHasher().hashPasswordV3(ASCII));
add("wordpress-hash-node 1.0", ASCII, wordpress.HashPassword(ASCII));
console.log(JSON.stringify(vectors, null, 0).replaceAll("},{", "},\n{"));
