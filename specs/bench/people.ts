import { Collection } from '../../harness/residue/collection.ts';
import { newKeys } from '../../harness/residue/fingerprint.ts';
import { writeFingerprintFile } from '../../harness/residue/fingerprint-file.ts';

const SYLLABLES =
  'an be ri na lo mar ko tis ver hol gra fen dor sil wim ber gen tal mos ul ken rad ost fri lau zen pia'.split(' ');
const GIVEN_NAMES = 3_000;
const FAMILY_NAMES = 60_000;

/** The same numbers at each run. */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Names, addresses and phones of people who are no one, as values for grep and as a file of so many fingerprints. */
export async function writePeople(file: string, secret: string, fingerprints: number): Promise<string[]> {
  const draw = drawing(42);
  const word = (length: number) =>
    Array.from({ length }, () => SYLLABLES[draw(SYLLABLES.length)])
      .join('')
      .replace(/^./, (letter) => letter.toUpperCase());
  const given = Array.from({ length: GIVEN_NAMES }, () => word(2));
  const family = Array.from({ length: FAMILY_NAMES }, () => word(3));
  const { salt, keys } = newKeys(secret);
  const collection = new Collection(keys, new Set());
  const values: string[] = [];
  for (let person = 0; collection.size < fingerprints; person += 1) {
    const name = `${given[draw(GIVEN_NAMES)]} ${family[draw(FAMILY_NAMES)]}`;
    const email = `${name.toLowerCase().replace(' ', '.')}${person}@${word(3).toLowerCase()}.de`;
    const phone = `+49 ${1000 + draw(8999)} ${String(person).padStart(7, '3')}`;
    collection.add('name', name);
    collection.add('email', email);
    collection.add('phone', phone);
    values.push(name, email, phone);
  }
  await writeFingerprintFile(file, { salt, keys, entries: collection.entries(), tool: 'bench' });
  return values;
}
