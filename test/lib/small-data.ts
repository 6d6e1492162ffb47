import { LightningDataModule, MNISTDataModule, type DataLoader } from "../../lib";

/** Real MNIST in small batches, read once for all tests of a file. */
export class SmallMNIST extends LightningDataModule {
  private static shared: MNISTDataModule | undefined;
  private readonly data: MNISTDataModule;

  constructor() {
    super();
    this.data = SmallMNIST.shared ??= new MNISTDataModule({ batchSize: 8 });
  }

  override prepareData(): Promise<void> {
    return this.data.prepareData();
  }

  override setup(): Promise<void> {
    return this.data.setup("fit");
  }

  override trainDataLoader(): DataLoader {
    return this.data.trainDataLoader();
  }
}
