// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 200;
/** An owner writes its process id at once, so a lock without one for this long was left by a crash. */
const ownerlessMs = 10_000;

/**
 * Does something while no other set-up of this project does anything.
 * @template T
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(root, say, work) {
  const folder = join(root, ".jupyter", "setup.lock");
  mkdirSync(join(root, ".jupyter"), { recursive: true });
  for (let said = false; !take(folder);) {
    const owner = ownerOf(folder);
    if (owner === "nobody") {
      discard(folder);
      continue;
    }
    // An owner that has just taken the lock has not written its number yet: the next look finds it.
    if (!said && owner !== "unknown") {
      say(`another set-up is at work (process ${owner}), waiting for it`);
      said = true;
    }
    await sleep(said ? pollMs : 10);
  }
  const release = () => rmSync(folder, { recursive: true, force: true });
  const stop = () => process.exit(130);
  process.on("exit", release);
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work();
  } finally {
    release();
    process.off("exit", release);
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** @param {string} folder */
function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(folder, "pid"), String(process.pid));
  return true;
}

/**
 * @param {string} folder
 * @returns {number | "nobody" | "unknown"} the owner's process id; "nobody" when it has ended
 */
function ownerOf(folder) {
  try {
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    if (!Number.isInteger(pid) || pid < 1) return "unknown";
    return isAlive(pid) ? pid : "nobody";
  } catch {
    try {
      return Date.now() - statSync(folder).mtimeMs > ownerlessMs ? "nobody" : "unknown";
    } catch {
      return "unknown"; // released just now
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Removes a lock whose owner is gone. The rename lets only one of several waiting set-ups do it.
 * @param {string} folder
 */
function discard(folder) {
  const aside = `${folder}.${process.pid}.stale`;
  try {
    renameSync(folder, aside);
  } catch {
    return; // another was first
  }
  rmSync(aside, { recursive: true, force: true });
}
