import pg from 'pg';
import { byHand, type Mutation } from '../mutation.ts';

const CHECK = 'sanitize.shapes';

/** A column of a table that nobody knows; all stand beside each other. */
function inATable(type: string, column: string, value: string): Mutation {
  const name = pg.escapeIdentifier(column);
  return {
    ...byHand(CHECK, `acme_strangers.${column}`, `INSERT INTO acme_strangers (${name}) VALUES (${value})`, 'person'),
    kind: `CREATE, INSERT ${type}`,
    prelude: ['CREATE TABLE acme_strangers (id serial)', `ALTER TABLE acme_strangers ADD COLUMN ${name} ${type}`],
    group: CHECK,
  };
}

/** People where no rule looks: by what a value looks like, whatever the column is called, and by a name that says it. */
export const strangers: readonly Mutation[] = [
  inATable('varchar', 'c1', "'ingrid.achterberg@nordwind-handel.de'"),
  inATable('text', 'c2', "'Bitte an ingrid.achterberg@nordwind-handel.de, nicht an contact-4f2a91c0b7de@example.com'"),
  inATable('jsonb', 'c3', `'{"to": ["ingrid.achterberg@nordwind-handel.de"]}'`),
  inATable('text[]', 'c4', "ARRAY['ingrid.achterberg@nordwind-handel.de']"),
  inATable('varchar', 'c5', "'+49 4131 770001'"),
  inATable('varchar', 'c6', "'DE89 3704 0044 0532 0130 00'"),
  inATable('varchar', 'c7', "'4111 1111 1111 1111'"),
  inATable('varchar', 'c8', "'DE811223301'"),
  inATable('varchar', 'c9', "'756.9217.0769.85'"),
  inATable('varchar', 'last_name', "'Achterberg'"),
  inATable('date', 'date_of_birth', "'1971-03-09'"),
];
