/** Why a text is no literal of Python, and in which line. */
export class NotALiteral extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
