import { connect } from '../../../harness/database/connection.ts';
import { anonymize } from '../../../harness/sanitize/anonymize/anonymize.ts';

/** Anonymizes in a process of its own, that a specification may kill: node anonymize-alone.ts JSON. */
const { address, ...request } = JSON.parse(process.argv[2] ?? '{}');
const client = await connect(address, 'a run that is cut off');
await anonymize(client, request, (table) => process.stdout.write(`${table}\n`));
await client.end();
