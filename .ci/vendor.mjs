// Builds the libraries the browser needs into static/vendor/, one ES module per group, imported by relative path.
// Our own code is never bundled. Usage: node vendor.mjs <node_modules parent> <static folder>
import { createRequire } from "node:module";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [modulesRoot, staticRoot] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(modulesRoot, "package.json"));
const esbuild = require("esbuild");
const out = join(staticRoot, "vendor");

const groups = {
  preact: `
    import { h, render, Fragment, createContext } from "preact";
    import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback } from "preact/hooks";
    import { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from "@preact/signals";
    import htm from "htm";
    const html = htm.bind(h);
    export { h, render, Fragment, createContext, html, signal, computed, effect, batch, untracked, useSignal, useComputed,
      useSignalEffect, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback };`,
  "socket.io": `export { io } from "socket.io-client";`,
  icons: iconModule(),
};

/** Only the icons listed in icons.txt: the whole set is 400 kB. */
function iconModule() {
  const names = readFileSync(join(staticRoot, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
  const { icons } = require("lucide");
  const lines = [...new Set(names)].sort().map((name) => {
    const pascal = name.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter) => letter.toUpperCase());
    if (!icons[pascal]) throw new Error(`icons.txt names an unknown icon: ${name}`);
    return `${JSON.stringify(name)}: ${JSON.stringify(icons[pascal])}`;
  });
  return `export const icons = {${lines.join(",\n")}};`;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, contents] of Object.entries(groups)) {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: modulesRoot, loader: "js" },
    bundle: true, format: "esm", minify: true, write: false, target: ["es2021", "chrome94", "firefox115", "safari15.4"], legalComments: "inline",
  });
  writeFileSync(join(out, `${name}.js`), result.outputFiles[0].contents);
}

// Their types, where tsc looks for them: beside the modules.
cpSync(join(staticRoot, "vendor-types"), out, { recursive: true });
