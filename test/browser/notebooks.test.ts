import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { editLibraryTests } from "./edit-library-tests";
import { frontEnds } from "./front-ends";
import { kernelTests } from "./kernel-tests";
import { Session } from "./session";
import { tutorialTests } from "./tutorial-tests";

// One file, so that a server is started once for each front end.
for (const frontEnd of frontEnds()) {
  const place = frontEnd.name === "lab" ? "JupyterLab" : "Jupyter Notebook";
  describe(`in ${place}`, { skip: frontEnd.skip }, () => {
    const session = new Session(frontEnd);
    before(() => session.start(), { timeout: 240_000 });
    after(() => session.stop());
    describe("the tutorial", () => tutorialTests(session));
    describe("any notebook", () => kernelTests(session));
    describe("a library file edited in the browser", () => editLibraryTests(session));
    it("shows no error in the browser's console, and needs no network", () => {
      assert.deepEqual(session.complaints, []);
    });
  });
}
