export type ProblemKind =
  | 'script-error'
  | 'console-error'
  | 'server-error'
  | 'http-error'
  | 'broken-asset'
  | 'error-dialog'
  | 'blank-screen'
  | 'dirty-form'
  | 'missing-model'
  | 'stuck'
  | 'no-answer';

/** One thing that a healthy Odoo shows as an error. As narrow as it can be, with the reason and the versions it was seen in. */
export interface KnownNoise {
  kind: ProblemKind;
  /** Matched against the raw message, whole. */
  message: RegExp;
  seenIn: string;
  reason: string;
  /** Odoo shows it in a dialog, too. */
  opensDialog?: true;
}

/** Version 2. */
export const KNOWN_NOISE: readonly KnownNoise[] = [
  {
    kind: 'console-error',
    message:
      /^'Could not get content for mail\/static\/lib\/selfie_segmentation\/selfie_segmentation\.js\.' in file 'mail\/static\/lib\/selfie_segmentation\/selfie_segmentation\.js'$/,
    seenIn: 'Odoo 19.0, Debian package',
    reason:
      'Debian leaves out this minified file, which only blurs the background of video calls; the bundle says so on each load.',
  },
  {
    kind: 'console-error',
    message:
      /^AssetsLoadingError: The loading of \/web\/assets\/[\w/-]+\/website\.website_builder_assets(\.rtl)?(\.min)?\.css failed(\n[\s\S]*)?$/,
    seenIn: 'Odoo 19.0',
    reason:
      "The style sheet of the website's editor imports fonts from fonts.googleapis.com, which this browser does not reach; one that Odoo itself does not serve is told as a broken asset.",
    opensDialog: true,
  },
];

/** Calls that the web client makes on its own account and no screen waits for. */
export const BACKGROUND_CALLS: readonly { path: RegExp; reason: string }[] = [
  { path: /^\/(bus|longpolling|websocket)\//, reason: 'waits for messages as long as the page lives' },
  {
    path: /^\/web\/dataset\/call_kw\/res\.(company\/iap_enrich_auto|partner\/autocomplete_by_\w+)$/,
    reason: "asks Odoo's enrichment service; without a network the answer takes 10 s",
  },
];

export function knownNoise(kind: ProblemKind, message: string): KnownNoise | undefined {
  return KNOWN_NOISE.find((noise) => noise.kind === kind && noise.message.test(message));
}
