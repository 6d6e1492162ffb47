import { noteClasses } from "./class-names";
import type { DataLoader } from "./data-loader";

/** What the data is prepared for: "fit" (training and validation) or "test". */
export type Stage = "fit" | "test";

/**
 * Where a trainer gets its data from, as Lightning's `LightningDataModule`. The trainer calls `prepareData`
 * (download), then `setup` (read, split), then asks for the loaders.
 *
 * @example
 * const dm: LightningDataModule = new MNISTDataModule();
 * await dm.prepareData();
 * await dm.setup("fit");
 * const loader = dm.trainDataLoader();
 */
export abstract class LightningDataModule {
  constructor() {
    noteClasses(this);
  }

  /** Gets the data onto this machine. May be called again: it does nothing when all is there. */
  abstract prepareData(): Promise<void>;
  /** Reads and splits the data; without a stage, for all of them. */
  abstract setup(stage?: Stage): Promise<void>;
  abstract trainDataLoader(): DataLoader;
  valDataLoader?(): DataLoader;
  testDataLoader?(): DataLoader;
}
