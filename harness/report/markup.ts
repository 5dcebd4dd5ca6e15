import { plain } from './plain-text.ts';

/** Markup whose text parts are escaped: the only thing that `markup` takes over as it is. */
export class Markup {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  toString(): string {
    return this.#source;
  }
}

type Part = Markup | string | number | false | undefined | readonly Part[];

/** HTML or XML from a template: every value in it is escaped, in texts and in quoted attributes, unless it is Markup. */
export function markup(literals: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(literals.map((literal, index) => literal + render(parts[index])).join(''));
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(render).join('');
  return plain(String(part)).replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
