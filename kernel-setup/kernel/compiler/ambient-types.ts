/** What every cell knows without importing it, and the types of `import … from "tslab"`. */
export const AMBIENT_TYPES = `
/** Asks the reader of the notebook for a line of text. */
declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;

declare module "tslab" {
  export type MimeBundle = Record<string, unknown>;
  export interface DisplayOptions {
    /** Outputs with one id are one output: a later one replaces what an earlier one shows. */
    displayId?: string;
    metadata?: Record<string, unknown>;
    /** Replaces the output with this displayId. */
    update?: boolean;
  }
  export interface Display {
    /** Shows a value in its rich form, or a bundle whose keys are MIME types. */
    (value: unknown, options?: DisplayOptions): void;
    javascript(source: string): void;
    html(html: string): void;
    markdown(markdown: string): void;
    latex(latex: string): void;
    svg(svg: string): void;
    png(data: Uint8Array): void;
    jpeg(data: Uint8Array): void;
    gif(data: Uint8Array): void;
    pdf(data: Uint8Array): void;
    text(text: string): void;
    raw(contentType: string, data: string | Uint8Array): void;
    /** Shows an array of records as a table. */
    table(rows: readonly object[], columns?: readonly string[]): void;
    /** Clears the cell's output; with wait, when the next output arrives. */
    clear(wait?: boolean): void;
  }
  export const display: Display;
  export function newDisplay(): Display;
  export const versions: { tslab: string; typescript: string; node: string };
  export interface Comm {
    readonly id: string;
    readonly targetName: string;
    send(data: unknown, options?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[] }): void;
    close(data?: unknown): void;
    onMessage(handler: (data: any, message: { metadata: Record<string, unknown>; buffers: readonly Uint8Array[] }) => unknown): void;
    onClose(handler: (data: any) => unknown): void;
  }
  /** Calls handler for each comm that a front end opens for target. */
  export function registerCommTarget(target: string, handler: (comm: Comm, data: any) => unknown): void;
  export function openComm(target: string, data?: unknown, metadata?: Record<string, unknown>): Comm;
  export function clearOutput(wait?: boolean): void;
  export function input(prompt?: string, options?: { password?: boolean }): Promise<string>;
  /** Aborted when the cell is interrupted. */
  export function currentSignal(): AbortSignal;
}
`;
