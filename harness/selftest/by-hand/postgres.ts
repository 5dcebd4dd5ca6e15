import { byHand, type Mutation } from '../mutation.ts';

const SERVER = 'CREATE FOREIGN DATA WRAPPER bare; CREATE SERVER elsewhere FOREIGN DATA WRAPPER bare';

const CATALOGS: Readonly<Record<string, string>> = {
  pg_foreign_server: SERVER,
  pg_user_mappings: `${SERVER}; CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere OPTIONS (password 'Nw77Qx-geheim')`,
  pg_subscription:
    "CREATE SUBSCRIPTION follow CONNECTION 'host=10.0.0.9' PUBLICATION all_of_it WITH (connect = false, slot_name = NONE)",
  pg_event_trigger: `CREATE FUNCTION on_change() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER on_change ON ddl_command_end EXECUTE FUNCTION on_change()`,
  'cron.job': `CREATE SCHEMA cron;
    CREATE TABLE cron.job (jobid bigserial, schedule text, command text, database text, active boolean);
    INSERT INTO cron.job (schedule, command, database, active) VALUES ('* * * * *', 'SELECT 1', current_database(), true)`,
};

export const postgresMutations: readonly Mutation[] = Object.entries(CATALOGS).map(([location, sql]) =>
  byHand('sanitize.postgres', location, sql),
);
