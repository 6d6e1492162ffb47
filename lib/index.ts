/** tslab-gan's small library: data module, networks, GAN, trainer and plots, modelled on PyTorch Lightning. */
export { availableGpus, useBackend, type BackendChoice, type UseBackendOptions } from "./backend";
export type { Callback } from "./callbacks/callback";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./callbacks/model-checkpoint";
export { LiveView } from "./callbacks/live-view";
export { ProgressBar } from "./callbacks/progress-bar";
export { loadCheckpoint, saveCheckpoint } from "./checkpoint";
export { DataLoader, type Batch, type DataLoaderOptions, type ImageDataset } from "./data-loader";
export { LightningDataModule, type Stage } from "./data-module";
export { prepareFiles, readChecked, type DatasetFile, type DatasetSource } from "./dataset-files";
export { display, type DisplayOptions, type MimeBundle } from "./display";
export { FashionMNISTDataModule } from "./fashion-mnist";
export { GAN, type GANOptions, type ImageNetwork } from "./gan";
export { TrainingHistory, type EpochImages, type EpochRecord, type StepRecord } from "./history";
export { parseIdx, type IdxArray } from "./idx";
export { ShapeError } from "./layer";
export {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  Dropout2d,
  Linear,
  type Conv2dOptions,
} from "./layers";
export { LightningModule, type StepOutput } from "./lightning-module";
export { binaryCrossEntropy } from "./losses";
export { ImageQuality, type QualityReport } from "./metrics/image-quality";
export { MNIST_SOURCE, MNISTDataModule, type MNISTDataModuleOptions } from "./mnist";
export { countParameters, detach, Module } from "./module";
export { Discriminator, Generator, type GeneratorOptions } from "./networks";
export { adam, type AdamOptions, type Optimizer } from "./optimizers";
export { imagesToPng, plotImages, type PlotImagesOptions } from "./plot-images";
export { plotCurves, type NamedHistory } from "./plot-curves";
export {
  interpolateLatent,
  latentGrid,
  plotInterpolation,
  plotLatentGrid,
  type ImageGenerator,
} from "./latent";
export { animationToGif, plotAnimation, type AnimationOptions } from "./animation";
export { plotImagesByEpoch } from "./image-slider";
export { Runs, type Run } from "./runs";
export { TrainingHints } from "./callbacks/training-hints";
export { permutation, randn, seedEverything } from "./random";
export { summarize, type Summary } from "./summary";
export { Trainer, type FitOptions, type TrainerOptions } from "./trainer";
export { compose, normalize, toUnitRange, type Transform } from "./transforms";
