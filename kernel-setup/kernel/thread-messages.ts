import type { Connection } from "./connection";
import type { Header } from "./wire";

/** What the control thread is started with. */
export interface ControlData {
  readonly connection: Connection;
  readonly session: string;
  readonly shared: SharedArrayBuffer;
}

/** Main thread → control thread. */
export type ToControl =
  | {
      readonly kind: "publish";
      readonly sequence: number;
      readonly type: string;
      readonly parent: Header | undefined;
      /** JSON text. */
      readonly content: string;
      readonly metadata: string;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly kind: "running"; readonly parent: Header | undefined }
  /** The process is about to end. */
  | { readonly kind: "close" };

/** Control thread → main thread. */
export type FromControl =
  | { readonly kind: "interrupt" }
  | { readonly kind: "refused"; readonly channel: string; readonly reason: string }
  | { readonly kind: "shutdown" };
