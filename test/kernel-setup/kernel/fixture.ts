import { after, before } from "node:test";
import { KernelClient } from "./client";
import { createProject, type Project } from "./project";

export interface Fixture {
  readonly kernel: KernelClient;
  readonly project: Project;
}

/** One kernel for all tests of a `describe`, in the notebooks folder of a project with these files. */
export function useKernel(files: Record<string, string> = {}): Fixture {
  let kernel: KernelClient | undefined;
  let project: Project | undefined;
  before(async () => {
    project = createProject(files);
    kernel = await KernelClient.start({ cwd: project.notebooks });
  });
  after(async () => {
    await kernel?.close();
    project?.remove();
  });
  return {
    get kernel() {
      if (!kernel) throw new Error("the kernel is started by a before hook: use it inside a test");
      return kernel;
    },
    get project() {
      if (!project) throw new Error("the project is made by a before hook: use it inside a test");
      return project;
    },
  };
}

/** Text without the colours of a terminal. */
export function plain(text: string | readonly string[] | undefined): string {
  const joined = typeof text === "string" ? text : (text ?? []).join("\n");
  // eslint-disable-next-line no-control-regex
  return joined.replace(/\u001b\[[0-9;]*m/g, "");
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
