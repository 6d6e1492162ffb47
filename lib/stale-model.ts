import { redefinedClass } from "./class-names";
import type { LightningDataModule } from "./data-module";
import { LightningModule } from "./lightning-module";
import type { Module } from "./module";

/**
 * Throws if a model was made from a class that has been replaced since: by a re-run cell, or by a changed file
 * whose import was re-run. Training it would silently ignore the change.
 */
export function checkNotStale(model: unknown): asserts model is LightningModule {
  if (!(model instanceof LightningModule)) {
    const className = (model as object | undefined)?.constructor?.name ?? String(model);
    throw new TypeError(
      `Trainer.fit: the model (a ${className}) is no LightningModule of this lib. ` +
        `If lib was reloaded after the model was made, re-run the cells that define and make it.`,
    );
  }
  const visit = (module: Module<never, unknown>, path: string): void => {
    refuseRedefined(module, path, "model");
    for (const [field, child] of module.children()) visit(child, `${path}.${field}`);
  };
  visit(model, "model");
}

/** The same for the data module. */
export function checkDataNotStale(dataModule: LightningDataModule): void {
  refuseRedefined(dataModule, "the data module", "data module");
}

function refuseRedefined(made: object, path: string, what: string): void {
  const name = redefinedClass(made);
  if (name === undefined) return;
  throw new Error(
    `Trainer.fit: ${path} was made from an older ${name}: the class has been redefined since. ` +
      `Re-run the cell that makes the ${what}, then train.`,
  );
}
