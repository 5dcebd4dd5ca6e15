import type { OdooManifest } from './odoo-manifest.ts';

export type Digest = `sha256:${string}`;

/** The database's part of a backup. */
export interface Dump {
  format: 'plain' | 'custom' | 'directory';
  packing: 'none' | 'gzip' | 'zip';
  /** The file (or the folder of a directory dump) that holds it. */
  path: string;
  /** Its name inside the zip. */
  entry?: string;
  /** Newest Postgres major that had a part in it: the server's or pg_dump's. An older server can't take it. */
  postgresMajor: number;
  /** Of the file when it was inspected, see `identityOf`. */
  identity: string;
  /** Uncompressed where it is read as a stream, on disk for a directory dump. */
  bytes: number;
}

/** The attachments' part of a backup. */
export interface Filestore {
  kind: 'directory' | 'tar' | 'zip';
  path: string;
  /** What stands before `ab/ab12…` in each path: `filestore/demo`, or nothing. */
  root: string;
  files: number;
  bytes: number;
}

/** A backup that was found whole, as far as it can be told without Postgres' own programs. */
export interface Backup {
  path: string;
  /** Of the dump's file or folder, together with the filestore's where that lies apart. */
  digest: Digest;
  dump: Dump;
  filestore?: Filestore;
  /** Odoo's own zip carries one. */
  manifest?: OdooManifest;
}

/** A backup that pg_restore could read to its end, and that the server is new enough for. */
export interface VerifiedBackup extends Backup {
  readonly readThrough: true;
}
