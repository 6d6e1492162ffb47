#!/usr/bin/env node
// @ts-check
// Sets the project up: npm packages, build, kernelspec and, when asked, Jupyter and what the tests need.
// Plain JavaScript on Node's built-ins alone, because nothing is installed when it runs first. This file keeps
// to old syntax, so that an old Node reads as far as the message that it is too old.

var wantedNode = 20;

var help = [
  "Usage: node kernel-setup/setup.mjs [--jupyter] [--tests] [--quiet] [--keep-going]",
  "",
  "Installs the npm packages from the lock file, builds, and registers the kernel inside the project.",
  "Does only what is missing or stale, says each thing it does, and may be run as often as you like.",
  "",
  "  --jupyter     also find Jupyter: $JUPYTER, PATH, conda or mamba (environment.yml), apt (Debian, root), pip (.venv)",
  "  --tests       also find what the tests need: nbconvert, jupyter_kernel_test, Chromium",
  "  --quiet       say only what is done, and nothing when there is nothing to do",
  "  --keep-going  report a failed step and go on; succeed if the command line could be built",
  "  --help        show this text",
].join("\n");

var known = ["--jupyter", "--tests", "--quiet", "--keep-going", "--help", "-h"];
var args = process.argv.slice(2);
var unknown = args.filter(function (arg) {
  return known.indexOf(arg) < 0;
});
var major = Number(process.versions.node.split(".")[0]);

if (major < wantedNode) {
  console.error(
    "set-up needs Node " + wantedNode + " or later, and this is Node " + process.versions.node + ".",
  );
  console.error(
    "  Install a newer one (https://nodejs.org, nvm, or your package manager) and run this again.",
  );
  process.exitCode = 1;
} else if (unknown.length > 0) {
  console.error("set-up does not know " + unknown.join(" ") + ".\n\n" + help);
  process.exitCode = 2;
} else if (args.indexOf("--help") >= 0 || args.indexOf("-h") >= 0) {
  console.log(help);
} else {
  import("./setup/main.mjs")
    .then(function (main) {
      return main.setUp({
        jupyter: args.indexOf("--jupyter") >= 0,
        tests: args.indexOf("--tests") >= 0,
        quiet: args.indexOf("--quiet") >= 0,
        keepGoing: args.indexOf("--keep-going") >= 0,
      });
    })
    .then(function (code) {
      process.exitCode = code;
    });
}
