import { spawn } from "node:child_process";

/** Opens an address in the user's browser, where there is a screen to show it; quietly does nothing otherwise. */
export function openBrowser(address: string): void {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI) return;
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", '""']
        : DISPLAY || WAYLAND_DISPLAY
          ? ["xdg-open"]
          : [];
  if (command === undefined) return;
  const opener = spawn(command, [...args, address], { stdio: "ignore", detached: true });
  opener.on("error", () => undefined); // no such command: the address is on the screen
  opener.unref();
}
