interface Copy {
  readonly from: number;
  readonly to: number;
  readonly inserted?: boolean;
}

/** A text after edits, which knows its columns before them. */
export class EditedText {
  private readonly lineStarts: { readonly before: number[]; readonly after: number[] };

  constructor(
    before: string,
    readonly text: string,
    private readonly copies: readonly Copy[],
  ) {
    this.lineStarts = { before: lineStarts(before), after: lineStarts(text) };
  }

  /** The column that column `column` of line `line` had. Both count from 0. */
  columnBefore(line: number, column: number): number {
    const position = (this.lineStarts.after[line] ?? 0) + column;
    let low = 0;
    let high = this.copies.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.copies[middle]!.to <= position) low = middle;
      else high = middle - 1;
    }
    const { from, to, inserted } = this.copies[low] ?? { from: 0, to: 0, inserted: false };
    return Math.max(
      0,
      (inserted === true ? from : from + position - to) - (this.lineStarts.before[line] ?? 0),
    );
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Edits of one text that never add or remove a line, so that line numbers keep their meaning. */
export class TextEdits {
  private readonly edits: { start: number; end: number; text: string; order: number; isCallee?: boolean }[] =
    [];

  /** Puts `text` before what starts at `position`; of several there, the first one added comes first. */
  before(position: number, text: string): void {
    this.edits.push({ start: position, end: position, text, order: 1 });
  }

  /** Puts `text` after what ends at `position`; of several there, the first one added comes first. */
  after(position: number, text: string): void {
    this.edits.push({ start: position, end: position, text, order: 0 });
  }

  /** Replaces a range; line breaks in it stay. For the replaced callee of a call, what follows counts as its place. */
  replace(start: number, end: number, text: string, source: string, isCallee = false): void {
    const breaks = source.slice(start, end).replace(/[^\n]/g, "");
    this.edits.push({ start, end, text: text + breaks, order: 1, isCallee });
  }

  /** The edited text, and where each of its positions was in `source`. */
  apply(source: string): EditedText {
    const ordered = this.edits
      .map((edit, index) => ({ ...edit, index }))
      .sort((a, b) => a.start - b.start || a.order - b.order || a.index - b.index);
    let out = "";
    let at = 0;
    const copies: Copy[] = [];
    let callee: number | undefined;
    const copy = (end: number): void => {
      if (callee !== undefined && end > at) {
        // The engine puts a call like `(0, f)()` at its parenthesis, but the user looks for the name.
        copies.push({ from: callee, to: out.length, inserted: true });
        out += source[at++];
      }
      callee = undefined;
      copies.push({ from: at, to: out.length });
      out += source.slice(at, end);
      at = end;
    };
    for (const { start, end, text, isCallee } of ordered) {
      if (start > at) copy(start);
      copies.push({ from: at, to: out.length, inserted: true });
      out += text;
      at = Math.max(at, end);
      if (isCallee === true) callee = start;
    }
    copy(source.length);
    return new EditedText(source, out, copies);
  }
}
