import { anonymizeDocuments } from './anonymize-documents.ts';
import { anonymizeMessages } from './anonymize-messages.ts';
import { anonymizePartners } from './anonymize-partners.ts';
import { anonymizeUsers } from './anonymize-users.ts';
import { createPseudonymFunctions } from './pseudonyms.ts';
import type { Writer } from './writer.ts';

/** Partners first: the copies that others keep are taken from them anew. */
export async function anonymize(writer: Writer, { key, passwordHash }: { key: string; passwordHash: string }) {
  await createPseudonymFunctions(writer, key);
  await anonymizePartners(writer);
  await anonymizeUsers(writer, passwordHash);
  await anonymizeDocuments(writer);
  await anonymizeMessages(writer);
}
