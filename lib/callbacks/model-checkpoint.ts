import { join } from "node:path";
import { saveCheckpoint } from "../checkpoint";
import type { LightningModule } from "../lightning-module";
import type { Trainer } from "../trainer";
import type { Callback } from "./callback";

/** Options of {@link ModelCheckpoint}: where its file goes. */
export interface ModelCheckpointOptions {
  /** Folder of the file. Default `checkpoints` in the current folder. */
  dirpath?: string;
  /** Name of the file without its ending; `{epoch}` becomes the epoch's number. Default "last". */
  filename?: string;
}

/**
 * Saves the model after each epoch, and when training is interrupted.
 *
 * @example new Trainer({ callbacks: [new ModelCheckpoint({ filename: "gan-{epoch}" })] })
 */
export class ModelCheckpoint implements Callback {
  /** The file written last. */
  lastPath: string | undefined;
  private readonly template: string;

  constructor({ dirpath = "checkpoints", filename = "last" }: ModelCheckpointOptions = {}) {
    this.template = join(dirpath, `${filename}.safetensors`);
  }

  onTrainEpochEnd(trainer: Trainer, model: LightningModule): Promise<void> {
    return this.save(trainer, model);
  }

  async onException(trainer: Trainer, model: LightningModule): Promise<void> {
    if (trainer.interrupted) await this.save(trainer, model);
  }

  private async save(trainer: Trainer, model: LightningModule): Promise<void> {
    const path = this.template.replaceAll("{epoch}", String(trainer.currentEpoch));
    await saveCheckpoint(path, model, { epoch: String(trainer.currentEpoch), model: model.constructor.name });
    this.lastPath = path;
  }
}
