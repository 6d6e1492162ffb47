import { MNISTDataModule, type MNISTDataModuleOptions } from "./mnist";
import type { DatasetSource } from "./dataset-files";
import { compose, normalize, toUnitRange } from "./transforms";

/** Zalando's Fashion-MNIST (MD5 of the gzipped files, as its authors publish them). */
export const FASHION_MNIST_SOURCE: DatasetSource = {
  title: "FashionMNIST",
  packageFolder: undefined,
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ],
  files: [
    { name: "train-images-idx3-ubyte", gzipMd5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
    { name: "train-labels-idx1-ubyte", gzipMd5: "25c81989df183df01b3e8a0aad5dffbe" },
    { name: "t10k-images-idx3-ubyte", gzipMd5: "bef4ecab320f06d8554ea6380940ec79" },
    { name: "t10k-labels-idx1-ubyte", gzipMd5: "bb300cfdad3c16e7a12a480ee83cd310" },
  ],
};

/**
 * Fashion-MNIST: ten kinds of clothing in MNIST's format; downloaded on first use.
 *
 * @example await trainer.fit(model, new FashionMNISTDataModule({ batchSize: 128 }));
 */
export class FashionMNISTDataModule extends MNISTDataModule {
  constructor(options: MNISTDataModuleOptions = {}) {
    super({
      source: FASHION_MNIST_SOURCE,
      transform: compose(toUnitRange(), normalize(0.286, 0.353)),
      ...options,
    });
  }
}
