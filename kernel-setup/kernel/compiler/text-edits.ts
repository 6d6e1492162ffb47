/** Edits of one text that never add or remove a line, so that line numbers keep their meaning. */
export class TextEdits {
  private readonly edits: { start: number; end: number; text: string; order: number }[] = [];

  /** Puts `text` before what starts at `position`; of several there, the first one added comes first. */
  before(position: number, text: string): void {
    this.edits.push({ start: position, end: position, text, order: 1 });
  }

  /** Puts `text` after what ends at `position`; of several there, the first one added comes first. */
  after(position: number, text: string): void {
    this.edits.push({ start: position, end: position, text, order: 0 });
  }

  /** Replaces a range; line breaks in it stay. */
  replace(start: number, end: number, text: string, source: string): void {
    const breaks = source.slice(start, end).replace(/[^\n]/g, "");
    this.edits.push({ start, end, text: text + breaks, order: 1 });
  }

  apply(source: string): string {
    const ordered = this.edits
      .map((edit, index) => ({ ...edit, index }))
      .sort((a, b) => a.start - b.start || a.order - b.order || a.index - b.index);
    let out = "";
    let at = 0;
    for (const { start, end, text } of ordered) {
      if (start > at) {
        out += source.slice(at, start);
        at = start;
      }
      out += text;
      at = Math.max(at, end);
    }
    return out + source.slice(at);
  }
}
